"""The rows that a regression can use, with checks of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.formula_columns import is_level, number, plain, union_levels
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
    sample_prob: np.ndarray | None
    weights: np.ndarray | None
    clusters: np.ndarray | None
    design: Design
    gold: Variables


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
    extra = [name for name in (prob, weights, cluster) if name is not None]
    frame = plain(table, [*parsed.variables, *pairs.values(), *extra])
    needed = [*parsed.variables, *(name for name in (weights, cluster) if name is not None)]
    nulls = {name: frame[name].isna().to_numpy() for name in needed}
    used = ~np.any([*nulls.values(), np.zeros(len(frame), bool)], axis=0)
    missing = {name: int(gone.sum()) for name, gone in nulls.items() if gone.any()}
    has_gold = np.ones(len(frame), bool) if pairs else np.zeros(len(frame), bool)
    for name in pairs.values():
        has_gold &= frame[name].notna().to_numpy()
    if not used.any():
        raise ArgumentError(
            "No row has a value in every variable of the regression"
            + (f" (missing: {counts(missing)})." if missing else ": the table is empty."),
        )
    if pairs and not (has_gold & used).any():
        _no_gold(pairs, has_gold)
    frame = frame.loc[used].reset_index(drop=True)
    is_gold = has_gold[used]
    for predicted, coded in pairs.items():
        union_levels(frame, predicted, coded)
    for name in [*parsed.variables, *pairs.values()]:
        number(frame, name)
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
        sample_prob=None if prob is None else _probabilities(frame[prob], is_gold, used, prob),
        weights=None if weights is None else _weights(frame[weights], weights),
        clusters=None if cluster is None else _numbered(frame[cluster], cluster),
        design=design,
        gold=design.again(gold_frame)
        if pairs
        else Variables(design.variables.design[:0], np.empty(0)),
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


def _probabilities(cells: Any, is_gold: np.ndarray, used: np.ndarray, name: str) -> np.ndarray:
    chance = _numbers(cells, name)
    place = np.flatnonzero(used)
    gone = is_gold & np.isnan(chance)
    if gone.any():
        raise ArgumentError(
            f"The sampling probability {name!r} is missing in {gone.sum():,} gold rows (the first: row "
            f"{place[np.argmax(gone)]}).",
            "give the probability with which each was chosen, or sample_prob=None for a simple random "
            "sample.",
        )
    wrong = is_gold & ~((chance > 0.0) & (chance <= 1.0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ArgumentError(
            f"The sampling probability {name!r} must be above 0 and at most 1 in gold rows; row "
            f"{place[first]} has {chance[first]:g}.",
            "a row that could not be chosen cannot be gold.",
        )
    return chance


def _weights(cells: Any, name: str) -> np.ndarray:
    weights = _numbers(cells, name)
    if not (np.isfinite(weights).all() and (weights > 0.0).all()):
        raise ArgumentError(
            f"The weights {name!r} must be above 0; the smallest is {weights.min():g}.",
            "leave rows of weight 0 out of the table.",
        )
    return weights


def _numbers(cells: Any, name: str) -> np.ndarray:
    try:
        return cells.to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"The column {name!r} holds {cells.dtype}, not numbers.") from error


def _numbered(cells: Any, name: str) -> np.ndarray:
    found = renumbered(cells.astype(str).to_numpy(object))
    if found.max() == 0:
        raise ArgumentError(
            f"All rows are in one cluster of {name!r}; at least two are needed.",
            "give the column that names each row's cluster.",
        )
    return found


def renumbered(clusters: np.ndarray) -> np.ndarray:
    """Clusters as numbers from 0."""
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64)


def counts(missing: Mapping[str, int]) -> str:
    """The number of rows in which each column is missing, as text."""
    return ", ".join(f"{name!r} in {count:,}" for name, count in missing.items())
