"""Cross-fitting: improves predictions by gold values, with fits that have not seen the row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

FOLDS = 5
# Estimates are medians over so many divisions into folds; of many gold rows fewer are enough.
_SPLITS, _FEWER, _MANY = 10, 3, 2000
# Gold rows per column of the fit; with fewer, a column adds more noise than it gains.
_ROWS_EACH = 10


def splits(gold_rows: int) -> int:
    """The number of divisions into folds."""
    return _SPLITS if gold_rows < _MANY else _FEWER


def cross_fit(
    gold: Float[np.ndarray, " gold_rows"],
    predicted: Float[np.ndarray, "rows columns"],
    others: Float[np.ndarray, "rows others"],
    is_gold: Bool[np.ndarray, " rows"],
    weights: Float[np.ndarray, " gold_rows"],
    *,
    seed: int | Sequence[int],
    clusters: Int[np.ndarray, " rows"] | None = None,
    mean_of_rest: bool = False,
) -> Float[np.ndarray, " rows"]:
    """Regress gold values on predictions, other variables and their products, in folds.

    A classifier's errors often differ between groups; the products let the fit account for that. Rows
    of a cluster are in the same fold. Results are clipped to the range of the gold values.

    A row without gold value has the fit of its fold, or with ``mean_of_rest`` the mean of all fits, as
    in cross-prediction (Zrnic and Candès 2024, doi:10.1073/pnas.2322083121).
    """
    number = np.random.default_rng(seed)
    units = np.arange(len(is_gold)) if clusters is None else clusters
    # Gold rows are distributed evenly over the folds, so that every fit has some.
    order = number.permutation(int(units.max()) + 1)
    has_gold = np.zeros(len(order), bool)
    has_gold[units[is_gold]] = True
    order = order[np.argsort(~has_gold[order], kind="stable")]
    fold_of_unit = np.empty(len(order), np.int64)
    fold_of_unit[order] = np.arange(len(order)) % FOLDS
    fold = fold_of_unit[units]
    features = _features(predicted, others, int(is_gold.sum()) // _ROWS_EACH)
    coded, root = features[is_gold], np.sqrt(weights)
    fitted = np.zeros(len(is_gold))
    rest = ~is_gold & mean_of_rest
    for one in range(FOLDS):
        kept = fold[is_gold] != one
        scaled = coded[kept] * root[kept][:, None]
        slopes = np.linalg.lstsq(scaled, gold[kept] * root[kept], rcond=1e-8)[0]
        inside = (fold == one) & ~rest
        fitted[inside] = features[inside] @ slopes
        fitted[rest] += features[rest] @ slopes / FOLDS
    return np.clip(fitted, gold.min(), gold.max())


def _features(predicted: np.ndarray, others: np.ndarray, most: int) -> np.ndarray:
    """A constant, and the standardized columns with their products.

    If that is more than ``most`` columns, the products are left out, then all but the predictions.
    """
    predicted, others = standardized(predicted), standardized(others)
    products = [column[:, None] * others for column in predicted.T]
    parts = [np.ones((len(predicted), 1)), predicted, others, *products]
    while len(parts) > 2 and sum(part.shape[1] for part in parts) > most:
        parts = parts[:3] if len(parts) > 3 else parts[:2]
    return np.concatenate(parts, axis=1)


def standardized(columns: np.ndarray) -> np.ndarray:
    """Columns with a mean of 0 and a spread of 1, without those that do not vary."""
    spread = columns.std(axis=0)
    varied = spread > 0.0
    return (columns[:, varied] - columns[:, varied].mean(axis=0)) / spread[varied]
