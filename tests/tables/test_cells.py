"""Columns as people and pages read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

from imagesasdata.tables.cells import as_json, captions, order_by
from imagesasdata.tables.table import open_data
from tests.conftest import Kind


def test_captions(kind: Kind) -> None:
    table = open_data(kind.make({"x": [0.123456, None], "s": ["a", None], "n": [1234, 5]}))
    assert captions(table, "x") == ["0.123", ""]
    assert captions(table, "s") == ["a", ""]
    assert captions(table, "n") == ["1234", "5"]


def test_an_order_has_nulls_last(kind: Kind) -> None:
    table = open_data(kind.make({"x": [2.0, None, 1.0, 2.0]}))
    assert order_by(table, "x") == [2, 0, 3, 1]


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        ([1, 2.5, None, float("inf")], "number", [1, 2.5, None, None]),
        (["a", None], "text", ["a", None]),
        # JavaScript would round these.
        ([1234567890123456789, None, 1], "text", ["1234567890123456789", None, "1"]),
        ([True, False], "text", ["True", "False"]),
        ([date(1970, 1, 2), None], "time", [86_400_000.0, None]),
        ([datetime(1970, 1, 1, 0, 0, 1)], "time", [1000.0]),
        ([datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)], "time", [1000.0]),
    ],
)
def test_cells_for_a_page(cells: list[Any], kind: str, expected: list[Any]) -> None:
    table = open_data(pl.DataFrame({"x": cells}, strict=False))
    assert as_json(table, "x") == (kind, expected)


def test_vectors_are_no_cells_for_a_page() -> None:
    assert as_json(open_data(pd.DataFrame({"x": [[1.0], [2.0]]})), "x") is None
