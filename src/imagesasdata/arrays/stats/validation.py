"""How well a measure matches the truth, for each class and overall, with 95% intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats import classification, stratified
from imagesasdata.arrays.stats.area import area_ends
from imagesasdata.arrays.stats.folds import variance_factor, widened
from imagesasdata.arrays.stats.intervals import bootstrap, wilson, within_strata

# What is measured of a probability.
OF_PROB = ("auc", "brier", "calibration_error")
# Used in place of a class number for the event that the prediction is right.
RIGHT = -1
Drawn = Int[np.ndarray, " drawn"]


class Estimate(NamedTuple):
    """A measure and the ends of its interval, for each class or overall; NaN where undefined."""

    value: Any
    low: Any
    high: Any


class Measured(NamedTuple):
    """All measures; ``bins`` has the calibration of each probability."""

    n_truth: Int[np.ndarray, " classes"]
    n_predicted: Int[np.ndarray, " classes"]
    by_class: dict[str, Estimate]
    overall: dict[str, Estimate]
    confusion: Float[np.ndarray, "classes classes"]
    bins: dict[int, classification.Bins]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows with truth and prediction as class numbers from 0.

    ``probs`` maps a class number, or `RIGHT`, to the rows' probabilities.
    """

    truth: Int[np.ndarray, " rows"]
    predicted: Int[np.ndarray, " rows"]
    weights: Float[np.ndarray, " rows"]
    classes: int
    probs: Mapping[int, Float[np.ndarray, " rows"]]

    def event(self, label: int) -> Bool[np.ndarray, " rows"]:
        """Which rows are of a class, or with `RIGHT` are predicted right."""
        return self.truth == (self.predicted if label == RIGHT else label)

    def counts(self, drawn: Drawn) -> classification.Counts:
        """Numbers of rows by class in a sample of the rows."""
        return classification.count(
            self.truth[drawn], self.predicted[drawn], self.classes, self.weights[drawn]
        )

    def resampled(self, drawn: Drawn) -> Float[np.ndarray, " measures"]:
        """The measures with bootstrap intervals, for a sample of the rows.

        These are F1 of each class and their mean, then the Brier score of each probability and
        their mean.
        """
        f1 = self.counts(drawn).f1
        weights = self.weights[drawn]
        brier = [
            classification.brier(self.event(label)[drawn], prob[drawn], weights)
            for label, prob in self.probs.items()
        ]
        means = [np.mean(brier)] if brier else []
        return np.array([*f1, classification.mean_known(f1), *brier, *means])


def of_two(prob: Float[np.ndarray, " rows"]) -> dict[int, np.ndarray]:
    """The probabilities of both classes, given that of the second of two."""
    return {0: 1.0 - prob, 1: prob}


def measure(rows: Rows, *, rounds: int, seed: int) -> Measured:
    """All measures for each class and overall.

    Of rows with equal weights, intervals of accuracy, precision and recall are Wilson's, and those of F1
    percentiles of a bootstrap (see `_widen_ends` for 0 and 1). With unequal weights, all of these are
    drawn within strata of equal weight. Intervals of the Brier score are percentiles of a bootstrap
    within these strata; for those of AUC and calibration error see `area` and `classification.debiased`.
    """
    every = np.arange(len(rows.truth))
    draw = within_strata(stratified.strata(rows.weights))
    parts = rows.resampled(every), *bootstrap(rows.resampled, draw, rounds=rounds, seed=seed)
    # The NaN at the end stands for measures that are undefined.
    sampled = Estimate(*(np.append(part, np.nan) for part in parts))
    of_prob = _of_prob(rows, sampled, rounds, seed)
    by_class = _by_class(rows, rows.counts(every), sampled, of_prob)
    overall = _overall(rows, sampled, of_prob)
    if stratified.even(rows.weights):
        _widen_ends(rows, by_class, overall)
    else:
        _draw(rows, by_class, overall, seed)
    classes = rows.classes
    return Measured(
        np.bincount(rows.truth, minlength=classes),
        np.bincount(rows.predicted, minlength=classes),
        by_class,
        overall,
        classification.confusion(rows.truth, rows.predicted, classes, rows.weights),
        {
            label: classification.calibration(rows.event(label), prob, rows.weights)
            for label, prob in rows.probs.items()
        },
    )


def with_folds(found: Measured, share: float) -> Measured:
    """The same with wider intervals, if a ``share`` of the rows has out-of-fold predictions.

    See `folds.overlap`; the number of folds is taken as the usual one.
    """
    factor = variance_factor(share)

    def wider(estimates: dict[str, Estimate]) -> dict[str, Estimate]:
        return {
            name: Estimate(one.value, *widened(*one, factor)) for name, one in estimates.items()
        }

    return found._replace(by_class=wider(found.by_class), overall=wider(found.overall))


