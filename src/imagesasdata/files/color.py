"""Pixels of any mode and color profile as sRGB."""

from __future__ import annotations

import hashlib
import io
import threading

import numpy as np

from imagesasdata.files.levels import as_8_bits, is_deep, opaque
from imagesasdata.files.pillow import Image, ImageCms, strips

_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_GRAY_MODES = frozenset({"L", "LA", "La", "1"})
_PROFILE_MODES = frozenset({"RGB", "CMYK", "L"})
# From this level on, a color cannot be told from white.
_NEARLY_WHITE = 245

_transforms = threading.local()


def to_rgb(image: Image.Image) -> Image.Image:
    """A picture of any mode as sRGB, with transparency laid over a background.

    The background is white; it is black where all that can be seen is white itself, as in a white
    logo, which would vanish.
    """
    profile = image.info.get("icc_profile")
    if is_deep(image):
        mask = opaque(image)
        gray = _to_srgb(as_8_bits(image), profile).convert("RGB")
        if mask is None:
            return gray
        gray.putalpha(mask)
        return _flat(gray, "RGB", None)
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        return _flat(rgba, "L" if image.mode in _GRAY_MODES else "RGB", profile)
    if image.mode == "P":
        image = image.convert("RGB")
    elif image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
        return converted or image.convert("RGB")
    srgb = _to_srgb(image, profile)
    return srgb if srgb.mode == "RGB" else srgb.convert("RGB")


def _flat(rgba: Image.Image, mode: str, profile: bytes | None) -> Image.Image:
    """An RGBA picture over a background; ``mode`` is that of its profile."""
    flat = Image.new("RGB", rgba.size, "black" if _vanishes(rgba) else "white")
    for start, strip in strips(rgba):
        colors = _to_srgb(strip.convert("RGB").convert(mode), profile).convert("RGB")
        flat.paste(colors, (0, start), mask=strip.getchannel("A"))
    return flat


def _vanishes(rgba: Image.Image) -> bool:
    """Whether all pixels that can be seen are nearly white, and some cannot be seen."""
    opacity = rgba.getchannel("A").histogram()
    if opacity[255] == sum(opacity) or opacity[0] == sum(opacity):
        return False
    return all(_is_white(strip) for _, strip in strips(rgba))


def _is_white(rgba: Image.Image) -> bool:
    seen = Image.new("RGB", rgba.size, "white")
    seen.paste(rgba.convert("RGB"), mask=rgba.getchannel("A").point([0] + [255] * 255))
    return not np.reshape(seen.histogram(), (3, 256))[:, :_NEARLY_WHITE].any()


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
