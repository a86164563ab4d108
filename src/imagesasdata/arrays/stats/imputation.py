"""Multiple imputation of classes that are known in some rows alone, by draws from a posterior.

Measurement error is taken as missing data: of the rows that were not coded, the class is missing, and
what was predicted is a variable that says something of it. A logit of the class on the prediction, the
other variables and the outcome is fitted to the coded rows. Each imputation draws its coefficients from
their posterior, then a class for each row. The regressions on the imputed rows are combined by Rubin's
rules.

Rubin, D. B. (1987). Multiple Imputation for Nonresponse in Surveys. doi:10.1002/9780470316696. Cole, S.
R., Chu, H. and Greenland, S. (2006). Multiple-imputation for measurement-error correction. International
Journal of Epidemiology. doi:10.1093/ije/dyl097. Barnard, J. and Rubin, D. B. (1999). Small-sample degrees
of freedom with multiple imputation. doi:10.1093/biomet/86.4.948.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from scipy.special import expit, logit

from imagesasdata.arrays.stats.crossfit import standardized
from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.arrays.stats.fits import Fit
from imagesasdata.arrays.stats.intervals import effective
from imagesasdata.arrays.stats.jeffreys import Features, posterior_draws
from imagesasdata.errors import ArgumentError

# Imputations: fewer of many rows, whose estimates depend less on each.
_DRAWS = (50, 100)
_MOST_CELLS = 1_000_000
# Coded rows of the rarest class per column, for products.
_ROWS_EACH = 10
_COLLINEAR = 1e-7
# A prediction with more values is a number, not a class.
_MOST_CLASSES = 10
_MOST_CELLS_OF_SAID = 100
# Of several predicted columns together.
_MOST_TOGETHER = 100
# The log odds of a probability of 0 or 1 are those of one this near to it.
_NEAR = 1e-4
_SAME = 1e-9


def classes_of(
    gold: Mapping[str, Shaped[np.ndarray, " gold_rows"]],
) -> dict[str, Shaped[np.ndarray, " _"]]:
    """The classes of each column of gold values.

    Raises
    ------
    ArgumentError
        When they are no classes, or too many.
    """
    found = {name: np.unique(values) for name, values in gold.items()}
    for name, values in found.items():
        if len(values) > _MOST_CLASSES:
            raise ArgumentError(
                f'method="imputation" is for classes, and {name!r} has {len(values):,} gold values.',
                'give method="dsl".',
            )
    together = int(np.prod([len(values) for values in found.values()]))
    if together > _MOST_TOGETHER:
        raise ArgumentError(
            f'method="imputation" is for few classes; those of {len(found)} columns make '
            f"{together:,} together.",
            'give method="dsl".',
        )
    return found


def imputations(
    said: Sequence[Shaped[np.ndarray, " rows"]],
    known: Float[np.ndarray, "rows others"],
    is_gold: Bool[np.ndarray, " rows"],
    gold: Sequence[Shaped[np.ndarray, " gold_rows"]],
    classes: Sequence[Shaped[np.ndarray, " _"]],
    sample_prob: Float[np.ndarray, " gold_rows"],
    *,
    seed: int,
) -> Int[np.ndarray, "draws rows"]:
    """For each imputation, which of the combinations of classes each row has, the last varying fastest.

    Parameters
    ----------
    said
        What was predicted, by column.
    known
        The other variables, and the outcome, if it was not predicted.
    gold
        The gold values of each column.
    classes
        The values that they have.
    """
    random, draws = np.random.default_rng(seed), draws_for(len(is_gold))
    weights = worth(sample_prob, [one[is_gold] for one in said])
    columns = np.concatenate([said_columns(one) for one in said], axis=1)
    shape, found = [len(values) for values in classes], []
    for values, coded in zip(classes, gold, strict=True):
        place = np.searchsorted(values, coded)
        features = standard_features(columns, known, is_gold, place)
        earlier = list(zip(found, shape, strict=False))
        found.append(drawn_classes(features, earlier, is_gold, place, weights, draws, random))
    return np.asarray(np.ravel_multi_index(tuple(found), shape))


def chosen(
    designs: Sequence[Variables], which: Int[np.ndarray, "draws rows"]
) -> Iterator[Variables]:
    """The variables of each imputation, of each row from the design of its combination of classes."""
    for row in which:
        design, outcome = designs[0].design.copy(), designs[0].outcome.copy()
        for number, one in enumerate(designs):
            some = row == number
            design[some], outcome[some] = one.design[some], one.outcome[some]
        yield Variables(design, outcome)


def draws_for(rows: int) -> int:
    """The number of imputations."""
    return int(np.clip(_MOST_CELLS // rows, *_DRAWS))


def standard_features(
    said: Float[np.ndarray, "rows said"],
    others: Float[np.ndarray, "rows others"],
    is_gold: Bool[np.ndarray, " rows"],
    place: Int[np.ndarray, " gold_rows"],
) -> Features:
    """A constant, what was predicted, and the other variables, standardized.

    Products of both, for errors that differ between groups, come in if the rarest class has
    ``_ROWS_EACH`` coded rows for each column.
    """
    said, others = standardized(said), standardized(others)
    parts = [np.ones((len(is_gold), 1)), said, others]
    products = [column[:, None] * others for column in said.T]
    count = sum(part.shape[1] for part in (*parts, *products))
    if np.bincount(place).min() >= _ROWS_EACH * count:
        parts += products
    return np.concatenate(parts, axis=1)


def said_columns(said: Shaped[np.ndarray, " rows"]) -> Features:
    """What was predicted, as columns: one for each class but the first, probabilities as log odds."""
    classes, place = np.unique(said, return_inverse=True)
    if said.dtype == object or len(classes) <= _MOST_CLASSES:
        return dummies(place, len(classes))
    if said.min() >= 0.0 and said.max() <= 1.0:
        said = logit(np.clip(said, _NEAR, 1.0 - _NEAR))
    return said[:, None]


def dummies(place: Int[np.ndarray, " rows"], count: int) -> Features:
    """A column of 0 and 1 for each class but the first."""
    return (place[:, None] == np.arange(1, count)).astype(float)


def worth(
    sample_prob: Float[np.ndarray, " gold_rows"], said: Sequence[Shaped[np.ndarray, " gold_rows"]]
) -> Float[np.ndarray, " gold_rows"]:
    """Weights of gold rows in the model of the classes, which add up to their effective number.

    They are ones where rows with the same prediction have the same sampling probability: given the
    prediction, such a sample is a simple one.
    """
    cell = np.zeros(len(sample_prob), np.int64)
    for one in said:
        classes, place = np.unique(one, return_inverse=True)
        cell = np.unique(cell * len(classes) + place, return_inverse=True)[1]
    low, high = np.full(cell.max() + 1, np.inf), np.zeros(cell.max() + 1)
    np.minimum.at(low, cell, sample_prob)
    np.maximum.at(high, cell, sample_prob)
    is_simple = len(low) <= _MOST_CELLS_OF_SAID and (high - low < _SAME * high).all()
    if is_simple or np.ptp(sample_prob) < _SAME * sample_prob.max():
        return np.ones(len(sample_prob))
    each = 1.0 / sample_prob
    return each * effective(each) / each.sum()


def drawn_classes(
    features: Features,
    earlier: Sequence[tuple[Int[np.ndarray, "draws rows"], int]],
    is_gold: Bool[np.ndarray, " rows"],
    place: Int[np.ndarray, " gold_rows"],
    weights: Float[np.ndarray, " gold_rows"],
    draws: int,
    random: np.random.Generator,
) -> Int[np.ndarray, "draws rows"]:
    """Draws of the class of each row; gold rows keep theirs.

    Of more than two classes, the first is drawn against all others, then the second against those left,
    and so on.

    Parameters
    ----------
    features
        The explanations of a class, for all rows, with a constant.
    earlier
        Classes of other columns that were drawn before, which explain these, too, with their number.
    place
        The classes of the gold rows, as numbers from 0, each of which occurs.
    weights
        Weights of the gold rows, which add up to the number of rows that they are worth.
    """

    def explained_by(row: int, some: np.ndarray) -> np.ndarray:
        more = [dummies(classes[row, some], count) for classes, count in earlier]
        return np.concatenate([features[some], *more], axis=1)

    last = int(place.max())
    found = np.full((draws, len(is_gold)), last, np.int64)
    found[:, is_gold] = place
    coded = explained_by(0, is_gold)
    models = []
    for one in range(last):
        among = place >= one
        used = independent(coded[among])
        is_class = place[among] == one
        models.append(
            (used, posterior_draws(coded[among][:, used], is_class, weights[among], draws, random))
        )
    for row in range(draws):
        rest = explained_by(row, ~is_gold)
        values, left = np.full(len(rest), last), np.ones(len(rest), bool)
        for one, (used, beta) in enumerate(models):
            hit = left & (random.random(len(rest)) < expit(rest[:, used] @ beta[row]))
            values[hit] = one
            left &= ~hit
        found[row, ~is_gold] = values
    return found


def independent(features: Features) -> Int[np.ndarray, " kept"]:
    """The columns that are no combination of earlier ones."""
    kept: list[int] = []
    size = np.maximum(np.sqrt((features**2).sum(axis=0)), 1e-300)
    for column in range(features.shape[1]):
        some = features[:, [*kept, column]] / size[[*kept, column]]
        if np.linalg.svd(some, compute_uv=False)[-1] > _COLLINEAR:
            kept.append(column)
    return np.array(kept)


def combined(fits: Sequence[Fit]) -> Fit:
    """One fit from those of the imputed rows, by Rubin's rules, with Barnard and Rubin's degrees."""
    estimates = np.stack([one.estimate for one in fits])
    inside = np.mean([one.covariance for one in fits], axis=0)
    away = estimates - estimates.mean(axis=0)
    count = len(fits)
    between = (1.0 + 1.0 / count) * (away.T @ away) / (count - 1)
    total = inside + between
    share = np.diag(between) / np.diag(total)
    whole = fits[0].df
    df = (count - 1) / np.maximum(share, 1e-12) ** 2
    if whole is None and fits[0].clusters is not None:
        whole = np.full(len(share), fits[0].clusters - 1.0)
    if whole is not None:
        seen = (whole + 1.0) / (whole + 3.0) * whole * (1.0 - share)
        df = 1.0 / (1.0 / df + 1.0 / np.maximum(seen, 1e-12))
    return Fit(estimates.mean(axis=0), total, fits[0].clusters, df=df)
