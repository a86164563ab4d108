"""Columns of labels, by people or models, as integer codes that can be compared."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from numbers import Number
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.coding import coding, outside
from imagesasdata.errors import ArgumentError, ArgumentTypeError, short, tell
from imagesasdata.tables.marks import Run
from imagesasdata.tables.table import Table

SAMPLE_PROB = "sample_prob"
IS_SAMPLED = "is_sampled"


def sampling_column(table: Table, name: str | None, argument: str) -> str | None:
    """The column of sampling probabilities; ``None`` when the table lacks the default one.

    Raises
    ------
    ColumnError
        When a name other than the default is not in the table.
    """
    if name is None or (name == SAMPLE_PROB and name not in table.names):
        return None
    return table.known(name, argument)


def sampled_column(table: Table) -> str | None:
    """The column that says which rows were drawn, if the table has it."""
    return IS_SAMPLED if IS_SAMPLED in table.names else None


def unweighted(table: Table, chance: str | None, asked: str | None) -> list[str]:
    """What to say where rows are taken without sampling probabilities.

    ``chance`` is what `sampling_column` gave, ``asked`` what it was given: ``None`` says that rows count
    the same, which is told only where the table says that they should not.
    """
    if chance is not None:
        return []
    if SAMPLE_PROB in table.names:
        known = {cell for cell in table.cells(SAMPLE_PROB) if cell is not None}
        if len(known) < 2:
            return []
        why = f"The sampling probabilities in {SAMPLE_PROB!r} were not used"
    elif any(_is_uneven(run) for run in table.runs()):
        why = (
            "The rows were drawn with unequal probabilities (sample_for_labels), and their column "
            f"{SAMPLE_PROB!r} is not in this table"
        )
    elif IS_SAMPLED in table.names:
        why = f"The rows were sampled ({IS_SAMPLED!r}), and no sampling probabilities were given"
    elif asked is not None:
        return [
            "No sampling probabilities were given: all rows count the same, as in a simple random sample."
        ]
    else:
        return []
    return [f"{why}: figures are those of the sample, and need not be those of all pictures."]


def _is_uneven(run: Run) -> bool:
    """Whether a run drew a sample with unequal probabilities."""
    options = run.options or {}
    return run.verb == "sample_for_labels" and (
        "by" in options or options.get("strategy", "random") != "random"
    )


def is_drawn(table: Table) -> np.ndarray | None:
    """Which rows were sampled, if the table says so."""
    drawn = sampled_column(table)
    return None if drawn is None else np.array([cell is True for cell in table.cells(drawn)])


def row_weights(
    table: Table, chance: str | None, rows: Sequence[int], asked: str | None
) -> tuple[np.ndarray, list[str]]:
    """The weights of rows with labels, one over their sampling probabilities, with a mean of one.

    Where some of the rows that were drawn have no label, those with a label and the same probability
    stand for them, too.

    Parameters
    ----------
    chance
        The column of sampling probabilities; without one, weights are equal.
    rows
        The rows that have labels.
    asked
        The column that was asked for, or ``None`` for rows that count the same.

    Returns
    -------
    tuple
        The weights, and what to say about them.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When a probability is missing, is not a number, or is not above 0 and at most 1.
    """
    if chance is None:
        return np.ones(len(rows)), unweighted(table, chance, asked)
    values = numbers(table.cells(chance), chance)
    labeled = np.zeros(len(table), bool)
    labeled[list(rows)] = True
    _check_range(values[labeled], chance)
    found = coding(values, labeled, is_drawn(table))
    weights = 1.0 / found.chance
    notes = found.notes(chance)[:1] if found.unfinished else []
    return weights / weights.mean(), notes


def inverse(cells: Sequence[Any], chance: str) -> np.ndarray:
    """One over the sampling probabilities of items with labels, with a mean of one.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When one is missing, is not a number, or is not above 0 and at most 1.
    """
    values = numbers(cells, chance)
    _check_range(values, chance)
    return 1.0 / values / (1.0 / values).mean()


def _check_range(values: np.ndarray, chance: str) -> None:
    wrong = outside(values)
    if wrong.any():
        first = values[np.argmax(wrong)]
        raise ArgumentError(
            f"The sampling probability {chance!r} must be above 0 and at most 1 in rows with labels; "
            f"one has {'none' if np.isnan(first) else format(first, 'g')}.",
            f"join the sample that has {chance!r}, or give None for a simple random sample.",
        )


def numbers(cells: Sequence[Any], name: str) -> np.ndarray:
    """The cells of a column as numbers, nulls as NaN.

    Raises
    ------
    ArgumentTypeError
        When a cell is not a number.
    """
    try:
        return np.array([np.nan if cell is None else cell for cell in cells], float)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"The column {name!r} does not hold numbers.") from error


def python_value(cell: Any) -> Any:
    """A cell as a Python value: NumPy values are converted and 1.0 becomes 1; bools stay bools."""
    if isinstance(cell, (np.bool_, np.number, np.str_)):
        cell = cell.item()
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return int(cell)
    return cell


def number_or_text(cell: Any) -> Any:
    """A label as a number or text: as `python_value`, but bools become 0 and 1.

    So labels of several columns can be compared.
    """
    value = python_value(cell)
    return int(value) if isinstance(value, bool) else value


def label_cells(table: Table, name: str, argument: str | None = None) -> list[Any]:
    """The cells of a column of labels, groups or names, which ``argument`` names.

    Raises
    ------
    ColumnError
        When the table lacks the column.
    ArgumentTypeError
        When a cell holds several values.
    """
    cells = table.cells(table.known(name, argument))
    for row, cell in enumerate(cells):
        if not isinstance(cell, Hashable):
            raise ArgumentTypeError(
                f"The column {name!r} should hold one label in each row, but row {row} has a "
                f"{type(cell).__name__}.",
                "make a row for each, or a column of single values.",
            )
    return cells


def name_of_missing(labels: Iterable[Any], *names: str) -> str:
    """The first of some names for rows without a label that is no label itself."""
    taken = {str(label) for label in labels}
    return next(name for name in [*names, f"no value ({len(taken)})"] if name not in taken)


def tell_alike(name: str, cells: Sequence[Any]) -> None:
    """Warn of texts that differ only in case or blanks, and of empty texts.

    Each counts as a label of its own; whether it is one, or a slip of the keyboard, the table does not
    say. ``name`` says in the message which column or columns they are of.
    """
    count = Counter(str(cell) for cell in cells if isinstance(cell, str))
    blank = sum(number for text, number in count.items() if not text.strip())
    if blank:
        tell(
            f"The column {name} holds an empty text in {_rows(blank)}, which counts as a label.",
            "where there is no label, make it missing (None; in a file, an empty cell).",
        )
    seen: dict[str, str] = {}
    for text in sorted(count):
        plain = " ".join(unicodedata.normalize("NFC", text).casefold().split())
        first = seen.setdefault(plain, text)
        if first != text and plain:
            tell(
                f"The labels {first!r} ({_rows(count[first])}) and {text!r} ({_rows(count[text])}) "
                f"of the column {name} differ only in case or blanks, and count as two labels.",
                "if they are one, write it in one way: data[COLUMN].str.strip().str.lower().",
            )
            return


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _kind(label: Any) -> str:
    """What a label is, so that those of one kind can be sorted."""
    if isinstance(label, str):
        return "text"
    return "numbers" if isinstance(label, Number) else f"values of the type {type(label).__name__}"


def tell_strangers(told: Sequence[Any], said: Sequence[Any], truth: str, prediction: str) -> None:
    """Warn when no prediction is one of the true labels: they may be other names of the same.

    Raises
    ------
    ArgumentTypeError
        When the ones are text and the others numbers.
    """
    labels, (true, predicted) = numbered(told, said)
    if not set(true.tolist()) & set(predicted.tolist()):
        tell(
            f"No prediction is one of the labels of the truth: {prediction!r} has "
            f"{short(labels[predicted[0]])}, and {truth!r} has {short(labels[true[0]])}.",
            "give both the same names, as in data[COLUMN].replace({...}).",
        )


def tell_labels(told: Sequence[Any], said: Sequence[Any], truth: str, prediction: str) -> None:
    """Warn of what the columns of the truth and of predictions may write in two ways."""
    tell_alike(f"{truth!r} or {prediction!r}", [*told, *said])
    tell_shifted(told, said, truth, prediction)


def tell_shifted(told: Sequence[Any], said: Sequence[Any], truth: str, prediction: str) -> None:
    """Warn of predictions that would be the true labels if each were one more or one less.

    Codes of a survey are often 1 and 2, and those of a model 0 and 1. Both columns must have a label
    that the other has not.
    """
    sides = [{number_or_text(cell) for cell in cells} for cells in (told, said)]
    if any(len(side) < 2 or not all(isinstance(label, int) for label in side) for side in sides):
        return
    true, predicted = sides
    shifted = [step for step in (1, -1) if {label + step for label in predicted} <= true]
    if shifted and true - predicted and predicted - true:
        tell(
            f"The predictions {prediction!r} are {_listed(predicted)}, and the truth {truth!r} has "
            f"{_listed(true)}: one may count from another number, and a number then means two things.",
            f"if so, give both the same numbers: data[{prediction!r}] {'+-'[shifted[0] < 0]} 1.",
        )


def _listed(labels: set[Any]) -> str:
    few = sorted(labels)[:5]
    return ", ".join(map(str, few)) + (", ..." if len(labels) > len(few) else "")


def numbered(
    *columns: Sequence[Any], order: Sequence[Any] = ()
) -> tuple[list[Any], list[np.ndarray]]:
    """The labels of several columns, and each column as indices into them.

    Labels are sorted; those in ``order``, the categories of a column, come first and in its order.

    Raises
    ------
    ArgumentTypeError
        When labels are of different kinds, such as text and numbers.
    """
    cleaned = [[number_or_text(cell) for cell in column] for column in columns]
    known = {cell for column in cleaned for cell in column}
    kinds = {_kind(cell): cell for cell in known}
    if len(kinds) > 1:
        first, second = sorted(kinds, key=lambda kind: (kind != "text", kind))[:2]
        raise ArgumentTypeError(
            f"The columns hold both {first} ({short(kinds[first])}) and {second} "
            f"({short(kinds[second])}), which never agree.",
            "write the labels in one way in all columns.",
        )
    first = [label for label in map(number_or_text, order) if label in known]
    labels = [*first, *sorted(known.difference(first))]
    index = {label: number for number, label in enumerate(labels)}
    codes = [np.array([index[cell] for cell in column], np.int64) for column in cleaned]
    return labels, codes
