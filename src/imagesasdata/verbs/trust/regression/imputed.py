"""The estimates of a regression whose classes are imputed where they were not coded."""

from __future__ import annotations

from itertools import product

import numpy as np

from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.arrays.stats.fits import Fit, fit_terms
from imagesasdata.arrays.stats.imputation import chosen, classes_of, combined, imputations
from imagesasdata.arrays.stats.sandwich import Robust
from imagesasdata.tables.formula_columns import filled, gold_values, said_values
from imagesasdata.verbs.trust.regression.rows import Rows


def estimate_imputed(
    rows: Rows, family: FamilyName, robust: Robust, sample_prob: np.ndarray, seed: int
) -> Fit:
    """Impute, fit, and combine.

    Raises
    ------
    ArgumentError
        When gold values are not classes, or a regression on imputed rows does not exist.
    """
    gold = gold_values(rows.gold_frame, rows.pairs)
    classes = classes_of(gold)
    designs = [
        rows.design.again(filled(rows.frame, dict(zip(rows.pairs, values, strict=True))))
        for values in product(*classes.values())
    ]
    which = imputations(
        [said_values(rows.frame, name) for name in rows.pairs],
        rows.known(),
        rows.is_gold,
        list(gold.values()),
        list(classes.values()),
        sample_prob,
        seed=seed,
    )
    return combined(
        [
            fit_terms(
                *variables,
                family,
                rows.terms,
                "imputed rows",
                vcov=robust,
                weights=rows.weights,
                clusters=rows.clusters,
            )
            for variables in chosen(designs, which)
        ]
    )
