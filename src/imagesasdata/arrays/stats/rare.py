"""Classes with few coded rows, whose intervals are too narrow or do not exist."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from imagesasdata.arrays.stats.coding import strata
from imagesasdata.arrays.stats.fits import Fit
from imagesasdata.arrays.stats.intervals import effective
from imagesasdata.errors import ArgumentError

# With fewer coded rows of a class, 95% intervals were seen to hold the truth in less than 90%.
FEW = 20
# With so many, those of multiple imputation were seen to hold it in 94% to 98%.
FEWEST = 3
_FEW_IN_STRATUM = 5
# A stratum that stands for less than this share of all rows matters little.
_SMALL = 0.1
# A prediction with more values than this has no classes.
_MOST_CLASSES = 10
# If so many coded rows of a class are expected, to have none is not chance.
_EXPECTED = 10.0


class Rare(NamedTuple):
    """A class with few coded rows: the rows of the class, and all coded rows, by stratum.

    ``chance`` is the sampling probability of each stratum; NaN where there are no strata.
    """

    value: Any
    chance: tuple[float, ...]
    rows: tuple[int, ...]
    coded: tuple[int, ...]

    @property
    def of_class(self) -> int:
        """The coded rows of the class."""
        return sum(self.rows)

    def note(self, name: str) -> str:
        """What to say of a column of gold values."""
        groups = "; ".join(
            f"{count:,} of {coded:,} with sampling probability {chance:.3g}"
            for chance, count, coded in zip(self.chance, self.rows, self.coded, strict=True)
            if len(self.chance) > 1
        )
        return (
            f"Only {sum(self.rows):,} of the {sum(self.coded):,} gold rows have {name} = {self.value}"
            if not groups
            else f"Few gold rows have {name} = {self.value} ({groups})"
        ) + ": the interval is likely too narrow. Code more, best where the class is predicted."


def rare(
    values: Shaped[np.ndarray, " gold_rows"], sample_prob: Float[np.ndarray, " gold_rows"] | None
) -> Rare | None:
    """The rarer of two classes if few coded rows have it, overall or in a large stratum."""
    classes, place = np.unique(values, return_inverse=True)
    if len(classes) != 2:
        return None
    chance = np.ones(len(values)) if sample_prob is None else sample_prob
    share = [(1.0 / chance[place == one]).sum() for one in (0, 1)]
    rarer = int(share[1] <= share[0])
    is_rare = place == rarer
    found = strata(chance)
    group = np.zeros(len(values), np.int64) if found is None else found
    count, coded = np.bincount(group, is_rare), np.bincount(group)
    first = np.array([chance[group == one][0] for one in range(len(coded))])
    weight = coded / first / (coded / first).sum()
    thin = (count < _FEW_IN_STRATUM) & (weight > _SMALL) & (first < 1.0) & (len(coded) > 1)
    if effective(1.0 / chance[is_rare]) >= FEW and not thin.any():
        return None
    value = classes[rarer]
    return Rare(
        f"{value:g}" if isinstance(value, float | np.floating) else value,
        tuple(first.tolist() if len(first) > 1 else [float("nan")]),
        tuple(int(number) for number in count),
        tuple(coded.tolist()),
    )


def few_gold(rows: int) -> list[str]:
    """What to say of very few gold rows."""
    if rows >= FEW:
        return []
    return [f"{rows:,} gold rows are too few for an interval that can be relied on: code more."]


def check_varied(values: Shaped[np.ndarray, " gold_rows"], name: str) -> None:
    """Raise when all gold values are the same.

    Raises
    ------
    ArgumentError
        With the value.
    """
    if len(np.unique(values)) == 1:
        raise ArgumentError(
            f"All {len(values):,} gold values of {name!r} are {_shown(values[0])}, so nothing "
            "can be estimated from how it varies.",
            "code more pictures, best some that are predicted to differ.",
        )


def check_classes(
    predicted: Shaped[np.ndarray, " rows"], is_gold: Bool[np.ndarray, " rows"], name: str
) -> None:
    """Raise when no row of a predicted class (text or whole numbers) is coded, and this is no chance.

    Raises
    ------
    ArgumentError
        With the class.
    """
    classes, place = np.unique(predicted, return_inverse=True)
    # Fractions, such as the share of several models that say yes, are no classes.
    fractions = classes.dtype.kind == "f" and bool((classes % 1.0 != 0.0).any())
    if fractions or len(classes) > _MOST_CLASSES:
        return
    every, coded = (np.bincount(some, minlength=len(classes)) for some in (place, place[is_gold]))
    lost = (coded == 0) & (every * is_gold.mean() >= _EXPECTED)
    if lost.any():
        one = int(np.argmax(np.where(lost, every, 0)))
        raise ArgumentError(
            f"None of the {every[one]:,} rows with {name} = {_shown(classes[one])} was coded, so "
            f"nothing is known of the errors there; of a random sample of {is_gold.sum():,} rows, about "
            f"{every[one] * is_gold.mean():.0f} would be.",
            "code some of them (sample_for_labels draws from all), or leave these rows out of the table.",
        )


def alike(
    outcome: Float[np.ndarray, " gold_rows"],
    weights: Float[np.ndarray, " gold_rows"],
    clusters: Int[np.ndarray, " gold_rows"] | None = None,
) -> Fit | None:
    """The mean of an outcome of which all gold values are 0, or all are 1, else nothing.

    Its interval is that of Clopper and Pearson (the "rule of three"), for as many rows (with clusters,
    as many clusters) as there would be if all had the largest weight.
    """
    if outcome[0] not in (0.0, 1.0) or np.ptp(outcome) > 0.0:
        return None
    units = weights if clusters is None else np.bincount(clusters, weights)
    rows = float(units.sum() / units.max())
    return Fit(outcome[:1].copy(), np.full((1, 1), np.nan), alike=rows)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float | np.floating) else repr(value)
