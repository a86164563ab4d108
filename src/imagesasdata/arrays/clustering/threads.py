"""The threads that work on vectors: one where more would mostly wait for each other."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

# On 281 vectors of 1,280 numbers two threads took over 10 times the processor time of one.
_FEW = 1 << 22


def fitting_threads(vectors: np.ndarray) -> threadpool_limits:
    """A context in which BLAS and OpenMP run with one thread if there are few numbers."""
    return threadpool_limits(1 if vectors.size < _FEW else None)
