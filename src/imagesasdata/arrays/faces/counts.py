"""Faces of a picture counted by what they look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from imagesasdata.arrays.faces.columns import CLASSES
from imagesasdata.columns import Column

# From which age on a face is of each class.
AGES = {"child": 0.0, "adult": 18.0, "senior": 65.0}
UNCERTAIN = "uncertain"
# From which probability on a class is certain, unless the user says so. Of expressions, few reach what is
# usual for gender; see the reference on faces for how many from here on are right.
_CERTAIN, _CERTAIN_OF = 0.8, {"expression": 0.6}

_CLASSES: dict[str, tuple[str, ...]] = {"age": tuple(AGES), **CLASSES}
_NO_SHARE = "the picture could not be read or has no face whose class is certain"


def count_columns(attribute: str) -> tuple[Column, ...]:
    """The columns of one attribute: a count for each class and for uncertain faces, then shares."""
    said = f"{attribute} by appearance"
    counts = [
        Column(f"n_{attribute}_{one}", "int64", f"Faces that are {one} ({said}).", range="0 ...")
        for one in _CLASSES[attribute]
    ]
    unsure = Column(
        f"n_{attribute}_{UNCERTAIN}",
        "int64",
        f"Faces whose class is uncertain ({said}).",
        range="0 ...",
    )
    shares = [
        Column(
            f"{attribute}_{one}_share",
            "float64",
            f"Share of {one} among the faces whose class is certain ({said}).",
            range="0 to 1",
            null=_NO_SHARE,
        )
        for one in _CLASSES[attribute]
    ]
    return *counts, unsure, *shares


def age_class(low: float | None, high: float | None) -> str | None:
    """The class of an interval of ages; ``None`` if it lies in several."""
    if low is None or high is None:
        return None
    first, last = (_of_age(one) for one in (low, high))
    return first if first == last else None


def certain_from(attribute: str, certainty: float | None) -> float:
    """The lowest probability of a certain class: the user's, or by default the attribute's."""
    return _CERTAIN_OF.get(attribute, _CERTAIN) if certainty is None else certainty


def label_class(label: str | None, probability: float | None, certainty: float) -> str | None:
    """The label, if it is probable enough."""
    return None if probability is None or probability < certainty else label


def counted(attribute: str, classes: Sequence[str | None]) -> Mapping[str, int | float | None]:
    """The cells of `count_columns` for the faces of one picture; ``None`` is an uncertain face."""
    found = Counter(classes)
    certain = len(classes) - found[None]
    counts = {f"n_{attribute}_{one}": found[one] for one in _CLASSES[attribute]}
    shares = {
        f"{attribute}_{one}_share": found[one] / certain if certain else None
        for one in _CLASSES[attribute]
    }
    return {**counts, f"n_{attribute}_{UNCERTAIN}": found[None], **shares}


def _of_age(years: float) -> str:
    return [name for name, start in AGES.items() if years >= start][-1]
