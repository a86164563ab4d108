"""Columns for a formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imagesasdata.errors import ArgumentTypeError, GuessWarning
from imagesasdata.tables.formula_columns import (
    as_pandas,
    complete,
    drop_unused_levels,
    is_level,
    number,
    numbers,
    tell_rounded,
    union_levels,
)
from imagesasdata.tables.table import open_data
from tests.conftest import Kind


def test_plain_columns_of_every_library(kind: Kind) -> None:
    table = open_data(kind.make({"y": [1.5, None], "s": ["a", "b"], "rest": [1, 2]}))
    frame = as_pandas(table, ["s", "y", "s"])
    assert list(frame.columns) == ["s", "y"]
    assert frame.index.tolist() == [0, 1]
    assert frame["y"].dtype == np.float64
    assert np.isnan(frame["y"][1])
    assert [is_level(frame, name) for name in ("s", "y")] == [True, False]


def test_an_index_is_left_behind() -> None:
    given = pd.DataFrame({"y": [1.0, 2.0]}, index=[7, 7])
    assert as_pandas(open_data(given), ["y"]).index.tolist() == [0, 1]


def test_a_mixture_of_types() -> None:
    table = open_data(pd.DataFrame({"y": [1, "a"]}))
    with pytest.raises(ArgumentTypeError, match="A column among 'y' holds a mixture of types"):
        as_pandas(table, ["y"])


@pytest.mark.parametrize("cells", [[[1.0], [2.0]], [np.zeros(2), np.ones(2)], [{"a": 1}, {"a": 2}]])
def test_lists_are_no_variables(cells: list) -> None:
    table = open_data(pd.DataFrame({"y": [1.0, 2.0], "x": cells}))
    with pytest.raises(ArgumentTypeError, match="'x' should hold one value in each row"):
        as_pandas(table, ["y", "x"])


def test_bools_are_numbers() -> None:
    frame = pd.DataFrame({"b": [True, False], "o": [True, None], "s": ["a", "b"], "n": [1, 2]})
    for name in frame.columns:
        number(frame, name)
    assert frame["b"].tolist() == [1.0, 0.0]
    assert frame["o"].dtype == float
    assert frame["s"].tolist() == ["a", "b"]
    assert frame["n"].dtype == np.int64


def test_levels_are_shared() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["z", "x"], "n": [1, 2]})
    union_levels(frame, "a", "b")
    assert frame["a"].cat.categories.tolist() == frame["b"].cat.categories.tolist() == list("xyz")
    union_levels(frame, "a", "n")
    assert frame["n"].dtype == np.int64


def test_shared_levels_keep_the_order_of_categories() -> None:
    coded = pd.Categorical(["mid", "low"], ["none", "low", "mid", "high"])
    frame = pd.DataFrame({"a": coded, "b": ["high", "else"]})
    union_levels(frame, "a", "b")
    for column in ("a", "b"):
        assert frame[column].cat.categories.tolist() == ["low", "mid", "high", "else"]
    assert frame["b"].tolist() == ["high", "else"]


def test_categories_without_rows_are_left_out() -> None:
    frame = pd.DataFrame({"a": pd.Categorical(["y", "x"], ["z", "y", "x"]), "b": ["s", "t"]})
    for column in frame:
        drop_unused_levels(frame, column)
    assert frame["a"].cat.categories.tolist() == ["y", "x"]
    assert frame["b"].tolist() == ["s", "t"]


def test_categories_that_polars_numbers_as_they_come_are_text() -> None:
    given = pl.DataFrame({"c": ["b", "a"], "e": ["b", "a"]})
    table = given.with_columns(
        pl.col("c").cast(pl.Categorical), pl.col("e").cast(pl.Enum(["b", "a"]))
    )
    frame = as_pandas(open_data(table), ["c", "e"])
    assert frame["c"].tolist() == ["b", "a"]
    assert not isinstance(frame["c"].dtype, pd.CategoricalDtype)
    assert frame["e"].cat.categories.tolist() == ["b", "a"]


def test_a_column_as_numbers() -> None:
    frame = pd.DataFrame({"n": [1, 2], "m": [0.5, None], "s": ["a", "b"]})
    np.testing.assert_array_equal(numbers(frame["n"], "n"), [1.0, 2.0])
    np.testing.assert_array_equal(numbers(frame["m"], "m"), [0.5, np.nan])
    with pytest.raises(ArgumentTypeError, match="^The column 's' holds .*, not numbers.$"):
        numbers(frame["s"], "s")


IDS = [1234567890123456789, None, 1234567890123456791]
GAPS = {
    "nullable": pd.DataFrame({"id": pd.array(IDS, "Int64"), "small": [1, None, 2]}),
    "objects": pd.DataFrame({"id": pd.Series(IDS, dtype=object), "small": [1, None, 2]}),
    "pyarrow in pandas": pd.DataFrame(
        {"id": pd.array(IDS, "int64[pyarrow]"), "small": pd.array([1, None, 2], "int8[pyarrow]")}
    ),
    "polars": pl.DataFrame({"id": IDS, "small": [1, None, 2]}),
    "pyarrow": pa.table({"id": IDS, "small": [1, None, 2]}),
}


@pytest.mark.parametrize("given", GAPS.values(), ids=list(GAPS))
def test_ids_with_gaps_are_not_rounded(given: Any) -> None:
    frame = as_pandas(open_data(given), ["id", "small"])
    assert [None if pd.isna(one) else one for one in frame["id"]] == IDS
    assert frame["small"].dtype == np.float64
    rows = complete(frame, np.array([True, False, True]))
    assert rows["id"].dtype == np.int64
    assert rows["id"].tolist() == [IDS[0], IDS[2]]
    assert rows.index.tolist() == [0, 1]


def test_rounded_ids_are_told() -> None:
    frame = pd.DataFrame({"id": IDS, "fine": [1.0, None, 2.0], "large": [1e300, 0.5, None]})
    with pytest.warns(GuessWarning, match=r"'id' holds whole numbers .* rounded .*\n.*as text"):
        tell_rounded(frame, "id")
    for name in ("fine", "large"):
        tell_rounded(frame, name)  # a warning would be an error
