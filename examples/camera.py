"""A simulated camera for the studies' pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

PHOTOS = Path(__file__).parent / "photos"


def part(name: str, size: tuple[int, int], random: np.random.Generator) -> Image.Image:
    """A random part of an example photo, at times mirrored, as a scene to photograph.

    Parameters
    ----------
    name
        A file in ``examples/photos``.
    size
        Width and height of the scene in pixels.
    random
        Where chance comes from.
    """
    with Image.open(PHOTOS / name) as file:
        photo = ImageOps.exif_transpose(file).convert("RGB")
    scale = min(photo.width / size[0], photo.height / size[1]) * random.uniform(0.6, 0.95)
    width, height = size[0] * scale, size[1] * scale
    left = random.uniform(0, photo.width - width)
    top = random.uniform(0, photo.height - height)
    scene = photo.resize(size, box=(left, top, left + width, top + height))
    return ImageOps.mirror(scene) if random.random() < 0.5 else scene


def snapshot(
    scene: Image.Image,
    random: np.random.Generator,
    *,
    light: float = 1.0,
    color: float = 1.0,
    blur: float = 0.6,
    grain: float = 4.0,
) -> Image.Image:
    """The scene as a hand-held camera takes it: light, color, softness, a sensor's grain.

    Parameters
    ----------
    scene
        The picture to take.
    random
        Where chance comes from.
    light
        How much light there is; 1 leaves it.
    color
        How strong colors are; 0 is gray.
    blur
        Standard deviation of the softness in pixels.
    grain
        Standard deviation of the grain, in levels of 255.
    """
    pixels = np.asarray(ImageEnhance.Color(scene).enhance(color), np.float32) * light
    pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    pixels += random.normal(0, grain, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def photograph(
    sheet: Image.Image,
    turn: float,
    skew: float,
    shade: float,
    random: np.random.Generator,
    table: tuple[int, int] = (1400, 1050),
) -> np.ndarray:
    """A sheet of paper on a table: turned, seen from the side, in uneven light, with grain.

    Parameters
    ----------
    sheet
        The paper.
    turn
        By how many degrees.
    skew
        How far the corners are out of place, as a share of 400 pixels.
    shade
        Light at the left, where 1 is full.
    random
        Where chance comes from.
    table
        Width and height of the photo.
    """
    width, height = sheet.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(turn)
    turned = (corners - corners.mean(0)) @ np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    target = turned * 0.85 + np.array(table) / 2
    target += random.uniform(-skew, skew, (4, 2)) * 400
    view = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    photo = np.full((table[1], table[0], 3), (96, 74, 52), np.uint8)
    cv2.warpPerspective(
        np.asarray(sheet), view, table, dst=photo, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(shade, 1.0, table[0])[None, :, None]
    grain = random.normal(0, 7, photo.shape)
    return (photo * light + grain).clip(0, 255).astype(np.uint8)