def _of_prob(
    rows: Rows, sampled: Estimate, rounds: int, seed: int
) -> dict[str, tuple[list[Estimate], Estimate]]:
    """Of each measure of `OF_PROB`, the estimates of each probability, and their mean.

    The ends of a mean of AUCs, or of calibration errors, are the means of the ends, which is cautious.
    """
    if not rows.probs:
        return {}
    areas, errors = [], []
    for label, prob in rows.probs.items():
        event = rows.event(label)
        ends = area_ends(event, prob, rows.weights, rounds=rounds, seed=seed)
        areas.append(Estimate(classification.auc(event, prob, rows.weights), *ends))
        errors.append(Estimate(*classification.debiased(event, prob, rows.weights, seed=seed)))
    start = rows.classes + 1
    briers = [_at(sampled, start + number) for number in range(len(areas))]
    return {
        "auc": (areas, Estimate(*np.mean(areas, axis=0))),
        "brier": (briers, _at(sampled, start + len(areas))),
        "calibration_error": (errors, Estimate(*np.mean(errors, axis=0))),
    }


def _widen_ends(rows: Rows, by_class: dict[str, Estimate], overall: dict[str, Estimate]) -> None:
    """Intervals of an F1 of 0 or 1, of which every bootstrap sample gives the same again.

    F1 rises with the share of hits among the rows that are of a class or said to be, so that its interval
    follows from Wilson's for that share.
    """
    labels = np.arange(rows.classes)[:, None]
    told, said = rows.truth == labels, rows.predicted == labels
    either = (told | said).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = wilson((told & said).sum(axis=1) / either, either)
    low, high = 2.0 * low / (1.0 + low), 2.0 * high / (1.0 + high)
    one, mean = by_class["f1"], overall["f1"]
    same = one.low == one.high
    ends = np.where(same, low, one.low), np.where(same, high, one.high)
    by_class["f1"] = Estimate(one.value, *ends)
    if mean.low == mean.high:
        known = ~np.isnan(one.value)
        overall["f1"] = Estimate(mean.value, *(float(np.mean(part[known])) for part in ends))


def _draw(
    rows: Rows, by_class: dict[str, Estimate], overall: dict[str, Estimate], seed: int
) -> None:
    """Put intervals for unequal weights in the place of those for equal ones."""
    shape = (rows.classes, rows.classes)
    table = stratified.table_draws(rows.predicted, rows.truth, shape, rows.weights, seed=seed)
    hits = np.diagonal(table, axis1=1, axis2=2)
    said, told = table.sum(axis=2), table.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = {"precision": hits / said, "recall": hits / told, "f1": 2.0 * hits / (said + told)}
    for name, drawn in draws.items():
        value = by_class[name].value
        by_class[name] = Estimate(value, *stratified.ends(drawn, value))
    known = ~np.isnan(by_class["f1"].value)
    right = rows.event(RIGHT).astype(np.int64)
    alone = np.zeros_like(right)
    table = stratified.table_draws(alone, right, (1, 2), rows.weights, seed=seed)
    for name, drawn in (
        ("f1", draws["f1"][:, known].mean(axis=1)),
        ("accuracy", table[:, 0, 1] / table.sum(axis=(1, 2))),
    ):
        value = np.asarray(overall[name].value)
        overall[name] = Estimate(value[()], *(end[()] for end in stratified.ends(drawn, value)))


def _by_class(
    rows: Rows,
    counts: classification.Counts,
    sampled: Estimate,
    of_prob: Mapping[str, tuple[list[Estimate], Estimate]],
) -> dict[str, Estimate]:
    labels = range(rows.classes)
    estimates = {}
    for name, values, codes in (
        ("precision", counts.precision, rows.predicted),
        ("recall", counts.recall, rows.truth),
    ):
        of_rows = np.bincount(codes, minlength=rows.classes)
        estimates[name] = Estimate(values, *wilson(values, of_rows))
    estimates["f1"] = _at(sampled, list(labels))
    place = [list(rows.probs).index(one) if one in rows.probs else -1 for one in labels]
    unknown = Estimate(*[float("nan")] * 3)
    for name in OF_PROB:
        parts = np.array([*of_prob.get(name, ([], None))[0], unknown])[place]
        estimates[name] = Estimate(*parts.T)
    return estimates


def _overall(
    rows: Rows, sampled: Estimate, of_prob: Mapping[str, tuple[list[Estimate], Estimate]]
) -> dict[str, Estimate]:
    accuracy = float(np.average(rows.event(RIGHT), weights=rows.weights))
    return {
        "accuracy": Estimate(accuracy, *wilson(accuracy, len(rows.truth))),
        "f1": _at(sampled, rows.classes),
        **{name: mean for name, (_, mean) in of_prob.items()},
    }


def _at(sampled: Estimate, indices: int | list[int]) -> Estimate:
    return Estimate(*(part[indices] for part in sampled))
