"""What a result rests on: a line for each thing that may make it wrong, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats.coding import coding
from imagesasdata.arrays.stats.rare import FEW
from imagesasdata.columns import Column
from imagesasdata.tables.codes import is_drawn, number_or_text, numbers
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table
from imagesasdata.verbs.trust._display import Reported
from imagesasdata.verbs.trust._repeated import repeated

CHECK = (
    Column("check", "string", "What was looked at.", null="never"),
    Column("found", "string", "What was found.", null="never"),
    Column("is_good", "bool", "Whether nothing has to be done.", null="never"),
    Column("advice", "string", "What to do.", null="nothing has to be done"),
)


class Line(NamedTuple):
    """A row of the table."""

    check: str
    found: str
    is_good: bool
    advice: str | None


def line(check: str, found: str, good: bool, advice: str) -> Line:
    """A row, with advice only where something has to be done."""
    return Line(check, found, good, None if good else advice)


def as_table(table: Table, lines: Sequence[Line]) -> Any:
    """The rows as a table of the kind of ``table``."""
    columns = zip(*lines, strict=True)
    kinds = {"string": pa.string(), "bool": pa.bool_()}
    return table.new(
        {
            column.name: pa.array(list(cells), kinds[column.kind])
            for column, cells in zip(CHECK, columns, strict=True)
        }
    )


class Checked(Reported, Generic[Frame]):
    """A result of hand codes that knows what it rests on."""

    lines: list[Line]

    def check(self) -> Frame:
        """What the figures rest on, and what to do about it.

        Returns
        -------
        table
            A row for each thing that was looked at (how rows were sampled or how many of the sampled were
            coded, coded rows of each class, repeated pictures, rows of training), with ``check``,
            ``found``, ``is_good`` and ``advice``.
        """
        return as_table(self.table, self.lines)


def of_coded(
    table: Table, chance: str | None, rows: Sequence[int], truth: Sequence[Any], folds: float
) -> list[Line]:
    """The lines of coded rows: how they were sampled, which classes they have, rows of training.

    Parameters
    ----------
    rows
        The rows with truth and prediction.
    truth
        Their truths.
    folds
        The share of them whose predictions are those of a cross-validation.
    """
    found = [_sampling(table, chance, rows)] if chance is None else _coding(table, chance, rows)
    count = Counter(map(number_or_text, truth))
    classes = sorted(count, key=str)
    shown = "; ".join(f"{count[one]:,} of {one}" for one in classes)
    advice = "code more of the rare class, best where it is predicted: its intervals are wide."
    good = len(classes) > 1 and min(count.values()) >= FEW
    found.append(line("coded classes", shown, good, advice))
    again = repeated(table, rows, "rows with a truth")
    advice = "keep one row of each picture; repeated ones are no new evidence."
    shown = again[0].split(".")[0] if again else "few or none that is marked by its path"
    found.append(line("repeated pictures", shown, not again, advice))
    shown = f"{folds:.0%} of the rows, out of fold" if folds else "none that is marked"
    return [*found, Line("rows of training", shown, True, None)]


def _sampling(table: Table, chance: None, rows: Sequence[int]) -> Line:
    shown = f"no probabilities: {len(rows):,} of {len(table):,} rows, all with the same weight"
    every = len(rows) == len(table)
    advice = "join sample_prob and is_sampled of iad.sample_for_labels, if it was another sample."
    return line("sampling", shown, every, advice)


def _coding(table: Table, chance: str, rows: Sequence[int]) -> list[Line]:
    labeled = np.zeros(len(table), bool)
    labeled[list(rows)] = True
    found = coding(numbers(table.cells(chance), chance), labeled, is_drawn(table))
    shown = "; ".join(
        f"{one.coded:,} of {one.drawn:,} coded"
        + ("" if len(found.responses) == 1 else f" with p {one.chance:.3g}")
        for one in found.responses
    )
    advice = "code the rest; or ask whether what was left out differs, as hard pictures do."
    return [line("response", shown, not found.unfinished, advice)]
