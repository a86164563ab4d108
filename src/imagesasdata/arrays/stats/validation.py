"""How well a measure matches the truth: for each class and over all, with 95% intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats import classification
from imagesasdata.arrays.stats.intervals import bootstrap, effective, wilson, within_strata

# The measures of a probability.
OF_PROB = ("auc", "brier", "calibration_error")
# In place of a class: the event that the prediction is right.
RIGHT = -1
Drawn = Int[np.ndarray, " drawn"]


class Estimate(NamedTuple):
    """A measure and the ends of its interval, of each class or over all; NaN where not defined."""

    value: Any
    low: Any
    high: Any


class Measured(NamedTuple):
    """All measures of some rows; ``bins`` are the calibration of each probability."""

    n_truth: Int[np.ndarray, " classes"]
    n_predicted: Int[np.ndarray, " classes"]
    by_class: dict[str, Estimate]
    overall: dict[str, Estimate]
    confusion: Float[np.ndarray, "classes classes"]
    bins: dict[int, classification.Bins]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows with a truth and a prediction, classes as numbers from 0.

    ``probs`` has the rows' probabilities of some classes, or of `RIGHT`.
    """

    truth: Int[np.ndarray, " rows"]
    predicted: Int[np.ndarray, " rows"]
    weights: Float[np.ndarray, " rows"]
    classes: int
    probs: Mapping[int, Float[np.ndarray, " rows"]]

    def event(self, one: int) -> Bool[np.ndarray, " rows"]:
        """Which rows are of a class, or are predicted right."""
        return self.truth == (self.predicted if one == RIGHT else one)

    def counts(self, drawn: Drawn) -> classification.Counts:
        """Numbers of rows by class, of a sample of the rows."""
        return classification.count(
            self.truth[drawn], self.predicted[drawn], self.classes, self.weights[drawn]
        )

    def resampled(self, drawn: Drawn) -> Float[np.ndarray, " measures"]:
        """What is estimated by resampling, of a sample of the rows.

        F1 of each class and their mean, then `OF_PROB` of each probability, then their means.
        """
        f1 = self.counts(drawn).f1
        found = [np.array(self._of_prob(one, drawn)) for one in self.probs]
        means = [np.mean(found, axis=0)] if found else []
        return np.concatenate([f1, [classification.mean_known(f1)], *found, *means])

    def _of_prob(self, one: int, drawn: np.ndarray) -> list[float]:
        event, prob = self.event(one)[drawn], self.probs[one][drawn]
        weights = self.weights[drawn]
        return [
            classification.auc(event, prob, weights),
            classification.brier(event, prob, weights),
            classification.calibration_error(event, prob, weights),
        ]


def of_two(prob: Float[np.ndarray, " rows"]) -> dict[int, np.ndarray]:
    """The probabilities of both of two classes, from that of the second."""
    return {0: 1.0 - prob, 1: prob}


def measure(rows: Rows, *, rounds: int, seed: int) -> Measured:
    """Measure each class and all together.

    Intervals are Wilson's for accuracy, precision and recall, at the effective number of rows; for
    the others percentiles of the bootstrap, within strata of equal weight.
    """
    every = np.arange(len(rows.truth))
    draw = within_strata(np.round(rows.weights, 9))
    parts = rows.resampled(every), *bootstrap(rows.resampled, draw, rounds=rounds, seed=seed)
    # The last place is that of what is not measured.
    sampled = Estimate(*(np.append(part, np.nan) for part in parts))
    classes = rows.classes
    return Measured(
        np.bincount(rows.truth, minlength=classes),
        np.bincount(rows.predicted, minlength=classes),
        _by_class(rows, rows.counts(every), sampled),
        _overall(rows, sampled),
        classification.confusion(rows.truth, rows.predicted, classes, rows.weights),
        {
            one: classification.calibration(rows.event(one), prob, rows.weights)
            for one, prob in rows.probs.items()
        },
    )


def _by_class(rows: Rows, counts: classification.Counts, sampled: Estimate) -> dict[str, Estimate]:
    classes = range(rows.classes)
    found = {}
    for name, values, codes in (
        ("precision", counts.precision, rows.predicted),
        ("recall", counts.recall, rows.truth),
    ):
        behind = [effective(rows.weights[codes == one]) for one in classes]
        found[name] = Estimate(values, *wilson(values, behind))
    found["f1"] = _at(sampled, list(classes))
    first = {one: rows.classes + 1 + len(OF_PROB) * n for n, one in enumerate(rows.probs)}
    for place, name in enumerate(OF_PROB):
        found[name] = _at(sampled, [first[one] + place if one in first else -1 for one in classes])
    return found


def _overall(rows: Rows, sampled: Estimate) -> dict[str, Estimate]:
    accuracy = float(np.average(rows.event(RIGHT), weights=rows.weights))
    found = {
        "accuracy": Estimate(accuracy, *wilson(accuracy, effective(rows.weights))),
        "f1": _at(sampled, rows.classes),
    }
    if rows.probs:
        means = rows.classes + 1 + len(OF_PROB) * len(rows.probs)
        found |= {name: _at(sampled, means + place) for place, name in enumerate(OF_PROB)}
    return found


def _at(sampled: Estimate, places: int | list[int]) -> Estimate:
    return Estimate(*(part[places] for part in sampled))
