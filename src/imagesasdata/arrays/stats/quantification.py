"""The share of each class in groups whose shares differ, from predictions and the errors in coded rows.

The share of what is predicted mixes the classes by the model's error rates: of rows of each class, the
share with each prediction. If these rates are the same in all groups (only the shares of the classes
shift), the shares that make what is predicted most likely are found by expectation maximization (Saerens,
Latinne and Decaestecker 2002, here of predicted classes). Of two classes they are the adjusted count
``(predicted - false) / (right - false)`` (Rogan and Gladen 1978; Forman 2008), within 0 and 1.

Intervals are percentiles over draws of the rates from Jeffreys posteriors within strata
(`stratified.table_draws`), and of the predicted shares from theirs.

Saerens, M., Latinne, P. and Decaestecker, C. (2002). Adjusting the Outputs of a Classifier to New a
Priori Probabilities. doi:10.1162/089976602753284446. Rogan, W. J. and Gladen, B. (1978). Estimating
prevalence from the results of a screening test. doi:10.1093/oxfordjournals.aje.a112510. Forman, G.
(2008). Quantifying counts and costs via classification. doi:10.1007/s10618-008-0097-y.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

from imagesasdata.arrays.stats import stratified

_STEPS = 2000
_DONE = 1e-7
# Draws in which the rates say nothing differ by less.
_TINY = 1e-9
# Coded rows of a class in a group, with fewer of which its rates are not compared.
_FEW = 10
# Differences with a smaller p value are told.
_CHANCE = 0.01


class Shares(NamedTuple):
    """Shares of each class in each group, with 95% intervals, and the share predicted."""

    value: Float[np.ndarray, "groups classes"]
    low: Float[np.ndarray, "groups classes"]
    high: Float[np.ndarray, "groups classes"]


def error_rates(
    table: Float[np.ndarray, "*draws predictions classes"],
) -> Float[np.ndarray, "*draws predictions classes"]:
    """Of the rows of each class, the share with each prediction."""
    return table / np.maximum(table.sum(axis=-2, keepdims=True), np.finfo(float).tiny)


def mixed(
    said: Float[np.ndarray, "*draws predictions"],
    rates: Float[np.ndarray, "*draws predictions classes"],
) -> Float[np.ndarray, "*draws classes"]:
    """The shares of the classes that make the shares of the predictions most likely."""
    classes = rates.shape[-1]
    if rates.shape[-2:] == (2, 2):
        false, gain = rates[..., 1, 0], rates[..., 1, 1] - rates[..., 1, 0]
        gain = np.where(np.abs(gain) < _TINY, _TINY, gain)
        second = np.clip((said[..., 1] - false) / gain, 0.0, 1.0)
        return np.stack([1.0 - second, second], axis=-1)
    shape = (*said.shape[:-1], classes)
    said, rates = said.reshape(-1, said.shape[-1]), rates.reshape(-1, *rates.shape[-2:])
    share = np.full((len(said), classes), 1.0 / classes)
    going = np.arange(len(said))
    for _ in range(_STEPS):
        old = share[going]
        part = rates[going] * old[:, None]
        part *= (said[going] / np.maximum(part.sum(axis=2), np.finfo(float).tiny))[..., None]
        share[going] = part.sum(axis=1)
        going = going[np.abs(share[going] - old).max(axis=1) >= _DONE]
        if not len(going):
            break
    return share.reshape(shape)


def shares(
    counts: Float[np.ndarray, "groups predictions"],
    predicted: Int[np.ndarray, " coded"],
    truth: Int[np.ndarray, " coded"],
    classes: int,
    weights: Float[np.ndarray, " coded"],
    *,
    seed: int,
) -> Shares:
    """The shares of the classes in each group.

    Parameters
    ----------
    counts
        How many rows of each group have each prediction.
    predicted, truth, weights
        Of the coded rows.
    """
    kinds = counts.shape[1]
    table = np.bincount(predicted * classes + truth, weights, kinds * classes)
    rates = error_rates(table.reshape(kinds, classes))
    drawn = error_rates(
        stratified.table_draws(predicted, truth, (kinds, classes), weights, seed=seed)
    )
    # Other numbers than those of the rates.
    random = np.random.default_rng((seed, 1))
    value, low, high = np.zeros((3, len(counts), classes))
    for group, count in enumerate(counts):
        value[group] = mixed(count / count.sum(), rates)
        mass = random.standard_gamma(count + 1.0 / kinds, (len(drawn), kinds))
        some = mixed(mass / mass.sum(axis=1, keepdims=True), drawn)
        low[group], high[group] = np.quantile(some, [0.025, 0.975], axis=0)
    return Shares(value, np.minimum(low, value), np.maximum(high, value))


def group_counts(
    group: Int[np.ndarray, " rows"], predicted: Int[np.ndarray, " rows"], groups: int, kinds: int
) -> Float[np.ndarray, "groups predictions"]:
    """How many rows of each group have each prediction."""
    return (
        np.bincount(group * kinds + predicted, minlength=groups * kinds).reshape(groups, kinds)
        + 0.0
    )


def unlike(
    groups: Sequence[str],
    predicted: Int[np.ndarray, " coded"],
    truth: Int[np.ndarray, " coded"],
    labels: Sequence[Any],
    by: str,
) -> list[str]:
    """A note if the error rates of a class differ between groups by more than chance.

    Chi-squared tests of prediction by group within each class, by Holm's correction; groups with fewer
    than ``_FEW`` coded rows of the class are left out.
    """
    names, place = np.unique(np.array(groups, object).astype(str), return_inverse=True)
    found = []
    for number, label in enumerate(labels):
        some = truth == number
        table = np.bincount(
            place[some] * (predicted.max() + 1) + predicted[some],
            minlength=len(names) * (predicted.max() + 1),
        ).reshape(len(names), -1)
        table = table[table.sum(axis=1) >= _FEW]
        table = table[:, table.sum(axis=0) > 0]
        if min(table.shape) > 1:
            chi2: Any = stats.chi2_contingency(table)
            found.append((float(chi2.pvalue), label))
    if not found or min(found, key=lambda one: one[0])[0] * len(found) > _CHANCE:
        return []
    p_value, label = min(found, key=lambda one: one[0])
    return [
        f"What is predicted of {label} differs by {by} in the coded rows (p = {p_value:.2g}), but the "
        "shares assume the same error rates in all groups. Code rows in every group, and compare with "
        'regress("prediction ~ C(group)", method="dsl").'
    ]
