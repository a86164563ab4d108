"""R's vectors as bytes: what Python writes, it reads back the same; `tests/cli/r` asks R itself."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imagesasdata.errors import ArgumentTypeError, GuessWarning
from imagesasdata.tables.r_columns import (
    array_from_r,
    array_to_r,
    matrix_from_r,
    matrix_to_r,
    table_from_r,
    table_to_r,
)

DAY = datetime.date(1815, 6, 18)
MOMENT = datetime.datetime(2020, 7, 1, 10, 0, 0, 123456)


@pytest.mark.parametrize(
    ("cells", "kind", "back"),
    [
        (pa.array([True, None, False]), "flag", None),
        (pa.array([1, None, -(2**31) + 1], pa.int64()), "whole", None),
        (pa.array([0, 255], pa.uint8()), "whole", pa.array([0, 255])),
        (pa.array([2**31, 1]), "number", pa.array([2.0**31, 1.0])),
        (pa.array([-(2**31)]), "number", pa.array([-(2.0**31)])),
        (pa.array([2**53]), "number", pa.array([2.0**53])),
        (pa.array([1.5, -0.0, float("inf")]), "number", None),
        (pa.array([0.1], pa.float32()), "number", pa.array([float(np.float32(0.1))])),
        (pa.array(["a", None, "", "NA", "é中😀", "a\nb"]), "text", None),
        (pa.array([], pa.string()), "text", None),
        (pa.array([DAY, None]), "date", None),
        (pa.array([MOMENT, None], pa.timestamp("us", "Asia/Tokyo")), "time", None),
        (
            pa.array([MOMENT], pa.timestamp("us")),
            "time",
            pa.array([MOMENT], pa.timestamp("us", "UTC")),
        ),
        (pa.array([datetime.timedelta(days=-1, seconds=7), None]), "duration", None),
        (pa.array([[1.0, 2.0], None, []]), "list", None),
        (pa.array([["a", None], ["b"]]), "list", None),
        (
            pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)),
            "list",
            pa.array([[1.0, 2.0], None]),
        ),
        (pa.array(["x", None, "y"]).dictionary_encode(), "factor", None),
        (pa.array([], pa.dictionary(pa.int32(), pa.string())), "factor", None),
    ],
)
def test_what_is_written_is_read(cells: pa.Array, kind: str, back: pa.Array | None) -> None:
    written = array_to_r(pa.chunked_array([cells]), "column 'x'")
    assert written["kind"] == kind
    read, wanted = array_from_r(written), cells if back is None else back
    assert read.to_pylist() == wanted.to_pylist()
    if kind != "list":  # a list of R's is a large one
        assert read.type == wanted.type


def test_more_digits_than_a_double_keeps_are_a_text() -> None:
    written = array_to_r(pa.array([2**53 + 1, None]), "column 'x'")
    assert written["kind"] == "long"
    assert array_from_r({**written, "kind": "text"}).to_pylist() == ["9007199254740993", None]


def test_missing_numbers_are_rs_and_its_kinds_of_missing_stay() -> None:
    tagged = np.array([0x7FF00000610007A2], np.uint64).view(np.float64)
    frame = pd.DataFrame({"x": np.r_[np.nan, tagged, 1.0]})
    data = table_to_r(frame)["columns"][0]["data"]
    bits = [hex(cell) for cell in np.frombuffer(bytes(data), np.uint64)]
    assert bits[:2] == ["0x7ff00000000007a2", "0x7ff00000610007a2"]
    back = table_from_r(["x"], [{"kind": "number", "data": data}], 3, None)
    assert back["x"].to_numpy().view(np.uint64)[1] == tagged.view(np.uint64)[0]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_tables_of_each_library(library: Any) -> None:
    found = table_to_r(library({"a": [1, 2], "b": ["x", None]}))
    assert [one["kind"] for one in found["columns"]] == ["whole", "text"]
    assert found["rows"] == 2


def test_a_column_without_values_has_a_type() -> None:
    frame = pd.DataFrame({"x": pd.Series([None, None], dtype=object)})
    assert table_to_r(frame)["columns"][0]["kind"] == "text"


def test_a_table_without_columns_keeps_its_rows() -> None:
    assert len(table_from_r([], [], 3, None)) == 3


def test_matrices_are_written_by_column() -> None:
    matrix = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    written = matrix_to_r(matrix)
    assert np.frombuffer(bytes(written["data"])).tolist() == [1, 4, 2, 5, 3, 6]
    np.testing.assert_array_equal(matrix_from_r(written, written["dim"]), matrix)


def test_nul_in_a_text_is_told() -> None:
    with pytest.warns(GuessWarning, match="column 'x' have the character NUL, which R cannot hold"):
        written = array_to_r(pa.array(["a\0b"]), "column 'x'")
    assert array_from_r(written).to_pylist() == ["ab"]


def test_what_r_has_no_vector_for() -> None:
    with pytest.raises(
        ArgumentTypeError, match=r"R has no vector for the column 'x', .*struct(.|\n)*Hint: "
    ):
        array_to_r(pa.array([{"a": 1}]), "column 'x'")
