"""Splits into training, validation and test rows without leakage."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from imagesasdata.arrays.measures.crop_hashes import as_codes
from imagesasdata.arrays.neighbors.copies import copies_by_all
from imagesasdata.arrays.neighbors.groups import linked_groups
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.options import COPY_BITS
from imagesasdata.tables.codes import python_value

TRAIN, VALIDATION, TEST = 0, 1, 2
PARTS = ("train", "validation", "test")

SHARES = (0.8, 0.1, 0.1)
_HINT = (
    "for example split=(0.8, 0.1, 0.1), shares for training, validation and test, or the name of a "
    "column."
)
_BINS = 5


@dataclass(frozen=True)
class Split:
    """A part for each row, and how many rows were moved to keep groups whole."""

    parts: Int[np.ndarray, " n"]
    moved: int

    def rows(self, part: int) -> Int[np.ndarray, " m"]:
        """The rows of a part, in order."""
        return np.flatnonzero(self.parts == part)


def check_shares(split: object) -> tuple[float, float, float]:
    """``split=`` as three shares.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When they are not three shares that sum to one, or those for training or testing are 0.
    """
    if not isinstance(split, Sequence) or isinstance(split, str) or len(split) != 3:
        raise ArgumentTypeError(f"split must be three shares, got {split!r}.", _HINT)
    if not all(isinstance(part, numbers.Real) for part in split):
        raise ArgumentTypeError(f"split must be three shares, got {split!r}.", _HINT)
    train, validation, test = (float(part) for part in split)
    if min(train, validation, test) < 0 or abs(train + validation + test - 1) > 1e-6:
        raise ArgumentError(f"The shares of split={split!r} must be 0 or more and sum to 1.", _HINT)
    if train == 0 or test == 0:
        raise ArgumentError(
            f"split={split!r} leaves nothing to {'train on' if train == 0 else 'test with'}.", _HINT
        )
    return train, validation, test


def told_parts(name: str, cells: Sequence[Any]) -> Int[np.ndarray, " n"]:
    """A column of ``"train"``, ``"validation"`` and ``"test"`` as the number of each row's part.

    Raises
    ------
    ArgumentError
        When a cell is none of these, or no row is for training or for testing.
    """
    wrong = [row for row, cell in enumerate(cells) if cell not in PARTS]
    if wrong:
        raise ArgumentError(
            f"The split {name!r} has {cells[wrong[0]]!r} in row {wrong[0]} ({len(wrong):,} such rows).",
            f"write {', '.join(map(repr, PARTS[:2]))} or {PARTS[2]!r} in each row.",
        )
    for part in (TRAIN, TEST):
        if PARTS[part] not in cells:
            raise ArgumentError(
                f"The split {name!r} has no row for {'training' if part == TRAIN else 'testing'}.",
                f"write {PARTS[part]!r} in some rows.",
            )
    return np.array([PARTS.index(cell) for cell in cells], np.int64)


def strata_of(codes: np.ndarray) -> Int[np.ndarray, " n"]:
    """The strata of a split: classes, fifths of numbers, or each row's rarest label."""
    if codes.ndim == 2:
        counts = codes.sum(axis=0)
        rarest = np.where(codes > 0, counts, np.inf).argmin(axis=1)
        return np.where(codes.any(axis=1), rarest, codes.shape[1]).astype(np.int64)
    if codes.dtype.kind == "f":
        cuts = np.quantile(codes, np.linspace(0, 1, _BINS + 1)[1:-1])
        return np.searchsorted(cuts, codes, side="right")
    return codes.astype(np.int64)


def split_rows(
    strata: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
    shares: Sequence[float],
    seed: int,
) -> Split:
    """Draw a part for each row; rows of one group are in one part.

    Parameters
    ----------
    strata
        Each part gets its share of every stratum, as far as groups allow. With a single value there
        are no strata.
    groups
        Rows with the same number are kept together.
    shares
        The share of all rows for each part.
    seed
        The same seed gives the same split.

    Notes
    -----
    Groups of several rows are assigned first, the largest first. Each goes to the part that it
    brings closest to its share of every stratum. Single rows, drawn at random, fill up the parts.
    """
    parts = _deal(strata, groups, np.asarray(shares, float), np.random.default_rng(seed))
    alone = np.arange(len(strata))
    single = _deal(strata, alone, np.asarray(shares, float), np.random.default_rng(seed))
    return Split(parts, _straddling(single, groups))


