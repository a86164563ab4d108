"""Whether sampling probabilities fit the rows that were coded, and how they change if some were not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.errors import ArgumentError

Rows = Float[np.ndarray, " rows"]
Mask = Bool[np.ndarray, " rows"]

# With more distinct probabilities than this, a sample has no strata.
MOST_STRATA = 20
# Coded rows that stand for fewer or more than this times the rows are not a sample of them.
_FAR = 2.0
# A count this many standard deviations from its expectation is not chance.
_DEVIATIONS = 3.0
# Probabilities of a whole table do not let more rows than this times the expected be coded.
_MORE = 1.5


class Response(NamedTuple):
    """Of the rows drawn with a probability (NaN: with any), how many were coded."""

    chance: float
    drawn: int
    coded: int


@dataclass(frozen=True, kw_only=True)
class Coding:
    """The coded rows of a sample.

    ``chance`` has the probability of each coded row to be drawn and coded. ``total`` is what the coded
    rows stand for by the given probabilities: the sum of their inverses. ``spread`` is its standard
    deviation, and ``rows`` what it should be near.
    """

    chance: Float[np.ndarray, " coded"]
    responses: tuple[Response, ...]
    total: float
    spread: float
    rows: int

    @property
    def unfinished(self) -> bool:
        """Whether some rows were drawn and not coded."""
        return any(one.coded < one.drawn for one in self.responses)

    @property
    def fits(self) -> bool:
        """Whether the coded rows stand for as many rows as there are, up to chance."""
        return abs(self.total - self.rows) <= 2.0 * self.spread + 1e-6 * self.rows

    def notes(self, name: str) -> list[str]:
        """What to say about probabilities in the column ``name``."""
        found = []
        if self.unfinished:
            drawn = sum(one.drawn for one in self.responses)
            coded = sum(one.coded for one in self.responses)
            groups = "; ".join(
                f"{one.coded:,} of {one.drawn:,} with {name} {one.chance:.3g}"
                for one in self.responses
                if len(self.responses) > 1
            )
            found.append(
                f"{drawn - coded:,} of the {drawn:,} sampled rows were not coded"
                + (f" (coded: {groups})" if groups else "")
                + ". They were taken as missing at random"
                + (" among those with equal probabilities." if groups else ".")
            )
        if not self.fits:
            found.append(
                f"By {name!r}, the gold rows stand for {self.total:,.0f} rows (the sum of 1 / p), but "
                f"there are {self.rows:,}: the probabilities were scaled to fit. Check that they are "
                "those of a sample from this table."
            )
        return found


def outside(chance: Rows) -> Mask:
    """Which sampling probabilities are not above 0 and at most 1; a missing one is not, either."""
    return ~((chance > 0.0) & (chance <= 1.0))


def strata(chance: Rows) -> Int[np.ndarray, " rows"] | None:
    """The stratum of each row, by equal probability; ``None`` when there are too many for strata."""
    distinct, place = np.unique(np.round(chance, 12), return_inverse=True)
    return place if len(distinct) <= MOST_STRATA else None


def coding(chance: Rows, is_coded: Mask, is_sampled: Mask | None = None) -> Coding:
    """Compare the coded rows with those drawn and with all rows.

    A row that was drawn and not coded is different from one that was not drawn. Drawn rows are those
    of ``is_sampled``; without it, those that have a probability, if some rows have none. If all have
    one, they are those with which each could be drawn. If they are all of the sample alone, then more
    rows were coded than these probabilities allow.

    Parameters
    ----------
    chance
        The sampling probabilities of all rows, NaN where there is none; those of coded rows are above 0
        and at most 1.
    is_coded
        Which rows were coded.
    is_sampled
        Which rows were drawn, where that is known.

    Raises
    ------
    ArgumentError
        When none of the rows drawn with some probability was coded.
    """
    known = ~outside(chance)
    drawn = known if is_sampled is None else (known & is_sampled) | is_coded
    places, group = np.flatnonzero(known), np.zeros(len(chance), np.int64)
    found = strata(chance[known])
    if found is not None:
        group[places] = found
    count = int(group.max()) + 1
    coded = np.bincount(group[is_coded], minlength=count)
    if is_sampled is None and known.all():
        expected = np.bincount(group, chance, count)
        spread = np.sqrt(np.bincount(group, chance * (1.0 - chance), count))
        more = coded > _MORE * expected + _DEVIATIONS * spread + 1.0
        if not more.any():
            few = expected - coded > _DEVIATIONS * spread + 1.0
            sizes = np.round(expected).astype(np.int64)
            return _coding(chance, is_coded, group, np.where(few, sizes, coded), coded)
    sizes = np.bincount(group[drawn], minlength=count)
    return _coding(chance, is_coded, group, sizes, coded)


def _coding(
    chance: Rows,
    is_coded: Mask,
    group: Int[np.ndarray, " rows"],
    drawn: Int[np.ndarray, " groups"],
    coded: Int[np.ndarray, " groups"],
) -> Coding:
    some = np.flatnonzero(drawn > 0)
    first = [float(chance[(group == one) & ~outside(chance)][0]) for one in some]
    for one, p in zip(some, first, strict=True):
        if coded[one] == 0:
            raise ArgumentError(
                f"None of the {drawn[one]:,} rows sampled with probability {p:.3g} was coded, so "
                "nothing is known of the rows that they stand for.",
                "code some of them, or leave the rows that they stand for out of the table.",
            )
    share = np.ones(len(drawn))
    share[some] = coded[some] / drawn[some]
    given = chance[is_coded]
    left = given * share[group[is_coded]]
    responses = tuple(
        Response(p if len(some) > 1 else float("nan"), int(drawn[one]), int(coded[one]))
        for one, p in zip(some, first, strict=True)
    )
    return Coding(
        chance=left,
        responses=responses,
        total=float((1.0 / left).sum()),
        spread=float(np.sqrt(((1.0 - left) / left**2).sum())),
        rows=len(chance),
    )


def scaled(found: Coding, name: str) -> Float[np.ndarray, " coded"]:
    """The probabilities of coded rows, scaled so that these stand for all rows.

    Raises
    ------
    ArgumentError
        When they stand for less than half, or more than twice, of the rows.
    """
    ratio = found.total / found.rows
    if not 1.0 / _FAR <= ratio <= _FAR:
        raise ArgumentError(
            f"The sampling probabilities {name!r} do not fit this table: by them the "
            f"{len(found.chance):,} gold rows stand for {found.total:,.0f} rows (the sum of 1 / p), but "
            f"it has {found.rows:,}.",
            "give the table that iad.sample_for_labels drew from, with its probabilities as it gave "
            "them, or sample_prob=None for a simple random sample.",
        )
    return found.chance * ratio
