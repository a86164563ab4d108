"""Layout in depth: how near and far are spread over a picture.

A network gives the nearness (inverse distance) of each pixel without a unit, with a zero and a scale of
its own in each picture. So only what does not depend on these two is a measure; the mean nearness, for
example, is none. All four are the same for ``a + b x`` as for nearness ``x``, with any ``b`` above 0.

- ``depth_near_share``: share of the area in the nearer of two layers, parted by Otsu's threshold (1979,
  doi:10.1109/TSMC.1979.4310076): the one that leaves the least variance within both.
- ``depth_separation``: the part of the variance of nearness that is between these layers: 1 if each is at
  one distance, as a person before a far wall; lower where distances run into one another. An even slope,
  such as a floor, has 0.75.
- ``depth_center``: correlation of nearness with lying in the middle, half of the width by half of
  the height: above 0 where the middle is nearer than what is around it, as in a portrait.
- ``depth_downward``: correlation of nearness with the place from top to bottom: near 1 where a floor or
  ground runs from the viewer into the distance, near 0 in a picture from straight above.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.measures.group import Value
from imagesasdata.columns import Column

_EVEN = "the picture could not be read, or all of it is equally near"
# Differences below this share of the largest value are those of rounding.
_LEAST = 1e-5

COLUMNS = tuple(
    Column(name, "float64", text, range=limits, null=_EVEN)
    for name, text, limits in (
        ("depth_near_share", "Share of the area in the nearer of two layers.", "0 to 1"),
        ("depth_separation", "Part of the variance of nearness between the layers.", "0 to 1"),
        ("depth_center", "Correlation of nearness with lying in the middle.", "-1 to 1"),
        ("depth_downward", "Correlation of nearness with the place, top to bottom.", "-1 to 1"),
    )
)


def measure(nearness: Float[np.ndarray, "h w"]) -> dict[str, Value]:
    """The measures of a map of nearness; all are ``None`` where it is even."""
    values = nearness.astype(np.float64)
    low, high = values.min(), values.max()
    if high - low <= _LEAST * max(abs(low), abs(high)):
        return dict.fromkeys(column.name for column in COLUMNS)
    scaled = np.rint(255 * (values - low) / (high - low)).astype(np.uint8)
    cut, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    near = scaled > cut
    share = float(near.mean())
    between = share * (1 - share) * (values[near].mean() - values[~near].mean()) ** 2
    rows, columns = values.shape
    middle = np.outer(_inner(rows), _inner(columns))
    down = np.broadcast_to(np.arange(rows)[:, None], values.shape)
    measured = (
        share,
        float(between / values.var()),
        _related(values, middle),
        _related(values, down),
    )
    return {column.name: value for column, value in zip(COLUMNS, measured, strict=True)}


def _inner(length: int) -> Float[np.ndarray, " length"]:
    """How much of each of ``length`` equal parts of a side is in its middle half."""
    ends = np.arange(length + 1) / length
    return np.diff(np.clip(ends, 0.25, 0.75)) * length


def _related(values: np.ndarray, place: np.ndarray) -> float | None:
    """Pearson's correlation; ``None`` where the place is the same everywhere."""
    off, away = values - values.mean(), place - place.mean()
    size = np.sqrt((off**2).sum() * (away**2).sum())
    return float(np.clip((off * away).sum() / size, -1, 1)) if size > 0 else None
