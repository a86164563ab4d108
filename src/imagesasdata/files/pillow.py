"""Pillow with settings of its own: a program's changes to Pillow do not reach pictures decoded here.

Pillow keeps its settings in modules (``Image.MAX_IMAGE_PIXELS``, ``ImageFile.LOAD_TRUNCATED_IMAGES``,
the list of formats), and its warnings go through Python's filters. All of these belong to the whole
process, so a program that changes one would change results, and two runs would change each other's.
Here Pillow's Python modules are loaded a second time under another name, with fixed settings and
with the readers of `FORMATS` alone. Its compiled modules are shared.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import importlib.util
import io
import logging
import sys
import threading
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL
import PIL.Image

from imagesasdata.errors import ImageError

if TYPE_CHECKING:
    from PIL import (
        ExifTags,
        Image,
        ImageCms,
        ImageFile,
        ImageOps,
        TiffImagePlugin,
        UnidentifiedImageError,
        features,
    )

# No other reader is asked what a file is: that of PostScript starts a program, others are rarely
# tried with damaged files. TGA has no signature, so it comes last.
FORMATS = (
    "JPEG",
    "PNG",
    "GIF",
    "WEBP",
    "TIFF",
    "BMP",
    "AVIF",
    "JPEG2000",
    "PPM",
    "DIB",
    "ICO",
    "CUR",
    "ICNS",
    "PSD",
    "QOI",
    "SGI",
    "DDS",
    "PCX",
    "TGA",
)
_READERS = (
    "AvifImagePlugin",
    "BmpImagePlugin",
    "CurImagePlugin",
    "DdsImagePlugin",
    "GifImagePlugin",
    "IcnsImagePlugin",
    "IcoImagePlugin",
    "Jpeg2KImagePlugin",
    "JpegImagePlugin",
    "MpoImagePlugin",
    "PcxImagePlugin",
    "PngImagePlugin",
    "PpmImagePlugin",
    "PsdImagePlugin",
    "QoiImagePlugin",
    "SgiImagePlugin",
    "TgaImagePlugin",
    "TiffImagePlugin",
    "WebPImagePlugin",
)
_COMPILED = ("_imaging", "_imagingcms", "_imagingmath", "_webp", "_avif")
# Pixels of a strip.
_AT_ONCE = 1 << 20
_NAME = "imagesasdata.files._pillow"
# A tile may be larger than its picture; up to so many pixels it may have whatever the limit.
_SMALL = 1 << 24
# The most pixels of the pictures that this thread opens.
_limit = threading.local()


def _load() -> types.ModuleType:
    """The second set of Pillow's modules."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    spec = importlib.util.spec_from_file_location(
        _NAME, PIL.__file__, submodule_search_locations=list(PIL.__path__)
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"Pillow cannot be loaded from {PIL.__file__!r}.")
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    for name in _COMPILED:
        try:
            module = importlib.import_module(f"PIL.{name}")
        except ImportError:  # a build of Pillow without this format
            continue
        sys.modules[f"{_NAME}.{name}"] = module
        setattr(package, name, module)
    for name in (*_READERS, "ImageCms", "ImageOps", "ExifTags", "features"):
        importlib.import_module(f"{_NAME}.{name}")
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{_NAME}.") and "warnings" in vars(module):
            vars(module)["warnings"] = _Silent
    # Pillow says here how large each picture in a file is: an icon, a frame, a tile.
    package.Image._decompression_bomb_check = _check_part
    # What Pillow logs about damaged files is raised as well.
    logging.getLogger(_NAME).addHandler(logging.NullHandler())
    package.Image._initialized = 2  # so that Pillow does not load its other readers
    return package


def _check_part(size: tuple[int, int], **_: Any) -> None:
    check_pixels(size, max(_SMALL, getattr(_limit, "pixels", _SMALL)))


def check_pixels(size: tuple[int, int], most: int) -> None:
    """Refuse a picture, or one within a file, of more than ``most`` pixels."""
    width, height = size
    if width * height > most:
        raise ImageError(
            f"picture has {width} x {height} pixels, over the limit of {most:,} (max_pixels)"
        )


class _Silent:
    """Stands for the module ``warnings``: Pillow repairs or raises, and its warnings say no more."""

    @staticmethod
    def warn(*_: Any, **__: Any) -> None:
        pass


if not TYPE_CHECKING:
    _package = _load()
    ExifTags = _package.ExifTags
    Image = _package.Image
    ImageCms = _package.ImageCms
    ImageFile = _package.ImageFile
    ImageOps = _package.ImageOps
    TiffImagePlugin = _package.TiffImagePlugin
    UnidentifiedImageError = _package.UnidentifiedImageError
    features = _package.features


def open_image(data: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Open a picture by its header, in one of `FORMATS`.

    Raises
    ------
    ImageError
        When it, or a picture that it holds, has more than ``max_pixels``.
    PIL.UnidentifiedImageError
        When the bytes are in none of them.
    """
    _limit.pixels = max_pixels
    known = [name for name in FORMATS if name in Image.OPEN]
    return Image.open(io.BytesIO(data), formats=known)


@functools.cache
def quiet_libtiff() -> None:
    """Keep libtiff from printing to the terminal; its errors are raised in any case."""
    try:
        library = ctypes.CDLL(Image.core.__file__)
        library.TIFFSetErrorHandler.restype = ctypes.c_void_p
        library.TIFFSetErrorHandler.argtypes = [ctypes.c_void_p]
        library.TIFFSetErrorHandler(None)
    except (OSError, AttributeError):  # a build of Pillow without libtiff, or with a hidden one
        pass


def wrapped(pixels: np.ndarray, mode: str) -> Image.Image:
    """A picture around an array of ``height x width x bytes of a pixel``, without a copy.

    The array must lie in memory as Pillow holds pixels: with 1 byte each for L, 4 for RGB and CMYK.
    """
    height, width = pixels.shape[:2]
    return Image.Image()._new(
        Image.core.map_buffer(pixels, (width, height), "raw", 0, (mode, 0, 1))
    )


def strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """A picture some rows at a time, with the number of the first of them.

    So that on the way to RGB no further copies of a whole large picture are in memory.
    """
    image.load()
    rows = max(1, _AT_ONCE // max(1, image.width))
    for start in range(0, image.height, rows):
        yield start, image.crop((0, start, image.width, min(start + rows, image.height)))


def as_pillow(image: Image.Image) -> PIL.Image.Image:
    """The same picture as an object of the program's own Pillow, without a copy of its pixels."""
    return PIL.Image.Image()._new(image.im)
