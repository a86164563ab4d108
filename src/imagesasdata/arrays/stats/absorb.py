"""Fixed effects that are absorbed: variables less their means within the levels of one or more factors.

By the theorem of Frisch, Waugh and Lovell, the coefficients and the covariance are those of a
regression with a term for each level. For predicted variables (`within_moments`), the means are those
of the corrected values: predictions plus the weighted differences from gold values in gold rows. They are
what the moments of the levels' terms, which are known in all rows, are equal to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.errors import ArgumentError

Factors = Sequence[Int[np.ndarray, " rows"]]
_TOLERANCE = 1e-13
_STEPS = 10_000
_NO_VARIATION = 1e-9


class Within(NamedTuple):
    """Variables less their means; ``centers`` are those means, of the design and of the outcome."""

    variables: Variables
    centers: Variables


def project(
    columns: Float[np.ndarray, "rows columns"],
    factors: Factors,
    weights: Float[np.ndarray, " rows"],
) -> Float[np.ndarray, "rows columns"]:
    """The weighted projection of columns on the levels: with one factor, its levels' means.

    Raises
    ------
    ArgumentError
        When the projection on several factors does not converge.
    """
    if len(factors) == 1:
        total = np.bincount(factors[0], weights)
        sums = np.stack([np.bincount(factors[0], weights * column) for column in columns.T])
        return (sums / total)[:, factors[0]].T
    # Slow to import, and needed only for several factors.
    from scipy.sparse import csr_matrix, hstack
    from scipy.sparse.linalg import lsmr

    rows, root = np.arange(len(columns)), np.sqrt(weights)
    # Columns of unit length, which need fewer steps.
    parts = [
        csr_matrix((root / np.sqrt(np.bincount(one, weights))[one], (rows, one))) for one in factors
    ]
    levels = hstack(parts, format="csr")
    found = np.empty_like(columns)
    for place, column in enumerate(columns.T):
        solved = lsmr(levels, root * column, atol=_TOLERANCE, btol=_TOLERANCE, maxiter=_STEPS)
        if solved[1] == 7:
            raise ArgumentError(
                "The fixed effects after | could not be told apart within 10,000 steps.",
                "give fewer of them, or join rare levels.",
            )
        found[:, place] = levels @ solved[0] / root
    return found


def within(variables: Variables, factors: Factors, weights: Float[np.ndarray, " rows"]) -> Within:
    """Variables less their weighted means."""
    both = np.column_stack([variables.design, variables.outcome])
    means = project(both, factors, weights)
    centers = Variables(means[:, :-1], means[:, -1])
    return Within(less(variables, centers), centers)


def within_moments(
    predicted: Variables,
    gold: Variables,
    is_gold: Bool[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
    factors: Factors,
    weights: Float[np.ndarray, " rows"],
) -> tuple[Variables, Variables, Variables]:
    """Predicted and gold variables less the means of corrected ones, and these means."""
    both = np.column_stack([predicted.design, predicted.outcome])
    change = np.column_stack([gold.design, gold.outcome]) - both[is_gold]
    corrected = both.copy()
    corrected[is_gold] += change / sample_prob[:, None]
    means = project(corrected, factors, weights)
    centers = Variables(means[:, :-1], means[:, -1])
    return less(predicted, centers), less(gold, chosen(centers, is_gold)), centers


def level_noise(
    is_gold: Bool[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
    factors: Factors,
    weights: Float[np.ndarray, " rows"],
) -> Float[np.ndarray, " gold_rows"]:
    """What the sampling of gold rows adds to the squares and products of levels' means.

    Means of corrected values vary with the gold rows that were drawn, so that what is left within
    levels is too small by their variance. It is the sum, over gold rows, of the errors of predictions
    squared, times these weights (with several factors, in designs near to balance).
    """
    weights = weights / weights.mean()
    shares = sum(level_leverage(one, weights) for one in factors)
    shares = shares - (len(factors) - 1) * weights / weights.sum()
    return (weights * shares)[is_gold] * (1.0 - sample_prob) / sample_prob**2


def chosen(variables: Variables, rows: Bool[np.ndarray, " rows"]) -> Variables:
    """The variables of some rows."""
    return Variables(variables.design[rows], variables.outcome[rows])


def less(variables: Variables, centers: Variables) -> Variables:
    """Variables less their centers."""
    return Variables(variables.design - centers.design, variables.outcome - centers.outcome)


def levels_lost(factors: Factors) -> int:
    """The degrees of freedom that levels take: of each further factor one less than its levels."""
    return sum(len(np.unique(one)) for one in factors) - (len(factors) - 1)


def not_nested(factors: Factors, clusters: Int[np.ndarray, " rows"]) -> Factors:
    """The factors with a level that has rows in several clusters."""
    return [
        one
        for one in factors
        if len(np.unique(np.column_stack([one, clusters]), axis=0)) > len(np.unique(one))
    ]


def level_leverage(
    factor: Int[np.ndarray, " rows"], weights: Float[np.ndarray, " rows"]
) -> Float[np.ndarray, " rows"]:
    """What the level of each row adds to its leverage."""
    return weights / np.bincount(factor, weights)[factor]


def gold_pull(
    factors: Factors,
    is_gold: Bool[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
) -> float:
    """The mean share of its level that a gold row stands for, in the factor where that is largest.

    Where it is large, the means of a level follow the gold rows in it, and standard errors of a
    predicted explanation are too small.
    """
    return max(
        float((1.0 / sample_prob / np.bincount(one)[one[is_gold]]).mean()) for one in factors
    )


def check_within(
    design: Float[np.ndarray, "rows terms"],
    inside: Float[np.ndarray, "rows terms"],
    terms: Sequence[str],
    names: Sequence[str],
) -> None:
    """Raise when a term does not vary within the levels.

    Raises
    ------
    ArgumentError
        With its name.
    """
    if not terms:
        raise ArgumentError(
            "The formula has no term besides the fixed effects after |.",
            'write what explains the outcome before it, as in "likes ~ crowd | outlet".',
        )
    size, left = (np.sqrt((values**2).sum(axis=0)) for values in (design, inside))
    constant = left <= _NO_VARIATION * np.maximum(size, np.finfo(float).tiny)
    if constant.any():
        raise ArgumentError(
            f"{terms[int(np.argmax(constant))]!r} does not vary within the levels of "
            f"{' and '.join(map(repr, names))}, so the fixed effects leave nothing of it to estimate.",
            "leave it out of the formula.",
        )
