"""What runs of verbs added to a table, kept with the table."""

from __future__ import annotations

import gc

import pandas as pd
import polars as pl
import pyarrow as pa

from imagesasdata.tables import marks
from imagesasdata.tables.marks import Run, marked, runs_in
from imagesasdata.tables.table import open_table
from tests.conftest import Kind

RUNS = [Run("classify", "a_", ["a_label"]), Run("features", "", ["x", "y"])]


def test_a_table_keeps_what_was_noted(kind: Kind) -> None:
    native = kind.make({"path": ["a", "b"], "x": [1, 2]})
    assert runs_in(native) == []
    noted = marked(native, [*RUNS, Run("empty", "", [])], open_table(native, "path").frame)
    assert runs_in(noted) == RUNS
    assert kind.columns(noted) == kind.columns(native)
    assert list(open_table(noted, "path").noted) == RUNS


def test_what_others_noted_stays() -> None:
    frame = pd.DataFrame({"path": ["a"]})
    frame.attrs["mine"] = 1
    assert marked(frame.copy(), RUNS, open_table(frame, "path").frame).attrs["mine"] == 1
    table = pa.table({"path": ["a"]}).replace_schema_metadata({"mine": "1"})
    noted = marked(table, RUNS, open_table(table, "path").frame)
    assert noted.schema.metadata[b"mine"] == b"1"


def test_what_is_not_ours_is_left_alone() -> None:
    frame = pd.DataFrame({"path": ["a"]})
    for other in ("no json", 3, ["x"], '[["too", "short"]]'):
        frame.attrs["imagesasdata"] = other
        assert runs_in(frame) == []


def test_it_follows_a_filter_where_the_library_can() -> None:
    frame = pd.DataFrame({"path": ["a", "b"]})
    noted = marked(frame, RUNS, open_table(frame, "path").frame)
    assert runs_in(noted[noted.path == "a"].sort_values("path")) == RUNS
    table = pa.table(frame)
    assert runs_in(marked(table, RUNS, open_table(table, "path").frame).slice(1)) == RUNS


def test_nothing_is_kept_of_a_polars_table_that_is_gone() -> None:
    frame = pl.DataFrame({"path": ["a"]})
    before = len(marks._polars)
    noted = marked(frame.clone(), RUNS, open_table(frame, "path").frame)
    assert runs_in(noted) == RUNS
    assert len(marks._polars) == before + 1
    del noted
    gc.collect()
    assert len(marks._polars) == before


def test_columns_that_went_are_not_noted() -> None:
    assert RUNS[1].without({"x", "z"}).names == ["y"]
