"""`audit`: whether a measure errs more for some groups than for others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from numbers import Real
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats.audit import Adjust, Event, adjusted, by_group, events, widest
from imagesasdata.arrays.stats.folds import less_certain, variance_factor, widened
from imagesasdata.checks import check_choice, check_count, plain
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of, short
from imagesasdata.pages.figures import draw_interval, new_figure
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import (
    SAMPLE_PROB,
    label_cells,
    name_of_missing,
    number_or_text,
    numbered,
    row_weights,
    sampling_column,
    tell_alike,
    tell_labels,
)
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.door import door
from imagesasdata.verbs.trust._check import CHECK, Checked, Line, of_coded
from imagesasdata.verbs.trust._display import Methods
from imagesasdata.verbs.trust._repeated import repeated
from imagesasdata.verbs.trust._trained import (
    notes_of_fit,
    notes_of_folds,
    rows_of_training,
    share_of_folds,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ALL = "all"
MISSING = "missing"
_SMALL = "the group has fewer rows than min_group, or none that the rate is of"
TIDY = (
    Column("grouping", "string", "The columns that make the groups, or all.", null="never"),
    Column("group", "string", "The group.", null="never"),
    Column(
        "measure",
        "string",
        "error_rate and, for two classes, false_positive_rate, false_negative_rate, positive_rate.",
        null="never",
    ),
    Column("n", "int64", "Rows that the rate is of.", range="0 ...", null="never"),
    Column("estimate", "float64", "The rate.", range="0 to 1", null=_SMALL),
    Column("conf_low", "float64", "Lower end of its 95% interval.", range="0 to 1", null=_SMALL),
    Column("conf_high", "float64", "Upper end of its 95% interval.", range="0 to 1", null=_SMALL),
    Column("gap", "float64", "Rate less the lowest of the grouping.", range="0 to 1", null=_SMALL),
    Column(
        "ratio",
        "float64",
        "Rate over the lowest of the grouping.",
        range="1 ...",
        null=_SMALL + ", or the lowest is 0",
    ),
    Column("p_value", "float64", "Of the group against all others.", range="0 to 1", null=_SMALL),
    Column("p_adjusted", "float64", "The same for all tests made.", range="0 to 1", null=_SMALL),
)
GAPS = (
    Column("grouping", "string", "The columns that make the groups.", null="never"),
    Column("measure", "string", "The rate.", null="never"),
    Column("lowest", "string", "The group with the lowest rate.", null="no group is large enough"),
    Column("highest", "string", "The group with the highest.", null="no group is large enough"),
    Column("difference", "float64", "Highest less lowest rate.", range="0 to 1", null="as above"),
    Column("ratio", "float64", "Lowest over highest rate.", range="0 to 1", null="or highest is 0"),
)


@dataclass(frozen=True, kw_only=True)
class Audit(Checked[Frame]):
    """Error rates by group. `tidy` has a row for each group, `gaps` a row for each grouping."""

    table: Table = field(repr=False)
    rows: dict[str, list[Any]] = field(repr=False)
    widest: dict[str, list[Any]] = field(repr=False)
    n_dropped: int
    min_group: int
    notes: tuple[str, ...]
    lines: list[Line] = field(repr=False)
    truth: str
    prediction: str
    by: tuple[str, ...]

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        gaps = [
            dict(zip(self.widest, cells, strict=True))
            for cells in zip(*self.widest.values(), strict=True)
        ]
        parts = []
        for gap in gaps:
            if gap["measure"] == "positive_rate" or gap["highest"] is None:
                continue
            parts.append(
                f"{gap['measure'].replace('_', ' ')} by {gap['grouping']}: {gap['difference']:.2f} "
                f"(highest {gap['highest']}, lowest {gap['lowest']})"
            )
        widest = f" The widest differences were: {'; '.join(parts)}." if parts else ""
        text = (
            f"Errors of {self.prediction} were compared by {' and '.join(self.by)} in "
            f"{len(self.table) - self.n_dropped:,} rows with hand-coded {self.truth}, in groups of "
            f"{self.min_group:,} rows or more.{widest}"
        )
        return Methods(
            text,
            (
                self.truth,
                self.prediction,
                *self.by,
            ),
        )

    def tidy(self) -> Frame:
        """A row for each group and rate; the first rows are for the whole table.

        Returns
        -------
        table
            ``grouping``, ``group``, ``measure``, ``n``, ``estimate``, ``conf_low``, ``conf_high``,
            ``gap``, ``ratio``, ``p_value``, ``p_adjusted``.
        """
        return self.table.new(_arrow(TIDY, self.rows))

    def gaps(self) -> Frame:
        """The widest gap of each rate, for each grouping.

        Returns
        -------
        table
            ``grouping``, ``measure``, ``lowest``, ``highest``, ``difference``, ``ratio`` (lowest over
            highest).
        """
        return self.table.new(_arrow(GAPS, self.widest))

    @door
    def plot(self, measure: str = "error_rate") -> Figure:
        """Draw a rate with its interval for every group.

        Parameters
        ----------
        measure
            One of the rates that `tidy` has.
        """
        known = list(dict.fromkeys(self.rows["measure"]))
        if measure not in known:
            raise one_of("measure", measure, known)
        places = [
            place
            for place, name in enumerate(self.rows["measure"])
            if name == measure and not math.isnan(self.rows["estimate"][place])
        ]
        figure = new_figure(6.4, 0.6 + 0.32 * len(places))
        axis = figure.subplots()
        for row, place in enumerate(places):
            low, middle, high = (
                self.rows[name][place] for name in ("conf_low", "estimate", "conf_high")
            )
            color = "gray" if self.rows["grouping"][place] == ALL else "teal"
            draw_interval(axis, row, low, middle, high, color)
        names = [
            f"{self.rows['group'][place]}  (n = {self.rows['n'][place]:,})" for place in places
        ]
        axis.set(yticks=range(len(places)), yticklabels=names, xlabel=measure.replace("_", " "))
        axis.margins(y=0.2)
        axis.invert_yaxis()
        axis.set_xlim(left=0.0)
        axis.spines[["top", "right"]].set_visible(False)
        return figure

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        return (
            f"Audit (groups of {self.min_group:,} rows or more)",
            {"Widest gaps": self.gaps(), "By group": self.tidy()},
            self.notes,
        )


RESULTS = {"tidy": TIDY, "gaps": GAPS, "check": CHECK}


def audit(
    data: Frame,
    truth: str,
    prediction: str,
    *,
    by: str | Sequence[str],
    positive: Any = None,
    weights: str | None = SAMPLE_PROB,
    min_group: int = 30,
    correction: Adjust = "holm",
) -> Audit[Frame]:
    """Compare error rates between groups and their intersections.

    A measure with few errors overall can have many in some groups. A comparison of groups then
    compares errors, too. Buolamwini and Gebru's *Gender Shades* is such a table: error rates of a
    service by gender, by skin type, and by both.

    Parameters
    ----------
    data
        A table; rows without truth or prediction are left out and counted.
    truth
        The column with the truth.
    prediction
        The column with the predicted classes.
    by
        The columns that define groups; with several, also all their intersections.
    positive
        The positive one of two classes; by default the second (1, or "yes" of "no" and "yes"; where the
        truth is a category, the second in its order).
    weights
        The column of the rows' sampling probabilities; each row is weighted by the inverse. If the
        table has no ``sample_prob``, or with ``None``, all rows count the same.
    min_group
        Groups with fewer rows get no estimates, which would be noise and could identify persons.
    correction
        The correction for multiple tests: ``"holm"``, ``"bh"`` (Benjamini and Hochberg) or ``"none"``.

    Returns
    -------
    Audit
        ``.tidy()``: a row for each group and rate; ``.gaps()``: the widest differences and ratios;
        ``.plot()``: a figure.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, UnknownNameError
        When no row has truth and prediction, or an argument cannot be used.

    Notes
    -----
    ``error_rate``: the share of predictions that are wrong. For two classes also
    ``false_positive_rate``: of the negative rows, the share predicted positive;
    ``false_negative_rate``: of the positive rows, the share predicted negative; ``positive_rate``:
    the share predicted positive. Intervals are Wilson's, and the p-value is
    from Fisher's exact test of the group against all other groups. With unequal weights, both come
    from Jeffreys posteriors within strata of equal sampling probability, for each predicted class, as
    in `validate`. Where a grouping has two groups, one against the other is one test, and is corrected
    for as one. A large p-value does not show that rates are equal: look at the interval.

    If `fine_tune` made the predictions, rows that its model was trained on (``y_trained``) count with
    their out-of-fold predictions; if they have none, they are left out. Intervals and p-values then
    allow for fits that share rows, as in `validate`.

    References
    ----------
    Buolamwini, J. and Gebru, T. (2018). Gender Shades. FAT*.
    https://proceedings.mlr.press/v81/buolamwini18a.html

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> faces = pd.DataFrame({"gender": ["f", "m"] * 100, "truth": [0, 0, 1, 1] * 50})
    >>> faces["pred"] = faces.truth.where((faces.gender == "m") | (faces.index % 5 > 0), 0)
    >>> iad.audit(faces, "truth", "pred", by="gender").gaps()[["measure", "highest", "difference"]]
                   measure highest  difference
    0           error_rate       f         0.1
    1  false_positive_rate       f         0.0
    2  false_negative_rate       f         0.2
    3        positive_rate       m         0.1
    """
    check_count("min_group", min_group)
    check_choice("correction", correction, get_args(Adjust))
    table = open_data(data)
    names = [by] if isinstance(by, str) else list(by)
    if not names:
        raise ArgumentError("by= names no column.", 'for example by=["gender", "race"].')
    chance = sampling_column(table, weights, "weights")
    told = label_cells(table, truth, "truth")
    said = label_cells(table, prediction, "prediction")
    groups = {name: label_cells(table, name, "by") for name in names}
    kept = [row for row, pair in enumerate(zip(told, said, strict=True)) if None not in pair]
    trained = rows_of_training(table, prediction, truth, every=not kept)
    if not kept:
        raise ArgumentError(
            f"No row has both a truth ({truth!r}) and a prediction ({prediction!r}).",
            "join the hand-coded labels to the table by path or image_id.",
        )
    told, said = [told[row] for row in kept], [said[row] for row in kept]
    tell_labels(told, said, truth, prediction)
    for name in names:
        tell_alike(repr(name), [groups[name][row] for row in kept])
        groups[name] = _texts(groups[name])
    classes = categories(table, truth)
    labels, (true, predicted) = numbered(told, said, order=classes.values if classes else ())
    weight, notes = row_weights(table, chance, kept, weights)
    notes = [*notes, *repeated(table, kept, "rows with a truth")]
    rates = events(true, predicted, _positive(labels, positive))
    found: dict[str, list[Any]] = {column.name: [] for column in TIDY}
    gaps: dict[str, list[Any]] = {column.name: [] for column in GAPS}
    _add(found, None, ALL, [ALL] * len(kept), rates, weight, min_group)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            cells = [" x ".join(groups[name][row] for name in chosen) for row in kept]
            _add(found, gaps, " x ".join(chosen), cells, rates, weight, min_group)
    folds = share_of_folds(table, kept, trained)
    notes += [*notes_of_folds(folds), *notes_of_fit(table, prediction, predicted, true)]
    _widen(found, variance_factor(folds))
    found["p_adjusted"] = adjusted(
        found["p_value"], found["grouping"], found["measure"], correction
    )
    return Audit(
        table=table,
        rows=found,
        widest=gaps,
        n_dropped=len(table) - len(kept),
        min_group=min_group,
        notes=tuple(notes),
        lines=of_coded(table, chance, kept, told, folds),
        truth=truth,
        prediction=prediction,
        by=tuple(names),
    )


def _widen(found: dict[str, list[Any]], factor: float) -> None:
    """Intervals and p values for a variance ``factor`` times as large, in place."""
    if factor == 1.0:
        return
    ends = widened(found["estimate"], found["conf_low"], found["conf_high"], factor)
    found["conf_low"], found["conf_high"] = (end.tolist() for end in ends)
    found["p_value"] = less_certain(found["p_value"], factor).tolist()


def _add(
    found: dict[str, list[Any]],
    gaps: dict[str, list[Any]] | None,
    grouping: str,
    cells: list[str],
    rates: dict[str, Event],
    weight: np.ndarray,
    min_group: int,
) -> None:
    """Append the rows of one grouping; ``gaps`` gets its widest."""
    names, (group,) = numbered(cells)
    for measure, event in rates.items():
        one = by_group(event, group, len(names), weight, least_rows=min_group)
        same = [grouping] * len(names), names, [measure] * len(names)
        # The p values are adjusted when all are known.
        for column, values in zip(TIDY, (*same, *(part.tolist() for part in one)), strict=False):
            found[column.name] += values
        if gaps is not None:
            ends = widest(one.value)
            lowest, highest = (None if end is None else names[end] for end in ends[:2])
            row = (grouping, measure, lowest, highest, ends.difference, ends.ratio)
            for column, cell in zip(GAPS, row, strict=True):
                gaps[column.name].append(cell)


def _positive(labels: list[Any], positive: Any) -> int | None:
    if positive is None:
        return 1 if len(labels) == 2 else None
    if not isinstance(plain(positive), str | bool | Real):
        raise ArgumentTypeError(
            f"positive must be one of the classes, got {short(positive)}.",
            f"for example positive={labels[0]!r}.",
        )
    if number_or_text(positive) not in labels:
        raise ArgumentError(
            f"positive={positive!r} is neither true nor predicted in any row.",
            f"the classes are: {', '.join(map(repr, labels))}.",
        )
    return labels.index(number_or_text(positive))


def _texts(cells: list[Any]) -> list[str]:
    """The names of groups as text."""
    texts = [None if cell is None else str(number_or_text(cell)) for cell in cells]
    missing = name_of_missing(texts, MISSING, "no value")
    return [missing if text is None else text for text in texts]


def _arrow(columns: Sequence[Column], rows: dict[str, list[Any]]) -> dict[str, pa.Array]:
    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
    return {
        column.name: pa.array(rows[column.name], kinds[column.kind], from_pandas=True)
        for column in columns
    }
