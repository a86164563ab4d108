"""Composition: where in the picture things are, and how they are balanced.

All measures but ``empty_share`` are taken on the picture at 64 pixels on its longer side (area
averaging), so that they describe its layout and not its detail. Saliency p is spectral-residual
saliency (Hou and Zhang 2007, doi:10.1109/CVPR.2007.383267) above its mean, scaled to a sum of 1: it is
high where a picture differs from its own regularity. It does not detect faces or meaning.

- ``saliency_x``, ``saliency_y``: centroid of saliency, from 0 (left, top) to 1 (right, bottom).
- ``saliency_spread``: root mean square distance from the centroid, sqrt(sum p d^2), over the diagonal.
  Small if one thing stands out, large if things are scattered.
- ``thirds_distance``: distance from the centroid to the nearest of the four points where lines at a
  third and two thirds cross, over the diagonal: the rule of thirds (Datta et al. 2006,
  doi:10.1007/11744078_23, use it for aesthetics).
- ``symmetry_left_right``, ``symmetry_top_bottom``: correlation of gray values with those of the
  mirrored picture: 1 is the same, 0 unrelated, under 0 the opposite.
- ``figure_ground``: how much the salient area differs in color from the rest: the CIELAB distance of
  their mean colors. The salient area is where p is over Otsu's threshold (Otsu 1979,
  doi:10.1109/TSMC.1979.4310076). 2 is barely visible, 50 a strong contrast.
- ``diagonal_dominance``: 1 - 2 sum p d, with d as the distance to the nearer diagonal in units of the
  sides: min(|x - y|, |x + y - 1|). 1 if all saliency lies on a diagonal; 0.67 if it is spread evenly.
- ``empty_share``: share of 16 x 16 equal cells of the picture without a Canny edge (as in texture),
  such as sky, walls and blurred ground.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from imagesasdata.arrays.measures.edges import edges
from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.arrays.measures.saliency import saliency
from imagesasdata.arrays.measures.srgb import lab
from imagesasdata.columns import Column

_SIDE = 64
_CELLS = 16
_PLAIN = "the picture could not be read, or is of one gray"

COLUMNS = (
    *(
        Column(name, "float64", text, range=limits, null=_PLAIN)
        for name, text, limits in (
            ("saliency_x", "Centroid of saliency, left to right.", "0 to 1"),
            ("saliency_y", "Centroid of saliency, top to bottom.", "0 to 1"),
            ("saliency_spread", "Root mean square distance from that centroid.", "0 to 0.5"),
            ("thirds_distance", "Distance of that centroid from a point of thirds.", "0 to 0.34"),
            ("symmetry_left_right", "Correlation with the mirrored picture.", "-1 to 1"),
            ("symmetry_top_bottom", "Correlation with the picture upside down.", "-1 to 1"),
            ("figure_ground", "CIELAB distance between the salient area and the rest.", "0 to 260"),
            ("diagonal_dominance", "Nearness of saliency to a diagonal.", "0 to 1"),
        )
    ),
    Column("empty_share", "float64", "Share of the area without an edge.", range="0 to 1"),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    height, width = rgb.shape[:2]
    scale = _SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    values: dict[str, Value] = dict.fromkeys(column.name for column in COLUMNS)
    values["empty_share"] = _empty(rgb)
    shares = saliency(gray)
    if not shares.any():
        return values
    return {
        **values,
        **_places(shares, width, height),
        "symmetry_left_right": _likeness(gray, gray[:, ::-1]),
        "symmetry_top_bottom": _likeness(gray, gray[::-1]),
        "figure_ground": _figure_ground(small, shares),
    }


def _places(shares: Float64[np.ndarray, "h w"], width: int, height: int) -> dict[str, Value]:
    x = (np.arange(shares.shape[1]) + 0.5) / shares.shape[1]
    y = (np.arange(shares.shape[0]) + 0.5) / shares.shape[0]
    middle_x, middle_y = float(shares.sum(axis=0) @ x), float(shares.sum(axis=1) @ y)
    diagonal = np.hypot(width, height)
    across, down = width / diagonal, height / diagonal
    away = np.hypot((x - middle_x) * across, ((y - middle_y) * down)[:, None])
    from_diagonal = np.minimum(abs(x - y[:, None]), abs(x + y[:, None] - 1.0))
    return {
        "saliency_x": middle_x,
        "saliency_y": middle_y,
        "saliency_spread": float(np.sqrt((shares * away**2).sum())),
        "thirds_distance": float(
            np.hypot(
                min(abs(middle_x - 1 / 3), abs(middle_x - 2 / 3)) * across,
                min(abs(middle_y - 1 / 3), abs(middle_y - 2 / 3)) * down,
            )
        ),
        "diagonal_dominance": max(0.0, 1.0 - 2.0 * float((shares * from_diagonal).sum())),
    }


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    off = one.astype(np.float64) - one.mean()
    mirrored = other.astype(np.float64) - one.mean()
    return min(max(float((off * mirrored).sum() / (off**2).sum()), -1.0), 1.0)


def _figure_ground(
    small: UInt8[np.ndarray, "h w 3"], shares: Float64[np.ndarray, "h w"]
) -> float | None:
    scaled = np.rint(255.0 * shares / shares.max()).astype(np.uint8)
    _, figure = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    inside = figure > 0
    if inside.all() or not inside.any():
        return None
    colors = lab(small)
    return float(np.linalg.norm(colors[inside].mean(axis=0) - colors[~inside].mean(axis=0)))


def _empty(rgb: UInt8[np.ndarray, "h w 3"]) -> float:
    drawn = edges(np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)))
    rows, columns = (np.arange(side) * min(_CELLS, side) // side for side in drawn.shape)
    cells = rows[:, None] * (columns[-1] + 1) + columns
    count = (rows[-1] + 1) * (columns[-1] + 1)
    return float((np.bincount(cells.ravel(), drawn.ravel(), minlength=count) == 0).mean())
