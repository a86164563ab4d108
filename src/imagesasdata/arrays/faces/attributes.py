"""The columns of age, gender, race and expression, from a network's probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.columns import CLASSES, attribute_columns

# The middle 80% of the predicted distribution.
_LOW, _HIGH = 0.1, 0.9


def age(probabilities: Float[np.ndarray, " years"]) -> dict[str, float]:
    """The mean of a distribution over years, and the ends of its middle 80%."""
    years = np.arange(len(probabilities))
    total = np.cumsum(probabilities) / probabilities.sum()
    low, high = (int(np.searchsorted(total, share)) for share in (_LOW, _HIGH))
    mean = float((years * probabilities).sum() / probabilities.sum())
    return {"age": mean, "age_low": float(low), "age_high": float(min(high, len(years) - 1))}


def gender(male: float) -> dict[str, Any]:
    """The columns of gender, from the probability that the face is male."""
    return labeled("gender", np.array([1 - male, male]))


def labeled(attribute: str, probabilities: Float[np.ndarray, " classes"]) -> dict[str, Any]:
    """The most probable label of an attribute, and the probability of each."""
    names = CLASSES[attribute]
    columns = [column.name for column in attribute_columns(attribute)[1:]]
    cells = {name: float(p) for name, p in zip(columns, probabilities, strict=True)}
    return {attribute: names[int(np.argmax(probabilities))], **cells}
