"""Tables as files and as text."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
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


GAPS = pa.table(
    {
        "tweet": pa.array([1234567890123456789, None, 1234567890123456791], pa.int64()),
        "large": pa.array([2**64 - 1, None, 1], pa.uint64()),
        "small": pa.array([1, None, 3], pa.int8()),
        "flag": pa.array([True, None, False]),
        "whole": pa.array([1, 2, 3], pa.int16()),
        "text": ["007", None, "NA"],
        "at": pa.array([0, None, 1], pa.timestamp("us", "Europe/Berlin")),
        "level": pa.array(["b", None, "a"]).dictionary_encode(),
    }
)


@pytest.mark.parametrize("ending", [".parquet", ".feather"])
def test_whole_numbers_with_gaps_of_files_by_other_programs(tmp_path: Path, ending: str) -> None:
    source, to = str(tmp_path / f"given{ending}"), str(tmp_path / f"done{ending}")
    # polars, R and DuckDB write no note for pandas.
    (pq.write_table if ending == ".parquet" else feather.write_feather)(GAPS, source)
    opened = read(source)
    save(opened.frame.assign(score=0.5), to, [opened])
    done = pq.read_table(to) if ending == ".parquet" else feather.read_table(to)
    for name in set(GAPS.column_names) - {"level"}:
        assert done[name].to_pylist() == GAPS[name].to_pylist()
        assert done[name].type in (GAPS[name].type, pa.large_string()), name
    assert done["level"].to_pylist() == ["b", None, "a"]
    save(opened.frame, str(tmp_path / "done.csv"), [opened])
    rows = (tmp_path / "done.csv").read_text().splitlines()
    assert rows[1].startswith("1234567890123456789,18446744073709551615,1,true,1,007,")


@pytest.mark.parametrize("labels", [["x", "y"], [7, 3]])
def test_the_labels_of_rows_are_kept(tmp_path: Path, labels: list[Any]) -> None:
    source, to = str(tmp_path / "given.parquet"), str(tmp_path / "done.parquet")
    pd.DataFrame({"path": ["a", "b"]}, index=labels).to_parquet(source)
    opened = read(source)
    save(opened.frame, to, [opened])
    assert pd.read_parquet(to).index.tolist() == labels
    save(opened.frame, to)
    assert pd.read_parquet(to).index.tolist() == [0, 1]


@pytest.mark.parametrize("ending", [".csv", ".dta"])
def test_durations_have_a_unit(tmp_path: Path, ending: str) -> None:
    waits = pd.to_timedelta([86_400, None, 90], unit="s")
    save(pd.DataFrame({"wait": waits}), str(tmp_path / f"table{ending}"))
    got = read(str(tmp_path / f"table{ending}")).frame["wait"]
    pd.testing.assert_series_equal(
        pd.to_timedelta(got), pd.Series(waits, name="wait"), check_dtype=False
    )
