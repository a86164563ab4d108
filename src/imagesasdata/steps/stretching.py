"""Steps that bring all pictures to the same range of values, so that they can be compared."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import check_choice, check_only_for, number, whole
from imagesasdata.errors import ArgumentError
from imagesasdata.steps.step import Step, to_bytes

NormalizeMethod = Literal["range", "standard"]
Channels = Literal["together", "apart"]
EqualizeMethod = Literal["global", "clahe"]

_VALUES = np.arange(256, dtype=np.float64)
_LOW, _HIGH = 1.0, 99.0
_MEAN, _SD = 128.0, 64.0
_CLIP, _TILES = 2.0, 8


@dataclass(frozen=True, repr=False)
class Normalize(Step):
    """See `normalize`; arguments of other methods are ``None``."""

    method: NormalizeMethod = "range"
    _: KW_ONLY
    low: float | None = _LOW
    high: float | None = _HIGH
    mean: float | None = _MEAN
    sd: float | None = _SD
    channels: Channels = "together"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        if self.channels == "together":
            return cv2.LUT(rgb, self._new_values(rgb))
        parts = [cv2.LUT(part, self._new_values(part)) for part in cv2.split(rgb)]
        return cv2.merge(parts)

    def _new_values(self, pixels: UInt8[np.ndarray, ...]) -> UInt8[np.ndarray, " 256"]:
        """What each of the values 0 ... 255 becomes."""
        count = np.bincount(pixels.ravel(), minlength=256)
        if self.low is not None and self.high is not None:
            upto = np.cumsum(count)
            shares = np.array([self.low, self.high]) / 100
            black, white = np.searchsorted(upto, np.maximum(shares * upto[-1], 1))
            if black == white:
                return _VALUES.astype(np.uint8)
            return to_bytes((_VALUES - black) * (255 / (white - black)))
        mean = float(count @ _VALUES) / pixels.size
        sd = float(np.sqrt(count @ (_VALUES - mean) ** 2 / pixels.size))
        return to_bytes((_VALUES - mean) / (sd or 1.0) * (self.sd or 0.0) + (self.mean or 0.0))


def normalize(
    method: NormalizeMethod = "range",
    *,
    low: float | None = None,
    high: float | None = None,
    mean: float | None = None,
    sd: float | None = None,
    channels: Channels = "together",
) -> Normalize:
    """Give every picture the same range, or the same mean and spread, of values.

    Parameters
    ----------
    method
        ``"range"`` stretches the values linearly so that the ``low``-th percentile becomes 0 and the
        ``high``-th 255 (if both percentiles are equal, the picture stays as it is). ``"standard"``
        shifts and scales them to ``mean`` and ``sd``, like standardizing a variable. Values beyond
        black or white are clipped.
    low, high
        Percentiles, 0 to 100, by default 1 and 99, so that a few outlying pixels have no influence.
    mean, sd
        0 to 255, by default 128 and 64: mid-gray, with two standard deviations to black and white.
    channels
        ``"together"`` treats red, green and blue alike, which keeps color casts; ``"apart"`` treats
        each channel separately, which removes them.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid method, percentile, mean or spread, or arguments that contradict each other.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> dull = np.array([[[100] * 3, [110] * 3, [120] * 3]], np.uint8)
    >>> steps.normalize()(dull)[0, :, 0].tolist()
    [0, 128, 255]
    """
    chosen = check_choice("method", method, get_args(NormalizeMethod))
    channels = check_choice("channels", channels, get_args(Channels))
    if chosen == "standard":
        check_only_for("range", low=low, high=high)
        hint = 'for example normalize("standard", mean=128, sd=64).'
        mean = number("mean", _MEAN if mean is None else mean, 0, 255, hint=hint)
        sd = number("sd", _SD if sd is None else sd, 0, 255, hint=hint)
        return Normalize(chosen, low=None, high=None, mean=mean, sd=sd, channels=channels)
    check_only_for("standard", mean=mean, sd=sd)
    hint = "for example normalize(low=1, high=99)."
    low = number("low", _LOW if low is None else low, 0, 100, hint=hint)
    high = number("high", _HIGH if high is None else high, 0, 100, hint=hint)
    if low >= high:
        raise ArgumentError(f"low must be under high, got low={low:g} and high={high:g}.", hint)
    return Normalize(chosen, low=low, high=high, mean=None, sd=None, channels=channels)


@dataclass(frozen=True, repr=False)
class Equalize(Step):
    """See `equalize`; arguments of other methods are ``None``."""

    method: EqualizeMethod = "global"
    _: KW_ONLY
    clip: float | None = _CLIP
    tiles: int | None = _TILES

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
        if self.clip is None or self.tiles is None:
            luma = cv2.equalizeHist(luma)
        else:
            luma = cv2.createCLAHE(self.clip, (self.tiles, self.tiles)).apply(luma)
        return cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB)


def equalize(
    method: EqualizeMethod = "global", *, clip: float | None = None, tiles: int | None = None
) -> Equalize:
    """Equalize the histogram, so that all brightness values are about equally frequent.

    This is done on luma (Y of YCrCb, see `color_space`); the color channels Cr and Cb are kept.

    Parameters
    ----------
    method
        ``"global"`` equalizes the histogram of the whole picture. ``"clahe"`` equalizes each of
        ``tiles`` x ``tiles`` parts, but limits the gain of contrast by ``clip``; this shows detail in
        light and in shade at once.
    clip
        Only for ``"clahe"``: the limit of contrast, 1 (hardly any gain) to 256 (no limit); by default
        2.
    tiles
        Only for ``"clahe"``: parts on each side, 1 to 64; by default 8, as in OpenCV.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid method, clip or number of tiles, or arguments that contradict each other.

    References
    ----------
    Pizer, S. M. et al. (1987). Adaptive histogram equalization and its variations.
    doi:10.1016/S0734-189X(87)80186-X.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> dull = np.array([[[100] * 3, [101] * 3, [120] * 3]], np.uint8)
    >>> steps.equalize()(dull)[0, :, 0].tolist()
    [0, 128, 255]
    """
    chosen = check_choice("method", method, get_args(EqualizeMethod))
    if chosen == "global":
        check_only_for("clahe", clip=clip, tiles=tiles)
        return Equalize(chosen, clip=None, tiles=None)
    hint = 'for example equalize("clahe", clip=2, tiles=8).'
    return Equalize(
        chosen,
        clip=number("clip", _CLIP if clip is None else clip, 1, 256, hint=hint),
        tiles=whole("tiles", _TILES if tiles is None else tiles, 1, 64, hint=hint),
    )
