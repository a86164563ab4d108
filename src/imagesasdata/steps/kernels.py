"""A step that convolves a picture with any kernel: the hands-on way to see a filter work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import number
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.steps.step import Step, to_bytes

_LARGEST = 31
_FAR = 1e6
_HINT = "for example convolve([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])."

Kernel = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, repr=False)
class Convolve(Step):
    """See `convolve`."""

    kernel: Kernel
    _: KW_ONLY
    scale: float | None = None
    offset: float = 0

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        weights = np.array(self.kernel, np.float64)
        scale = (float(weights.sum()) or 1.0) if self.scale is None else self.scale
        height, width = weights.shape
        # OpenCV correlates; rotating the kernel by 180 degrees makes that a convolution.
        center = ((width - 1) // 2, (height - 1) // 2)
        sums = cv2.filter2D(rgb, cv2.CV_32F, weights[::-1, ::-1], anchor=center)
        return to_bytes(sums / np.float32(scale) + np.float32(self.offset))


def convolve(
    kernel: Sequence[Sequence[float]] | np.ndarray,
    *,
    scale: float | None = None,
    offset: float = 0,
) -> Convolve:
    """Make each value a weighted sum of its neighbors: the operation of a convolutional network.

    ``new[y, x] = sum over i, j of kernel[i, j] * old[y - i + ci, x - j + cj] / scale + offset``, with
    (ci, cj) the kernel's center, rounded and clipped to 0 and 255. Each color channel is convolved
    separately. At its edges, a picture is continued by reflection.

    This is a true convolution, which rotates the kernel by 180 degrees, as in
    ``scipy.ndimage.convolve``. OpenCV, Pillow and neural networks do not rotate it (correlation): to
    get their result, rotate the kernel first. For symmetric kernels there is no difference.

    Parameters
    ----------
    kernel
        Rows of numbers, all of the same length: 1 x 1 to 31 x 31. If a side is even, the center is
        the later of the two middle positions.
    scale
        What the sums are divided by; not 0. By default the sum of the kernel, so that the picture
        keeps its brightness, or 1 if that sum is 0, as in kernels that detect edges.
    offset
        Added at the end, -255 to 255. By default 0; 128 makes negative sums visible.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For a kernel that is not such a table of numbers, or a scale of 0.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> edge = np.repeat(np.uint8([[50, 50, 60, 60]]), 3).reshape(1, 4, 3)
    >>> rising = steps.convolve([[1, 0, -1]], offset=128)
    >>> rising(edge)[0, :, 0].tolist()
    [128, 138, 138, 128]
    """
    weights = _weights(kernel)
    if scale is not None:
        scale = number("scale", scale, -_FAR, _FAR, hint="for example scale=9.")
        if scale == 0:
            raise ArgumentError("scale must not be 0.", "leave it out for the kernel's own sum.")
    offset = number("offset", offset, -255, 255, hint="for example offset=128.")
    return Convolve(weights, scale=scale, offset=offset)


def _weights(kernel: Any) -> Kernel:
    rows = kernel.tolist() if isinstance(kernel, np.ndarray) else kernel
    if not isinstance(rows, list | tuple) or not all(isinstance(row, list | tuple) for row in rows):
        raise ArgumentTypeError(f"kernel must be rows of numbers, got {kernel!r}.", _HINT)
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or not 1 <= len(rows) <= _LARGEST or not 1 <= max(lengths) <= _LARGEST:
        raise ArgumentError(
            f"kernel must be 1 x 1 to {_LARGEST} x {_LARGEST} with rows of one length, "
            f"got {len(rows)} rows of {' and '.join(map(str, sorted(lengths))) or 'no'} numbers.",
            _HINT,
        )
    return tuple(
        tuple(number("a kernel's weight", weight, -_FAR, _FAR, hint=_HINT) for weight in row)
        for row in rows
    )
