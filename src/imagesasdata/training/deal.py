"""The split of the coded rows: keeps near copies and groups together, and checks each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.checks import check_count
from imagesasdata.errors import ArgumentError
from imagesasdata.options import FEW_CODES, FOLDS
from imagesasdata.training.outcome import Outcome
from imagesasdata.training.split import (
    PARTS,
    TEST,
    TRAIN,
    VALIDATION,
    fold_rows,
    split_rows,
    strata_of,
)

_FEWEST_FOLDS = 2


class Turn(NamedTuple):
    """The rows of one fit: training rows, validation rows, test rows."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


@dataclass(frozen=True, eq=False)
class Dealt:
    """The fits to make; the last is the model.

    ``moved`` is as in `split.Split`; ``folds`` is 0 for a single split.
    """

    turns: tuple[Turn, ...]
    moved: int
    folds: int = 0


def check_folds(folds: object, column: str | None) -> None:
    """Raise unless ``folds`` is ``None`` or a number of folds; ``column`` is one of a told split."""
    check_count("folds", folds, least=_FEWEST_FOLDS)
    if folds is not None and column is not None:
        raise ArgumentError(
            f"split={column!r} says which rows are tested, and so does folds={folds}.",
            "leave one of them out.",
        )


def usual_folds(groups: np.ndarray) -> int | None:
    """The folds when neither folds nor a split were asked for; ``None`` for a single split."""
    folds = min(FOLDS, len(np.unique(groups)))
    return folds if len(groups) < FEW_CODES and folds >= _FEWEST_FOLDS else None


def deal_as_told(
    outcome: Outcome,
    values: np.ndarray,
    groups: np.ndarray,
    parts: np.ndarray,
    numbers: np.ndarray,
) -> Dealt:
    """The one fit to the parts that the user chose; ``numbers`` are the rows' in the table.

    Raises
    ------
    ArgumentError
        When rows of one group are in the test part and in another, when there are no rows for
        training or testing, or when these lack a class.
    """
    for group in np.unique(groups[parts == TEST]):
        rows = np.flatnonzero(groups == group)
        if len(np.unique(parts[rows] == TEST)) > 1:
            tested, other = rows[parts[rows] == TEST][0], rows[parts[rows] != TEST][0]
            raise ArgumentError(
                f"The split has row {numbers[tested]} in the test part and row {numbers[other]} in the "
                f"{PARTS[parts[other]]} part, and they are copies or near copies, or of one group: "
                "a test on them would be too optimistic.",
                "give them the same part, or give shares, which keep them together: "
                "split=(0.8, 0.1, 0.1).",
            )
    turn = Turn(*(np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST)))
    for part in (TRAIN, TEST):
        if not len(turn[part]):
            raise ArgumentError(
                f"The {PARTS[part]} part of the split has no row whose picture can be read.",
                'give some rows "train" and some "test".',
            )
    _check_classes(outcome, values, turn.train, "training part")
    _check_classes(outcome, values, turn.test, "test part")
    return Dealt((turn,), 0)


def deal(
    outcome: Outcome,
    values: np.ndarray,
    groups: np.ndarray,
    shares: Sequence[float],
    *,
    folds: int | None,
    stratify: bool,
    seed: int,
) -> Dealt:
    """Assign the rows to parts.

    With ``folds``, each fold tests a fit to the other folds; the last fit, the model, uses all rows
    and has no test rows.

    Raises
    ------
    ArgumentError
        When a part has no row, or when the training or test rows lack a class.
    """
    strata = strata_of(values) if stratify else np.zeros(len(values), np.int64)
    if folds is None:
        drawn = split_rows(strata, groups, shares, seed)
        turn = Turn(drawn.rows(TRAIN), drawn.rows(VALIDATION), drawn.rows(TEST))
        for part, share in zip((TRAIN, VALIDATION, TEST), shares, strict=True):
            if share and not len(drawn.rows(part)):
                raise ArgumentError(
                    f"The {PARTS[part]} part of the split has no row: there are {len(values):,} "
                    f"rows in {len(np.unique(groups)):,} groups that are kept whole.",
                    "code more pictures, or give it a larger share with split=.",
                )
        _check_classes(outcome, values, turn.train, "training part")
        _check_classes(outcome, values, turn.test, "test part")
        return Dealt((turn,), drawn.moved)
    if folds > len(np.unique(groups)):
        raise ArgumentError(
            f"folds={folds} needs at least {folds} groups, and there are {len(np.unique(groups)):,}.",
            "give fewer folds.",
        )
    drawn = fold_rows(strata, groups, folds, seed)
    part = shares[VALIDATION] / (shares[TRAIN] + shares[VALIDATION])
    turns = []
    for fold in range(folds):
        rest = np.flatnonzero(drawn.parts != fold)
        train, validation = _without_test(strata, groups, rest, part, seed)
        _check_classes(outcome, values, train, f"training part of fold {fold}")
        turns.append(Turn(train, validation, drawn.rows(fold)))
    everything = np.arange(len(values))
    turns.append(Turn(*_without_test(strata, groups, everything, part, seed), everything[:0]))
    return Dealt(tuple(turns), drawn.moved, folds)


def _without_test(
    strata: np.ndarray, groups: np.ndarray, rows: np.ndarray, part: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    drawn = split_rows(strata[rows], groups[rows], (1 - part, part), seed)
    return rows[drawn.rows(TRAIN)], rows[drawn.rows(VALIDATION)]


def _check_classes(outcome: Outcome, values: np.ndarray, rows: np.ndarray, where: str) -> None:
    if outcome.kind == "numeric":
        return
    coded = values[rows]
    seen: Any = (
        coded.sum(axis=0) if coded.ndim == 2 else np.bincount(coded, minlength=len(outcome.levels))
    )
    for level, count in zip(outcome.levels, seen, strict=True):
        if count:
            continue
        all_rows = values[:, outcome.levels.index(level)] if values.ndim == 2 else values
        having = np.flatnonzero(
            all_rows > 0 if values.ndim == 2 else all_rows == outcome.levels.index(level)
        )
        named = ", ".join(map(str, having[:5])) + (", ..." if len(having) > 5 else "")
        raise ArgumentError(
            f"The {where} has no row of the class {level!r}: the class has {len(having)} usable "
            f"rows (number {named} of those that can be read), near copies and groups are kept whole.",
            "code more pictures of it, merge it with another class, or give other shares with split=.",
        )
