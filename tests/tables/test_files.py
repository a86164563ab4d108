"""Tables as files and as text."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.errors import ArgumentError
from imagesasdata.files.media import VIDEOS
from imagesasdata.tables.files import Opened, as_text, failures, from_paths, read, save, vectors_in
from tests.conftest import Kind


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".csv", ".CSV", ".dta"])
def test_saved_and_read(kind: Kind, tmp_path: Path, ending: str) -> None:
    given = {"path": ["a.jpg", "b.jpg"], "n": [1, 2], "x": [0.5, None]}
    save(kind.make(given), str(tmp_path / f"table{ending}"))
    frame = read(str(tmp_path / f"table{ending}")).frame
    assert Kind("pandas", pd.DataFrame).columns(frame) == given


def test_an_empty_table_is_saved(tmp_path: Path) -> None:
    nothing = pa.table({"path": pa.array([], pa.string())})
    for ending in (".parquet", ".feather", ".csv", ".dta"):
        save(nothing, str(tmp_path / f"none{ending}"))
        assert list(read(str(tmp_path / f"none{ending}")).frame.columns) == ["path"]


def test_files_that_cannot_be(tmp_path: Path) -> None:
    table = pd.DataFrame({"path": ["a"], "embedding": [[1.0, 2.0]]})
    with pytest.raises(
        ArgumentError, match="to='a.xlsx' must end in .parquet, .csv, .feather, .dta.\n"
    ):
        save(table, "a.xlsx")
    for ending, kind in ((".csv", "CSV"), (".dta", "Stata")):
        with pytest.raises(
            ArgumentError, match=f"A {kind} file cannot hold the column 'embedding'"
        ):
            save(table, str(tmp_path / f"a{ending}"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ArgumentError, match="There is no table at 'gone.csv'"):
        read("gone.csv")
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    with pytest.raises(ArgumentError, match=r"The table '.*bad.parquet' cannot be read: "):
        read(str(tmp_path / "bad.parquet"))
    assert vectors_in(table) == ["embedding"]


@pytest.mark.parametrize("ending", [".parquet", ".feather", ".csv", ".dta"])
def test_a_full_disk_leaves_the_earlier_table(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / f"table{ending}"
    save(pd.DataFrame({"n": [1]}), str(place))
    before = place.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(
        ArgumentError, match="No space left on device; the file that was there is un"
    ):
        save(pd.DataFrame({"n": [2]}), str(place))
    assert place.read_bytes() == before
    assert list(tmp_path.iterdir()) == [place]


def test_no_text_of_the_library_is_a_formula(tmp_path: Path) -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\uff1d1", "plain", None, "a=b"]
    kinds = {"label": cells, "kind": pd.Categorical(cells), "path": cells, "own": cells}
    table = pd.DataFrame(kinds).assign(**{"=n": range(8)})
    opened = Opened(table, frozenset({"own"}))
    save(table, str(tmp_path / "a.csv"), [opened])
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        got = {name: list(cells) for name, *cells in zip(*csv.reader(file), strict=True)}
    plain = ["plain", "", "a=b"]
    assert got["label"] == got["kind"] == [*(f"'{cell}" for cell in cells[:5]), *plain]
    assert got["path"] == [*(f"./{cell}" for cell in cells[:5]), *plain]
    assert got["own"] == [cell or "" for cell in cells]
    assert got["'=n"] == [str(number) for number in range(8)]


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
