"""How many rows to code: the variance of an estimate by design and method, and the number of rows for it.

What is estimated is the share of a class, or the difference of that share between two groups, from a
prediction of the class in all rows and codes in some of them. With p the class's share, p_h and W_h its
share and the size of each predicted class, and c_h the chance with which its rows are coded, the
variance is 1 / rows times the mean square of what each row adds:

- gold: sum of W_h (p_h (1 - p_h) + (p_h - p)^2) / c_h;
- dsl: sum of W_h (p_h - p)^2 + W_h p_h (1 - p_h) / c_h, with p_h for its cross-fitted predictions;
- ppi: as gold, with a weight of the predictions (0 to 1) that makes it smallest.

These are the sandwich variances of `dsl.py` and `ppi.py` for large samples. In a simple random sample,
ppi and dsl are the same: s^2 ((1 - r^2) / n + r^2 / rows), with r the correlation of truth and prediction
(Angelopoulos, Duchi and Zrnic 2023, doi:10.48550/arXiv.2311.01453). This also holds for a number.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

from imagesasdata.errors import ArgumentError

Design = Literal["simple", "stratified"]
PlannedBy = Literal["gold", "ppi", "dsl"]
DESIGNS: tuple[Design, ...] = get_args(Design)
METHODS: tuple[PlannedBy, ...] = get_args(PlannedBy)
_LEVEL = 0.95
# The fewest coded rows that are looked at.
LEAST = 10
Counts = Int[np.ndarray, " counts"]
Each = Float[np.ndarray, " counts"]


class Classes(NamedTuple):
    """Of rows predicted not to be of the class, and of those predicted to be: how many, and truly so."""

    size: Float[np.ndarray, " 2"]
    true: Float[np.ndarray, " 2"]

    @property
    def share(self) -> float:
        """The share of the class."""
        return float(self.size @ self.true)


class Numbers(NamedTuple):
    """A number in place of classes: its standard deviation, and its correlation with the predictions."""

    sd: float
    correlation: float


# What is planned for: a class among others, or a number.
Outcome = Classes | Numbers


class Study(NamedTuple):
    """What is estimated: of how many rows, and the share of one of two groups (``None``: one share)."""

    rows: int
    group: float | None = None

    @property
    def terms(self) -> int:
        """Coefficients of the regression."""
        return 1 if self.group is None else 2


class Target(NamedTuple):
    """The width that an interval may have, or the difference to find and the power to do so."""

    width: float | None = None
    effect: float | None = None
    power: float | None = None


def by_recalls(share: float, recall: float, other: float) -> Classes:
    """From the class's share, its recall, and the recall of the other class."""
    hits, wrong = share * recall, (1.0 - share) * (1.0 - other)
    return _classes(share, hits, hits + wrong)


def by_precision(share: float, recall: float, precision: float) -> Classes:
    """From the class's share, its recall and its precision.

    Raises
    ------
    ArgumentError
        When no rows are left that are predicted not to be of the class.
    """
    return _classes(share, share * recall, share * recall / precision)


def _classes(share: float, hits: float, predicted: float) -> Classes:
    missed = share - hits
    if not 0.0 < predicted < 1.0 or missed > 1.0 - predicted:
        raise ArgumentError(
            "By these guesses, all pictures or none are predicted to be of the class.",
            "for example share=0.3, recall=0.8, precision=0.7.",
        )
    return Classes(
        np.array([1.0 - predicted, predicted]),
        np.array([missed / (1.0 - predicted), hits / predicted]),
    )


def by_pilot(
    truth: Int[np.ndarray, " coded"],
    predicted: Int[np.ndarray, " coded"],
    weights: Float[np.ndarray, " coded"],
    all_predicted: Int[np.ndarray, " rows"],
) -> Classes:
    """From coded rows; half a row of each truth is added, so that none seems to be without error."""
    size = np.bincount(all_predicted, minlength=2) / len(all_predicted)
    true = np.empty(2)
    for one in (0, 1):
        own = weights[predicted == one]
        rows = own.sum() ** 2 / (own**2).sum() if len(own) else 0.0
        hits = rows * (own * truth[predicted == one]).sum() / own.sum() if len(own) else 0.0
        true[one] = (hits + 0.5) / (rows + 1.0)
    return Classes(size, true)


def numbers_of_pilot(
    truth: Float[np.ndarray, " coded"],
    predicted: Float[np.ndarray, " coded"],
    weights: Float[np.ndarray, " coded"],
) -> Numbers:
    """From coded rows; the squared correlation is adjusted for their number, as in a regression."""
    covariance = np.cov(truth, predicted, aweights=weights)
    spread = np.sqrt(np.diag(covariance))
    if not spread.all():
        return Numbers(float(spread[0]), 0.0)
    rows = weights.sum() ** 2 / (weights**2).sum()
    square = (covariance[0, 1] / spread.prod()) ** 2
    adjusted = 1.0 - (1.0 - square) * (rows - 1.0) / max(rows - 2.0, 1.0)
    return Numbers(float(spread[0]), float(np.sqrt(np.clip(adjusted, 0.0, 1.0))))


