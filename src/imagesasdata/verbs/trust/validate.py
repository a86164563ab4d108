"""`validate`: compares a measure with the truth, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats.classification import Bins, row_shares
from imagesasdata.arrays.stats.validation import (
    OF_PROB,
    RIGHT,
    Estimate,
    Rows,
    measure,
    with_folds,
)
from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.options import ROUNDS
from imagesasdata.pages.figures import new_figure
from imagesasdata.tables.categories import categories
from imagesasdata.tables.codes import (
    SAMPLE_PROB,
    label_cells,
    number_or_text,
    numbered,
    row_weights,
    sampling_column,
    tell_labels,
)
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.trust._check import CHECK, Checked, Line, of_coded
from imagesasdata.verbs.trust._display import Methods
from imagesasdata.verbs.trust._probabilities import probabilities
from imagesasdata.verbs.trust._repeated import repeated
from imagesasdata.verbs.trust._trained import (
    notes_of_fit,
    notes_of_folds,
    rows_of_training,
    share_of_folds,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHARES = ("precision", "recall")
_NONE = "it is not defined for these rows"
_NO_PROB = "no prob= was given for the class"
_MEANING = {
    "accuracy": "Share of rows whose prediction is right.",
    "precision": "Of the rows predicted to be of the class, the share that is.",
    "recall": "Of the rows of the class, the share predicted to be.",
    "f1": "Harmonic mean of precision and recall.",
    "auc": "Chance that a row of the class has a higher probability than another.",
    "brier": "Mean squared difference between probability and truth.",
    "calibration_error": "Mean difference between probability and share, in ten bins, less chance.",
}


def _triple(name: str, null: str) -> tuple[Column, ...]:
    return (
        Column(name, "float64", _MEANING[name], range="0 to 1", null=null),
        Column(
            f"{name}_low", "float64", "Lower end of its 95% interval.", range="0 to 1", null=null
        ),
        Column(
            f"{name}_high", "float64", "Upper end of its 95% interval.", range="0 to 1", null=null
        ),
    )


TIDY = (
    Column("label", "string", "The class; of the labels' own type.", null="never"),
    Column("n_truth", "int64", "Rows that are of the class.", range="0 ...", null="never"),
    Column("n_predicted", "int64", "Rows predicted to be.", range="0 ...", null="never"),
    *(c for name in (*_SHARES, "f1") for c in _triple(name, _NONE)),
    *(c for name in OF_PROB for c in _triple(name, _NO_PROB)),
)
GLANCE = (
    Column("n", "int64", "Rows with truth and prediction.", range="1 ...", null="never"),
    Column("n_dropped", "int64", "Rows without one of them.", range="0 ...", null="never"),
    Column(
        "n_trained",
        "int64",
        "Of the n rows, those that the model was trained on; their predictions are out of fold.",
        range="0 ...",
        null="never",
    ),
    *(c for name in ("accuracy", "f1") for c in _triple(name, _NONE)),
    *(c for name in OF_PROB for c in _triple(name, "no prob= was given")),
)


@dataclass(frozen=True, kw_only=True)
class Validation(Checked[Frame]):
    """How well a measure matches the truth. `tidy` has a row for each class, `glance` one row."""

    table: Table = field(repr=False)
    labels: list[Any]
    by_class: dict[str, Any] = field(repr=False)
    overall: dict[str, Any] = field(repr=False)
    confusion: np.ndarray = field(repr=False)
    bins: dict[str, Bins] = field(repr=False)
    notes: tuple[str, ...]
    lines: list[Line] = field(repr=False)
    truth: str
    prediction: str

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        one, by_class = self.overall, self.by_class
        parts = [
            f"{label!s}: precision {_share(by_class['precision'][place])}, recall "
            f"{_share(by_class['recall'][place])}"
            for place, label in enumerate(self.labels)
        ]
        seen = one["n_trained"]
        folds = f" ({seen:,} of them in training, and predicted out of fold)" if seen else ""
        classes = f" By class, {'; '.join(parts)}." if len(parts) <= 5 else ""
        text = (
            f"Of {len(self.table):,} pictures, {one['n']:,} with hand-coded {self.truth} were used to "
            f"validate {self.prediction}{folds}: accuracy was {one['accuracy']:.2f} (95% interval "
            f"{one['accuracy_low']:.2f} to {one['accuracy_high']:.2f}), the mean F1 {one['f1']:.2f}."
            f"{classes}"
        )
        return Methods(
            text,
            (
                self.truth,
                self.prediction,
            ),
        )

    def tidy(self) -> Frame:
        """A row for each class.

        Returns
        -------
        table
            ``label``, ``n_truth``, ``n_predicted``; ``precision``, ``recall``, ``f1`` and, with
            ``prob=``, ``auc``, ``brier``, ``calibration_error``, each with ``_low`` and ``_high``.
        """
        return self.table.new(_arrow(self.by_class))

    def glance(self) -> Frame:
        """One row over all classes: accuracy, mean F1 and, with ``prob=``, those of the probability."""
        return self.table.new(_arrow({name: [cell] for name, cell in self.overall.items()}))

    def plot(self) -> Figure:
        """Draw the confusion matrix and, with ``prob=``, the calibration."""
        parts = 2 if self.bins else 1
        figure = new_figure(4.4 * parts, 4.0)
        axes = figure.subplots(1, parts, squeeze=False)[0]
        share = row_shares(self.confusion)
        axes[0].imshow(share, cmap="Blues", vmin=0.0, vmax=1.0)
        names = [str(label) for label in self.labels]
        axes[0].set(
            xticks=range(len(names)),
            yticks=range(len(names)),
            xticklabels=names,
            yticklabels=names,
            xlabel="predicted",
            ylabel="truth",
            title="Share of each true class",
        )
        axes[0].tick_params(axis="x", rotation=90 if len(names) > 6 else 0)
        if len(names) <= 12:
            for row, cells in enumerate(share):
                for column, cell in enumerate(cells):
                    color = "white" if cell > 0.5 else "black"
                    axes[0].text(
                        column,
                        row,
                        f"{cell:.2f}",
                        ha="center",
                        va="center",
                        color=color,
                        fontsize=8,
                    )
        if self.bins:
            axes[1].plot([0, 1], [0, 1], color="gray", linewidth=0.8)
            for name, bins in self.bins.items():
                some = bins.weight > 0.0
                axes[1].plot(bins.prob[some], bins.share[some], marker="o", label=name)
            axes[1].set(
                xlim=(-0.02, 1.02),
                ylim=(-0.02, 1.02),
                aspect="equal",
                xlabel="predicted probability",
                ylabel="share that is",
                title="Calibration",
            )
            axes[1].legend(fontsize=8)
        return figure

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        return "Validation", {"Overall": self.glance(), "By class": self.tidy()}, self.notes


RESULTS = {"tidy": TIDY, "glance": GLANCE, "check": CHECK}


def _share(value: float | None) -> str:
    return "undefined" if value is None or value != value else f"{value:.2f}"


def validate(
    data: Frame,
    truth: str,
    prediction: str,
    *,
    prob: str | Mapping[Any, str] | None = None,
    weights: str | None = SAMPLE_PROB,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Validation[Frame]:
    """Compare a measure with hand-coded truth: accuracy, precision, recall, F1, AUC, calibration.

    Published accuracy was measured on other pictures. What counts for a study is the accuracy on
    its own pictures, with an interval from the pictures that were coded.

    Parameters
    ----------
    data
        A table; rows without truth or prediction are left out and counted.
    truth
        The column with the truth, null where the picture was not coded.
    prediction
        The column with the predicted classes.
    prob
        For two classes: the column with the probability of the second (1, or "yes" of "no" and "yes";
        where the truth is a category, the second in its order).
        For more: a mapping from class to column; or one column with the probability of the predicted
        class, such as ``label_prob``, whose measures are of the event that the prediction is right.
    weights
        The column of the rows' sampling probabilities; each row is weighted by the inverse. If the
        table has no ``sample_prob``, or with ``None``, all rows count the same.
    rounds
        The number of bootstrap samples for intervals.
    seed
        For what begins at random; the same seed gives the same result.

    Returns
    -------
    Validation
        ``.tidy()``: a row for each class; ``.glance()``: one row over all; ``.plot()``: a figure.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When no row has truth and prediction, or a column cannot be used.

    Notes
    -----
    If `fine_tune` made the predictions, rows that its model was trained on (``y_trained``) count with
    their out-of-fold predictions; if they have none, they are left out. The fits of a cross-validation
    share rows, so that their intervals are wider: with all rows out of fold (and those of
    ``fit.tested()`` with folds), one and a half times.

    All intervals are 95% intervals. Without weights, those of accuracy, precision and recall are
    Wilson's, and those of F1 percentiles of a bootstrap. With unequal weights, they are drawn from
    Jeffreys posteriors within strata of equal sampling probability (of similar ones, if there are
    many), for each predicted class: a sample that was drawn by prediction tells little of recall, and
    an effective number of rows would hide that. Intervals of the Brier score are percentiles of a
    bootstrap within strata; those of AUC are drawn with half a row more of each class at each end of the
    ranks, as resamples of a few rows would not know that the model can miss others. The ``f1`` of
    `glance` is the mean over classes.

    ``calibration_error`` is less what chance adds to the mean difference, which is above 0 even for
    perfect probabilities; its interval can begin at 0.

    References
    ----------
    Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Interval Estimation for a Binomial Proportion.
    doi:10.1214/ss/1009213286

    Guo, C. et al. (2017). On Calibration of Modern Neural Networks. doi:10.48550/arXiv.1706.04599

    Kumar, A., Liang, P. and Ma, T. (2019). Verified Uncertainty Calibration.
    doi:10.48550/arXiv.1909.10155

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> coded = pd.DataFrame({"protest": [1, 1, 1, 0, 0, 0, 0, None], "pred": [1, 1, 0, 0, 0, 0, 1, 1]})
    >>> found = iad.validate(coded, "protest", "pred")
    >>> found.tidy()[["label", "precision", "recall", "recall_low", "recall_high"]].round(2)
       label  precision  recall  recall_low  recall_high
    0      0       0.75    0.75        0.30         0.95
    1      1       0.67    0.67        0.21         0.94
    """
    check_count("rounds", rounds)
    table = open_data(data)
    chance = sampling_column(table, weights, "weights")
    told = label_cells(table, truth, "truth")
    said = label_cells(table, prediction, "prediction")
    rows = [row for row, pair in enumerate(zip(told, said, strict=True)) if None not in pair]
    trained = rows_of_training(table, prediction, truth, every=not rows)
    if not rows:
        raise ArgumentError(
            f"No row has both a truth ({truth!r}) and a prediction ({prediction!r}).",
            "join the hand-coded labels to the table by path or image_id.",
        )
    told, said = [told[row] for row in rows], [said[row] for row in rows]
    if any(isinstance(number_or_text(cell), float) for cell in said):
        raise ArgumentTypeError(
            f"The column {prediction!r} holds fractions, not classes.",
            f"give prob={prediction!r}, and as prediction classes: data[{prediction!r}] > 0.5.",
        )
    tell_labels(told, said, truth, prediction)
    classes = categories(table, truth)
    labels, (true, predicted) = numbered(told, said, order=classes.values if classes else ())
    weight, notes = row_weights(table, chance, rows, weights)
    notes = [*notes, *repeated(table, rows, "rows with a truth")]
    probs = probabilities(table, prob, labels, rows)
    given = Rows(truth=true, predicted=predicted, weights=weight, classes=len(labels), probs=probs)
    folds = share_of_folds(table, rows, trained)
    notes += [*notes_of_folds(folds), *notes_of_fit(table, prediction, predicted, true)]
    found = with_folds(measure(given, rounds=rounds, seed=seed), folds)
    return Validation(
        table=table,
        labels=labels,
        by_class={
            "label": labels,
            "n_truth": found.n_truth,
            "n_predicted": found.n_predicted,
            **_columns(found.by_class),
        },
        overall={
            "n": len(rows),
            "n_dropped": len(table) - len(rows),
            "n_trained": len(trained),
            **dict.fromkeys(column.name for column in GLANCE[3:]),
            **{name: float(cell) for name, cell in _columns(found.overall).items()},
        },
        confusion=found.confusion,
        bins={
            "right" if one == RIGHT else str(labels[one]): bins
            for one, bins in found.bins.items()
            # Of two classes with one column the first mirrors the second.
            if not (len(probs) == 2 and one == 0 and isinstance(prob, str))
        },
        notes=tuple(notes),
        lines=of_coded(table, chance, rows, told, folds),
        truth=truth,
        prediction=prediction,
    )


def _columns(found: Mapping[str, Estimate]) -> dict[str, Any]:
    """Each measure as three columns, as `_triple` has them."""
    return {
        name + suffix: cells
        for name, estimate in found.items()
        for suffix, cells in zip(("", "_low", "_high"), estimate, strict=True)
    }


def _arrow(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pa.array(list(cells), from_pandas=True) for name, cells in columns.items()}
