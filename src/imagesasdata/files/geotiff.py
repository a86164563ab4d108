"""Opens a GeoTIFF by handle, so that no other file and no address is read in its place.

GDAL takes some texts for lists of files and addresses (VRT, WMS), and reads what lies beside a raster.
Here its GeoTIFF driver alone reads the file; beside it only a world file, which has six numbers.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from imagesasdata.errors import ArgumentError
from imagesasdata.extras import optional

# The raster's name as GDAL knows it, and those of a world file.
_NAME = "raster.tif"
_WORLD = ("tfw", "tifw", "tiffw", "wld")
# What changes numbers in GDAL's file of additions.
_CHANGES = re.compile(rb"<(NoDataValue|GeoTransform|SRS|GCPList|MaskBand)\b")
_AT_MOST = 1 << 20


@contextlib.contextmanager
def open_raster(path: str, band: int) -> Iterator[Any]:
    """Open a GeoTIFF and check that it has the band.

    Raises
    ------
    MissingPackageError, ArgumentError
        Without rasterio; when the file is missing, is no GeoTIFF, or has fewer bands.
    """
    rasterio = optional("rasterio", "geo", "measure_regions")
    file = Path(path)
    if not file.is_file():
        raise ArgumentError(f"There is no raster at {path!r}.", "give the path of a GeoTIFF.")
    _tell_additions(file)
    try:
        opened = rasterio.open(_NAME, driver="GTiff", sharing=False, opener=_only(file))
    except rasterio.errors.RasterioIOError:
        raise ArgumentError(
            f"{path!r} is no GeoTIFF, or is damaged.",
            'write it as a GeoTIFF, as with "gdal_translate IN OUT.tif"; lists of rasters (VRT) and '
            "maps on a server (WMS) are not followed.",
        ) from None
    with opened as raster:
        if band not in raster.indexes:
            raise ArgumentError(
                f"The raster has {raster.count} bands, so there is no band {band}.",
                f"give band=1{f' to {raster.count}' if raster.count > 1 else ''}.",
            )
        yield raster


def _only(file: Path) -> Callable[..., IO[bytes]]:
    """What opens files for GDAL: the raster and its world file, whatever name it asks for."""
    stem = Path(_NAME).stem
    allowed = {_NAME: file} | {
        f"{stem}.{ending}": file.with_suffix(f".{ending}") for ending in _WORLD
    }

    def opener(name: str, mode: str = "rb") -> IO[bytes]:
        wanted = allowed.get(Path(name).name)
        if wanted is None or mode not in {"r", "rb"} or not wanted.is_file():
            raise FileNotFoundError(name)
        return wanted.open("rb")

    return opener


def _tell_additions(file: Path) -> None:
    """Warn of files beside a raster in which GDAL would find other numbers."""
    beside = [file.with_name(file.name + ending) for ending in (".aux.xml", ".msk")]
    for addition in beside:
        if not addition.is_file():
            continue
        with addition.open("rb") as opened:
            start = opened.read(_AT_MOST)
        # A band's statistics change nothing.
        if addition.suffix == ".msk" or _CHANGES.search(start):
            warnings.warn(
                f"{addition.name!r} beside the raster is not read, only the raster itself. "
                f'To use both, write them as one file: "gdal_translate {file.name} OUT.tif".',
                stacklevel=4,
            )
