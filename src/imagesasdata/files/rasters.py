"""Georeferenced rasters: the values of pixels within polygons and grid cells.

A pixel belongs to a region if its center lies inside (or, on request, if the region touches it). A
region is read in strips, which bounds the memory.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.extras import optional

# Pixels read at a time.
_AT_ONCE = 4_000_000
WGS84 = "EPSG:4326"
# A standard name of a coordinate system, which only looks like an address.
_CRS_NAME = re.compile(r"https?://(www\.)?opengis\.net/def/crs/")


class Zonal(NamedTuple):
    """Statistics of a region's pixels; ``None`` when it has no pixels or is missing."""

    pixels: int | None = None
    total: float | None = None
    mean: float | None = None
    least: float | None = None
    most: float | None = None


class Square(NamedTuple):
    """A cell of a grid over a raster: its row, its column and its bounds in the raster's unit."""

    row: int
    column: int
    left: float
    bottom: float
    right: float
    top: float


def zonal(raster: Any, geometry: dict[str, Any], band: int, *, touched: bool) -> Zonal:
    """Measure the pixels of one region, given as GeoJSON in the raster's coordinates."""
    from rasterio.features import geometry_mask
    from rasterio.windows import Window

    left, top, right, bottom = _window(raster, geometry)
    count, total, least, most = 0, 0.0, math.inf, -math.inf
    width = right - left
    rows = max(1, _AT_ONCE // max(width, 1))
    for start in range(top, bottom, rows):
        height = min(rows, bottom - start)
        if width <= 0 or height <= 0:
            break
        window = Window(left, start, width, height)  # type: ignore[call-arg]
        inside = geometry_mask(
            [geometry],
            (height, width),
            raster.window_transform(window),
            invert=True,
            all_touched=touched,
        )
        values = raster.read(band, window=window, masked=True)
        held = values[inside].compressed().astype(np.float64)
        held = held[np.isfinite(held)]
        if len(held):
            count += len(held)
            total += float(held.sum())
            least, most = min(least, float(held.min())), max(most, float(held.max()))
    return Zonal(count, total, total / count, least, most) if count else Zonal(0)


def squares(raster: Any, side: float) -> list[Square]:
    """Square cells that cover the raster from its upper left corner, row by row."""
    left, bottom, right, top = raster.bounds
    # A remainder that only comes from rounding does not make a cell.
    across, down = (
        max(1, math.ceil(length / side - 1e-9)) for length in (right - left, top - bottom)
    )
    if across * down > 10_000_000:
        raise ArgumentError(
            f"Cells of side {side:g} would be {across * down:,}, over ten million.",
            f"the raster is {right - left:g} by {top - bottom:g} in its own unit; give larger cells.",
        )
    return [
        Square(
            row,
            column,
            left + column * side,
            top - (row + 1) * side,
            left + (column + 1) * side,
            top - row * side,
        )
        for row in range(down)
        for column in range(across)
    ]


def rectangle(square: Square) -> dict[str, Any]:
    """A cell as GeoJSON."""
    _, _, left, bottom, right, top = square
    ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    return {"type": "Polygon", "coordinates": [ring]}


def as_geojson(cell: Any) -> dict[str, Any] | None:
    """A region as GeoJSON, from a shapely geometry, WKT, WKB or GeoJSON; ``None`` stays ``None``.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When it is not a polygon.
    """
    shapely = optional("shapely", "geo", "measure_regions")
    if cell is None:
        return None
    try:
        if isinstance(cell, bytes):
            cell = shapely.from_wkb(cell)
        elif isinstance(cell, str):
            cell = (
                shapely.from_geojson(cell) if cell.lstrip()[:1] == "{" else shapely.from_wkt(cell)
            )
        elif isinstance(cell, dict):
            cell = shapely.from_geojson(json.dumps(cell))
    except shapely.errors.GEOSException as error:
        raise ArgumentError(
            f"A region cannot be read: {error}.",
            "write it as WKT, as in POLYGON ((0 0, 1 0, 1 1, 0 0)).",
        ) from None
    if not isinstance(cell, shapely.Geometry):
        raise ArgumentTypeError(
            f"A region must be a shapely geometry, WKT, WKB or GeoJSON, got {type(cell).__name__}."
        )
    if cell.is_empty:
        return None
    if cell.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ArgumentError(f"A region must be a polygon, got a {cell.geom_type}.")
    return json.loads(shapely.to_geojson(cell))


def read_geojson(path: str) -> dict[str, list[Any]]:
    """The features of a GeoJSON file as columns: their properties, and ``geometry`` as text.

    Raises
    ------
    ArgumentError
        When it is not a GeoJSON file.
    """
    try:
        content = json.loads(Path(path).read_text("utf-8"))
        features = content["features"]
        names = list(
            dict.fromkeys(name for feature in features for name in feature["properties"] or {})
        )
        columns = {
            name: [(feature["properties"] or {}).get(name) for feature in features]
            for name in names
        }
        shapes = [
            json.dumps(feature["geometry"]) if feature["geometry"] else None for feature in features
        ]
    except FileNotFoundError:
        raise ArgumentError(f"There is no file {path!r}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(
            f"{path!r} cannot be read as a GeoJSON FeatureCollection: {error}.",
            "read other formats with geopandas and give its table.",
        ) from None
    return {**columns, "geometry": shapes}


def into(raster: Any, geometries: Sequence[Any], crs: Any) -> list[Any]:
    """GeoJSON geometries in the raster's coordinates; ``crs`` is theirs, ``None`` means the raster's.

    Raises
    ------
    ArgumentError
        When ``crs`` is unknown, or the raster does not state its coordinate system.
    """
    if crs is None:
        return list(geometries)
    rasterio = optional("rasterio", "geo", "measure_regions")
    from rasterio.warp import transform_geom

    if isinstance(crs, str) and "://" in crs and not _CRS_NAME.match(crs):
        raise ArgumentError(
            f"crs={crs!r} is an address, and addresses are not opened.",
            'give an EPSG code, such as crs="EPSG:4326".',
        )
    try:
        source = rasterio.crs.CRS.from_user_input(crs)
    except (rasterio.errors.CRSError, ValueError) as error:
        raise ArgumentError(
            f"crs={crs!r} is not known: {error}.", 'give an EPSG code, such as crs="EPSG:4326".'
        ) from None
    if raster.crs is None:
        raise ArgumentError(
            "The raster does not say which coordinates it has, so regions cannot be converted to it.",
            "leave crs out if the regions have the raster's own.",
        )
    if source == raster.crs:
        return list(geometries)
    return [geometry and transform_geom(source, raster.crs, geometry) for geometry in geometries]


def _window(raster: Any, geometry: dict[str, Any]) -> tuple[int, int, int, int]:
    """The pixel bounds of a region within the raster: left, top, right, bottom."""
    corners = _corners(geometry["coordinates"])
    back = ~raster.transform
    turn = np.array([[back.a, back.b], [back.d, back.e]])
    pixels = corners @ turn.T + (back.c, back.f)
    low, high = np.floor(pixels.min(axis=0)).astype(int), np.ceil(pixels.max(axis=0)).astype(int)
    return (
        max(int(low[0]), 0),
        max(int(low[1]), 0),
        min(int(high[0]), raster.width),
        min(int(high[1]), raster.height),
    )


def _corners(coordinates: Any) -> Float[np.ndarray, "4 2"]:
    points: list[Sequence[float]] = []

    def walk(part: Any) -> None:
        if isinstance(part[0], (int, float)):
            points.append(part[:2])
        else:
            for inner in part:
                walk(inner)

    walk(coordinates)
    (left, bottom), (right, top) = np.min(points, axis=0), np.max(points, axis=0)
    return np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
