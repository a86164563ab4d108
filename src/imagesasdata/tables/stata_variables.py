"""What a Stata file says of its variables beside their values, so that it can be written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Variable:
    """A variable's label, the labels of its values by number, and Stata's kind of its dates."""

    label: str = ""
    values: Mapping[int, str] = field(default_factory=dict)
    dates: str | None = None

    def codes(self, cells: pa.ChunkedArray) -> pa.ChunkedArray | None:
        """The numbers of labeled cells; ``None`` where the file has no labels, or none for some."""
        numbers = {label: number for number, label in self.values.items()}
        texts = cells.cast(cells.type.value_type).to_pylist()
        if not numbers or any(text is not None and text not in numbers for text in texts):
            return None
        codes = pa.array([text if text is None else numbers[text] for text in texts], pa.int32())
        return pa.chunked_array([codes.cast(pa.float64()) if codes.null_count else codes])


def variables_of(file: str) -> dict[str, Variable]:
    """The variables of a Stata file, by name."""
    import pandas as pd

    labels, sets = labels_of(file)
    raw = pd.read_stata(file, convert_categoricals=False, convert_dates=False)
    dates = pd.read_stata(file, convert_categoricals=False)
    return {
        name: Variable(labels[name], sets.get(name, {}), _kind(dates[name], raw[name]))
        for name in raw.columns
    }


def labels_of(file: str) -> tuple[dict[str, str], dict[str, dict[int, str]]]:
    """The labels of variables, and those of the values of each that has such labels, by number."""
    import pandas as pd

    with pd.read_stata(file, iterator=True) as reader:
        labels, sets = reader.variable_labels(), reader.value_labels()
        # pandas has no public name for which set of labels a variable has.
        names: list[str] = getattr(reader, "_lbllist")  # noqa: B009
    whole = {
        name: {int(number): label for number, label in one.items()} for name, one in sets.items()
    }
    return labels, {
        variable: whole[name] for variable, name in zip(labels, names, strict=True) if name in whole
    }


def _kind(dates: Any, raw: Any) -> str | None:
    """What a date counts from 1960 on: days, weeks, months, quarters, half-years, or years themselves.

    ``None`` for moments, in milliseconds, which every date can be written as.
    """
    import pandas as pd

    if dates.dtype.kind != "M" or dates.isna().all():
        return None
    present = dates.notna()
    day, count = dates[present].dt, raw[present]
    since = day.year - 1960
    counted = {
        "td": (dates[present] - pd.Timestamp("1960-01-01")).dt.days,
        "tm": since * 12 + day.month - 1,
        "tq": since * 4 + day.quarter - 1,
        "th": since * 2 + (day.month > 6),
        "ty": day.year,
        "tw": since * 52 + (day.day_of_year - 1) // 7,
    }
    return next((kind for kind, values in counted.items() if (values == count).all()), None)
