"""Which frames of a video are shown at which times; times are in seconds and rise."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

Times = Float[np.ndarray, " frames"]
# Times that differ by less than this are the same.
_SAME_TIME = 1e-6


def shown_at(times: Times, wanted: Float[np.ndarray, " wanted"]) -> Int[np.ndarray, " shown"]:
    """The numbers of the frames that are shown at some times; each once."""
    return np.unique(np.searchsorted(times, wanted + _SAME_TIME, side="right") - 1)


def shown_at_steps(times: Times, step: float) -> Int[np.ndarray, " shown"]:
    """The numbers of the frames that are shown at 0, step, 2 step, ...; each once."""
    if not len(times):
        return np.zeros(0, np.int64)
    # Not arange of floats, which accumulates rounding errors.
    wanted = np.arange(int((times[-1] + _SAME_TIME) / step) + 1) * step
    return shown_at(times, wanted)


def equally_spaced(times: Times, count: int) -> Int[np.ndarray, " shown"]:
    """The numbers of some frames, the first at 0, at equal steps; of all when there are fewer."""
    if count >= len(times):
        return np.arange(len(times))
    end = times[-1] + (times[-1] - times[0]) / (len(times) - 1)
    return shown_at(times, np.arange(count) * (end / count))
