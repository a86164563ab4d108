"""Columns of vectors as a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.errors import ColumnError
from imagesasdata.tables.table import open_data
from imagesasdata.tables.vectors import reasons, vectors, wide_vectors
from tests.conftest import Kind


def test_lists_of_every_library(kind: Kind) -> None:
    table = open_data(kind.make({"v": [[1.0, 2.0], None, [3.0, 4.0]]}))
    found = vectors(table, "v")
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[1, 2], [np.nan, np.nan], [3, 4]])


def test_arrays_integers_and_fixed_lists() -> None:
    arrays = pd.DataFrame({"v": [np.array([1, 2], np.float32), np.array([3, 4], np.float32)]})
    fixed = pa.table({"v": pa.array([[1, 2], [3, 4]], pa.list_(pa.float32(), 2))})
    for given in (arrays, pa.table({"v": [[1, 2], [3, 4]]}), fixed):
        np.testing.assert_array_equal(vectors(open_data(given), "v"), [[1, 2], [3, 4]])


@pytest.mark.parametrize("rows", [0, 3])
def test_no_vector_at_all(rows: int) -> None:
    table = open_data(pa.table({"v": pa.nulls(rows, pa.list_(pa.float32(), 4))}))
    assert vectors(table, "v").shape == (rows, 0)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["a", "b"], "does not hold vectors of numbers"),
        ([1.0, 2.0], "does not hold vectors of numbers"),
        ([["a"], ["b"]], "does not hold vectors of numbers"),
        ([np.ones((2, 2)), None], "does not hold vectors of numbers"),
        ([[1.0, 2.0], [1.0]], "different lengths: 1 and 2"),
    ],
)
def test_cells_that_are_no_vectors(cells: list[Any], message: str) -> None:
    with pytest.raises(ColumnError, match=rf"'embedding'.*{message}|vectors in .*{message}"):
        vectors(open_data(pd.DataFrame({"path": ["a", "b"], "embedding": cells})), "embedding")


def test_a_column_for_each_dimension(kind: Kind) -> None:
    given = {"emb_0": [1.0, 2.0], "emb_1": [3.0, None], "emb_3": [9.0, 9.0]}
    found = wide_vectors(open_data(kind.make(given)))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[1, 3], [2, np.nan]])
    assert wide_vectors(open_data(kind.make({"x": [1, 2]}))).shape == (2, 0)


def test_why_vectors_cannot_be_used() -> None:
    matrix = np.array([[1, 2], [np.nan, np.nan], [np.nan, 1], [np.inf, 1]], np.float32)
    assert reasons(matrix) == [
        None,
        "there is no embedding",
        "the embedding holds NaN or infinity",
        "the embedding holds NaN or infinity",
    ]
    assert reasons(np.zeros((2, 0), np.float32)) == ["there is no embedding"] * 2
    assert reasons(np.zeros((0, 2), np.float32)) == []
