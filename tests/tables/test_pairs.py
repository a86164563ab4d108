"""Pairs of pictures: a table with two columns, or two lists; nothing else, so that none meets itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import imagesasdata as iad
from imagesasdata.tables.pairs import open_pairs
from tests.conftest import Kind

FIRST, SECOND = ["a.jpg", "b.jpg", None], ["c.jpg", None, "d.jpg"]


def opened(*given: Any) -> list[list[str | None]]:
    return [table.paths() for table in open_pairs(*given, "path_a", "path_b")]


def test_a_table_of_pairs(kind: Kind) -> None:
    table = kind.make({"path_a": FIRST, "path_b": SECOND})
    assert opened(table, None) == [FIRST, SECOND]
    assert open_pairs(table, None, "path_b", "path_a")[0].paths() == SECOND


@pytest.mark.parametrize("make", [list, tuple, pd.Series, pl.Series, lambda x: np.array(x, object)])
def test_two_lists(make: Any) -> None:
    assert opened(make(FIRST), make(SECOND)) == [FIRST, SECOND]


def test_one_path_and_another() -> None:
    assert opened("a.jpg", Path("b.jpg")) == [["a.jpg"], ["b.jpg"]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((FIRST, None), "pairs must be a table with a row for each pair, got list: pictures"),
        (
            ("folder", None),
            "got str: pictures without .*\nHint: .*'path_a' and 'path_b'; or give two",
        ),
        ((tuple(FIRST), None), "got tuple: pictures"),
        (({*FIRST}, None), "got set: pictures"),
        (
            (FIRST, SECOND[:2]),
            "pairs has 3 paths and others 2, so they make no pairs.\nHint: give two",
        ),
        ((FIRST, {*SECOND}), 'others must be a list of paths, got set.\nHint: .* a="path_a"'),
        ((pd.DataFrame({"path": FIRST}), SECOND), "pairs must be a list of paths, got DataFrame"),
    ],
)
def test_what_makes_no_pairs(given: Any, message: str) -> None:
    with pytest.raises(iad.ImagesAsDataError, match=message):
        opened(*given)


def test_a_column_is_not_compared_with_itself() -> None:
    table = pd.DataFrame({"path_a": FIRST})
    with pytest.raises(
        iad.ArgumentError, match=r"a and b both name the column 'path_a', so each .*"
    ):
        iad.verify_faces(table, b="path_a")
    hint = re.escape('Hint: name two columns, as in a="path_a", b="path_b".')
    with pytest.raises(iad.ArgumentError, match=hint):
        iad.verify_faces(table, b="path_a")
