"""A user's table: opened, read, joined, and given back as the same kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.errors import ArgumentTypeError, ColumnError
from imagesasdata.tables.marks import Run
from imagesasdata.tables.table import Table, open_data, open_table, open_with
from tests.conftest import Kind

SCORE = Column("score", "float64", "A score.")
GIVEN: dict[str, list[Any]] = {"path": ["a.jpg", None, "c.jpg"], "n": [1, 2, 3]}


def empty(kind: Kind) -> Any:
    """A table of the kind with the columns and no row."""
    whole = kind.make(GIVEN)
    if kind.name == "polars-lazy":
        return whole.collect().clear().lazy()
    return whole.slice(0, 0) if kind.name in ("pyarrow", "polars") else whole[:0]


def test_names_cells_and_paths(kind: Kind) -> None:
    table = open_table(kind.make(GIVEN), "path")
    assert len(table) == 3
    assert table.names == ["path", "n"]
    assert table.cells("n") == [1, 2, 3]
    assert table.cells("path") == table.paths() == ["a.jpg", None, "c.jpg"]


def test_a_path_may_be_an_object_and_nothing_else_is_one() -> None:
    table = open_table(pd.DataFrame({"path": [Path("a.jpg"), 3.0, float("nan")]}), "path")
    assert table.paths() == ["a.jpg", None, None]


def test_a_column_of_nothing_but_nulls_may_be_paths(kind: Kind) -> None:
    if kind.name == "pyarrow":
        given = pa.table({"path": pa.nulls(2, pa.float64())})
    else:
        given = kind.make({"path": [None, None]})
    assert open_table(given, "path").paths() == [None, None]


def test_empty(kind: Kind) -> None:
    table = open_table(empty(kind), "path")
    assert len(table) == 0
    assert table.paths() == []
    done = table.join(pa.table({"score": pa.array([], pa.float64())}), [SCORE])
    assert kind.is_kind(done)
    assert kind.columns(done) == {"path": [], "n": [], "score": []}
    long = table.expand(pa.table({"score": pa.array([], pa.float64())}), [], [SCORE])
    assert kind.columns(long) == {"image_id": [], "path": [], "score": []}


def test_join(kind: Kind) -> None:
    given = kind.make(GIVEN)
    results = pa.table({"more": [0, 0, 0], "score": [0.5, None, 1.5]})
    done = open_table(given, "path").join(results, [SCORE])
    assert kind.is_kind(done)
    assert kind.columns(done) == {**GIVEN, "score": [0.5, None, 1.5]}
    assert kind.columns(given) == GIVEN


def test_an_earlier_reason_stays(kind: Kind) -> None:
    given = kind.make({**GIVEN, "image_error": ["first", None, None]})
    results = pa.table({"score": [1.0] * 3, "image_error": ["late", "late", None]})
    done = open_table(given, "path").join(results, [SCORE, IMAGE_ERROR])
    assert list(kind.columns(done)) == ["path", "n", "score", "image_error"]
    assert kind.columns(done)["image_error"] == ["first", "late", None]


@pytest.mark.parametrize("index", [[5, 5, 1], list("aab"), pd.date_range("2020", periods=3)])
def test_an_index_is_kept(index: Any) -> None:
    given = pd.DataFrame(GIVEN, index=index)
    table = open_table(given, "path")
    done = table.join(pa.table({"score": [1.0, 2.0, 3.0]}), [SCORE])
    pd.testing.assert_index_equal(done.index, given.index)
    assert done["score"].tolist() == [1.0, 2.0, 3.0]
    left = table.keep([True, False, True], done)
    assert left.index.tolist() == given.index[[0, 2]].tolist()


def test_keep_and_take(kind: Kind) -> None:
    table = open_table(kind.make(GIVEN), "path")
    done = table.join(pa.table({"score": [1.0, 2.0, 3.0]}), [SCORE])
    left = table.keep([False, True, True], done)
    assert kind.is_kind(left)
    assert kind.columns(left)["score"] == [2.0, 3.0]
    assert kind.columns(table.keep([False] * 3, done))["score"] == []
    assert table.take([2, 0, 2]).cells("n") == [3, 1, 3]


def test_replace(kind: Kind) -> None:
    done = open_table(kind.make(GIVEN), "path").replace(
        pa.table({"path": ["x", "y", "z"]}),
        [Column("path", "string", "A path.")],
        Run("a", "", ["path"]),
    )
    assert kind.is_kind(done)
    assert kind.columns(done) == {"path": ["x", "y", "z"], "n": [1, 2, 3]}


def test_expand(kind: Kind) -> None:
    table = open_table(kind.make(GIVEN), "path")
    results = pa.table({"score": [0.1, 0.2, 0.3, 0.4]})
    number = Column("face", "int64", "Number.", null="never")
    rows = [2, 2, 0, None]
    done = table.expand(results, rows, [SCORE], {"n": "m"}, number=number, gaps=True)
    assert kind.is_kind(done)
    assert kind.columns(done) == {
        "face": [0, 1, 2, 3],
        "image_id": [2, 2, 0, None],
        "path": ["c.jpg", "c.jpg", "a.jpg", None],
        "m": [3, 3, 1, None],
        "score": [0.1, 0.2, 0.3, 0.4],
    }
    own = open_table(kind.make({**GIVEN, "image_id": list("xyz")}), "path")
    assert kind.columns(own.expand(results, [2, 2, 0, 1], [SCORE], first=1)) == {
        "score": [0.1, 0.2, 0.3, 0.4],
        "image_id": list("zzxy"),
        "path": ["c.jpg", "c.jpg", "a.jpg", None],
    }


@pytest.mark.parametrize(
    ("index", "ids"),
    [
        ([7, 2, 9], [7, 2, 9]),
        (list("cab"), list("cab")),
        ([0, 0, 1], ["row 0", "row 1", "row 2"]),
        (pd.MultiIndex.from_tuples([(0, 0), (0, 1), (1, 0)]), ["row 0", "row 1", "row 2"]),
    ],
)
def test_what_is_grouped_lands_on_its_row_or_on_none(index: Any, ids: list[Any]) -> None:
    given = pd.DataFrame(GIVEN, index=index)
    table = open_table(given, "path")
    assert table.ids() == ids
    long = table.expand(pa.table({"score": [0.1, 0.2, 0.3]}), [2, 0, 2], [SCORE], {"n": "n"})
    assert long.image_id.tolist() == [ids[2], ids[0], ids[2]]
    pd.testing.assert_index_equal(long.index, given.index[[2, 0, 2]])
    given["found"] = long.groupby("image_id").size()
    right = [1, None, 2] if not isinstance(ids[0], str) or len(ids[0]) == 1 else [None] * 3
    assert [None if pd.isna(one) else one for one in given.found] == right


def test_types_of_a_repeated_row_stay() -> None:
    given = pd.DataFrame(GIVEN).assign(
        group=pd.Categorical(["b", None, "a"], categories=["b", "a"], ordered=True),
        at=pd.to_datetime(["2020-01-01"] * 3).tz_localize("Europe/Berlin"),
        flag=[True, False, True],
        small=np.arange(3, dtype=np.uint8),
        large=[1234567890123456789] * 3,
        thing=[{"a": 1}, None, "x"],
        maybe=pd.array([1, None, 3], dtype="Int16"),
    )
    names = {name: name for name in given.columns if name != "path"}
    table, results = open_table(given, "path"), pa.table({"score": [0.1, 0.2]})
    long = table.expand(results, [2, 0], [SCORE], names)
    pd.testing.assert_frame_equal(long[[*names]], given.iloc[[2, 0]][[*names]])
    for rows in ([2, 0], [2, None]):
        types = table.expand(results, rows, [SCORE], names, gaps=True).dtypes
        changed = {"n": "Int64", "flag": "boolean", "small": "UInt8", "large": "Int64"}
        assert types[[*names]].to_dict() == {**given.dtypes[[*names]], **changed}


@pytest.mark.parametrize("name", [5, 2.5, pd.Timestamp("2020-01-01"), ""])
def test_names_of_columns_need_not_be_text(name: Any) -> None:
    given = pd.DataFrame(GIVEN).rename(columns={"n": name}).rename_axis(columns="variable")
    table = open_table(given, "path")
    assert table.cells(name) == [1, 2, 3]
    results = pa.table({"score": [0.1, 0.2, 0.3]})
    pd.testing.assert_frame_equal(table.join(results, [SCORE])[given.columns], given)
    for gaps in (False, True):
        long = table.expand(results, [2, 2, 0], [SCORE], {name: name}, gaps=gaps)
        assert long[name].tolist() == [3, 3, 1]
        assert long.columns.tolist() == ["image_id", "path", name, "score"]


def test_rows_of_views_of_text() -> None:
    runs = pa.RunEndEncodedArray.from_arrays([2, 3], ["x", "y"])
    views = pa.array(GIVEN["path"], pa.string_view())
    given = pa.table({"path": views, "n": GIVEN["n"], "runs": runs})
    table = open_table(given, "path")
    results = pa.table({"score": [0.1, 0.2, 0.3]})
    joined = table.join(results, [SCORE])
    assert joined.schema.types[0] == pa.string_view()
    assert table.keep([True, False, True], joined)["path"].to_pylist() == ["a.jpg", "c.jpg"]
    assert table.take([2, 0]).paths() == ["c.jpg", "a.jpg"]
    for gaps in (False, True):
        carried = {"n": "n", "runs": "runs"}
        long = table.expand(results, [2, 2, 0], [SCORE], carried, gaps=gaps)
        assert long["path"].to_pylist() == ["c.jpg", "c.jpg", "a.jpg"]
        assert long["runs"].to_pylist() == ["y", "y", "x"]


def test_another_table_of_the_same_kind(kind: Kind) -> None:
    table = open_table(kind.make(GIVEN), "path")
    done = table.new({"a": [1, 2], "b": pa.array(["x", None])})
    assert kind.is_kind(done)
    assert kind.columns(done) == {"a": [1, 2], "b": ["x", None]}
    assert table.backend == kind.name.split("-")[0]


def test_blocks(kind: Kind) -> None:
    blocks = open_table(kind.make(GIVEN), "path").blocks(2)
    assert [block["image_id"].to_pylist() for block in blocks] == [[0, 1], [2]]
    assert [len(block) for block in open_table(empty(kind), "path").blocks(2)] == [0]


def test_what_holds_text(kind: Kind) -> None:
    given = {"path": ["a", None], "n": [1, 2], "none": [None, None]}
    table = open_table(kind.make(given), "path")
    assert [table.holds_text(name) for name in given] == [True, False, True]


def test_folders_are_tables_too(folder: Path) -> None:
    table = open_table(folder, "other")
    assert table.names == ["image_id", "path"]
    assert table.paths() == [str(path) for path in sorted(folder.iterdir())]


# No column


def test_a_column_that_is_there(kind: Kind) -> None:
    assert open_table(kind.make(GIVEN), "path").known("n", "by") == "n"


@pytest.mark.parametrize(
    ("column", "more", "message"),
    [
        (
            "pth",
            {},
            "The table has no column 'pth'. Its columns: 'path', 'n'.\nHint: did you mean 'path'?",
        ),
        (
            "zz",
            {},
            "The table has no column 'zz'. Its columns: 'path', 'n'.\nHint: name one of them.",
        ),
        (
            "pth",
            {"hint": "or embed."},
            "The table has no column 'pth'. Its columns: 'path', 'n'.\n"
            "Hint: did you mean 'path'? or embed.",
        ),
        (
            "zz",
            {"argument": "by"},
            "by names 'zz', but the table has no such column. Its columns: 'path', 'n'.\n"
            'Hint: give by="NAME", one of them.',
        ),
        (
            "zz",
            {"so": "it is not a table of faces", "hint": "make one."},
            "The table has no column 'zz', so it is not a table of faces. Its columns: 'path', 'n'.\n"
            "Hint: make one.",
        ),
    ],
)
def test_no_column(kind: Kind, column: str, more: dict[str, str], message: str) -> None:
    with pytest.raises(ColumnError) as told:
        open_table(kind.make(GIVEN), "path").known(column, **more)
    assert str(told.value) == message


def test_no_column_in_a_table_without_any() -> None:
    with pytest.raises(ColumnError, match="no column 'x'. Its columns: none.$"):
        Table(open_data(pd.DataFrame()).frame, False, "path").known("x")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"paht": ["a"]}, 'give path="paht", the column'),
        ({"n": [1], "file": ["a"]}, 'give path="file", the column'),
        ({"n": [1]}, 'give path="NAME", the column'),
    ],
)
def test_no_column_of_paths(kind: Kind, given: dict[str, list[Any]], hint: str) -> None:
    with pytest.raises(ColumnError, match=f"no column 'path'. Its columns: .*\nHint: {hint}"):
        open_table(kind.make(given), "path")


def test_a_column_without_a_name_is_listed() -> None:
    with pytest.raises(ColumnError, match="no column 'path'. Its columns: 0, 1."):
        open_table(pd.DataFrame({0: ["a"], 1: [2]}), "path")


def test_paths_that_are_numbers(kind: Kind) -> None:
    with pytest.raises(ArgumentTypeError, match="The column 'n' holds .*, not paths.\nHint: give"):
        open_table(kind.make(GIVEN), "n")


def test_read_from_one_column(kind: Kind) -> None:
    assert open_with(kind.make(GIVEN), "n", option="geometry").cells("n") == [1, 2, 3]
    with pytest.raises(ColumnError, match="no column 'pat'.*\nHint: give geometry=\"path\"."):
        open_with(kind.make(GIVEN), "pat", option="geometry")
    with pytest.raises(ColumnError, match='Hint: give geometry="NAME".'):
        open_with(kind.make(GIVEN), "zz", option="geometry")


def test_any_columns(kind: Kind) -> None:
    assert open_data(kind.make({"x": [1]})).names == ["x"]
    with pytest.raises(ArgumentTypeError, match="Expected a table .*, got str.\nHint: read the"):
        open_data("table.csv")


def test_a_table_is_never_changed() -> None:
    given = pd.DataFrame(GIVEN)
    before = given.copy()
    table = open_table(given, "path")
    done = table.join(pa.table({"score": np.zeros(3)}), [SCORE])
    done.loc[0, "n"] = 99
    pd.testing.assert_frame_equal(given, before)
