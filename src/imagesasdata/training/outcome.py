"""Outcomes: the kind of a hand-coded column, and its conversion to numbers."""

from __future__ import annotations

import math
import numbers
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from imagesasdata.checks import check_choice
from imagesasdata.errors import ArgumentError, ArgumentTypeError, tell
from imagesasdata.tables.categories import Categories
from imagesasdata.tables.codes import python_value, tell_alike

OutcomeKind = Literal["binary", "multiclass", "ordered", "multilabel", "numeric"]

_MOST_CLASSES = 200
_FEW_NUMBERS = 10  # so many whole numbers or fewer may be codes of classes
_ROWS_NAMED = 5


@dataclass(frozen=True)
class Outcome:
    """A coded column: its name, its kind, and its classes in order.

    ``levels`` are the classes. A binary outcome's probability is that of its second level; ordered
    levels go from lowest to highest; a numeric outcome has none. ``center`` and ``scale`` belong to a
    numeric outcome: the network predicts ``(value - center) / scale``.
    """

    name: str
    kind: OutcomeKind
    levels: tuple[Any, ...] = ()
    center: float = 0.0
    scale: float = 1.0

    @property
    def outputs(self) -> int:
        """The number of the network's outputs."""
        if self.kind in {"binary", "numeric"}:
            return 1
        return len(self.levels) - (self.kind == "ordered")

    @property
    def stem(self) -> str:
        """The prefix of output columns: the name, changed so that it is valid in a formula."""
        return identifier(self.name)

    def level_names(self) -> tuple[str, ...]:
        """A unique name for each class, valid in a column's name."""
        plain = [re.sub(r"\W+", "_", str(level)).strip("_") or "class" for level in self.levels]
        count = Counter(name.lower() for name in plain)
        return tuple(
            f"{name}_{index}" if count[name.lower()] > 1 else name
            for index, name in enumerate(plain)
        )

    def codes(self, cells: Sequence[Any]) -> np.ndarray:
        """The cells as numbers: class numbers (n,), 0 and 1 for each label (n, labels), or values."""
        if self.kind == "numeric":
            return np.array([float(cell) for cell in cells], np.float32)
        index = {level: number for number, level in enumerate(self.levels)}
        if self.kind == "multilabel":
            coded = np.zeros((len(cells), len(self.levels)), np.float32)
            for row, cell in enumerate(cells):
                coded[row, [index[label] for label in cell]] = 1.0
            return coded
        return np.array([index[python_value(cell)] for cell in cells], np.int32)


def find_outcome(
    name: str,
    cells: Sequence[Any],
    *,
    kind: OutcomeKind | None = None,
    levels: Sequence[Any] | None = None,
    categories: Categories | None = None,
) -> Outcome:
    """Infer a column's kind of outcome and its classes.

    Lists are multilabel. An ordered category is ordered. Two different values are binary; text with
    more is multiclass, and so is a category; numbers with more are numeric, and a warning says so
    where they are few whole numbers.

    Parameters
    ----------
    name
        The column's name.
    cells
        Its values; missing ones as ``None``.
    kind
        The kind, if it is not to be inferred.
    levels
        The classes in order; by default those of a category, else sorted.
    categories
        The classes of a column that is a category.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        When a value is missing or invalid, when there is only one class, and when a class has only
        one row; the message names rows.
    """
    if kind is not None:
        check_choice("kind", kind, get_args(OutcomeKind))
    missing = [row for row, cell in enumerate(cells) if _is_missing(cell)]
    if missing:
        raise ArgumentError(
            f"The outcome {name!r} is missing in {len(missing):,} of {len(cells):,} rows "
            f"({_listed(missing)}).",
            "leave these rows out: they are not coded. The fitted model can predict them after.",
        )
    if not cells:
        raise ArgumentError(
            f"There is no row with a coded {name!r}.", "give a table of coded pictures."
        )
    inferred = kind or _told(cells, categories)
    if inferred == "numeric":
        if kind is None:
            _tell_codes(name, cells)
        return _numeric(name, cells)
    if inferred == "multilabel":
        return _multilabel(name, cells, levels)
    if kind is None and inferred == "ordered" and categories and not categories.is_said:
        tell(
            f"The classes of {name!r} are taken to go from low to high, as its type Enum has them: "
            f"{', '.join(map(repr, categories.values[:6]))}.",
            'give kind="multiclass" if they have no such order, or kind="ordered".',
        )
    tell_alike(repr(name), cells)
    if levels is None and categories is not None:
        levels = categories.values
    return _classes(name, cells, inferred, levels)


def identifier(text: str) -> str:
    """Text changed to a name that is valid in a formula."""
    name = re.sub(r"\W+", "_", text).strip("_") or "outcome"
    return f"y_{name}" if name[0].isdigit() else name


def _told(cells: Sequence[Any], categories: Categories | None) -> OutcomeKind:
    if all(_is_list(cell) for cell in cells):
        return "multilabel"
    if categories is not None and categories.ordered:
        return "ordered" if len(categories.values) > 2 else "binary"
    different = {_hashable(cell) for cell in cells}
    if len(different) <= 2:
        return "binary"
    if categories is not None:
        return "multiclass"
    return "numeric" if all(_is_number(cell) for cell in cells) else "multiclass"


def _tell_codes(name: str, cells: Sequence[Any]) -> None:
    """Warn that few whole numbers are taken as amounts: they may be codes of classes."""
    different = sorted({float(cell) for cell in cells})
    if len(different) > _FEW_NUMBERS or not all(value.is_integer() for value in different):
        return
    listed = ", ".join(f"{value:g}" for value in different)
    tell(
        f"The outcome {name!r} holds only the whole numbers {listed}, which are taken as amounts.",
        'give kind="multiclass" if they are codes of classes, "ordered" if these go from low to high, '
        'or "numeric".',
    )


