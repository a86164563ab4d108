"""Frame numbers of a video by time; times are in seconds, ascending."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

Times = Float[np.ndarray, " frames"]
# Times that differ by less than this count as equal.
SAME_TIME = 1e-6


def shown_at(times: Times, wanted: Float[np.ndarray, " wanted"]) -> Int[np.ndarray, " shown"]:
    """The numbers of the frames shown at the given times, each once."""
    return np.unique(np.searchsorted(times, wanted + SAME_TIME, side="right") - 1)


def shown_at_steps(
    times: Times, step: float, end: float | None = None
) -> Int[np.ndarray, " shown"]:
    """The numbers of the frames shown at 0, step, 2 step, ..., each once.

    To the last frame's start, or to before ``end``, when that frame is no longer shown.
    """
    if not len(times):
        return np.zeros(0, np.int64)
    # Not arange of floats, which accumulates rounding errors.
    last = times[-1] if end is None else max(times[-1], end - 2 * SAME_TIME)
    wanted = np.arange(int((last + SAME_TIME) / step) + 1) * step
    return shown_at(times, wanted)


def equally_spaced(times: Times, count: int) -> Int[np.ndarray, " shown"]:
    """The numbers of ``count`` frames at equal steps from 0; all frames when there are fewer."""
    if count >= len(times):
        return np.arange(len(times))
    end = times[-1] + (times[-1] - times[0]) / (len(times) - 1)
    return shown_at(times, np.arange(count) * (end / count))
