"""A table as a Stata file, with what Stata lacks written as what comes nearest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.errors import quiet, tell
from imagesasdata.tables.kinds import duration_texts
from imagesasdata.tables.stata_variables import Variable, labels_of

_NAME_LENGTH = 32
_LABEL_LENGTH = 80
_RESERVED = re.compile(
    "aggregate|array|boolean|break|byte|case|catch|class|colvector|complex|const|continue|"
    "default|delegate|delete|do|double|else|eltypedef|end|enum|explicit|export|external|"
    "float|for|friend|function|global|goto|if|in|inline|int|local|long|NULL|pragma|"
    "protected|quad|rowvector|short|strL|typedef|typename|using|virtual|with|_all|_b|_coef|"
    "_cons|_n|_N|_pi|_pred|_rc|_skip|str[0-9]*"
)
_EXACT = 2**53  # the largest whole number up to which a double has each


def write_stata(table: pa.Table, file: BinaryIO, own: Mapping[str, Variable] | None = None) -> None:
    """Write a table for Stata 14 and later.

    Missing text is empty text; truth values are 0 and 1; whole numbers with more digits than Stata's
    numbers keep are text. A name that Stata does not take is changed, with a warning, and is the
    variable's label. Columns that come from a Stata file, ``own``, keep what it says of them: labels of
    values with their numbers, kinds of dates, labels of variables.
    """
    import pandas as pd

    given = table.column_names
    names = stata_names(given)
    if names != given:
        changed = [
            f"{old!r} is {new!r}" for old, new in zip(given, names, strict=True) if old != new
        ]
        tell(
            f"Stata does not take these names of columns: {', '.join(changed[:5])}"
            + (f" and {len(changed) - 5:,} more." if len(changed) > 5 else "."),
            "the variables' labels are the names; give prefix= or other names before, if you like.",
        )
    known = own or {}
    columns, labels = {}, {}
    values: dict[Any, Any] = {}
    dates: dict[Any, Any] = {}
    for old, new in zip(given, names, strict=True):
        cells, variable = table[old], known.get(old, Variable())
        codes = variable.codes(cells) if pa.types.is_dictionary(cells.type) else None
        column = columns[new] = _column(cells if codes is None else codes)
        labels[new] = (variable.label or old)[:_LABEL_LENGTH]
        if variable.values and column.dtype.kind in "iuf":
            values[new] = dict(variable.values)
        if variable.dates and column.dtype.kind == "M":
            dates[new] = variable.dates
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
    # pandas tells that it stores whole numbers in a larger type.
    with quiet(pd.errors.PossiblePrecisionLoss):
        frame.to_stata(
            file,
            convert_dates=dates,
            write_index=False,
            version=118,
            variable_labels=labels,
            value_labels=values or None,
        )


def read_stata(file: str) -> Any:
    """Read a Stata file as pandas; empty text is missing, as Stata has it.

    Values that all have labels are categories; where some have none, the numbers stay. Stata's kinds of
    missing values (``.a``) are told, as pandas has one.
    """
    import pandas as pd

    sets = labels_of(file)[1]
    twice = [name for name, one in sets.items() if len(set(one.values())) < len(one)]
    raw = pd.read_stata(file, convert_categoricals=False)
    # pandas tells of labels that some values lack, which is told here.
    with quiet(pd.errors.CategoricalConversionWarning):
        frame, others = raw.copy(), [name for name in raw.columns if name not in twice]
        if others:
            for name, column in pd.read_stata(file, columns=others).items():
                frame[name] = column
    if twice:
        tell(
            f"Two values of {', '.join(map(repr, twice))} have the same label in Stata, so its numbers "
            "are taken.",
            'in Stata, label each value in its own way: label define NAME 2 "other", modify.',
        )
    _keep_codes(frame, raw)
    _tell_kinds(
        pd.read_stata(file, convert_missing=True, convert_categoricals=False, convert_dates=False)
    )
    for name, dtype in frame.dtypes.items():
        if pd.api.types.is_string_dtype(dtype):
            frame[name] = frame[name].mask(frame[name] == "")
    return frame


def _keep_codes(frame: Any, codes: Any) -> None:
    """Put back the numbers of columns of which only some values have labels."""
    import pandas as pd

    for name, dtype in frame.dtypes.items():
        if not isinstance(dtype, pd.CategoricalDtype):
            continue
        bare = [level for level in dtype.categories if not isinstance(level, str)]
        if bare:
            frame[name] = codes[name]
            tell(
                f"Only some values of {name!r} have labels in Stata ({bare[0]:g} has none), so its "
                "numbers are taken.",
                "a labeled number may mean that there is no answer, such as -9: make it missing first.",
            )


def _tell_kinds(cells: Any) -> None:
    """Tell of missing values other than the plain one, which come back as that."""
    for name in cells.columns:
        missing = {str(cell) for cell in cells[name] if not isinstance(cell, str | float | int)}
        kinds = sorted(missing - {".", "None"})
        if kinds:
            tell(
                f"The column {name!r} has missing values of the kind {kinds[0]}, which are taken as "
                "missing without a kind.",
                "keep the kind in a column of its own, if you need it.",
            )


def stata_names(names: Sequence[str]) -> list[str]:
    """Names that Stata takes: letters, digits and underscores, at most 32, none reserved, each once."""
    plain = [_plain(name) for name in names]
    taken = {name for name, same in zip(names, plain, strict=True) if name == same}
    found = []
    for name, base in zip(names, plain, strict=True):
        chosen, number = base, 1
        while name != base and chosen in taken:
            number += 1
            end = f"_{number}"
            chosen = base[: _NAME_LENGTH - len(end)] + end
        taken.add(chosen)
        found.append(chosen)
    return found


def _plain(name: str) -> str:
    plain = re.sub(r"\W", "_", name)
    if _RESERVED.fullmatch(plain) or not re.match(r"[^\W\d]", plain):
        plain = f"_{plain}"
    return plain[:_NAME_LENGTH]


def _column(cells: pa.ChunkedArray) -> Any:
    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells, kind = cells.cast(kind.value_type), kind.value_type
    if pa.types.is_null(kind):
        cells, kind = cells.cast(pa.string()), pa.string()
    if pa.types.is_boolean(kind):
        return cells.cast(pa.int8() if not cells.null_count else pa.float64()).to_pandas()
    if pa.types.is_integer(kind):
        ends = pc.call_function("min_max", [cells]).as_py()
        if cells.null_count < len(cells) and max(-ends["min"], ends["max"]) > _EXACT:
            cells, kind = cells.cast(pa.string()), pa.string()
        else:
            return (cells.cast(pa.float64()) if cells.null_count else cells).to_pandas()
    if pa.types.is_floating(kind):
        limit = pc.call_function("is_inf", [cells.cast(pa.float64())])
        finite = pc.call_function(
            "if_else", [limit, pa.scalar(None, pa.float64()), cells.cast(pa.float64())]
        )
        return finite.to_pandas()
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return cells.cast(pa.timestamp("ms"), safe=False).to_pandas()
    texts = duration_texts(cells) if pa.types.is_duration(kind) else cells.cast(pa.string())
    texts = texts.fill_null("")
    return texts.to_pandas().astype(object)
