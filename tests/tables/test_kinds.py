"""The table libraries: which kinds are taken, and how an Arrow table becomes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentTypeError, ColumnError, UnknownNameError
from imagesasdata.tables.kinds import (
    arrow_type,
    frame_of,
    from_columns,
    is_paths,
    like,
    to_arrow,
    to_pandas,
)
from tests.conftest import REPO, Kind


def test_every_kind_to_arrow_and_back(kind: Kind) -> None:
    given = kind.make({"x": [1, 2], "y": ["a", None]})
    arrow = to_arrow(given)
    assert arrow.to_pydict() == {"x": [1, 2], "y": ["a", None]}
    frame, lazy = frame_of(given)
    assert lazy == (kind.name == "polars-lazy")
    made = like(arrow, frame)
    assert kind.columns(made) == {"x": [1, 2], "y": ["a", None]}
    assert lazy or kind.is_kind(made)
    if kind.name == "pandas-pyarrow":
        assert all(isinstance(dtype, pd.ArrowDtype) for dtype in made.dtypes)


@pytest.mark.parametrize(
    ("backend", "kind"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)]
)
def test_a_new_table(backend: Any, kind: type) -> None:
    made = from_columns({"path": ["a"], "n": [1]}, backend)
    assert isinstance(made, kind)
    assert to_arrow(made).to_pydict() == {"path": ["a"], "n": [1]}
    none = to_arrow(from_columns({"path": [], "out_path": []}, backend))
    assert none.column_names == ["path", "out_path"]
    if backend != "pandas":
        assert [pa.types.is_null(kind) for kind in none.schema.types] == [False, False]
    with pytest.raises(UnknownNameError, match="Unknown backend 'panda'.*\nHint: did you mean"):
        from_columns({}, "panda")  # type: ignore[arg-type]


def test_a_column_that_is_there_twice() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    arrow = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    for given in (twice, arrow):
        with pytest.raises(ColumnError, match="more than one column named 'x'.\nHint: rename"):
            frame_of(given)


@pytest.mark.parametrize("given", [3, None, {"path": ["a"]}, object()])
def test_what_is_no_table(given: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="Expected a table .* or paths, got "):
        frame_of(given)


def test_a_dataset_of_ray_is_told_apart() -> None:
    fake = type("Dataset", (), {"__module__": "ray.data.dataset"})()
    with pytest.raises(ArgumentTypeError, match="this one needs a table.\nHint: give dataset.to_p"):
        frame_of(fake)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("string", pa.string()),
        ("int64", pa.int64()),
        ("float64", pa.float64()),
        ("bool", pa.bool_()),
        ("timestamp", pa.timestamp("us")),
        ("embedding", pa.list_(pa.float32(), 7)),
    ],
)
def test_types(kind: Any, expected: pa.DataType) -> None:
    assert arrow_type(Column("x", kind, "A column.", size=7)) == expected


def test_what_is_paths(kind: Kind) -> None:
    assert all(map(is_paths, ["a", Path("a"), ["a"], ("a",), {"a"}, iter(["a"])]))
    assert not is_paths(kind.make({"path": ["a"]}))


@pytest.mark.parametrize("name", [None, float("nan"), pd.NaT, pd.NA])
def test_a_column_without_a_name_is_told(name: Any) -> None:
    data = pd.DataFrame([["a.jpg", 1]], columns=pd.Index(["path", name], dtype=object))
    with pytest.raises(ColumnError, match="Column 2 of the table has no name") as told:
        frame_of(data)
    line = str(told.value).partition("Hint: name it: ")[2].removesuffix(".")
    exec(line, {"data": data, "pandas": pd})
    assert frame_of(data)[0].columns == ["path", "NAME"]


def test_the_line_that_the_docs_give_for_statsmodels() -> None:
    formulas = pytest.importorskip("statsmodels.formula.api")
    page = (REPO / "docs" / "concepts" / "how-it-runs.md").read_text("utf-8")
    (line,) = [one for one in page.splitlines() if one.startswith("photos = photos.astype(")]
    flags, counts = [True, False, None, True, False], [1, 2, None, 4, 6]
    photos = to_pandas(pa.table({"is_kept": flags, "n_faces": counts, "y": [1.0, 2, 3, 4, 4]}))
    with pytest.raises(TypeError, match="BooleanDtype"):
        formulas.ols("y ~ is_kept", photos)
    names = {"photos": photos}
    exec(line, names)
    assert formulas.ols("y ~ is_kept + n_faces", names["photos"]).fit().nobs == 4
