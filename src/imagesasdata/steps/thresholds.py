"""A step that makes each pixel either black or white."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import check_choice, check_only_for, number, whole
from imagesasdata.errors import ArgumentError
from imagesasdata.steps.step import Step, three

ThresholdMethod = Literal["fixed", "otsu", "adaptive"]

_WINDOW, _OFFSET = 35, 10.0
_HINT = 'for example threshold(128), threshold() or threshold(method="adaptive").'


@dataclass(frozen=True, repr=False)
class Threshold(Step):
    """See `threshold`; arguments of other methods are ``None``."""

    value: float | None = None
    _: KW_ONLY
    method: ThresholdMethod = "otsu"
    window: int | None = None
    offset: float | None = None

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        if self.value is not None:
            white = gray > self.value
        elif self.window is not None and self.offset is not None:
            mean = cv2.blur(gray.astype(np.float32), (self.window, self.window))
            white = gray > mean - np.float32(self.offset)
        else:
            cut, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
            white = gray > cut
        return three(white.astype(np.uint8) * np.uint8(255))

    def _usual(self) -> Mapping[str, Any]:
        implied = "otsu" if self.value is None else "fixed"
        return {"method": implied, "window": _WINDOW, "offset": _OFFSET}


def threshold(
    value: float | None = None,
    *,
    method: ThresholdMethod | None = None,
    window: int | None = None,
    offset: float | None = None,
) -> Threshold:
    """Make pixels white if their gray value is above a threshold, and all others black.

    Gray values are as in `grayscale`.

    Parameters
    ----------
    value
        The threshold, 0 to 255, for ``"fixed"``.
    method
        ``"fixed"``, the default with a value: the same threshold for all pictures. ``"otsu"``, the
        default without a value: for each picture, the threshold that best separates its gray values
        into two groups. ``"adaptive"``: for each pixel, the mean of the ``window`` around it minus
        ``offset``, for unevenly lit pages.
    window
        Only for ``"adaptive"``: the square's side in pixels, odd, 3 to 999. By default 35, as in
        scikit-image's examples; it should be wider than the strokes of the writing.
    offset
        Only for ``"adaptive"``: -255 to 255, by default 10, so that even paper turns white.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For invalid arguments, or arguments that contradict each other.

    References
    ----------
    Otsu, N. (1979). A threshold selection method from gray-level histograms.
    doi:10.1109/TSMC.1979.4310076.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> grays = np.repeat(np.uint8([[10, 20, 128, 129]]), 3).reshape(1, 4, 3)
    >>> steps.threshold(128)(grays)[0, :, 0].tolist()
    [0, 0, 0, 255]
    >>> steps.threshold()(grays)[0, :, 0].tolist()
    [0, 0, 255, 255]
    """
    implied = "otsu" if value is None else "fixed"
    chosen = check_choice(
        "method", implied if method is None else method, get_args(ThresholdMethod)
    )
    if chosen != "fixed":
        check_only_for("fixed", value=value)
    if chosen != "adaptive":
        check_only_for("adaptive", window=window, offset=offset)
    if chosen == "otsu":
        return Threshold()
    if chosen == "fixed":
        if value is None:
            raise ArgumentError('method="fixed" needs a value.', _HINT)
        return Threshold(number("value", value, 0, 255, hint=_HINT), method="fixed")
    hint = 'for example threshold(method="adaptive", window=35, offset=10).'
    window = whole("window", _WINDOW if window is None else window, 3, 999, hint=hint)
    if window % 2 == 0:
        raise ArgumentError(f"window must be odd, so that it has a middle, got {window}.", hint)
    offset = number("offset", _OFFSET if offset is None else offset, -255, 255, hint=hint)
    return Threshold(method="adaptive", window=window, offset=offset)
