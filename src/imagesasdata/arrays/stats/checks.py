"""Checks for problems that make a regression impossible; the errors name the terms or columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import qr
from scipy.optimize import linprog

from imagesasdata.arrays.stats.coding import outside
from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.errors import ArgumentError

Design = Float[np.ndarray, "rows terms"]

_COLLINEAR = 1e-9
# Of variables less their means: closer ones have coefficients of any size, with opposite signs.
_NEARLY = 1e-5
# A linear predictor of 15 is a probability within one in three million of 1.
_CERTAIN = 15.0
# The largest number of rows to search for separation, because the linear program is slow.
_MOST_ROWS = 20_000


Rows = Float[np.ndarray, " rows"]


def check_finite(values: Float[np.ndarray, "rows columns"], names: Sequence[str]) -> None:
    """Raise when a column of a formula is not finite in some row.

    Raises
    ------
    ArgumentError
        With the column's name and the first such row.
    """
    wrong = ~np.isfinite(values)
    if wrong.any():
        column = int(np.argmax(wrong.any(axis=0)))
        raise ArgumentError(
            f"{str(names[column])!r} is not a finite number in some rows (the first: row "
            f"{int(np.argmax(wrong[:, column]))} of those used).",
            "the logarithm of zero, for instance, is not finite.",
        )


def check_outcome(outcome: Rows, family: FamilyName, formula: str) -> None:
    """Raise when a family of regressions cannot have such outcomes.

    Raises
    ------
    ArgumentError
        With the outcome's range.
    """
    low, high = float(outcome.min()), float(outcome.max())
    if family == "logit" and (low < 0.0 or high > 1.0):
        raise ArgumentError(
            f"A logit needs an outcome between 0 and 1; that of {formula!r} goes from {low:g} to "
            f"{high:g}.",
            'recode it, or give family="ols".',
        )
    if family == "poisson" and low < 0.0:
        raise ArgumentError(
            f"A Poisson regression needs an outcome from 0 up; that of {formula!r} goes down to "
            f"{low:g}.",
            'give family="ols".',
        )


def check_weights(weights: Rows, name: str) -> None:
    """Raise unless all weights are finite and above 0.

    Raises
    ------
    ArgumentError
        With the smallest.
    """
    if not (np.isfinite(weights).all() and (weights > 0.0).all()):
        raise ArgumentError(
            f"The weights {name!r} must be above 0; the smallest is {weights.min():g}.",
            "leave rows of weight 0 out of the table.",
        )


def check_sample_prob(
    chance: Rows,
    is_gold: Bool[np.ndarray, " rows"],
    used: Bool[np.ndarray, " all_rows"],
    name: str,
) -> None:
    """Raise unless gold rows have sampling probabilities; ``used`` are the rows among all.

    Raises
    ------
    ArgumentError
        With the first row that has none.
    """
    place = np.flatnonzero(used)
    gone = is_gold & np.isnan(chance)
    if gone.any():
        raise ArgumentError(
            f"The sampling probability {name!r} is missing in {gone.sum():,} gold rows (the first: row "
            f"{place[np.argmax(gone)]}).",
            "give the probability with which each was chosen, or sample_prob=None for a simple random "
            "sample.",
        )
    wrong = is_gold & outside(chance)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ArgumentError(
            f"The sampling probability {name!r} must be above 0 and at most 1 in gold rows; row "
            f"{place[first]} has {chance[first]:g}.",
            "a row that could not be chosen cannot be gold.",
        )


def check_collinear(design: Design, terms: Sequence[str], where: str) -> None:
    """Raise when a term is a linear combination of others.

    Raises
    ------
    ArgumentError
        With the names of the terms.
    """
    rows, count = design.shape
    if rows <= count:
        raise ArgumentError(
            f"There are {rows:,} {where} for {count} terms, which is too few.",
            "code more pictures, or give a formula with fewer terms; levels of which no coefficient is "
            'needed can stand after a |, as in "likes ~ crowd | outlet".',
        )
    sizes = np.sqrt(np.einsum("ij,ij->j", design, design))
    if (sizes == 0.0).any():
        name = terms[int(np.argmin(sizes))]
        raise ArgumentError(
            f"The term {name!r} is zero in all {rows:,} {where}, so it has no estimate.",
            "leave it out, join the level with another, or code pictures of that level.",
        )
    _check_rank(design / sizes, terms, where, _COLLINEAR, "are collinear", "follows from")
    constant = [place for place, term in enumerate(terms) if term == "Intercept"]
    if constant and count > 2:
        # A large mean (of a year) hides how alike two variables are, and is not their likeness.
        others = [place for place in range(count) if place not in constant]
        inside = design[:, others] - design[:, others].mean(axis=0)
        spread = np.sqrt(np.einsum("ij,ij->j", inside, inside))
        names = [terms[place] for place in others]
        _check_rank(
            inside / spread, names, where, _NEARLY, "are nearly collinear", "hardly differs from"
        )


def _check_rank(
    design: Design, terms: Sequence[str], where: str, least: float, what: str, verb: str
) -> None:
    """Raise when a column is a combination of others, up to ``least`` of its length."""
    triangle = np.linalg.qr(design, mode="r")
    factors: Any = qr(triangle, mode="r", pivoting=True)
    upper, order = factors
    rank = int((np.abs(np.diag(upper)) > least).sum())
    if rank == len(terms):
        return
    # The first redundant term, written as a sum of those before it.
    parts = np.linalg.solve(upper[:rank, :rank], upper[:rank, rank])
    others = sorted(order[np.flatnonzero(np.abs(parts) > 1e-6)])
    raise ArgumentError(
        f"The terms {what} in the {len(design):,} {where}: {terms[order[rank]]!r} {verb} "
        f"{', '.join(repr(terms[index]) for index in others)}.",
        "leave one of them out.",
    )


def between(
    design: Design, clusters: Int[np.ndarray, " rows"], terms: Sequence[str], where: str
) -> Bool[np.ndarray, " terms"]:
    """Which terms stand for the clusters themselves, so that clusters give them no standard error.

    Those are 0/1 terms that do not vary within clusters and are as many as these: fixed effects. The
    other terms are then compared within clusters.

    Raises
    ------
    ArgumentError
        With the names of the terms, when clusters are too few for terms of another kind, or when no term
        varies within them.
    """
    count = len(np.unique(clusters))
    order = np.argsort(clusters, kind="stable")
    same = np.diff(clusters[order]) == 0
    steps = np.abs(np.diff(design[order], axis=0))[same]
    constant = np.atleast_1d(~(steps > 0.0).any(axis=0))
    if constant.sum() < count:
        return np.zeros(len(terms), bool)
    if not constant.all() and np.isin(design[:, constant], (0.0, 1.0)).all():
        return constant
    names = ", ".join(
        repr(term) for term, one in zip(terms, constant, strict=True) if one and term != "Intercept"
    )
    raise ArgumentError(
        f"{names or 'The constant'} does not vary within clusters, and the {where} are in {count} "
        "clusters, which is too few for a standard error.",
        "more clusters are needed, or a formula with fewer terms.",
    )


def check_separation(
    design: Design,
    outcome: Float[np.ndarray, " rows"],
    linear: Float[np.ndarray, " rows"] | None,
    family: FamilyName,
    terms: Sequence[str],
    where: str,
) -> None:
    """Raise when terms separate outcomes perfectly, so that their coefficients are infinite.

    ``linear`` is the fitted linear predictor; ``None`` when the fit did not converge.

    Raises
    ------
    ArgumentError
        With the names of the terms.
    """
    if family == "ols" or (linear is not None and np.abs(linear).max() < _CERTAIN):
        return
    some, outcomes = design[:_MOST_ROWS], outcome[:_MOST_ROWS]
    direction = _separating(some, outcomes, family)
    if direction is None:
        return
    constant = [index for index, term in enumerate(terms) if term == "Intercept"]
    others = [index for index, term in enumerate(terms) if term != "Intercept"]
    # A separating direction may include irrelevant terms; so test each term alone first.
    named = [
        repr(terms[index])
        for index in others
        if _separating(some[:, [*constant, index]], outcomes, family) is not None
    ] or [repr(terms[index]) for index in others if abs(direction[index]) > 1e-6]
    what = "predict" if len(named) > 1 else "predicts"
    raise ArgumentError(
        f"Perfect separation in the {where}: {', '.join(named) or 'the constant'} {what} the "
        "outcome exactly in some rows, so the coefficient has no finite value.",
        "leave the term out, join its levels, or code more pictures.",
    )


def _separating(design: np.ndarray, outcome: np.ndarray, family: FamilyName) -> np.ndarray | None:
    """A direction in which the fit improves without limit, if there is one."""
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-300)
    low, high = (
        outcome == 0.0,
        outcome == 1.0 if family == "logit" else np.zeros(len(outcome), bool),
    )
    rows = np.concatenate([scaled[high], -scaled[low]])
    fixed = scaled[~low & ~high]
    result = linprog(
        -rows.sum(axis=0),
        A_ub=-rows if len(rows) else None,
        b_ub=np.zeros(len(rows)) if len(rows) else None,
        A_eq=fixed if len(fixed) else None,
        b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=(-1.0, 1.0),
    )
    if not result.success or -result.fun < 1e-6:
        return None
    return result.x
