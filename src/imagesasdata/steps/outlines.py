"""A step that shows edges: where the light changes from pixel to pixel."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from imagesasdata.checks import check_choice, check_only_for, number
from imagesasdata.errors import ArgumentError
from imagesasdata.steps.step import Step, three, to_bytes

EdgesMethod = Literal["canny", "sobel"]

_LOW, _HIGH = 100.0, 200.0


@dataclass(frozen=True, repr=False)
class Edges(Step):
    """See `edges`; arguments of other methods are ``None``."""

    method: EdgesMethod = "canny"
    _: KW_ONLY
    low: float | None = _LOW
    high: float | None = _HIGH

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        if self.low is None or self.high is None:
            return three(to_bytes(steepness(gray) / 4))
        return three(cv2.Canny(gray, self.low, self.high, L2gradient=True))


def edges(
    method: EdgesMethod = "canny", *, low: float | None = None, high: float | None = None
) -> Edges:
    """Show edges in white on black.

    The steepness of a pixel is the length of its gradient, by Sobel's 3 x 3 kernels on gray values
    (as in `grayscale`): 4 x the difference, at a straight edge.

    Parameters
    ----------
    method
        ``"canny"`` gives lines one pixel wide, 255 or 0. Canny's method begins with a blur; this step
        does not, so `blur` grainy photos first. ``"sobel"`` gives each pixel's steepness / 4, clipped
        at 255: a straight edge from black to white is 255.
    low, high
        Only for ``"canny"``: steepness, 0 to 1,500. A line starts where the steepness is over
        ``high`` and continues while it is over ``low``. By default 100 and 200.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For invalid arguments, or arguments that contradict each other.

    References
    ----------
    Canny, J. (1986). A computational approach to edge detection. doi:10.1109/TPAMI.1986.4767851.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> half = np.zeros((6, 6, 3), np.uint8)
    >>> half[:, 3:] = 255
    >>> steps.edges("sobel")(half)[3, :, 0].tolist()
    [0, 0, 255, 255, 0, 0]
    >>> int((steps.edges("canny")(half)[3] == 255).any(axis=-1).sum())  # one pixel wide
    1
    """
    chosen = check_choice("method", method, get_args(EdgesMethod))
    if chosen == "sobel":
        check_only_for("canny", low=low, high=high)
        return Edges(chosen, low=None, high=None)
    hint = 'for example edges("canny", low=100, high=200).'
    low = number("low", _LOW if low is None else low, 0, 1500, hint=hint)
    high = number("high", _HIGH if high is None else high, 0, 1500, hint=hint)
    if low > high:
        raise ArgumentError(f"low must not be over high, got low={low:g} and high={high:g}.", hint)
    return Edges(chosen, low=low, high=high)


def steepness(gray: UInt8[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """The length of each pixel's gradient by Sobel's kernels."""
    across, down = (cv2.Sobel(gray, cv2.CV_32F, dx, 1 - dx) for dx in (1, 0))
    # Not cv2.magnitude: its square root differs between runs.
    return np.sqrt(across * across + down * down)
