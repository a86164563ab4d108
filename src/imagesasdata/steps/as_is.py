"""Steps that leave the pixels unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.steps.step import Step


@dataclass(frozen=True, repr=False)
class Unchanged(Step):
    """See `unchanged`."""

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        return rgb


@dataclass(frozen=True, repr=False)
class StripMetadata(Unchanged):
    """See `strip_metadata`."""


def unchanged() -> Unchanged:
    """Do nothing: what an augmentation draws when it does not change a picture.

    Returns
    -------
    Step

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.unchanged()(np.array([[[1, 2, 3]]], np.uint8)).tolist()
    [[[1, 2, 3]]]
    """
    return Unchanged()


def strip_metadata() -> StripMetadata:
    """State in a list of steps that metadata such as place, time and camera are removed.

    The pixels do not change. `transform` writes pictures without metadata anyway, unless it is told
    to keep it; this step only makes that visible to readers of the code.

    Returns
    -------
    Step

    Examples
    --------
    >>> from imagesasdata import steps
    >>> [steps.resize(1024), steps.strip_metadata()]
    [resize(1024), strip_metadata()]
    """
    return StripMetadata()
