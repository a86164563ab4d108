"""A step that adds noise."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import number, seed_of
from imagesasdata.steps.step import Step, to_bytes


@dataclass(frozen=True, repr=False)
class Noise(Step):
    """See `noise`."""

    sd: float = 10
    _: KW_ONLY
    seed: int = 0

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        grain = np.random.default_rng(self.seed).standard_normal(rgb.shape, dtype=np.float32)
        return to_bytes(rgb + np.float32(self.sd) * grain)


def noise(sd: float = 10, *, seed: int = 0) -> Noise:
    """Add normally distributed noise to each value, clipped at black and white.

    Parameters
    ----------
    sd
        Its standard deviation, 0 (changes nothing) to 255; by default 10, which is easily seen.
    seed
        The seed of the noise; pictures of the same size get the same noise.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid standard deviation or seed.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> gray = np.full((100, 100, 3), 128, np.uint8)
    >>> round(float(steps.noise(20)(gray).std()))
    20
    """
    hint = "for example noise(10, seed=1)."
    return Noise(number("sd", sd, 0, 255, hint=hint), seed=seed_of(seed))
