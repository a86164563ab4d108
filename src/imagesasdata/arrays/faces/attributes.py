"""The columns of age, gender, race and expression, from a network's probabilities."""

from __future__ import annotations

from typing import Any

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

# The middle 80% of the predicted distribution.
_LOW, _HIGH = 0.1, 0.9
# The network is far too sure of expressions, and too often sees anger. Its log probabilities are
# multiplied, and each class gets an offset; these, and the probability below which a label is seldom
# right, come from labeled pictures: `benchmarks/faces_looks.py` fits them.
CALIBRATION: dict[str, tuple[float, tuple[float, ...]]] = {
    "expression": (0.387, (-0.568, 1.588, -1.434, 0.335, -0.456, 0.381, 0.154))
}
LEAST = {"expression": 0.4}
# Children's faces differ little by gender, and the network is often wrong.
YOUNGEST = 12


def age(probabilities: Float[np.ndarray, " years"]) -> dict[str, float]:
    """The mean of a distribution over years, and the ends of its middle 80%."""
    years = np.arange(len(probabilities))
    total = np.cumsum(probabilities) / probabilities.sum()
    low, high = (int(np.searchsorted(total, share)) for share in (_LOW, _HIGH))
    mean = float((years * probabilities).sum() / probabilities.sum())
    return {"age": mean, "age_low": float(low), "age_high": float(min(high, len(years) - 1))}


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
