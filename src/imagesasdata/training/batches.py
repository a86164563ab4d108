"""Batches of one static size, in an order set by the seed and the epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from imagesasdata.engine.stream import Loaded, stream
from imagesasdata.errors import ImageError


class Batch(NamedTuple):
    """A batch: inputs and row numbers.

    A short batch is padded with row numbers below 0, whose inputs are zeros and which do not count.
    """

    inputs: np.ndarray
    rows: np.ndarray


class Inputs(Protocol):
    """A source of inputs by row."""

    def batches(self, rows: np.ndarray, size: int, epoch: int | None) -> Iterator[Batch]:
        """The rows in this order, ``size`` at a time; with an ``epoch``, prepared as in training."""
        ...


@dataclass(frozen=True, eq=False)
class Embedded:
    """Inputs that are in memory: a vector for each row."""

    vectors: np.ndarray

    def batches(self, rows: np.ndarray, size: int, epoch: int | None) -> Iterator[Batch]:
        """See `Inputs`."""
        for start in range(0, len(rows), size):
            chosen = rows[start : start + size]
            yield _filled(self.vectors[chosen], chosen, size)


@dataclass(frozen=True, eq=False)
class Pictured:
    """Inputs that threads read, decode and augment as they are needed.

    ``load(row, epoch)`` returns the pixels of a row; all rows have the same shape.
    """

    load: Callable[[int, int | None], np.ndarray]
    workers: int

    def batches(self, rows: np.ndarray, size: int, epoch: int | None) -> Iterator[Batch]:
        """See `Inputs`.

        Raises
        ------
        ImageError
            When a picture that was readable before cannot be read any more.
        """
        arrived: dict[int, np.ndarray] = {}
        start = 0
        jobs = stream(
            range(len(rows)),
            lambda job: Loaded([self.load(int(rows[job]), epoch)]),
            None,
            workers=self.workers,
        )
        try:
            for done in jobs:
                if done.error is not None:
                    raise ImageError(
                        f"Row {rows[done.job]} could be read before and cannot now: {done.error}.",
                        "leave the pictures in place while a model is trained on them.",
                    )
                arrived[done.job] = done.results[0]
                # Pictures arrive in any order, but batches are built in the order of the rows.
                while start < len(rows):
                    stop = min(start + size, len(rows))
                    if any(index not in arrived for index in range(start, stop)):
                        break
                    pixels = np.stack([arrived.pop(index) for index in range(start, stop)])
                    yield _filled(pixels, rows[start:stop], size)
                    start = stop
        finally:
            jobs.close()


def shuffled(rows: Sequence[int] | np.ndarray, seed: int, epoch: int) -> np.ndarray:
    """The rows in the order of an epoch; another epoch has another order."""
    return np.random.default_rng((seed, epoch)).permutation(np.asarray(rows))


def _filled(inputs: np.ndarray, rows: np.ndarray, size: int) -> Batch:
    lacking = size - len(rows)
    if lacking:
        inputs = np.concatenate([inputs, np.zeros((lacking, *inputs.shape[1:]), inputs.dtype)])
        rows = np.concatenate([rows, np.full(lacking, -1, rows.dtype)])
    return Batch(inputs, rows)
