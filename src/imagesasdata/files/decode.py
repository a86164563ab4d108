"""Decode bytes to upright RGB pixels, whatever the format, mode, profile or orientation."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import importlib
import io
import struct
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from imagesasdata.errors import ImageError
from imagesasdata.files.isolation import pool

Exactness = Literal["fast", "exact"]

# The largest sensor in common use has 200 million pixels (16,320 x 12,240).
MAX_PIXELS = 200_000_000

# What Pillow raises for damaged EXIF blocks, which then count as absent.
BAD_EXIF = (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, struct.error)
_HEADER = ("format", "mode", "width", "height", "frames")
_TURNED = frozenset({5, 6, 7, 8})
_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_PROFILE_MODES = frozenset({"RGB", "CMYK", "L"})

_transforms = threading.local()


@dataclass(frozen=True)
class Header:
    """A picture's header.

    ``width`` and ``height`` are those of the upright picture; ``frames`` counts the frames of an
    animation or the pages of a document.
    """

    format: str
    mode: str
    width: int
    height: int
    frames: int
    taken_at: dt.datetime | None


@contextlib.contextmanager
def limits(max_pixels: int) -> Iterator[None]:
    """Let Pillow open pictures up to ``max_pixels`` during a run, then restore its limit."""
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        # Pillow warns about metadata that it repairs; it raises for what it cannot repair.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\..*")
        Image.MAX_IMAGE_PIXELS = max_pixels
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def read_header(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Read a picture's header; no pixel is decoded.

    Raises
    ------
    ImageError
        When the bytes are no picture, or one of more than ``max_pixels``. On damaged data Pillow
        may raise any other error; `errors.reason` words it.
    """
    apart = pool()
    if apart is not None:
        fields, _ = apart.ask("read_header", data, max_pixels=max_pixels)
        taken = fields["taken_at"] and dt.datetime.fromisoformat(fields["taken_at"])
        return Header(*(fields[name] for name in _HEADER), taken_at=taken)
    with open_picture(data, max_pixels) as image:
        width, height = _stored_size(image)
        exif = read_exif(image)
        if exif.get(ExifTags.Base.Orientation) in _TURNED:
            width, height = height, width
        return Header(
            image.format or "unknown", image.mode, width, height, _frames(image), _taken_at(exif)
        )


