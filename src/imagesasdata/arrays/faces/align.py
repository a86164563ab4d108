"""Face alignment: a face is cropped, turned upright and scaled by a similarity transform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

# ArcFace's positions of eyes, nose and middle of the mouth, as shares of the crop's side.
ARCFACE = (
    np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [56.1396, 92.2848]]) / 112
)


class Look(NamedTuple):
    """A crop of a face: its width relative to the network's training crops, and whether mirrored."""

    width: float
    mirrored: bool


class Frame(NamedTuple):
    """A square on the picture: its center, the length of its sides, its rotation in radians."""

    x: float
    y: float
    side: float
    angle: float = 0.0


def by_eyes(
    right: Float[np.ndarray, 2],
    left: Float[np.ndarray, 2],
    *,
    distance: float,
    height: float,
) -> Frame:
    """The square in which the eyes are level and at a given position.

    Parameters
    ----------
    right, left
        The person's own right and left eye; in the picture, the right eye is on the left.
    distance
        The distance between the eyes, as a share of the side.
    height
        The height of the eyes below the upper side, as a share of the side.
    """
    across = left - right
    gap = max(float(np.hypot(*across)), 1.0)
    side, angle = gap / distance, float(np.arctan2(across[1], across[0]))
    # From the middle of the eyes to the center, along the face.
    down = (0.5 - height) * side * np.array([-np.sin(angle), np.cos(angle)])
    x, y = (right + left) / 2 + down
    return Frame(float(x), float(y), side, angle)


def by_points(points: Float[np.ndarray, "n 2"], places: Float[np.ndarray, "n 2"]) -> Frame:
    """The square in which points are as near as possible to given positions.

    Parameters
    ----------
    points
        The points in the picture.
    places
        Their positions in the square, as shares of its side.
    """
    # A similarity transform from the square to the picture, by least squares (Umeyama 1991); in
    # complex numbers it is a single factor.
    there, here = (part - part.mean(axis=0) for part in (places, points))
    square, picture = (part[:, 0] + 1j * part[:, 1] for part in (there, here))
    factor = (np.conj(square) @ picture) / max(float(np.vdot(square, square).real), 1e-12)
    middle = 0.5 + 0.5j - (places.mean(axis=0) @ [1, 1j])
    center = points.mean(axis=0) @ [1, 1j] + factor * middle
    return Frame(
        float(center.real),
        float(center.imag),
        max(float(abs(factor)), 1.0),
        float(np.angle(factor)),
    )


def by_box(box: Float[np.ndarray, 4], *, scale: float) -> Frame:
    """The square around a box; its side is ``scale`` times the box's longer side."""
    left, top, width, height = box
    return Frame(
        float(left + width / 2), float(top + height / 2), float(max(width, height)) * scale
    )


def cut(image: Image.Image, frame: Frame, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """The pixels of the square, at ``size`` x ``size``; black beyond the picture's border.

    A large face is first reduced, so that each new pixel is a mean and not a sample.
    """
    x, y, side, angle = frame
    # With a margin for the rotation and for bilinear sampling.
    reach = side * (abs(np.cos(angle)) + abs(np.sin(angle))) / 2 + 2
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right = min(image.width, int(x + reach) + 1)
    bottom = min(image.height, int(y + reach) + 1)
    if right <= left or bottom <= top:
        return np.zeros((size, size, 3), np.uint8)
    factor = max(1, int(side / size))
    # Not by Image.crop, which refuses what is over the program's own Image.MAX_IMAGE_PIXELS.
    part = image.reduce(factor, box=(left, top, right, bottom))
    step = side / size / factor
    cos, sin = np.cos(angle) * step, np.sin(angle) * step
    center = ((x - left) / factor, (y - top) / factor)
    half = size / 2
    turn = (
        *(cos, -sin, center[0] - cos * half + sin * half),
        *(sin, cos, center[1] - sin * half - cos * half),
    )
    return np.asarray(
        part.transform((size, size), Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR)
    )


def looks_at(
    image: Image.Image,
    box: Float[np.ndarray, 4],
    looks: Sequence[Look],
    *,
    share: float,
    size: int,
) -> UInt8[np.ndarray, "looks size size 3"]:
    """Several crops of a face; ``share`` is a normal crop's side relative to the box's longer side."""
    crops = {
        width: cut(image, by_box(box, scale=share * width), size)
        for width in dict.fromkeys(look.width for look in looks)
    }
    return np.stack(
        [crops[look.width][:, ::-1] if look.mirrored else crops[look.width] for look in looks]
    )
