"""The estimates of a regression from its rows, by each method."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from imagesasdata.arrays.stats.checks import between, check_collinear, check_outcome
from imagesasdata.arrays.stats.dsl import Variables, dsl, median_of
from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.arrays.stats.fits import CORRECTED, OF_OUTCOME, Fit, Method, fit_terms
from imagesasdata.arrays.stats.gold import Weighted, weighted, with_gold
from imagesasdata.arrays.stats.ppi import check_rest, parted, ppi
from imagesasdata.arrays.stats.ptd import ptd
from imagesasdata.arrays.stats.rare import alike, check_classes, check_varied
from imagesasdata.arrays.stats.sandwich import Robust, renumbered
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.formula_columns import gold_values, said_values
from imagesasdata.verbs.trust.regression.crossfitted import cross_fits
from imagesasdata.verbs.trust.regression.imputed import estimate_imputed
from imagesasdata.verbs.trust.regression.rows import Rows
from imagesasdata.verbs.trust.regression.within import check_can_absorb, estimate_within


def estimate(
    rows: Rows, method: Method, family: FamilyName, robust: Robust, seed: int
) -> tuple[Fit, Variables]:
    """The fit, and the best available values of all rows, for fitted values and residuals.

    With fixed effects that are absorbed, these values are less their means.

    Raises
    ------
    ArgumentError
        When the estimates do not exist; the message names the terms that cause this.
    """
    terms, predicted, coded = rows.design.terms, rows.design.variables, rows.gold
    check_outcome(predicted.outcome, family, rows.parsed.text)
    if rows.absorbed:
        check_can_absorb(rows, method, family)
        if method == "naive":
            return estimate_within(rows, method, robust, seed, predicted)
        for name, values in gold_values(rows.gold_frame, rows.pairs).items():
            check_varied(values, name)
        return estimate_within(
            rows, method, robust, seed, with_gold(predicted, coded, rows.is_gold)
        )
    check_collinear(predicted.design, terms, "rows")
    held = np.zeros(len(terms), bool)
    if rows.clusters is not None:
        held = between(predicted.design, rows.clusters, terms, "rows")
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
        return found.without_errors(held), predicted
    best = with_gold(predicted, coded, rows.is_gold)
    check_outcome(coded.outcome, family, rows.parsed.text)
    for name in rows.pairs:
        check_classes(said_values(rows.frame, name), rows.is_gold, name)
    chance = rows.chance(fit_to_rows=method in CORRECTED)
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
    if gold_clusters is not None and method in ("gold", *OF_OUTCOME, "ptd"):
        held = held | between(coded.design, gold_clusters, terms, "gold rows")
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
        return alone.without_errors(held), best
    if method == "imputation":
        found = estimate_imputed(rows, family, robust, counted.sample_prob, seed)
        return found.without_errors(held), best
    if method == "ptd":
        check_collinear(predicted.design[rows.is_gold], terms, "predictions of gold rows")
        found = ptd(
            predicted,
            coded,
            rows.is_gold,
            counted.sample_prob,
            family,
            weights=rows.weights,
            clusters=rows.clusters,
            seed=seed,
        )
        return found.without_errors(held), best
    if method in OF_OUTCOME:
        crossed = cross_fits(rows, counted.gold_weights, seed, mean_of_rest=True)
        found = _ppi_of(rows, [predicted] if method == "ppi" else crossed, family, counted)
        return found.without_errors(held), best
    fits = [
        dsl(
            variables,
            coded,
            rows.is_gold,
            counted.sample_prob,
            family,
            weights=rows.weights,
            clusters=rows.clusters,
        )
        for variables in cross_fits(rows, counted.gold_weights, seed)
    ]
    return median_of(fits).without_errors(held), best


def _ppi_of(
    rows: Rows, predictions: Iterable[Variables], family: FamilyName, counted: Weighted
) -> Fit:
    """PPI++ by each of some predictions, as one fit."""
    fits = []
    for predicted in predictions:
        parts = parted(
            predicted, rows.gold, rows.is_gold, counted.weights, counted.sample_prob, rows.clusters
        )
        check_rest(parts[1].design)
        fits.append(ppi(*parts, family))
    return median_of(fits)