def fold_rows(
    strata: Int[np.ndarray, " n"], groups: Int[np.ndarray, " n"], folds: int, seed: int
) -> Split:
    """Draw a fold (0 ... folds - 1) for each row; rows of one group are in one fold."""
    return split_rows(strata, groups, [1 / folds] * folds, seed)


def merge_groups(*numbers: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Merge groupings: rows that share a group in any of them are in one group."""
    count = len(numbers[0])
    # A graph that links each row to a node for each of its groups.
    ends, start = [], count
    for grouping in numbers:
        _, group = np.unique(grouping, return_inverse=True)
        ends.append(group + start)
        start += int(group.max(initial=-1)) + 1
    rows = np.tile(np.arange(count), len(numbers))
    columns = np.concatenate(ends) if ends else np.zeros(0, int)
    return linked_groups(rows, columns, start)[:count]


def kept_together(
    hashes: Sequence[Sequence[str]], names: Sequence[Any] | None
) -> Int[np.ndarray, " n"]:
    """A group for each row: near copies, and rows with the same name, are in one group.

    Parameters
    ----------
    hashes
        For each kind of hash, the hash of each row in hexadecimal.
    names
        The name of each row's group; ``None`` for a row of its own.
    """
    codes = np.stack([as_codes(list(kind)) for kind in hashes], axis=1)
    copies = copies_by_all(codes, bits=COPY_BITS)
    if names is None:
        return copies
    keys = [
        (row, None) if name is None else (-1, python_value(name)) for row, name in enumerate(names)
    ]
    number_of = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return merge_groups(copies, np.array([number_of[key] for key in keys]))


def _deal(
    strata: np.ndarray, groups: np.ndarray, shares: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    _, strata = np.unique(strata, return_inverse=True)
    _, groups, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    wanted = np.outer(shares, np.bincount(strata))
    have = np.zeros_like(wanted)
    parts = np.full(len(strata), -1, np.int64)
    large = np.flatnonzero(sizes > 1)
    large = rng.permutation(large)
    large = large[np.argsort(-sizes[large], kind="stable")]
    members = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for group in large:
        rows = members[starts[group] : starts[group + 1]]
        counts = np.bincount(strata[rows], minlength=wanted.shape[1])
        before = ((have - wanted) ** 2).sum(axis=1)
        change = ((have + counts - wanted) ** 2).sum(axis=1) - before
        # A part whose share is 0 stays empty.
        best = int(np.where(shares > 0, change, np.inf).argmin())
        have[best] += counts
        parts[rows] = best
    single = np.flatnonzero(parts < 0)
    quota = _quotas(
        np.maximum(wanted - have, 0), np.bincount(strata[single], minlength=wanted.shape[1])
    )
    for stratum in range(wanted.shape[1]):
        rows = rng.permutation(single[strata[single] == stratum])
        parts[rows] = np.repeat(np.arange(len(shares)), quota[:, stratum])
    return parts


def _quotas(wanted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Whole numbers near ``wanted`` (parts, strata) whose columns sum to ``counts``."""
    total = wanted.sum(axis=0)
    scaled = wanted * np.divide(counts, total, out=np.zeros_like(total), where=total > 0)
    quota = np.floor(scaled + 1e-9).astype(int)
    # The rest goes to the largest remainders; parts that have too few rows so far come first.
    lacking = np.zeros(len(wanted))
    for stratum, left in enumerate(counts - quota.sum(axis=0)):
        rest = scaled[:, stratum] - quota[:, stratum]
        order = np.argsort(-(rest + lacking), kind="stable")
        for part in order[:left]:
            quota[part, stratum] += 1
        lacking += scaled[:, stratum] - quota[:, stratum]
    return quota


def _straddling(parts: np.ndarray, groups: np.ndarray) -> int:
    """The number of rows that are not in their group's most frequent part."""
    _, groups = np.unique(groups, return_inverse=True)
    counts = np.zeros((groups.max(initial=-1) + 1, parts.max(initial=-1) + 1), int)
    np.add.at(counts, (groups, parts), 1)
    return int(counts.sum() - counts.max(axis=1, initial=0).sum())