def decode(
    data: bytes,
    *,
    short_side: int | None = None,
    long_side: int | None = None,
    exactness: Exactness = "fast",
    frame: int = 0,
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """Decode a picture to upright 8-bit sRGB.

    The EXIF orientation is applied, transparency is laid over white, 16-bit values are scaled, CMYK
    and embedded color profiles are converted to sRGB. One of several frames or pages is decoded.

    Parameters
    ----------
    data
        The file's bytes.
    short_side, long_side
        The result may be smaller than stored, but with at least this many pixels on its shorter or
        longer side. A JPEG is then decoded at the smallest DCT scale (1/8, 1/4, 1/2) that is still
        large enough.
    exactness
        ``"exact"`` decodes every pixel, whatever sides are requested.
    frame
        Which frame of an animation or page of a document, from 0.
    max_pixels
        A picture with more pixels is refused from its header.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    ImageError
        When the bytes are no picture, or one of more than ``max_pixels``. On damaged data Pillow
        may raise any other error; `errors.reason` words it.
    """
    apart = pool()
    if apart is not None:
        header, pixels = apart.ask(
            "decode",
            data,
            short_side=short_side,
            long_side=long_side,
            exactness=exactness,
            frame=frame,
            max_pixels=max_pixels,
        )
        return Image.frombytes("RGB", (header["width"], header["height"]), pixels)
    with open_picture(data, max_pixels) as image:
        if frame:
            _seek(image, frame)
        if exactness == "fast":
            _scale_down(image, short_side, long_side)
        image.load()
        return _to_rgb(_upright(image))


def _seek(image: Image.Image, frame: int) -> None:
    count = _frames(image)
    if frame >= count:
        raise ImageError(f"has no frame {frame}: there are {count}, from 0")
    image.seek(frame)


def _frames(image: Image.Image) -> int:
    """The number of frames or pages; the preview in a camera's JPEG does not count."""
    if image.format == "MPO":
        return 1
    try:
        return max(1, getattr(image, "n_frames", 1))
    except BAD_EXIF:
        return 1


def _stored_size(image: Image.Image) -> tuple[int, int]:
    if image.format == "TIFF":
        # Pillow has already swapped the sides of a turned TIFF; the tags hold the stored size.
        tags = getattr(image, "tag_v2", {})
        return int(tags[256]), int(tags[257])
    return image.size


def open_picture(data: bytes, max_pixels: int) -> Image.Image:
    """Open a picture by its header, or raise an `ImageError` that says what the file is."""
    if not data:
        raise ImageError("file is empty (0 bytes)")
    if _is_heic(data):
        _register_heic()
    try:
        image = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise ImageError(_what_else(data)) from None
    except Image.DecompressionBombError:
        raise ImageError(
            f"picture has over {max_pixels:,} pixels, the limit (max_pixels)"
        ) from None
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(
            f"picture has {width} x {height} pixels, over the limit of {max_pixels:,} (max_pixels)"
        )
    return image


def _is_heic(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}


@functools.cache
def _register_heic() -> None:
    """Register the HEIC reader with Pillow, if it is installed."""
    for name in ("pi_heif", "pillow_heif"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name).register_heif_opener()
            return


def _what_else(data: bytes) -> str:
    """The kind of a file that Pillow cannot read, from its first bytes."""
    start = data[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "is a web page (HTML), not a picture"
    if b"<svg" in start:
        return "is an SVG drawing, which has no pixels; export it as PNG first"
    if start.startswith(b"%pdf"):
        return "is a PDF document, not a picture"
    if _is_heic(data):
        return "is a HEIC picture; install the package pi-heif to read these"
    if data[4:8] == b"ftyp" and data[8:12] in {b"avif", b"avis"}:
        return "is an AVIF picture; install a newer Pillow to read these (pip install -U pillow)"
    if data[4:8] == b"ftyp":
        return "is a video, not a picture"
    return "is not a picture in a format that can be read"


def _scale_down(image: Image.Image, short_side: int | None, long_side: int | None) -> None:
    if image.format not in {"JPEG", "MPO"}:
        return
    width, height = image.size
    scale = max(
        short_side / min(width, height) if short_side else 0.0,
        long_side / max(width, height) if long_side else 0.0,
    )
    if 0.0 < scale < 1.0:
        image.draft(None, (-int(-width * scale // 1), -int(-height * scale // 1)))


def read_exif(image: Image.Image) -> Image.Exif:
    """The picture's EXIF block, empty if it is missing or damaged."""
    try:
        return image.getexif()
    except BAD_EXIF:
        return Image.Exif()


def _upright(image: Image.Image) -> Image.Image:
    with contextlib.suppress(*BAD_EXIF):
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _taken_at(exif: Image.Exif) -> dt.datetime | None:
    try:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        text = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        return dt.datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except BAD_EXIF:
        return None


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        rgba = image.convert("RGBA")
        flat = Image.new("RGB", rgba.size, "white")
        flat.paste(_to_srgb(rgba.convert("RGB"), profile), mask=rgba.getchannel("A"))
        return flat
    if image.mode == "P":
        image = image.convert("RGB")
    elif image.mode.startswith("I"):
        image = Image.fromarray(_to_8_bit(image))
    elif image.mode == "LAB":
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(
            image, ImageCms.createProfile("LAB"), srgb, outputMode="RGB"
        )
        return converted or image.convert("RGB")
    return _to_srgb(image, profile).convert("RGB")


def _to_8_bit(image: Image.Image) -> np.ndarray:
    """Scale 16-bit (or 12-bit) gray values to 0-255; Pillow would clip them at 255."""
    values = np.asarray(image).astype(np.int64)
    bits = getattr(image, "tag_v2", {}).get(258, (16,))[0]
    top = (1 << bits) - 1 if bits in {10, 12, 14, 16} else 65535
    if image.mode == "I" and values.max(initial=0) <= 255:
        top = 255
    return ((values.clip(0, top) * 255 + top // 2) // top).astype(np.uint8)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in _PROFILE_MODES:
        return image
    transform = _transform(profile, image.mode)
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image, transform)
    return converted if converted is not None else image


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from a profile to sRGB; ``None`` for sRGB itself and for a damaged profile.

    Kept for each thread, because one transform must not run in two threads at once.
    """
    transforms = _transforms.__dict__.setdefault("known", {})
    key = (hashlib.sha256(profile).digest(), mode)
    if key not in transforms:
        if len(transforms) > 64:
            transforms.clear()
        transforms[key] = _build_transform(profile, mode)
    return transforms[key]


def _build_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # Ignored, as browsers do with a damaged profile.
        return None
