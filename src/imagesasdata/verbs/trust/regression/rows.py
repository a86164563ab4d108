"""The rows that a regression can use, with checks of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.checks import check_sample_prob, check_weights
from imagesasdata.arrays.stats.coding import Coding, coding, scaled
from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.arrays.stats.sandwich import renumbered
from imagesasdata.errors import ArgumentError, ArgumentTypeError, tell
from imagesasdata.tables.codes import sampled_column, tell_alike
from imagesasdata.tables.formula_columns import (
    as_pandas,
    complete,
    drop_unused_levels,
    is_level,
    level_cells,
    number,
    numbers,
    tell_rounded,
    texts,
    true_cells,
    two_codes,
    union_levels,
)
from imagesasdata.tables.table import Table
from imagesasdata.verbs.trust.regression.formula import Design, Formula, apply


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The usable rows with their values."""

    parsed: Formula
    pairs: Mapping[str, str]
    frame: Any
    gold_frame: Any
    used: np.ndarray
    missing: dict[str, int]
    is_gold: np.ndarray
    prob: str | None
    coding: Coding | None
    weights: np.ndarray | None
    clusters: np.ndarray | None
    design: Design
    gold: Variables
    # The levels of each row after the |, as numbers.
    absorbed: tuple[np.ndarray, ...]

    @property
    def terms(self) -> list[str]:
        """The terms that have a coefficient: all but the constant, which fixed effects absorb."""
        return [self.design.terms[place] for place in self._places()]

    def kept(self, variables: Variables) -> Variables:
        """The variables of these terms."""
        return Variables(variables.design[:, self._places()], variables.outcome)

    def _places(self) -> list[int]:
        return [
            place
            for place, term in enumerate(self.design.terms)
            if not (self.absorbed and term == "Intercept")
        ]

    def known(self) -> np.ndarray:
        """The terms, and the outcome, that are not predicted; a column for each."""
        free = self.design.free_of(set(self.pairs))
        others = [self.design.variables.design[:, free]]
        if not self.parsed.outcome & set(self.pairs):
            others.append(self.design.variables.outcome)
        return np.column_stack(others)

    def chance(self, *, fit_to_rows: bool) -> np.ndarray | None:
        """The sampling probabilities of the gold rows; scaled so that these stand for all rows.

        Raises
        ------
        ArgumentError
            When scaling is needed and they are far off.
        """
        if self.coding is None or self.prob is None:
            return None
        return scaled(self.coding, self.prob) if fit_to_rows else self.coding.chance


def prepare(
    table: Table,
    parsed: Formula,
    pairs: Mapping[str, str],
    prob: str | None,
    weights: str | None,
    cluster: str | None,
) -> Rows:
    """The rows with a value in every variable, weight and cluster, and which of them are gold.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When there are none, or a value cannot be used; the message names the column.
    """
    drawn = None if prob is None else sampled_column(table)
    extra = [name for name in (prob, drawn, weights, cluster) if name is not None]
    frame = as_pandas(table, [*parsed.variables, *pairs.values(), *extra])
    needed = [*parsed.variables, *(name for name in (weights, cluster) if name is not None)]
    nulls = {name: int(frame[name].isna().sum()) for name in needed}
    used = _complete(frame, needed)
    missing = {name: count for name, count in nulls.items() if count}
    has_gold = _complete(frame, list(pairs.values())) & bool(pairs)
    if not used.any():
        raise ArgumentError(
            "No row has a value in every variable of the regression"
            + (f" (missing: {counts(missing)})." if missing else ": the table is empty."),
        )
    if pairs and not (has_gold & used).any():
        _no_gold(pairs, has_gold)
    frame = complete(frame, used)
    is_gold = has_gold[used]
    for predicted, coded in pairs.items():
        union_levels(frame, predicted, coded)
    for name in [*parsed.variables, *pairs.values()]:
        tell_alike(repr(name), texts(frame, name))
        number(frame, name)
        drop_unused_levels(frame, name)
    for name in [*parsed.absorbed, *([] if cluster is None else [cluster])]:
        tell_rounded(frame, name)
    gold_frame = frame.loc[is_gold].reset_index(drop=True)
    for predicted, coded in pairs.items():
        _same_kind(frame, predicted, coded)
        gold_frame[predicted] = gold_frame[coded].astype(frame[predicted].dtype)
    if pairs:
        _check_levels(frame, is_gold, [name for name in parsed.explanation if name not in pairs])
    design = apply(parsed, frame)
    return Rows(
        parsed=parsed,
        pairs=pairs,
        frame=frame,
        gold_frame=gold_frame,
        used=used,
        missing=missing,
        is_gold=is_gold,
        prob=prob,
        coding=None if prob is None else _coding(frame, prob, drawn, is_gold, used),
        weights=None if weights is None else _weights(frame[weights], weights),
        clusters=None if cluster is None else _numbered(frame[cluster], cluster),
        design=design,
        absorbed=tuple(renumbered(level_cells(frame, name)) for name in parsed.absorbed),
        gold=design.again(gold_frame)
        if pairs
        else Variables(*(part[:0] for part in design.variables)),
    )


