"""The evaluation of a fit: figures with intervals from its test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.classification import Bins, auc, calibration, confusion, row_shares
from imagesasdata.arrays.stats.folds import overlap, widened
from imagesasdata.arrays.stats.intervals import bootstrap, fewer_rounds, whole_groups, wilson
from imagesasdata.training.metrics import ENDS, counts_of, decide, full, is_class, true_and_said
from imagesasdata.training.outcome import Outcome

Cells = dict[str, list[Any]]

_ROUNDS = 1000


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """The test rows: codes, predictions and groups; ``rows`` are their numbers in the table.

    ``digests`` are the sha256 of their pictures (n, 32), ``folds`` the number of the fit that predicted
    each row; a model's file from before these were kept has neither.
    """

    outcome: Outcome
    values: np.ndarray
    chances: np.ndarray
    groups: np.ndarray
    rows: np.ndarray
    seed: int
    digests: np.ndarray | None = None
    folds: np.ndarray | None = None

    @property
    def n_folds(self) -> int:
        """The number of fits that predicted the rows; 1 for a single split."""
        return 1 if self.folds is None else int(self.folds.max(initial=0)) + 1

    @property
    def _overlap(self) -> float:
        """By how much variances are larger than those of independent rows."""
        return overlap(self.n_folds) if self.n_folds > 1 else 1.0

    @property
    def predicted(self) -> np.ndarray:
        """Class numbers, labels or values."""
        return decide(self.outcome.kind, self.chances)

    @property
    def residuals(self) -> np.ndarray:
        """Coded value minus predicted value, for a numeric outcome."""
        return self.values - self.chances[:, 0]

    @property
    def coded_chances(self) -> np.ndarray:
        """Predicted probability of each row's coded class, for mutually exclusive classes."""
        return self.chances[np.arange(len(self.values)), self.values]

    def figures(self) -> dict[str, float]:
        """Each measure, and with ``_low`` and ``_high`` the limits of its 95% interval."""
        measures = full(self.outcome.kind)
        count = len(self.values)
        values = {name: measure(self.values, self.chances) for name, measure in measures.items()}
        low, high = (dict.fromkeys(measures, float("nan")) for _ in range(2))
        if count > 1:

            def again(rows: np.ndarray) -> np.ndarray:
                drawn = self.values[rows], self.chances[rows]
                return np.array([measure(*drawn) for measure in measures.values()])

            rounds = fewer_rounds(count, _ROUNDS)
            ends = bootstrap(again, whole_groups(self.groups), rounds=rounds, seed=self.seed)
            low, high = (dict(zip(measures, end.tolist(), strict=True)) for end in ends)
        # If rows are independent, accuracy is a simple proportion: Wilson's interval applies.
        if "accuracy" in values and self._independent():
            low["accuracy"], high["accuracy"] = map(float, wilson(values["accuracy"], count))
        for name, value in values.items():
            span = ENDS.get(name, (0.0, 1.0))
            wide = widened(value, low[name], high[name], self._overlap, span)
            low[name], high[name] = map(float, wide)
        return {
            column: cell
            for name, value in values.items()
            for column, cell in (
                (name, value),
                (f"{name}_low", low[name]),
                (f"{name}_high", high[name]),
            )
        }

    def per_class(self) -> Cells:
        """For each class: rows, precision, recall, F1, area under the curve."""
        names = self.outcome.levels
        counts = counts_of(self.values, self.predicted, len(names))
        coded = counts.true_positive + counts.false_negative
        said = counts.true_positive + counts.false_positive
        precision_low, precision_high = self._widened(counts.precision, said)
        recall_low, recall_high = self._widened(counts.recall, coded)
        found = {
            "n": coded,
            "n_predicted": said,
            "precision": counts.precision,
            "precision_low": precision_low,
            "precision_high": precision_high,
            "recall": counts.recall,
            "recall_low": recall_low,
            "recall_high": recall_high,
            # 0 for a class that is neither coded nor predicted.
            "f1": np.nan_to_num(counts.f1),
        }
        return {
            "class": [str(name) for name in names],
            **{name: values.tolist() for name, values in found.items()},
            "auc": [auc(is_class(self.values, k), self.chances[:, k]) for k in range(len(names))],
        }

    def confusion(self) -> Cells:
        """How often each coded class was predicted as each class."""
        names = [str(name) for name in self.outcome.levels]
        table = self.confusion_table()
        share = row_shares(table)
        pairs = [(i, j) for i in range(len(names)) for j in range(len(names))]
        return {
            "coded": [names[i] for i, _ in pairs],
            "predicted": [names[j] for _, j in pairs],
            "n": [int(table[i, j]) for i, j in pairs],
            "share": [float(share[i, j]) for i, j in pairs],
        }

    def confusion_table(self) -> np.ndarray:
        """A matrix with a row for each coded class and a column for each predicted class."""
        return confusion(self.values, self.predicted, len(self.outcome.levels))

    def calibration(self) -> Bins:
        """For each tenth of the probability: its mean, the share that came true, and rows."""
        return calibration(*true_and_said(self.outcome.kind, self.values, self.chances))

    def worst(self, k: int) -> np.ndarray:
        """The indices of the worst predictions among the test rows, the worst first."""
        kind, values = self.outcome.kind, self.values
        if kind == "numeric":
            off = np.abs(self.residuals)
            wrong = off > 0
        elif kind == "multilabel":
            off = np.abs(values - self.chances).max(axis=1)
            wrong = (values != self.predicted).any(axis=1)
        else:
            off = 1 - self.coded_chances
            wrong = values != self.predicted
        order = np.argsort(-off, kind="stable")
        return order[wrong[order]][:k]

    def as_text(self, codes: np.ndarray) -> list[str]:
        """Codes or predictions as readable values."""
        levels = self.outcome.levels
        if self.outcome.kind == "numeric":
            return [f"{value:g}" for value in codes]
        if self.outcome.kind == "multilabel":
            return [
                ", ".join(str(levels[k]) for k in np.flatnonzero(row)) or "none" for row in codes
            ]
        return [str(levels[code]) for code in codes]

    def _widened(self, shares: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return widened(shares, *wilson(shares, count), self._overlap)

    def _independent(self) -> bool:
        return self.outcome.kind != "multilabel" and len(np.unique(self.groups)) == len(self.groups)


def arrays_of(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """The arrays of an evaluation for a file."""
    names = ("values", "chances", "groups", "rows", "digests", "folds")
    arrays = {name: getattr(evaluation, name) for name in names}
    return {name: np.asarray(array) for name, array in arrays.items() if array is not None}


def evaluation_of(outcome: Outcome, arrays: Mapping[str, np.ndarray], seed: int) -> Evaluation:
    """An evaluation from a file's arrays."""
    return Evaluation(outcome=outcome, seed=seed, **dict(arrays))
