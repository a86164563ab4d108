"""Draw the lights of 100 districts in two years; all of it is made up, so the truth is known.

Writes data/lights_2012.tif, data/lights_2020.tif, data/districts.geojson and data/accounts.csv beside
this file. Needs the extra "geo".
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin

HERE = Path(__file__).parent
# By how much light grows with output, what a road adds to output, and so to light; all in logs.
ELASTICITY, ROAD = 0.8, 0.25
TRUTH = {"elasticity": ELASTICITY, "road_on_light": ELASTICITY * ROAD, "road_on_output": ROAD}
SIDE, PIXELS, DEGREES = 10, 24, 0.02
WEST, NORTH = 10.0, 8.0


def make_data(folder: Path = HERE / "data") -> Path:
    """Write rasters, districts and accounts, always the same, and give the folder."""
    random = np.random.default_rng(6)
    folder.mkdir(parents=True, exist_ok=True)
    count = SIDE * SIDE
    road = random.permutation(np.arange(count) < count // 2).astype(int)
    output = {2012: random.normal(3, 0.8, count)}
    growth = 0.20 + ROAD * road + random.normal(0, 0.12, count)
    output[2020] = output[2012] + growth
    places = random.uniform(5, PIXELS - 5, (count, 3, 2))
    for year, log_output in output.items():
        log_light = 1.5 + ELASTICITY * log_output + random.normal(0, 0.08, count)
        save(folder / f"lights_{year}.tif", glow(np.exp(log_light), places, random))
    districts(folder / "districts.geojson", road)
    # Regional accounts are kept in every third district only.
    kept = np.arange(0, count, 3)
    accounts = pd.DataFrame({"district": kept, "output_growth": growth[kept]})
    accounts.to_csv(folder / "accounts.csv", index=False)
    return folder


def glow(light: np.ndarray, places: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each district's light as three towns of different size, and a sensor's noise."""
    rows, columns = np.mgrid[:PIXELS, :PIXELS]
    raster = random.normal(0, 0.05, (SIDE * PIXELS, SIDE * PIXELS))
    for district, (total, towns) in enumerate(zip(light, places, strict=True)):
        spots = np.zeros((PIXELS, PIXELS))
        for share, (row, column) in zip((0.6, 0.3, 0.1), towns, strict=True):
            spot = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * 1.6**2))
            spots += share * spot / spot.sum()
        top, left = (PIXELS * part for part in divmod(district, SIDE))
        raster[top : top + PIXELS, left : left + PIXELS] += total * spots
    return raster.astype(np.float32)


def save(file: Path, raster: np.ndarray) -> None:
    """The raster as a GeoTIFF in degrees."""
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        height=raster.shape[0],
        width=raster.shape[1],
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(WEST, NORTH, DEGREES, DEGREES),
    ) as opened:
        opened.write(raster, 1)


def districts(file: Path, road: np.ndarray) -> None:
    """The districts as GeoJSON, with whether a road was built there."""
    features = []
    for district in range(SIDE * SIDE):
        row, column = divmod(district, SIDE)
        west, north = WEST + column * PIXELS * DEGREES, NORTH - row * PIXELS * DEGREES
        east, south = west + PIXELS * DEGREES, north - PIXELS * DEGREES
        ring = [[west, north], [east, north], [east, south], [west, south], [west, north]]
        features.append(
            {
                "type": "Feature",
                "properties": {"district": district, "road": int(road[district])},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


if __name__ == "__main__":
    print(make_data())
