"""Draw a raster of night lights with districts, and a scanned map with roads; made up, both.

Writes examples/lights/ and examples/maps/; needs the extra "geo".
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import rasterio
from PIL import Image, ImageDraw
from rasterio.transform import from_origin

HERE = Path(__file__).parent
SIDE, DEGREES = 60, 0.05
TOWNS = ((12, 14, 60.0, 3.0), (40, 20, 35.0, 2.5), (22, 44, 90.0, 4.0), (50, 50, 20.0, 2.0))
NO_DATA = -1.0
# Corners of the districts in degrees, within a raster from 10 E, 8 N.
DISTRICTS = {
    "Nord": [[10, 8], [13, 8], [13, 6.5], [10, 6.5], [10, 8]],
    "Ouest": [[10, 6.5], [11.5, 6.5], [11.5, 5], [10, 5], [10, 6.5]],
    "Est": [[11.5, 6.5], [13, 6.5], [13, 5], [12.4, 5], [11.5, 5.8], [11.5, 6.5]],
}
ROAD, RIVER, WOOD, PAPER = (176, 58, 46), (88, 132, 178), (150, 176, 120), (236, 224, 196)


def main() -> None:
    """Write the files."""
    for name in ("lights", "maps"):
        (HERE / name).mkdir(exist_ok=True)
    lights()
    districts()
    Image.fromarray(scanned(drawn())).save(HERE / "maps" / "map_1924.jpg", quality=85)


def lights() -> None:
    """Towns as blurred spots, in whole numbers from 0 to 63, and a corner without data."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    total = np.zeros((SIDE, SIDE))
    for row, column, bright, spread in TOWNS:
        total += bright * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * spread**2))
    values = total.clip(0, 63).round().astype(np.float32)
    values[-4:, -4:] = NO_DATA
    with rasterio.open(
        HERE / "lights" / "lights.tif",
        "w",
        driver="GTiff",
        height=SIDE,
        width=SIDE,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(10, 8, DEGREES, DEGREES),
        nodata=NO_DATA,
        compress="deflate",
    ) as file:
        file.write(values, 1)


def districts() -> None:
    """The districts as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"district": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for name, ring in DISTRICTS.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, indent=1)
    (HERE / "lights" / "districts.geojson").write_text(text + "\n", "utf-8")


def drawn() -> np.ndarray:
    """A map of a valley: a river, woods, and roads that are denser in the south-east."""
    sheet = Image.new("RGB", (900, 700), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((60, 80, 330, 300), fill=WOOD)
    pen.ellipse((560, 40, 760, 190), fill=WOOD)
    pen.line([(0, 420), (240, 380), (470, 430), (700, 330), (900, 300)], fill=RIVER, width=14)
    for road in (
        [(450, 0), (480, 250), (620, 460), (640, 700)],
        [(0, 620), (300, 560), (620, 460), (900, 480)],
        [(620, 460), (760, 560), (900, 690)],
        [(760, 560), (740, 700)],
        [(640, 600), (760, 560), (900, 570)],
    ):
        pen.line(road, fill=ROAD, width=7)
    for x, y in ((620, 460), (760, 560), (300, 560)):
        pen.rectangle((x - 9, y - 9, x + 9, y + 9), fill=(40, 36, 34))
    return np.asarray(sheet)


def scanned(sheet: np.ndarray) -> np.ndarray:
    """The map on old paper: soft edges, uneven light, grain."""
    random = np.random.default_rng(5)
    soft = cv2.GaussianBlur(sheet, (0, 0), 0.9)
    stains = cv2.GaussianBlur(random.normal(0, 1, soft.shape[:2]), (0, 0), 60)
    light = 1 + 0.05 * stains / abs(stains).max()
    grain = random.normal(0, 4, soft.shape)
    return (soft * light[:, :, None] + grain).clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
