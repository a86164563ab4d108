"""`agreement`: how far people who coded the same pictures agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, get_args

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats import agreement as measures
from imagesasdata.arrays.stats.agreement import Level
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.options import ROUNDS
from imagesasdata.tables.codes import SAMPLE_PROB, inverse, sampling_column, unweighted
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.trust._codes import Codes, code_classes, read_codes
from imagesasdata.verbs.trust._display import Methods, Reported

_UNKNOWN = "it is not defined for these codes"
TIDY = (
    Column(
        "measure",
        "string",
        "krippendorff_alpha, cohen_kappa, fleiss_kappa, percent_agreement, gwet_ac1; with an order "
        "weighted_kappa_linear and weighted_kappa_quadratic; of numbers icc_single and icc_average.",
        null="never",
    ),
    Column("label", "string", "The value against all others.", null="over all values"),
    Column("estimate", "float64", "Agreement.", range="-1 to 1", null=_UNKNOWN),
    Column("conf_low", "float64", "Lower end of the 95% interval.", null=_UNKNOWN),
    Column("conf_high", "float64", "Upper end of the 95% interval.", null=_UNKNOWN),
    Column("n_items", "int64", "Items that two coders or more coded.", range="0 ...", null="never"),
    Column("n_coders", "int64", "Coders.", range="2 ...", null="never"),
)


@dataclass(frozen=True, kw_only=True)
class Agreement(Reported, Generic[Frame]):
    """How well coders agree. `tidy` has the measures, `disputed` the items to discuss."""

    table: Table = field(repr=False)
    item: str
    coders: list[Any]
    items: list[Any] = field(repr=False)
    labels: list[Any]
    codes: np.ndarray = field(repr=False)
    found: dict[str, list[Any]] = field(repr=False)
    level: Level
    used: tuple[str, ...]
    weights: str | None
    notes: tuple[str, ...]

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        place = self.found["measure"].index("percent_agreement")
        weighted = (
            f" Items were weighted by one over {self.weights}." if self.weights is not None else ""
        )
        text = (
            f"{len(self.coders):,} coders coded {len(self.items):,} items, "
            f"{self.found['n_items'][0]:,} of them by two coders or more. "
            f"Krippendorff's alpha ({self.level}) was "
            f"{_with_interval(self.found, 0)}, percent agreement {_with_interval(self.found, place)}."
            f"{weighted}"
        )
        return Methods(
            text,
            self.used,
            ("Krippendorff, K. (2019). Content Analysis. Sage. doi:10.4135/9781071878781.",),
        )

    def tidy(self) -> Frame:
        """A row for each measure, over all values and for each value against all others.

        Returns
        -------
        table
            ``measure``, ``label`` (null: over all), ``estimate``, ``conf_low``, ``conf_high``,
            ``n_items``, ``n_coders``.
        """
        kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
        return self.table.new(
            {
                column.name: pa.array(self.found[column.name], kinds[column.kind], from_pandas=True)
                for column in TIDY
            }
        )

    def disputed(self) -> Frame:
        """The items on which coders differ, the least agreed on first.

        Returns
        -------
        table
            The item, ``agreement`` (share of pairs of coders that agree), and a column for each
            coder with their codes.
        """
        table = measures.counts(self.codes, len(self.labels))
        share, rows = measures.agreeing(table), measures.disputed(table)
        columns: dict[str, Any] = {
            self.item: pa.array([self.items[row] for row in rows]),
            "agreement": pa.array(share[rows]),
        }
        for coder, codes in zip(self.coders, self.codes, strict=True):
            name = str(coder) if str(coder) not in columns else f"coder_{coder}"
            columns[name] = pa.array(
                [None if codes[row] < 0 else self.labels[codes[row]] for row in rows]
            )
        return self.table.new(columns)

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        return (
            f"Agreement of {len(self.coders):,} coders on {len(self.items):,} items",
            {"Measures": self.tidy()},
            self.notes,
        )


RESULTS = {"tidy": TIDY}


def _with_interval(found: dict[str, list[Any]], place: int) -> str:
    value, low, high = (found[name][place] for name in ("estimate", "conf_low", "conf_high"))
    if value is None or value != value:
        return "not defined for these codes"
    if low is None or low != low:
        return f"{value:.2f}"
    return f"{value:.2f} (95% interval {low:.2f} to {high:.2f})"


def agreement(
    labels: Frame,
    *,
    coder: str = "coder",
    item: str = "path",
    value: str = "value",
    coders: Sequence[str] | None = None,
    level: Level = "nominal",
    weights: str | None = SAMPLE_PROB,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Agreement[Frame]:
    """Measure how far people who coded the same pictures agree.

    A model cannot be judged by codes on which people disagree. Report alpha with its interval
    before you use the labels as the truth, and discuss the items that `disputed` lists. `settle_labels`
    makes one truth of them.

    Parameters
    ----------
    labels
        A table with a row for each code that a coder gave to an item, as `read_labels` makes it, or
        with a row for each item and a column for each coder.
    coder
        The column that names the coder.
    item
        The column that names what was coded.
    value
        The column with the chosen value. Rows without a value are left out.
    coders
        In place of ``coder`` and ``value``, for a table with a row for each item: the columns that hold
        the codes, one for each coder.
    level
        ``"nominal"``: values are equal or not; ``"ordinal"``: numbers, or the classes of an ordered
        category, compared by their ranks;
        ``"interval"``: numbers compared by their difference.
    weights
        The column of the items' sampling probabilities; each item is weighted by the inverse. If the
        table has no ``sample_prob``, or with ``None``, all items count the same.
    rounds
        The number of bootstrap samples for the intervals.
    seed
        For what begins at random; the same seed gives the same result.

    Returns
    -------
    Agreement
        ``.tidy()`` has ``measure``, ``label``, ``estimate``, ``conf_low``, ``conf_high``, ``n_items``,
        ``n_coders``; ``.disputed()`` the items on which coders differ.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError
        When there are fewer than two coders, no item that two coded, or a coder who coded an item twice.

    Notes
    -----
    Krippendorff's alpha takes any number of coders and missing codes, and is 1 for perfect and 0 for
    chance agreement; 0.8 is often required, and below 0.667 not even tentative conclusions are
    justified. Cohen's kappa is the mean over pairs of coders; Fleiss' is null unless items were
    coded equally often. Gwet's AC1 stays high where nearly all items have one value, and alpha and the
    kappas are low for this reason alone. All of these but alpha take values as nominal. Weighted kappa
    counts a disagreement by its distance in ranks (with ``"interval"``, in values), or by the square of
    it. ``icc_single`` and ``icc_average`` are the intraclass correlations of one coder's codes and of
    the mean over coders: ICC(2,1) and ICC(2,k), for absolute agreement; null unless all coders coded
    all items.

    In a sample with more of a rare class, coders agree by chance less often than in the collection, so
    that without weights agreement beyond chance looks higher than it is in all pictures. Intervals
    are percentiles of a Bayesian bootstrap over items (with weights, within strata of equal
    probability), with half an item on which coders differ (agree, if they agree on none), so that perfect
    agreement on few items does not give an interval from 1 to 1. Of percent agreement of 0 and 1, this is
    near the interval of Jeffreys.

    References
    ----------
    Cohen, J. (1968). Weighted kappa. doi:10.1037/h0026256

    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high
    agreement. doi:10.1348/000711006X126600

    Rubin, D. B. (1981). The Bayesian Bootstrap. doi:10.1214/aos/1176345338

    Krippendorff, K. (2019). Content Analysis. doi:10.4135/9781071878781

    Shrout, P. E. and Fleiss, J. L. (1979). Intraclass correlations. doi:10.1037/0033-2909.86.2.420

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> codes = pd.DataFrame(
    ...     {
    ...         "path": ["a.jpg", "a.jpg", "b.jpg", "b.jpg", "c.jpg", "c.jpg", "d.jpg", "d.jpg"],
    ...         "coder": ["ann", "ben"] * 4,
    ...         "value": ["yes", "yes", "no", "no", "yes", "no", "no", "no"],
    ...     }
    ... )
    >>> found = iad.agreement(codes)
    >>> found.tidy().head(4)[["measure", "estimate"]].round(2)
                  measure  estimate
    0  krippendorff_alpha      0.53
    1         cohen_kappa      0.50
    2        fleiss_kappa      0.47
    3   percent_agreement      0.75
    >>> found.disputed().path.tolist()
    ['c.jpg']
    """
    check_choice("level", level, get_args(Level))
    check_count("rounds", rounds)
    table = open_data(labels)
    chance = sampling_column(table, weights, "weights")
    read = read_codes(table, coder=coder, item=item, value=value, coders=coders, what="Agreement")
    weight = None if chance is None else _weights(table, chance, item, read)
    classes = code_classes(table, value, coders)
    ranked = level == "ordinal" and classes is not None and classes.ordered
    if level != "nominal" and not ranked and _is_text(read.labels):
        raise ArgumentTypeError(
            f'level="{level}" needs numbers, but the column {(coders or [value])[0]!r} holds text '
            f"({read.labels[0]!r}).",
            "give numbers in the order of the scale; for ordinal, an ordered category will do.",
        )
    if measures.coded_twice(read.codes) == 0:
        raise ArgumentError(
            "No item was coded by two coders, so there is nothing to compare.",
            f"check that the column {item!r} names items the same way for all coders.",
        )
    return Agreement(
        table=table,
        item=item,
        **read._asdict(),
        found=_estimates(read, weight, level, rounds, seed),
        level=level,
        used=tuple(coders or [coder, value]),
        weights=chance,
        notes=tuple(unweighted(table, chance, weights)),
    )


def _is_text(labels: list[Any]) -> bool:
    return any(isinstance(label, str) for label in labels)


def _weights(table: Table, chance: str, item: str, read: Codes) -> np.ndarray:
    """One over the sampling probability of each item; rows without a code may lack it."""
    of_item: dict[Any, Any] = {}
    for name, cell in zip(table.cells(item), table.cells(chance), strict=True):
        if name is None or cell is None:
            continue
        if of_item.setdefault(name, cell) != cell:
            raise ArgumentError(
                f"The item {name!r} has two sampling probabilities in {chance!r}: {of_item[name]!r} and "
                f"{cell!r}.",
                "join the probabilities of iad.sample_for_labels by item.",
            )
    return inverse([of_item.get(name) for name in read.items], chance)


def _estimates(
    read: Codes, weights: np.ndarray | None, level: Level, rounds: int, seed: int
) -> dict[str, list[Any]]:
    """The cells of `Agreement.tidy`: over all labels and, if there are three or more, for each."""
    codes, known = read.codes, read.labels
    domain = measures.positions(range(len(known)) if _is_text(known) else known, level)
    found: dict[str, list[Any]] = {column.name: [] for column in TIDY}
    for one in (None, *range(len(known))) if len(known) > 2 else (None,):
        if one is None:
            got = measures.estimate(codes, domain, level, rounds=rounds, seed=seed, weights=weights)
        else:
            got = measures.estimate_one(codes, one, rounds=rounds, seed=seed, weights=weights)
        names = measures.MEASURES[level if one is None else "nominal"]
        count = len(names)
        found["measure"] += names
        found["label"] += [None if one is None else str(known[one])] * count
        found["estimate"] += got.value.tolist()
        found["conf_low"] += got.low.tolist()
        found["conf_high"] += got.high.tolist()
        found["n_items"] += [measures.coded_twice(codes)] * count
        found["n_coders"] += [len(read.coders)] * count
    return found
