"""The columns of age, gender, race and expression, from a network's probabilities."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.columns import (
    AGE_GROUPS,
    CHILDREN,
    CLASSES,
    GENDERS,
    attribute_columns,
    class_columns,
)
from imagesasdata.arrays.probabilities import logistic

# The network is far too sure of expressions, and too often sees anger. Its log probabilities are
# multiplied, and each class gets an offset; these, and the probability below which a label is seldom
# right, come from labeled pictures: `benchmarks/faces_looks.py` fits them.
CALIBRATION: dict[str, tuple[float, tuple[float, ...]]] = {
    "expression": (0.387, (-0.568, 1.588, -1.434, 0.335, -0.456, 0.381, 0.154))
}
LEAST = {"expression": 0.4}
# Slope and offset of the log odds of male: the network takes some women for men.
MALE = (1.422, -0.712)
# Children's faces differ little by gender, and the network is often wrong.
YOUNGEST = 12
# Normal quantile of the lower end of an interval that a tenth of people are below.
_TENTH = NormalDist().inv_cdf(0.9)
_YEARS = np.arange(0, 100.25, 0.25)


class AgeCurve(NamedTuple):
    """What a network says of people of an age: its mean is normal about a line in their age.

    The mean is ``start + slope * age``, the standard deviation ``exp(spread + growth * age)``. Below
    ``YOUNGEST`` nothing was measured: there the line goes to the origin.
    """

    start: float
    slope: float
    spread: float
    growth: float

    def mean(self, ages: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """What the network says on average of people of some ages."""
        child = (self.start / YOUNGEST + self.slope) * ages
        return np.minimum(self.start + self.slope * ages, child)

    def sd(self, ages: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """How much that differs among people of the same age."""
        return np.exp(self.spread + self.growth * ages)

    def ages(self, said: Float[np.ndarray, " n"], above: float) -> Float[np.ndarray, " n"]:
        """The ages at which what the network said is ``above`` standard deviations over its mean."""
        return np.interp(said, self.mean(_YEARS) + above * self.sd(_YEARS), _YEARS)


# `benchmarks/faces_looks.py` fits it, and the two numbers of `MALE`.
AGE_CURVE = AgeCurve(9.93, 0.708, 1.286, 0.01402)


def age(probabilities: Float[np.ndarray, " years"]) -> dict[str, float]:
    """The age of which the network usually says what it says here, and an interval.

    The ends are the ages of which it says so much or less (or more) of one person in ten, so that of
    people of any age 80% have theirs inside.
    """
    years = np.arange(len(probabilities))
    said = np.atleast_1d((years * probabilities).sum() / probabilities.sum())
    low, middle, high = (float(AGE_CURVE.ages(said, above)[0]) for above in (_TENTH, 0.0, -_TENTH))
    return {"age": middle, "age_low": low, "age_high": high}


def calibrated_male(male: float) -> float:
    """The probability that the face is male, from the network's."""
    slope, offset = MALE
    chance = np.clip(np.array([male]), 1e-6, 1 - 1e-6)
    return float(logistic(slope * np.log(chance / (1 - chance)) + offset)[0])


def gender(male: float, years: float) -> dict[str, Any]:
    """The columns of gender, from the probability that the face is male; null for a child's."""
    if years < YOUNGEST:
        return {column.name: None for column in attribute_columns("gender")}
    return most_probable("gender", GENDERS, np.array([1 - male, male]))


def gender_by_group(male: float, groups: Float[np.ndarray, " groups"]) -> dict[str, Any]:
    """The same from the probabilities of age groups; null where the most probable is a child's."""
    return gender(male, float(AGE_GROUPS[int(np.argmax(groups))] not in CHILDREN) * YOUNGEST)


def labeled(attribute: str, probabilities: Float[np.ndarray, " classes"]) -> dict[str, Any]:
    """The most probable label of an attribute if it is probable enough, and the probability of each."""
    if attribute in CALIBRATION:
        slope, offsets = CALIBRATION[attribute]
        weights = np.clip(probabilities, 1e-6, 1).astype(float) ** slope * np.exp(offsets)
        probabilities = weights / weights.sum()
    return most_probable(attribute, CLASSES[attribute], probabilities, LEAST.get(attribute, 0.0))


def most_probable(
    name: str,
    classes: tuple[str, ...],
    probabilities: Float[np.ndarray, " classes"],
    least: float = 0.0,
) -> dict[str, Any]:
    """The most probable class if its probability is at least ``least``, and the probability of each."""
    columns = [column.name for column in class_columns(name, classes)[1:]]
    cells = {name: float(p) for name, p in zip(columns, probabilities, strict=True)}
    best = int(np.argmax(probabilities))
    return {name: classes[best] if probabilities[best] >= least else None, **cells}
