"""The estimates of a regression from its rows, by each method."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.stats.checks import check_collinear, check_outcome
from imagesasdata.arrays.stats.crossfit import cross_fit, splits
from imagesasdata.arrays.stats.dsl import Variables, dsl, median_of
from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.arrays.stats.fits import Fit, Method, fit_terms
from imagesasdata.arrays.stats.gold import weighted, with_gold
from imagesasdata.arrays.stats.ppi import parted, ppi
from imagesasdata.arrays.stats.rare import alike, check_varied
from imagesasdata.arrays.stats.sandwich import Robust, renumbered
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.formula_columns import gold_values, is_level
from imagesasdata.verbs.trust.regression.rows import Rows


def estimate(
    rows: Rows, method: Method, family: FamilyName, robust: Robust, seed: int
) -> tuple[Fit, Variables]:
    """The fit, and the best available values of all rows, for fitted values and residuals.

    Raises
    ------
    ArgumentError
        When the estimates do not exist; the message names the terms that cause this.
    """
    terms, predicted, coded = rows.design.terms, rows.design.variables, rows.gold
    check_outcome(predicted.outcome, family, rows.parsed.text)
    check_collinear(predicted.design, terms, "rows")
    if method == "naive":
        found = fit_terms(
            *predicted,
            family,
            terms,
            "rows",
            vcov=robust,
            weights=rows.weights,
            clusters=rows.clusters,
        )
        return found, predicted
    best = with_gold(predicted, coded, rows.is_gold)
    check_outcome(coded.outcome, family, rows.parsed.text)
    chance = rows.chance(fit_to_rows=method in ("ppi", "dsl"))
    counted = weighted(rows.is_gold, rows.weights, chance)
    gold_clusters = None if rows.clusters is None else renumbered(rows.clusters[rows.is_gold])
    if gold_clusters is not None and gold_clusters.max() == 0:
        raise ArgumentError("All gold rows are in one cluster; at least two are needed.")
    is_mean = family == "ols" and terms == ["Intercept"]
    same = alike(coded.outcome, counted.gold_weights, gold_clusters) if is_mean else None
    if same is not None:
        return same, best
    for name, values in gold_values(rows.gold_frame, rows.pairs).items():
        check_varied(values, name)
    check_collinear(coded.design, terms, "gold rows")
    alone = fit_terms(
        *coded,
        family,
        terms,
        "gold rows",
        vcov=robust,
        weights=None if counted.even else counted.gold_weights,
        clusters=gold_clusters,
    )
    if method == "gold":
        return alone, best
    if method == "ppi":
        parts = parted(
            predicted, coded, rows.is_gold, counted.weights, counted.sample_prob, rows.clusters
        )
        return ppi(*parts, family), best
    count = splits(int(rows.is_gold.sum())) if _sharpened(rows) else 1
    fits = [
        dsl(
            _cross_fitted(rows, counted.gold_weights, (seed, number)),
            coded,
            rows.is_gold,
            counted.sample_prob,
            family,
            weights=rows.weights,
            clusters=rows.clusters,
        )
        for number in range(count)
    ]
    return median_of(fits), best


def _sharpened(rows: Rows) -> dict[str, str]:
    """The predicted columns that cross-fitting can improve, with their gold columns; levels stay."""
    return {
        predicted: coded
        for predicted, coded in rows.pairs.items()
        if not is_level(rows.frame, predicted) and not rows.design.as_levels(predicted)
    }


def _cross_fitted(rows: Rows, gold_weights: np.ndarray, seed: tuple[int, int]) -> Variables:
    """The variables, with predictions improved by the gold values; levels stay as predicted."""
    design, sharpened = rows.design, _sharpened(rows)
    if not sharpened:
        return design.variables
    free = design.free_of(set(rows.pairs))
    others = [design.variables.design[:, free]]
    if not rows.parsed.outcome & set(rows.pairs):
        others.append(design.variables.outcome)
    predicted = rows.frame[list(sharpened)].to_numpy(float)
    frame = rows.frame.copy()
    for place, (name, coded) in enumerate(sharpened.items()):
        frame[name] = cross_fit(
            rows.gold_frame[coded].to_numpy(float),
            predicted,
            np.column_stack(others),
            rows.is_gold,
            gold_weights,
            seed=(*seed, place),
            clusters=rows.clusters,
        )
    return design.again(frame)