def chances(
    classes: Classes, design: Design, n: Counts, rows: int
) -> Float[np.ndarray, "2 counts"]:
    """The chance with which the rows of each predicted class are coded."""
    if design == "simple":
        return np.tile(n / rows, (2, 1))
    sizes = classes.size[:, None] * rows
    # As many of each; what a class lacks, the other gives.
    equal = np.minimum(n / 2.0, sizes)
    return np.minimum((equal + (n - equal.sum(axis=0)) * (equal < sizes)) / sizes, 1.0)


def error(outcome: Outcome, study: Study, design: Design, method: PlannedBy, n: Counts) -> Each:
    """The standard error when ``n`` rows are coded; of a number, in a simple random sample."""
    groups = 1.0 if study.group is None else study.group * (1.0 - study.group)
    if isinstance(outcome, Numbers):
        told = 0.0 if method == "gold" else outcome.correlation**2
        return outcome.sd * np.sqrt(((1.0 - told) / n + told / study.rows) / groups)
    classes = outcome
    chance = chances(classes, design, n, study.rows)
    size, true, share = classes.size[:, None], classes.true[:, None], classes.share
    within, away = true * (1.0 - true), true - share
    coded = (size * (within + away**2) / chance).sum(axis=0)
    if method == "gold":
        square = coded
    elif method == "dsl":
        square = (size * (away**2 + within / chance)).sum(axis=0)
    else:
        off = np.array([[0.0], [1.0]]) - classes.size[1]
        cost = (size * off**2 * (1.0 / chance - 1.0)).sum(axis=0)
        gain = (size * away * off * (1.0 / chance - 1.0)).sum(axis=0)
        power = np.clip(np.divide(gain, cost, out=np.zeros_like(cost), where=cost > 0.0), 0.0, 1.0)
        square = coded - 2.0 * power * gain + power**2 * cost
    return np.sqrt(square / study.rows / groups)


def width(error: Each, study: Study, n: Counts) -> Each:
    """The width of the 95% interval, with Student's t, as in a regression with gold values."""
    return 2.0 * _quantile(study, n) * error


def power(error: Each, study: Study, n: Counts, effect: float) -> Each:
    """The chance that the 95% interval of a difference of this size leaves out 0."""
    shift, limit = abs(effect) / error, _quantile(study, n)
    return stats.norm.cdf(shift - limit) + stats.norm.cdf(-shift - limit)


def _quantile(study: Study, n: Counts) -> Each:
    return stats.t.ppf(0.5 + _LEVEL / 2.0, np.maximum(n - study.terms, 1))


def reached(
    outcome: Outcome, study: Study, design: Design, method: PlannedBy, n: Counts, target: Target
) -> Each:
    """The width with a target of one, else the power, when ``n`` rows are coded."""
    one = error(outcome, study, design, method, n)
    if target.effect is None:
        return width(one, study, n)
    return power(one, study, n, target.effect)


def at(
    outcome: Outcome, study: Study, design: Design, method: PlannedBy, n: int, target: Target
) -> tuple[float, float | None]:
    """The width, and with a target of a difference the power, when ``n`` rows are coded."""
    counts = np.array([n])
    one = error(outcome, study, design, method, counts)
    wide = float(width(one, study, counts)[0])
    if target.effect is None:
        return wide, None
    return wide, float(power(one, study, counts, target.effect)[0])


def least(
    outcome: Outcome, study: Study, design: Design, method: PlannedBy, target: Target
) -> int | None:
    """The fewest rows to code, or ``None`` if all rows are not enough."""

    def enough(count: int) -> bool:
        got = reached(outcome, study, design, method, np.array([count]), target)[0]
        if target.width is not None:
            return bool(got <= target.width)
        return bool(got >= (target.power or 0.0))

    low, high = min(LEAST, study.rows), study.rows
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def of_class(classes: Classes, design: Design, n: int, rows: int) -> int:
    """How many of the coded rows are of the class, on average."""
    chance = chances(classes, design, np.array([n]), rows)[:, 0]
    return round(float((classes.size * chance * classes.true).sum() * rows))


def steps(most: int, rows: int) -> Counts:
    """Numbers of coded rows for a curve, up to somewhat more than ``most``."""
    end = min(rows, max(2 * most, 10 * LEAST))
    return np.unique(np.linspace(min(LEAST, rows), end, 200).astype(np.int64))
