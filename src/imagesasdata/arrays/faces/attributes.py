"""The columns of age, gender, race and expression, from a network's probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.columns import CLASSES, attribute_columns

# The middle 80% of the predicted distribution.
_LOW, _HIGH = 0.1, 0.9
# What an attribute's probabilities are raised to: the network is far too sure of expressions. Chosen on
# labeled pictures, as is the probability below which a label is seldom right; see the reference on faces.
_POWER = {"expression": 0.28}
LEAST = {"expression": 0.3}
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
    return labeled("gender", np.array([1 - male, male]))


def labeled(attribute: str, probabilities: Float[np.ndarray, " classes"]) -> dict[str, Any]:
    """The most probable label of an attribute if it is probable enough, and the probability of each."""
    names = CLASSES[attribute]
    if attribute in _POWER:
        probabilities = np.clip(probabilities, 1e-6, 1).astype(float) ** _POWER[attribute]
        probabilities = probabilities / probabilities.sum()
    columns = [column.name for column in attribute_columns(attribute)[1:]]
    cells = {name: float(p) for name, p in zip(columns, probabilities, strict=True)}
    best = int(np.argmax(probabilities))
    sure = probabilities[best] >= LEAST.get(attribute, 0)
    return {attribute: names[best] if sure else None, **cells}
