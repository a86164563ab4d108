"""The first centers of k-means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

# Values in float64 at once.
_AT_ONCE = 1 << 20


class Starts:
    """Draws first centers by k-means++ for several starts of scikit-learn's ``KMeans(init=...)``.

    The centers are those that scikit-learn draws itself. It does so for one start after the other,
    and converts all rows to float64 for each center and start, which takes most of the time where
    rows have many dimensions. Here the starts are drawn side by side.

    Parameters
    ----------
    count
        The number of starts: how often it is called.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._drawn: list[np.ndarray] = []

    def __call__(
        self, rows: Float32[np.ndarray, "rows size"], k: int, random_state: np.random.RandomState
    ) -> Float32[np.ndarray, "k size"]:
        """The centers of the next start."""
        if not self._drawn:
            self._drawn = [rows[chosen] for chosen in _draw(rows, k, self._count, random_state)]
        return self._drawn.pop(0)


def _draw(
    rows: np.ndarray, k: int, starts: int, random_state: np.random.RandomState
) -> list[list[int]]:
    """For each start the rows that are its first centers.

    Each further center is the best of a few candidates, which are drawn with a probability that grows
    with the squared distance to the nearest center (Arthur & Vassilvitskii 2007).
    """
    trials = 2 + int(np.log(k))
    ones = np.ones(len(rows), rows.dtype)
    squares = _squares(rows)
    chosen, draws = [], []
    for _ in range(starts):
        chosen.append([int(random_state.choice(len(rows), p=ones / ones.sum()))])
        draws.append(random_state.uniform(size=(k - 1, trials)))
    nearest = list(_distances(rows, np.array(chosen), squares))
    potentials = [(one @ ones)[0] for one in nearest]
    for number in range(k - 1):
        candidates = np.array(
            [
                np.searchsorted(np.cumsum(one[0]), draw[number] * potential)
                for one, draw, potential in zip(nearest, draws, potentials, strict=True)
            ]
        ).clip(max=len(rows) - 1)
        for start, distances in enumerate(_distances(rows, candidates, squares)):
            closer = np.minimum(nearest[start], distances)
            sums = closer @ ones[:, None]
            best = int(np.argmin(sums))
            potentials[start], nearest[start] = sums[best, 0], closer[best][None]
            chosen[start].append(int(candidates[start, best]))
    return chosen


def _squares(rows: np.ndarray) -> np.ndarray:
    """The squared length of each row, in float64."""
    return np.concatenate([np.einsum("ij,ij->i", some, some) for _, some in _wide(rows)])


def _distances(rows: np.ndarray, candidates: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Squared distances of some rows, (starts, candidates), to all rows, through float64."""
    own = rows[candidates.ravel()].astype(np.float64)
    found = np.empty((len(own), len(rows)), np.float32)
    for first, some in _wide(rows):
        part = slice(first, first + len(some))
        products = -2 * (own @ some.T)
        products += squares[candidates.ravel(), None]
        products += squares[part]
        found[:, part] = products
    return np.maximum(found, 0, out=found).reshape(*candidates.shape, -1)


def _wide(rows: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The rows in float64, some at a time, with the number of the first."""
    size = max(1, _AT_ONCE // max(1, rows.shape[1]))
    for first in range(0, len(rows), size):
        yield first, rows[first : first + size].astype(np.float64)
