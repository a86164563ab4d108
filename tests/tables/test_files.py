"""Tables as files and as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import VIDEOS
from imagesasdata.tables.files import as_text, failures, from_paths, read, save
from tests.conftest import Kind


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".csv", ".CSV"])
def test_saved_and_read(kind: Kind, tmp_path: Path, ending: str) -> None:
    given = {"path": ["a.jpg", None], "n": [1, 2], "x": [0.5, 1.5]}
    save(kind.make(given), str(tmp_path / f"table{ending}"))
    assert Kind("pandas", pd.DataFrame).columns(read(str(tmp_path / f"table{ending}"))) == given


def test_an_empty_table_is_saved(tmp_path: Path) -> None:
    nothing = pa.table({"path": pa.array([], pa.string())})
    for ending in (".parquet", ".feather", ".csv"):
        save(nothing, str(tmp_path / f"none{ending}"))
        assert list(read(str(tmp_path / f"none{ending}")).columns) == ["path"]


def test_files_that_cannot_be(tmp_path: Path) -> None:
    table = pd.DataFrame({"path": ["a"], "embedding": [[1.0, 2.0]]})
    with pytest.raises(ArgumentError, match="Cannot tell from 'a.xlsx'.*\nHint: end the name in"):
        save(table, "a.xlsx")
    with pytest.raises(ArgumentError, match="cannot hold the column 'embedding'.*\nHint: write"):
        save(table, str(tmp_path / "a.csv"))
    with pytest.raises(ArgumentError, match="There is no table at 'gone.csv'"):
        read("gone.csv")
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    with pytest.raises(ArgumentError, match=r"The table '.*bad.parquet' cannot be read: "):
        read(str(tmp_path / "bad.parquet"))


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "plain", None, "a=b"]
    save(pl.DataFrame({"label": cells, "n": range(8)}), str(tmp_path / "a.csv"))
    quoted = [f"'{cell}" for cell in cells[:5]]
    assert pl.read_csv(tmp_path / "a.csv")["label"].to_list() == [*quoted, "plain", None, "a=b"]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_folder_becomes_a_table(folder: Path, backend: Any) -> None:
    made = from_paths(folder, backend)
    table = pa.table(made) if backend != "pandas" else pa.Table.from_pandas(made)
    assert table.column_names == ["image_id", "path"]
    assert table["path"].to_pylist() == [str(path) for path in sorted(folder.iterdir())]
    assert from_paths(["a.mp4"], media=VIDEOS).columns.tolist() == ["video_id", "video_path"]


def test_failures_are_counted(kind: Kind) -> None:
    assert failures(kind.make({"path": ["a", "b"]})) == 0
    assert failures(kind.make({"path": ["a", "b"], "image_error": [None, "gone"]})) == 1


def test_text_for_a_terminal(kind: Kind) -> None:
    text = as_text(kind.make({"path": [f"{n}.jpg" for n in range(30)], "n": list(range(30))}))
    assert "0.jpg" in text
    assert "shape: (30, 2)" in text
    assert "15.jpg" not in text
    assert "shape" not in as_text(kind.make({"path": ["a"]}))
