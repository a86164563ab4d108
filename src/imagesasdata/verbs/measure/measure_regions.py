"""`measure_regions`: sums and means of a raster, such as night lights, by polygon or grid cell."""

from __future__ import annotations

import os
from typing import Any, TypedDict, Unpack, overload

import pyarrow as pa

from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.files.geotiff import open_raster
from imagesasdata.files.rasters import (
    WGS84,
    Zonal,
    as_geojson,
    into,
    read_geojson,
    rectangle,
    squares,
    zonal,
)
from imagesasdata.files.sources import PathLike
from imagesasdata.options import Options
from imagesasdata.tables.frames import (
    Backend,
    Frame,
    MadeFrame,
    Pandas,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.tables.kinds import arrow_type, from_columns
from imagesasdata.tables.table import open_with

_NULL = "the region is empty or has no pixel with a value"
_OF_REGION = (
    Column(
        "pixel_count",
        "int64",
        "Pixels of the region that have a value.",
        null="the region is empty",
    ),
    Column("pixel_sum", "float64", "Sum of their values.", unit="the raster's", null=_NULL),
    Column("pixel_mean", "float64", "Mean of their values.", unit="the raster's", null=_NULL),
    Column("pixel_min", "float64", "The least of their values.", unit="the raster's", null=_NULL),
    Column(
        "pixel_max", "float64", "The greatest of their values.", unit="the raster's", null=_NULL
    ),
)
CELL = (
    Column("cell_row", "int64", "Row of the cell, from the top.", range="0 ...", null="never"),
    Column("cell_column", "int64", "Column of the cell, from the left.", null="never"),
    Column("x_min", "float64", "Left edge.", unit="the raster's", null="never"),
    Column("y_min", "float64", "Lower edge.", unit="the raster's", null="never"),
    Column("x_max", "float64", "Right edge.", unit="the raster's", null="never"),
    Column("y_max", "float64", "Upper edge.", unit="the raster's", null="never"),
)
COLUMNS = (*CELL, *_OF_REGION)


class _Options(TypedDict, total=False):
    geometry: str
    crs: Any
    band: int
    all_touched: bool
    prefix: str | None
    replace: bool


@overload
def measure_regions(
    raster: PathLike,
    regions: Frame | PathLike | float,
    *,
    backend: Pandas = "pandas",
    **options: Unpack[_Options],
) -> Frame: ...
@overload
def measure_regions(
    raster: PathLike,
    regions: PathLike | float,
    *,
    backend: Polars,
    **options: Unpack[_Options],
) -> PolarsFrame: ...
@overload
def measure_regions(
    raster: PathLike,
    regions: PathLike | float,
    *,
    backend: Pyarrow,
    **options: Unpack[_Options],
) -> PyarrowFrame: ...
def measure_regions(
    raster: PathLike,
    regions: Frame | PathLike | float,
    *,
    geometry: str = "geometry",
    crs: Any = None,
    band: int = 1,
    all_touched: bool = False,
    backend: Backend = "pandas",
    prefix: str | None = None,
    replace: bool = False,
) -> Frame | MadeFrame:
    """Summarize a raster, such as a satellite picture of night lights, by polygon or grid cell.

    Night lights are a proxy for economic activity where statistics are missing or cannot be trusted:
    their sum in a district and year is a column for a regression.

    Parameters
    ----------
    raster
        The path of a GeoTIFF. A world file beside it (``.tfw``) is read, no other file is.
    regions
        A table with a row for each region and a column of polygons: shapely geometries (as geopandas
        has them), WKT, WKB or GeoJSON. Or a GeoJSON file. Or a number: the side of square cells that
        cover the raster, in the raster's unit (degrees or meters).
    geometry
        The table's column of polygons.
    crs
        The polygons' coordinate system, as in ``"EPSG:4326"``. By default that of a geopandas
        table, WGS 84 for a GeoJSON file, else the raster's own.
    band
        The raster's band, from 1.
    all_touched
        Count every pixel that a region touches, not only those whose center lies in it. Neighbors
        then share pixels.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``. A table that is given comes
        back as its own kind.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.

    Returns
    -------
    table
        The regions given, in order, and:

        - ``pixel_count``: pixels with a value, 0 for a region outside the raster;
        - ``pixel_sum``, ``pixel_mean``, ``pixel_min``, ``pixel_max``: of their values, null if
          there are none.

        For cells there are first ``cell_row``, ``cell_column`` and the bounds ``x_min``, ``y_min``,
        ``x_max``, ``y_max``.

    Raises
    ------
    MissingPackageError
        Without the extra ``geo``; the message has the command.
    ArgumentError, ArgumentTypeError, ColumnError, NameClashError
        When the raster, a region or an option cannot be used.

    Notes
    -----
    Pixels with the raster's no-data value and those that are not finite are left out. In a raster
    in degrees, pixels nearer the poles cover less ground: sums over large regions need an
    equal-area projection. Night lights saturate in cities, bleed over coasts, and differ between
    satellites (Chen and Nordhaus 2011).

    References
    ----------
    - Chen, X. and Nordhaus, W. D. (2011). Using luminosity data as a proxy for economic statistics.
      PNAS. https://doi.org/10.1073/pnas.1017031108
    - Henderson, J. V., Storeygard, A. and Weil, D. N. (2012). Measuring Economic Growth from Outer
      Space. American Economic Review. https://doi.org/10.1257/aer.102.2.994

    Examples
    --------
    >>> import imagesasdata as iad
    >>> lights = iad.measure_regions("examples/lights/lights.tif", "examples/lights/districts.geojson")
    >>> lights[["district", "pixel_count", "pixel_sum"]]
      district  pixel_count  pixel_sum
    0     Nord         1800    11651.0
    1    Ouest          900     1355.0
    2      Est          740      764.0
    """
    check_count("band", band)
    with open_raster(os.fspath(raster), band) as opened:
        if isinstance(regions, (int, float)) and not isinstance(regions, bool):
            if not regions > 0:
                raise ArgumentError(
                    f"Cells must have a side over 0, got {regions}.", "for example regions=0.5."
                )
            cells = squares(opened, float(regions))
            names = [column.name for column in CELL]
            regions = from_columns(
                {
                    name: list(values)
                    for name, values in zip(names, zip(*cells, strict=True), strict=True)
                },
                backend,
            )
            table = open_with(regions, names[0], option="geometry")
            shapes: list[Any] = [rectangle(cell) for cell in cells]
        else:
            if isinstance(regions, (str, os.PathLike)):
                regions = from_columns(read_geojson(os.fspath(regions)), backend)
                geometry, crs = "geometry", WGS84 if crs is None else crs
            table = open_with(regions, geometry, option="geometry")
            given = crs if crs is not None else getattr(regions, "crs", None)
            shapes = into(opened, [as_geojson(cell) for cell in table.cells(geometry)], given)
        out = Results(
            "measure_regions", table, _OF_REGION, Options(prefix=prefix, replace=replace)
        ).checked()
        found = [
            Zonal() if shape is None else zonal(opened, shape, band, touched=all_touched)
            for shape in shapes
        ]
    results = pa.table(
        {
            column.name: pa.array([one[place] for one in found], arrow_type(column))
            for place, column in enumerate(_OF_REGION)
        }
    )
    return out.join(results)