def _numeric(name: str, cells: Sequence[Any]) -> Outcome:
    _check_rows(
        name, cells, lambda cell: _is_number(cell) and math.isfinite(cell), "a finite number"
    )
    values = np.array([float(cell) for cell in cells])
    if np.ptp(values) == 0.0:
        raise ArgumentError(
            f"The outcome {name!r} is {values[0]:g} in every row; there is nothing to learn.",
            "code pictures that differ in it.",
        )
    return Outcome(name, "numeric", (), float(values.mean()), float(values.std()))


def _multilabel(name: str, cells: Sequence[Any], levels: Sequence[Any] | None) -> Outcome:
    _check_rows(
        name,
        cells,
        lambda cell: _is_list(cell) and all(isinstance(label, str) for label in cell),
        "a list of labels (text)",
    )
    counts = Counter(label for cell in cells for label in set(cell))
    if levels is None:
        levels = sorted(counts)
    _check_known(name, [label for cell in cells for label in cell], levels)
    if not levels:
        raise ArgumentError(f"No row of {name!r} has a label.", "give a list with at least one.")
    _check_counts(name, {level: counts[level] for level in levels}, cells)
    every = [level for level in levels if counts[level] == len(cells)]
    if every:
        raise ArgumentError(
            f"Every row of {name!r} has the label {every[0]!r}; there is nothing to learn about it.",
            "leave the label out, or code pictures that do not have it.",
        )
    return Outcome(name, "multilabel", tuple(levels))


def _classes(
    name: str, cells: Sequence[Any], kind: OutcomeKind, levels: Sequence[Any] | None
) -> Outcome:
    _check_rows(
        name,
        cells,
        lambda cell: isinstance(cell, (str, bool, np.bool_)) or _is_number(cell),
        "text, a number or a truth value",
    )
    values = [python_value(cell) for cell in cells]
    counts = Counter(values)
    chosen: tuple[Any, ...]
    if levels is None:
        try:
            chosen = tuple(sorted(counts))
        except TypeError:
            raise ArgumentTypeError(
                f"The outcome {name!r} mixes text and numbers: "
                f"{', '.join(repr(value) for value in list(counts)[:4])}.",
                "write all classes as text, or all as numbers.",
            ) from None
    else:
        # An ordered category may list classes without rows.
        chosen = tuple(level for level in map(python_value, levels) if level in counts)
        _check_known(name, values, list(levels))
    if len(chosen) < 2:
        raise ArgumentError(
            f"The outcome {name!r} is {values[0]!r} in every row; there is nothing to learn.",
            "code pictures of at least two classes.",
        )
    if kind == "binary" and len(chosen) > 2:
        raise ArgumentError(
            f'kind="binary" takes two classes, but {name!r} has {len(chosen)}: '
            f"{', '.join(map(repr, chosen[:6]))}.",
            'give kind="multiclass".',
        )
    if len(chosen) > _MOST_CLASSES:
        raise ArgumentError(
            f"The outcome {name!r} has {len(chosen):,} different values in {len(cells):,} rows.",
            'is it an identifier? Name a column of codes, or give kind="numeric" for numbers.',
        )
    _check_counts(name, {level: counts[level] for level in chosen}, values)
    return Outcome(name, kind, chosen)


def _check_rows(name: str, cells: Sequence[Any], fits: Callable[[Any], bool], what: str) -> None:
    bad = [row for row, cell in enumerate(cells) if not fits(cell)]
    if bad:
        raise ArgumentTypeError(
            f"The outcome {name!r} should be {what} in each row, but row {bad[0]} has "
            f"{cells[bad[0]]!r} ({len(bad):,} such: {_listed(bad)}).",
            "fix these rows, or say with kind= what the column is.",
        )


def _check_known(name: str, values: Sequence[Any], levels: Sequence[Any]) -> None:
    known = set(map(python_value, levels))
    other = sorted({str(value) for value in values if value not in known})
    if other:
        raise ArgumentError(
            f"The outcome {name!r} has values that levels= does not list: {', '.join(other[:5])}.",
            f"levels={[*levels, *other[:2]]!r} would have them.",
        )


def _check_counts(name: str, counts: dict[Any, int], cells: Sequence[Any]) -> None:
    few = [level for level, count in counts.items() if count < 2]
    if few:
        rows = [
            row
            for row, cell in enumerate(cells)
            if (few[0] in cell if _is_list(cell) else cell == few[0])
        ]
        where = f"only row {rows[0]}" if rows else "no row"
        raise ArgumentError(
            f"The class {few[0]!r} of {name!r} has {where}; a class needs at least 2 "
            f"({len(few)} such: {', '.join(map(repr, few[:5]))}).",
            "code more pictures of it, or merge it with another class.",
        )


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, (float, np.floating)) and math.isnan(cell))


def _is_list(cell: Any) -> bool:
    return isinstance(cell, (list, tuple, set, np.ndarray))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, numbers.Real) and not isinstance(cell, (bool, np.bool_))


def _hashable(cell: Any) -> Any:
    return tuple(cell) if _is_list(cell) else python_value(cell)


def _listed(rows: Sequence[int]) -> str:
    named = ", ".join(f"{row}" for row in rows[:_ROWS_NAMED])
    return f"rows {named}, ..." if len(rows) > _ROWS_NAMED else f"row{'s'[: len(rows) - 1]} {named}"
