"""A model's predictions as columns: of pictures to predict, and of those it was tested on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.columns import Column
from imagesasdata.engine.results import prefixed
from imagesasdata.engine.verb import Row
from imagesasdata.errors import TrainedRowsWarning, tell
from imagesasdata.tables.table import open_data
from imagesasdata.training.evaluation import Evaluation
from imagesasdata.training.loss import chances
from imagesasdata.training.metrics import decide
from imagesasdata.training.outcome import Outcome
from imagesasdata.training.saved import Saved


def epochs(models: Sequence[Saved]) -> dict[str, Sequence[Any]]:
    """The columns of the table of epochs of some models."""
    rows = [row for saved in models for row in saved.history]
    names = list(dict.fromkeys(name for row in rows for name in row if name != "epoch"))
    cells: dict[str, Any] = {"epoch": [row["epoch"] for row in rows]}
    for name in names:
        cells[name] = pa.array([row.get(name) for row in rows], pa.float64(), from_pandas=True)
    return cells


def tested_rows(tested: Evaluation, paths: Sequence[str] | None) -> dict[str, Sequence[Any]]:
    """The columns of the table of test rows; a model from a file has no ``paths``."""
    count, digests, folds = len(tested.rows), tested.digests, tested.folds
    missing = pa.nulls(count, pa.string())
    return {
        "row": tested.rows.tolist(),
        "path": missing if paths is None else list(paths),
        "sha256": missing if digests is None else [one.tobytes().hex() for one in digests],
        **_compared(tested.outcome, tested),
        "fold": pa.nulls(count, pa.int64()) if folds is None else folds.tolist(),
    }


def _compared(outcome: Outcome, tested: Evaluation) -> dict[str, Sequence[Any]]:
    """The columns of codes and predictions of test rows."""
    values, said, names = tested.values, tested.predicted, outcome.level_names()
    if outcome.kind == "numeric":
        return {"truth": values.tolist(), "pred": said.tolist()}
    if outcome.kind == "multilabel":
        return {
            **{f"truth_{name}": (values[:, k] > 0).tolist() for k, name in enumerate(names)},
            **{f"pred_{name}": (said[:, k] > 0).tolist() for k, name in enumerate(names)},
            **{f"pred_prob_{name}": tested.chances[:, k].tolist() for k, name in enumerate(names)},
        }
    probs = {f"pred_prob_{name}": tested.chances[:, k].tolist() for k, name in enumerate(names)}
    return {
        "truth": [outcome.levels[code] for code in values],
        "pred": [outcome.levels[code] for code in said],
        **({"pred_prob": tested.chances[:, 1].tolist()} if outcome.kind == "binary" else probs),
    }


def worst_rows(tested: Evaluation, paths: Sequence[str], top: int) -> dict[str, Sequence[Any]]:
    """The columns of the table of the worst predictions."""
    worst = tested.worst(top)
    found: dict[str, Sequence[Any]] = {
        "row": tested.rows[worst].tolist(),
        "path": [paths[place] for place in worst],
        "coded": tested.as_text(tested.values[worst]),
        "predicted": tested.as_text(tested.predicted[worst]),
    }
    if tested.outcome.kind == "numeric":
        found["error"] = [-float(residual) for residual in tested.residuals[worst]]
    elif tested.outcome.kind != "multilabel":
        found["coded_prob"] = tested.coded_chances[worst].tolist()
    return found


def output_columns(outcome: Outcome) -> tuple[Column, ...]:
    """The columns of predictions of an outcome, and the one that marks rows of the training."""
    trained = Column(
        f"{outcome.stem}_trained",
        "bool",
        "Whether the model was trained on the picture; the prediction is then out of fold.",
        null="the picture could not be read, or the model's file is from before this was kept",
    )
    return *_predictions(outcome), trained


def _predictions(outcome: Outcome) -> tuple[Column, ...]:
    stem, names = outcome.stem, outcome.level_names()
    if outcome.kind == "numeric":
        return (_predicted(f"{stem}_pred", "float64", f"Predicted {outcome.name}."),)
    if outcome.kind == "multilabel":
        said = [
            _predicted(f"{stem}_pred_{name}", "bool", f"Whether {level} is predicted.")
            for name, level in zip(names, outcome.levels, strict=True)
        ]
    else:
        said = [_predicted(f"{stem}_pred", _kind_of(outcome.levels), f"Predicted {outcome.name}.")]
    if outcome.kind == "binary":
        return *said, _probability(f"{stem}_prob", outcome.levels[1])
    each = zip(names, outcome.levels, strict=True)
    return *said, *(_probability(f"{stem}_prob_{name}", level) for name, level in each)


def _probability(name: str, level: Any) -> Column:
    return _predicted(name, "float64", f"Probability of {level}.", range="0 to 1")


def _predicted(name: str, kind: Any, description: str, range: str = "") -> Column:
    null = "the picture could not be read, or was trained on without cross-validation"
    return Column(name, kind, description, range=range, null=null)


def _kind_of(levels: Sequence[Any]) -> Any:
    if all(isinstance(level, bool) for level in levels):
        return "bool"
    if all(isinstance(level, int) for level in levels):
        return "int64"
    return "string" if all(isinstance(level, str) for level in levels) else "float64"


def predicted_row(
    outputs: np.ndarray,
    digest: bytes,
    outcome: Outcome,
    columns: Sequence[Column],
    known: Mapping[bytes, np.ndarray | None] | None,
) -> Row:
    """A picture's predictions; ``known`` has those of the pictures of training, out of fold."""
    *names, mark = (column.name for column in columns)
    if known is None or digest not in known:
        values = _cells(chances(outcome, outputs[None]), outcome)
    else:
        held_out = known[digest]
        values = [None] * len(names) if held_out is None else _cells(held_out[None], outcome)
    trained = None if known is None else digest in known
    return {**dict(zip(names, values, strict=True)), mark: trained}


def tell_unpredicted(predicted: Any, columns: Sequence[Column], prefix: str | None) -> None:
    """Warn of the rows of training in a table of predictions that have none."""
    first, mark = (prefixed(column.name, prefix) for column in (columns[0], columns[-1]))
    table = open_data(predicted)
    cells = zip(table.cells(mark), table.cells(first), strict=True)
    count = sum(trained and cell is None for trained, cell in cells if trained is not None)
    if count:
        tell(
            f"The model was trained on {count:,} of these pictures without cross-validation: {mark} is "
            "true and predictions are null there.",
            "fine_tune(..., folds=5) gives each of them a prediction by a fit that had not seen it.",
            TrainedRowsWarning,
        )


def _cells(given: np.ndarray, outcome: Outcome) -> list[Any]:
    decided = decide(outcome.kind, given)[0]
    if outcome.kind == "numeric":
        return [float(decided)]
    if outcome.kind == "multilabel":
        return [*(bool(one) for one in decided), *given[0].tolist()]
    some = given[0, 1:] if outcome.kind == "binary" else given[0]
    return [outcome.levels[decided], *some.tolist()]
