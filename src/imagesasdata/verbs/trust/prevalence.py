"""`prevalence`: the share of each class by period or group, corrected for errors of the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats.classification import auc
from imagesasdata.arrays.stats.label_shift import shifted_shares, to_one
from imagesasdata.arrays.stats.quantification import group_counts, shares, unlike
from imagesasdata.arrays.stats.validation import RIGHT
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError
from imagesasdata.pages.figures import draw_interval, new_figure
from imagesasdata.tables.codes import (
    SAMPLE_PROB,
    label_cells,
    number_or_text,
    numbered,
    row_weights,
    sampling_column,
    tell_labels,
    tell_strangers,
)
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.trust._display import Methods, Reported
from imagesasdata.verbs.trust._probabilities import probabilities
from imagesasdata.verbs.trust._repeated import repeated
from imagesasdata.verbs.trust._trained import notes_of_fit, rows_of_training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TIDY = (
    Column("group", "string", "The period or group.", null="no by= was given"),
    Column("label", "string", "The class; of the labels' own type.", null="never"),
    Column("n", "int64", "Rows of the group that have a prediction.", range="1 ...", null="never"),
    Column(
        "predicted_share",
        "float64",
        "Share of them predicted to be of the class.",
        range="0 to 1",
        null="never",
    ),
    Column(
        "share",
        "float64",
        "Share of them that is of the class, by the errors in coded rows.",
        range="0 to 1",
        null="never",
    ),
    Column("conf_low", "float64", "Lower end of its 95% interval.", range="0 to 1", null="never"),
    Column("conf_high", "float64", "Upper end of its 95% interval.", range="0 to 1", null="never"),
)
RESULTS = {"tidy": TIDY}
# By the AUC of a probability for the prediction of its class; that of one model is near 1.
_APART = 0.6
_SOURCES = (
    "Saerens, M., Latinne, P. and Decaestecker, C. (2002). Adjusting the Outputs of a Classifier to New "
    "a Priori Probabilities. Neural Computation. doi:10.1162/089976602753284446",
)


@dataclass(frozen=True, kw_only=True)
class Prevalence(Reported, Generic[Frame]):
    """The share of each class by group: `tidy` has the numbers, `plot` draws them."""

    table: Table = field(repr=False)
    rows: dict[str, list[Any]] = field(repr=False)
    n_coded: int
    notes: tuple[str, ...]
    truth: str
    prediction: str
    by: str | None
    prob: tuple[str, ...] = ()

    def tidy(self) -> Frame:
        """A row for each group and class.

        Returns
        -------
        table
            ``group``, ``label``, ``n``, ``predicted_share``, ``share``, ``conf_low``, ``conf_high``.
        """
        return self.table.new(
            {
                name: pa.array(cells, pa.string() if name == "group" else None)
                for name, cells in self.rows.items()
            }
        )

    def plot(self) -> Figure:
        """Draw the shares with their intervals, a panel for each class; hollow: as predicted."""
        labels = list(dict.fromkeys(self.rows["label"]))
        shown = labels[1:] if len(labels) == 2 else labels
        groups = list(dict.fromkeys(self.rows["group"]))
        figure = new_figure(6.4, 0.6 + (0.5 + 0.3 * len(groups)) * len(shown))
        axes = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
        for axis, label in zip(axes, shown, strict=True):
            places = [at for at, one in enumerate(self.rows["label"]) if one == label]
            for row, place in enumerate(places):
                low, middle, high = (
                    self.rows[name][place] for name in ("conf_low", "share", "conf_high")
                )
                draw_interval(axis, row, low, middle, high, "teal")
                said = self.rows["predicted_share"][place]
                axis.plot([said], [row], "o", markerfacecolor="white", color="gray")
            names = [group if group is not None else "all" for group in groups]
            axis.set(yticks=range(len(groups)), yticklabels=names)
            axis.set_title(f"Share of {label}", loc="left", fontsize=9)
            axis.margins(y=0.25)
            axis.invert_yaxis()
            axis.spines[["top", "right"]].set_visible(False)
        return figure

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        within = "" if self.by is None else f" by {self.by}"
        source = (
            f"the probabilities in {', '.join(self.prob)}, calibrated on {self.n_coded:,} hand-coded "
            "rows (expectation maximization; those of each class taken as alike in all groups)."
            if self.prob
            else f"{self.prediction} by the error rates in {self.n_coded:,} hand-coded rows (expectation "
            "maximization; error rates taken as the same in all groups)."
        )
        text = f"The share of each class of {self.truth}{within} was estimated from {source}"
        columns = (
            *(self.truth, self.prediction, *self.prob),
            *([] if self.by is None else [self.by]),
        )
        return Methods(text, columns, _SOURCES)

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        return "Prevalence", {"Share of each class": self.tidy()}, self.notes


def prevalence(
    data: Frame,
    truth: str,
    prediction: str,
    *,
    by: str | None = None,
    prob: str | Mapping[Any, str] | None = None,
    weights: str | None = SAMPLE_PROB,
    seed: int = 0,
) -> Prevalence[Frame]:
    """Estimate how common each class is, by period or group, corrected for errors of the predictions.

    The share of pictures that are predicted to be of a class is not the share that is: misses and false
    alarms do not cancel out. Where the class is rarer, more of what is predicted is a false alarm, so
    that trends are biased, too. With hand codes for a sample, from whatever periods, the shares can be
    corrected.

    Parameters
    ----------
    data
        A table with a row for each picture.
    truth
        The column with the truth, null where the picture was not coded.
    prediction
        The column with the predicted classes.
    by
        The column of periods or groups. Without it, the share in all rows is given.
    prob
        For two classes the column with the probability of the second (1, or "yes" of "no" and "yes"), for
        more a mapping from each class to its column. Shares then come from the probabilities, which tell
        more than the predicted classes: intervals are narrower.
    weights
        The column of the rows' sampling probabilities; each row is weighted by the inverse. If the
        table has no ``sample_prob``, or with ``None``, all rows count the same.
    seed
        For what begins at random; the same seed gives the same result.

    Returns
    -------
    Prevalence
        ``.tidy()``: a row for each group and class; ``.plot()``: a figure.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When no row has truth and prediction, all have the same truth, a class has no probabilities, or
        a column cannot be used.

    Notes
    -----
    The error rates (of the rows of each class, the share with each prediction) are those of all coded
    rows, and are taken to be the same in all groups: only how common the classes are differs. This is
    "prior probability shift". Groups then need no coded rows of their own. If coded rows show that the
    rates differ, the result says so; then code rows in every group, and give
    ``regress("predicted ~ C(group)", method="dsl")``, which assumes nothing of the errors.

    Of two classes, the share is ``(predicted - false) / (right - false)``, with the shares predicted, of
    false and of right alarms, within 0 and 1; of more classes, it is found by expectation maximization.
    Intervals carry the errors of the rates and of the predicted shares: percentiles of draws from their
    Jeffreys posteriors, the rates' within strata of equal sampling probability.

    With ``prob=``, the probabilities are calibrated on the coded rows (one temperature, and a constant
    for each class), and the shares of a group are those that make its probabilities most likely, by
    expectation maximization. Intervals are percentiles of 200 rounds of a Bayesian bootstrap of coded
    rows and groups.

    Out-of-fold predictions of rows that the model was trained on widen no intervals here, as they do in
    `validate`: in 200 simulated studies of such rows intervals held the share in 97%.

    Coded rows of other pictures than those of ``data`` are no sample of them, but do as well for the
    rates.

    References
    ----------
    Saerens, M., Latinne, P. and Decaestecker, C. (2002). Adjusting the Outputs of a Classifier to New a
    Priori Probabilities. doi:10.1162/089976602753284446

    Alexandari, A., Kundaje, A. and Shrikumar, A. (2020). Maximum Likelihood with Bias-Corrected
    Calibration is Hard-To-Beat at Label Shift Adaptation. doi:10.48550/arXiv.1901.06852

    Rogan, W. J. and Gladen, B. (1978). Estimating prevalence from the results of a screening test.
    doi:10.1093/oxfordjournals.aje.a112510

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import numpy as np, pandas as pd
    >>> random = np.random.default_rng(1)
    >>> photos = pd.DataFrame({"year": np.repeat([2020, 2021], 3000)})
    >>> protest = random.random(6000) < np.where(photos.year == 2020, 0.10, 0.30)
    >>> wrong = random.random(6000) < np.where(protest, 0.20, 0.10)
    >>> photos["pred"] = np.where(protest ^ wrong, "yes", "no")
    >>> photos["protest"] = pd.Series(np.where(protest, "yes", "no")).where(photos.index % 10 == 0)
    >>> found = iad.prevalence(photos, "protest", "pred", by="year").tidy()
    >>> found[found.label == "yes"].drop(columns=["label", "n"]).round(2)
      group  predicted_share  share  conf_low  conf_high
    1  2020             0.17   0.09      0.05       0.13
    3  2021             0.30   0.27      0.23       0.31
    """
    table = open_data(data)
    chance = sampling_column(table, weights, "weights")
    told = label_cells(table, truth, "truth")
    said = label_cells(table, prediction, "prediction")
    whole = [None] * len(table) if by is None else label_cells(table, by, "by")
    predicted = [row for row, cell in enumerate(said) if cell is not None]
    coded = [row for row in predicted if told[row] is not None]
    rows_of_training(table, prediction, truth, every=not coded)
    if not coded:
        raise ArgumentError(
            f"No row has both a truth ({truth!r}) and a prediction ({prediction!r}).",
            "join the hand-coded labels to the table by path or image_id.",
        )
    grouped = [row for row in predicted if by is None or whole[row] is not None]
    if not grouped:
        raise ArgumentError(f"No row with a prediction has a value of {by!r}.")
    of_all = [said[row] for row in predicted]
    of_coded = [told[row] for row in coded]
    tell_labels(of_coded, of_all, truth, prediction)
    tell_strangers(of_coded, of_all, truth, prediction)
    labels, (true,) = numbered(of_coded)
    if len(labels) == 1:
        raise ArgumentError(
            f"All {len(coded):,} coded rows have {truth} = {labels[0]!r}, so the error rates of other "
            "classes are not known.",
            "code more pictures, best some that are predicted to differ.",
        )
    kinds, (every,) = numbered(of_all, order=labels)
    place = dict(zip(predicted, every.tolist(), strict=True))
    names, (group,) = numbered(["all" if by is None else whole[row] for row in grouped])
    weight, notes = row_weights(table, chance, coded, weights)
    notes = [*notes, *repeated(table, coded, "rows with a truth")]
    counts = group_counts(group, np.array([place[row] for row in grouped]), len(names), len(kinds))
    of_coded = np.array([place[row] for row in coded])
    notes += notes_of_fit(table, prediction, of_coded, true)
    if prob is None:
        found = shares(counts, of_coded, true, len(labels), weight, seed=seed)
    else:
        chances = _chances(table, prob, labels, predicted)
        for number, label in enumerate(labels):
            if label in kinds:
                _check_goes_with(chances[:, number], every == kinds.index(label), label)
        at = {row: number for number, row in enumerate(predicted)}
        found = shifted_shares(
            chances[[at[row] for row in grouped]],
            group,
            chances[[at[row] for row in coded]],
            true,
            weight,
            seed=seed,
        )
    if by is not None:
        cells = ["" if whole[row] is None else str(number_or_text(whole[row])) for row in coded]
        notes += unlike(cells, of_coded, true, labels, by)
    columns: dict[str, list[Any]] = {column.name: [] for column in TIDY}
    for number, name in enumerate(names):
        total = int(counts[number].sum())
        for one, label in enumerate(labels):
            as_said = counts[number, kinds.index(label)] / total if label in kinds else 0.0
            values = (
                None if by is None else str(name),
                label,
                total,
                float(as_said),
                float(found.value[number, one]),
                float(found.low[number, one]),
                float(found.high[number, one]),
            )
            for cell, column in zip(values, columns.values(), strict=True):
                column.append(cell)
    return Prevalence(
        table=table,
        rows=columns,
        n_coded=len(coded),
        notes=tuple(notes),
        truth=truth,
        prediction=prediction,
        by=by,
        prob=() if prob is None else (prob,) if isinstance(prob, str) else tuple(prob.values()),
    )


def _check_goes_with(chance: np.ndarray, said: np.ndarray, label: Any) -> None:
    """Raise when the probability of a class is no higher in rows that are predicted to be of it."""
    area = auc(said, chance)
    if area < _APART:
        raise ArgumentError(
            f"The probability of {label!r} is hardly higher in rows that are predicted to be of it than "
            f"in others (AUC {area:.2f}): it seems to be that of something else.",
            "give the probability of the second of two classes, or of each class, and not that of the "
            "predicted one, such as label_prob.",
        )


def _chances(table: Table, prob: Any, labels: list[Any], rows: list[int]) -> np.ndarray:
    """The probability of each class in some rows, which add up to 1."""
    found = probabilities(table, prob, labels, rows)
    if len(labels) == 2 and len(found) == 1 and RIGHT not in found:
        ((one, values),) = found.items()
        found = {one: values, 1 - one: 1.0 - values}
    without = [label for number, label in enumerate(labels) if number not in found]
    if without:
        raise ArgumentError(
            f"prob gives no probability of {without[0]!r}, and the shares of {len(labels)} classes need "
            "all of them.",
            f'give prob={{{labels[0]!r}: "COLUMN", ...}} with a column for each class.',
        )
    return to_one([found[number] for number in range(len(labels))])
