"""Draw and scan ten sheets of an old map series; all of it is made up, so the truth is known.

Writes data/sheets/, data/cells.csv (census) and data/traced.csv (roads traced by hand) beside this file.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
# What a kilometer of road, and a river, added to the logarithm of a cell's population.
TRUTH = {"road_km": 0.30, "river": 0.20}
SHEETS, WIDTH, HEIGHT, ROWS, COLUMNS = 10, 640, 480, 6, 8
METERS = 20  # of a pixel
ROAD, RIVER, WOOD, PAPER = (176, 58, 46), (88, 132, 178), (150, 176, 120), (236, 224, 196)
LINE = 5  # pixels


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the sheets and the tables, always the same, and give the folder."""
    random = np.random.default_rng(9)
    (folder / "sheets").mkdir(parents=True, exist_ok=True)
    cells = []
    for sheet in range(SHEETS):
        drawn, length, river = draw(random)
        Image.fromarray(scan(drawn, random)).save(
            folder / f"sheets/sheet_{sheet:02}.jpg", quality=85
        )
        level = random.normal(5, 0.3)
        for row, column in np.ndindex(ROWS, COLUMNS):
            km, by_river = length[row, column], int(river[row, column])
            population = level + TRUTH["road_km"] * km + TRUTH["river"] * by_river
            population += random.normal(0, 0.35)
            cells.append((f"sheet_{sheet:02}.jpg", row, column, np.exp(population), by_river, km))
    names = ["sheet", "cell_row", "cell_column", "population_1950", "river", "traced_km"]
    table = pd.DataFrame(cells, columns=names)
    table.drop(columns="traced_km").to_csv(folder / "cells.csv", index=False)
    place = ["sheet", "cell_row", "cell_column"]
    table[[*place, "traced_km"]].to_csv(folder / "traced.csv", index=False)
    return folder


def draw(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sheet, and for each cell its kilometers of road and whether a river runs through it."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    for x, y in random.uniform((0, 0), (WIDTH, HEIGHT), (4, 2)):
        pen.ellipse((x - 90, y - 50, x + 90, y + 50), fill=WOOD)
    way = wandering(random, (0, random.uniform(0, HEIGHT)), 0.0)
    pen.line([tuple(point) for point in way], fill=RIVER, width=10, joint="curve")
    river = per_cell(way) > 0.2
    length = np.zeros((ROWS, COLUMNS))
    # Most roads begin in one town, so that some cells have many and others none.
    town = random.uniform((0.2 * WIDTH, 0.2 * HEIGHT), (0.8 * WIDTH, 0.8 * HEIGHT))
    for angle in random.uniform(0, 2 * np.pi, random.integers(5, 10)):
        way = wandering(random, town, angle)
        pen.line([tuple(point) for point in way], fill=ROAD, width=LINE, joint="curve")
        length += per_cell(way)
    # Names of places are printed in the ink of the roads, also where there is no road.
    font = ImageFont.truetype(FONT, 26)
    for x, y in random.uniform((5, 5), (WIDTH - 130, HEIGHT - 40), (18, 2)):
        name = "".join(random.choice(list("abdegiklmnorstu"), random.integers(4, 8))).title()
        pen.text((x, y), name, fill=ROAD, font=font)
    return np.asarray(sheet), length, river


def wandering(
    random: np.random.Generator, start: tuple[float, float] | np.ndarray, angle: float
) -> np.ndarray:
    """Points, a pixel apart, of a way that bends a little and leaves the sheet."""
    turns = angle + np.cumsum(random.normal(0, 0.03, 900))
    points = np.asarray(start) + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1), 0)
    outside = ((points < 0) | (points >= (WIDTH, HEIGHT))).any(1)
    return points[: np.argmax(outside)] if outside.any() else points


def per_cell(way: np.ndarray) -> np.ndarray:
    """Kilometers of the way in each cell."""
    columns, rows = (way // (WIDTH / COLUMNS, HEIGHT / ROWS)).astype(int).T
    found = np.zeros((ROWS, COLUMNS))
    np.add.at(found, (rows, columns), METERS / 1000)
    return found


def scan(sheet: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The sheet on old paper: soft edges, uneven light, grain."""
    soft = cv2.GaussianBlur(sheet, (0, 0), 0.8)
    stains = cv2.GaussianBlur(random.normal(0, 1, soft.shape[:2]), (0, 0), 40)
    light = 1 + 0.05 * stains / abs(stains).max()
    return (
        (soft * light[:, :, None] + random.normal(0, 4, soft.shape)).clip(0, 255).astype(np.uint8)
    )


if __name__ == "__main__":
    print(make_data())