def _no_gold(pairs: Mapping[str, str], has_gold: np.ndarray) -> None:
    names = ", ".join(map(repr, pairs.values()))
    if has_gold.any():
        raise ArgumentError(
            f"No overlap: {has_gold.sum():,} rows have a gold value ({names}), but none of them has a "
            "value in every variable of the formula.",
            f"the predictions ({', '.join(map(repr, pairs))}) are needed for the coded pictures, too.",
        )
    raise ArgumentError(
        f"No gold rows: {names} has no value in any row"
        + (" that has all gold columns." if len(pairs) > 1 else "."),
        'join the hand-coded labels to the table, or give method="naive".',
    )


def _same_kind(frame: Any, predicted: str, coded: str) -> None:
    if is_level(frame, predicted) != is_level(frame, coded):
        raise ArgumentTypeError(
            f"The predicted column {predicted!r} ({frame[predicted].dtype}) and its gold column "
            f"{coded!r} ({frame[coded].dtype}) are of different kinds.",
            "make both numbers (0 and 1), or both text.",
        )
    said, told = two_codes(frame, predicted), two_codes(frame, coded)
    if said and told and said != told:
        tell(
            f"The predicted column {predicted!r} holds {said[0]:g} and {said[1]:g}, and its gold column "
            f"{coded!r} {told[0]:g} and {told[1]:g}: they seem to be written in two ways.",
            "write the codes in one way in both.",
        )


def _check_levels(frame: Any, is_gold: np.ndarray, names: Sequence[str]) -> None:
    for name in sorted(names):
        if not is_level(frame, name):
            continue
        without = sorted(set(frame[name]) - set(frame[name][is_gold]), key=str)
        if without:
            raise ArgumentError(
                f"The level {without[0]!r} of {name!r} occurs only in rows without a gold value"
                + (f", as do {len(without) - 1} others." if len(without) > 1 else "."),
                "code some pictures of it, merge it with another level, or leave its rows out.",
            )


def _complete(frame: Any, names: Sequence[str]) -> np.ndarray:
    """Which rows have a value in each of some columns."""
    return frame[list(names)].notna().all(axis=1).to_numpy()


def _coding(
    frame: Any, prob: str, drawn: str | None, is_gold: np.ndarray, used: np.ndarray
) -> Coding:
    chance = numbers(frame[prob], prob)
    check_sample_prob(chance, is_gold, used, prob)
    return coding(chance, is_gold, None if drawn is None else true_cells(frame, drawn))


def _weights(cells: Any, name: str) -> np.ndarray:
    weights = numbers(cells, name)
    check_weights(weights, name)
    return weights


def _numbered(cells: Any, name: str) -> np.ndarray:
    found = renumbered(cells.astype(str).to_numpy(object))
    if found.max() == 0:
        raise ArgumentError(
            f"All rows are in one cluster of {name!r}; at least two are needed.",
            "give the column that names each row's cluster.",
        )
    return found


def counts(missing: Mapping[str, int]) -> str:
    """The number of rows in which each column is missing, as text."""
    return ", ".join(f"{name!r} in {count:,}" for name, count in missing.items())


def observed(rows: Rows, *, with_gold: bool) -> np.ndarray:
    """The outcome of each row: the prediction, or the gold value where there is one."""
    outcome = rows.design.variables.outcome.copy()
    if with_gold:
        outcome[rows.is_gold] = rows.gold.outcome
    return outcome
