"""The estimates of a regression from its rows, by each method."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.stats.checks import check_collinear, check_separation
from imagesasdata.arrays.stats.crossfit import cross_fit
from imagesasdata.arrays.stats.dsl import Variables, dsl
from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.arrays.stats.fits import Fit, Method, fit
from imagesasdata.arrays.stats.ppi import Gold, Rest, ppi
from imagesasdata.arrays.stats.sandwich import Robust
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.formula_columns import is_level
from imagesasdata.verbs.trust.regression.rows import Rows, renumbered


def estimate(
    rows: Rows, method: Method, family: FamilyName, robust: Robust, seed: int
) -> tuple[Fit, Variables]:
    """The fit, and the best available values of all rows, for fitted values and residuals.

    Raises
    ------
    ArgumentError
        When the estimates do not exist; the message names the terms that cause this.
    """
    terms, predicted, coded, some = (
        rows.design.terms,
        rows.design.variables,
        rows.gold,
        rows.is_gold,
    )
    _check_outcome(predicted.outcome, family, rows.parsed.text)
    check_collinear(predicted.design, terms, "rows")
    best = Variables(predicted.design.copy(), predicted.outcome.copy())
    if rows.pairs:
        best.design[some], best.outcome[some] = coded.design, coded.outcome
    if method == "naive":
        found = _ordinary(predicted, family, robust, rows.weights, rows.clusters, terms, "rows")
        return found, predicted
    _check_outcome(coded.outcome, family, rows.parsed.text)
    check_collinear(coded.design, terms, "gold rows")
    weights = np.ones(len(some)) if rows.weights is None else rows.weights
    chance = np.full(len(some), some.mean()) if rows.sample_prob is None else rows.sample_prob
    gold_weights = weights[some] / chance[some]
    gold_weights /= gold_weights.mean()
    even = bool(np.ptp(gold_weights) < 1e-12)
    gold_clusters = None if rows.clusters is None else renumbered(rows.clusters[some])
    if gold_clusters is not None and gold_clusters.max() == 0:
        raise ArgumentError("All gold rows are in one cluster; at least two are needed.")
    alone = _ordinary(
        coded, family, robust, None if even else gold_weights, gold_clusters, terms, "gold rows"
    )
    if method == "gold":
        return alone, best
    if method == "ppi":
        return _ppi(rows, family, weights, chance), best
    sharper = _cross_fitted(rows, gold_weights, seed)
    return dsl(
        sharper, coded, some, chance[some], family, weights=rows.weights, clusters=rows.clusters
    ), best


def _ordinary(
    variables: Variables,
    family: FamilyName,
    robust: Robust,
    weights: np.ndarray | None,
    clusters: np.ndarray | None,
    terms: list[str],
    where: str,
) -> Fit:
    design, outcome = variables
    try:
        found = fit(design, outcome, family, vcov=robust, weights=weights, clusters=clusters)
    except (ArgumentError, np.linalg.LinAlgError):
        check_separation(design, outcome, None, family, terms, where)
        raise
    check_separation(design, outcome, design @ found.estimate, family, terms, where)
    return found


def _ppi(rows: Rows, family: FamilyName, weights: np.ndarray, chance: np.ndarray) -> Fit:
    some, (design, outcome) = rows.is_gold, rows.design.variables
    rest = ~some
    if not rest.any():
        raise ArgumentError(
            "Every row has a gold value, so there is nothing to predict.", 'give method="gold".'
        )
    others = chance[rest]
    wrong = ~((others > 0.0) & (others < 1.0))
    if wrong.any():
        raise ArgumentError(
            'method="ppi" needs sampling probabilities above 0 and below 1 in rows without gold '
            f"values, too, and {wrong.sum():,} such rows have none.",
            'give method="dsl", which needs them in gold rows alone.',
        )
    clusters = rows.clusters
    return ppi(
        Gold(
            design[some],
            rows.gold.outcome,
            outcome[some],
            weights[some] / chance[some],
            None if clusters is None else clusters[some],
        ),
        Rest(
            design[rest],
            outcome[rest],
            weights[rest] / (1.0 - others),
            None if clusters is None else clusters[rest],
        ),
        family,
    )


def _cross_fitted(rows: Rows, gold_weights: np.ndarray, seed: int) -> Variables:
    """The variables, with predictions improved by the gold values; levels stay as predicted."""
    design = rows.design
    sharpened = {
        predicted: coded
        for predicted, coded in rows.pairs.items()
        if not is_level(rows.frame, predicted) and not design.as_levels(predicted)
    }
    if not sharpened:
        return design.variables
    free = design.free_of(set(rows.pairs))
    columns = [design.variables.design[:, free]]
    if not rows.parsed.outcome & set(rows.pairs):
        columns.append(design.variables.outcome[:, None])
    others = np.concatenate(columns, axis=1)
    predicted = np.stack([rows.frame[name].to_numpy(float) for name in sharpened], axis=1)
    frame = rows.frame.copy()
    for place, (name, coded) in enumerate(sharpened.items()):
        frame[name] = cross_fit(
            rows.gold_frame[coded].to_numpy(float),
            predicted,
            others,
            rows.is_gold,
            gold_weights,
            seed=seed + place,
            clusters=rows.clusters,
        )
    return design.again(frame)


def _check_outcome(outcome: np.ndarray, family: FamilyName, text: str) -> None:
    low, high = float(outcome.min()), float(outcome.max())
    if family == "logit" and (low < 0.0 or high > 1.0):
        raise ArgumentError(
            f"A logit needs an outcome between 0 and 1; that of {text!r} goes from {low:g} to "
            f"{high:g}.",
            'recode it, or give family="ols".',
        )
    if family == "poisson" and low < 0.0:
        raise ArgumentError(
            f"A Poisson regression needs an outcome from 0 up; that of {text!r} goes down to {low:g}.",
            'give family="ols".',
        )
