"""The variables of a regression with predictions that are improved by gold values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imagesasdata.arrays.stats.crossfit import cross_fit, splits
from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.tables.formula_columns import is_level
from imagesasdata.verbs.trust.regression.rows import Rows


def cross_fits(
    rows: Rows, gold_weights: np.ndarray, seed: int, *, mean_of_rest: bool = False
) -> Iterator[Variables]:
    """The variables, once for each division of the rows into folds; levels stay as predicted.

    With ``mean_of_rest``, rows without a gold value have the mean of the fits of all folds.
    """
    sharpened = {
        predicted: coded
        for predicted, coded in rows.pairs.items()
        if not is_level(rows.frame, predicted) and not rows.design.as_levels(predicted)
    }
    if not sharpened:
        yield rows.design.variables
        return
    for split in range(splits(int(rows.is_gold.sum()))):
        yield _cross_fitted(rows, sharpened, gold_weights, (seed, split), mean_of_rest)


def _cross_fitted(
    rows: Rows,
    sharpened: dict[str, str],
    gold_weights: np.ndarray,
    seed: tuple[int, int],
    mean_of_rest: bool,
) -> Variables:
    design = rows.design
    known = rows.known()
    predicted = rows.frame[list(sharpened)].to_numpy(float)
    frame = rows.frame.copy()
    for place, (name, coded) in enumerate(sharpened.items()):
        frame[name] = cross_fit(
            rows.gold_frame[coded].to_numpy(float),
            predicted,
            known,
            rows.is_gold,
            gold_weights,
            seed=(*seed, place),
            clusters=rows.clusters,
            mean_of_rest=mean_of_rest,
        )
    return design.again(frame)
