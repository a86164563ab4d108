"""The evaluation of a fit: figures with intervals from its test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.training.intervals import bootstrap, wilson
from imagesasdata.training.metrics import auc, calibration, counts_of, decide, f1_scores, full
from imagesasdata.training.outcome import Outcome

Cells = dict[str, list[Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """The test rows: codes, predictions, and groups.

    ``rows`` are their numbers in the table.
    """

    outcome: Outcome
    values: np.ndarray
    chances: np.ndarray
    groups: np.ndarray
    rows: np.ndarray
    seed: int

    @property
    def predicted(self) -> np.ndarray:
        """Class numbers, labels or values."""
        return decide(self.outcome.kind, self.chances)

    def figures(self) -> dict[str, float]:
        """Each measure, and the limits of its 95% interval with ``_low`` and ``_high``."""
        measures = full(self.outcome.kind)
        # Accuracy has Wilson's interval where rows are independent.
        exact = "accuracy" in measures and self._independent()
        drawn = {
            name: (lambda rows, f=measure: f(self.values[rows], self.chances[rows]))
            for name, measure in measures.items()
            if not (exact and name == "accuracy")
        }
        intervals = bootstrap(drawn, self.groups, seed=self.seed)
        found = {}
        for name, measure in measures.items():
            value = measure(self.values, self.chances)
            if name in intervals:
                low, high = intervals[name]
            else:
                low, high = wilson(value * len(self.values), len(self.values))
            found |= {name: value, f"{name}_low": low, f"{name}_high": high}
        return found

    def per_class(self) -> Cells:
        """For each class: rows, precision, recall, F1, area under the curve."""
        names = self.outcome.levels
        both, coded, said = counts_of(self.values, self.predicted, len(names)).T
        precision = [wilson(b, s) for b, s in zip(both, said, strict=True)]
        recall = [wilson(b, c) for b, c in zip(both, coded, strict=True)]
        return {
            "class": [str(name) for name in names],
            "n": coded.tolist(),
            "n_predicted": said.tolist(),
            "precision": _ratio(both, said),
            "precision_low": [low for low, _ in precision],
            "precision_high": [high for _, high in precision],
            "recall": _ratio(both, coded),
            "recall_low": [low for low, _ in recall],
            "recall_high": [high for _, high in recall],
            "f1": f1_scores(self.values, self.predicted, len(names)).tolist(),
            "auc": [auc(self._has(k), self.chances[:, k]) for k in range(len(names))],
        }

    def confusion(self) -> Cells:
        """How often each coded class was predicted as each class."""
        names = [str(name) for name in self.outcome.levels]
        table = self.confusion_table()
        total = np.maximum(table.sum(axis=1), 1)
        pairs = [(i, j) for i in range(len(names)) for j in range(len(names))]
        return {
            "coded": [names[i] for i, _ in pairs],
            "predicted": [names[j] for _, j in pairs],
            "n": [int(table[i, j]) for i, j in pairs],
            "share": [float(table[i, j] / total[i]) for i, j in pairs],
        }

    def confusion_table(self) -> np.ndarray:
        """Rows for what was coded, columns for what was predicted."""
        size = len(self.outcome.levels)
        return np.bincount(self.values * size + self.predicted, minlength=size * size).reshape(
            size, size
        )

    def calibration(self) -> list[tuple[float, float, int]]:
        """Mean probability, observed share, and rows, in ten bins of the probability."""
        return calibration(self.outcome.kind, self.values, self.chances)

    def worst(self, k: int) -> np.ndarray:
        """The indices of the worst predictions among the test rows, the worst first."""
        kind, values = self.outcome.kind, self.values
        if kind == "numeric":
            off = np.abs(values - self.chances[:, 0])
            wrong = off > 0
        elif kind == "multilabel":
            off = np.abs(values - self.chances).max(axis=1)
            wrong = (values != self.predicted).any(axis=1)
        else:
            off = 1 - self.chances[np.arange(len(values)), values]
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

    def _independent(self) -> bool:
        return self.outcome.kind != "multilabel" and len(np.unique(self.groups)) == len(self.groups)

    def _has(self, k: int) -> np.ndarray:
        return self.values[:, k] > 0 if self.values.ndim == 2 else self.values == k


def arrays_of(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """The arrays of an evaluation for a file."""
    return {
        name: np.asarray(getattr(evaluation, name))
        for name in ("values", "chances", "groups", "rows")
    }


def evaluation_of(outcome: Outcome, arrays: Mapping[str, np.ndarray], seed: int) -> Evaluation:
    """An evaluation from a file's arrays."""
    return Evaluation(outcome=outcome, seed=seed, **dict(arrays))


def _ratio(part: np.ndarray, whole: np.ndarray) -> list[float]:
    return [float(p / w) if w else float("nan") for p, w in zip(part, whole, strict=True)]
