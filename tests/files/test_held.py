"""Pictures in memory where paths are expected: one short message, whose lines can be typed."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.files.held import no_path

PHOTO = Path("examples/photos/chelsea.jpg").absolute()
BYTES = PHOTO.read_bytes()
HELD: dict[str, Any] = {
    "bytes": BYTES,
    "bytearray": bytearray(BYTES),
    "dict": {"path": None, "bytes": BYTES},
    "pillow": Image.open(io.BytesIO(BYTES)),
    "array": np.asarray(Image.open(io.BytesIO(BYTES))),
}
TABLES = {
    "pandas": lambda cells: pd.DataFrame({"image": pd.Series(cells, dtype=object)}),
    "pandas-pyarrow": lambda cells: pa.table({"image": cells}).to_pandas(
        types_mapper=pd.ArrowDtype
    ),
    "polars": lambda cells: pl.DataFrame({"image": pl.Series(cells)}),
    "lazy": lambda cells: pl.LazyFrame({"image": pl.Series(cells)}),
    "pyarrow": lambda cells: pa.table({"image": cells}),
}
ARROW = ["bytes", "dict"]


def told(images: Any, **options: Any) -> iad.ArgumentTypeError:
    with pytest.raises(iad.ArgumentTypeError) as error:
        iad.features(images, groups="light", **options)
    assert len(str(error.value)) < 500
    assert "JFIF" not in str(error.value)
    return error.value


def typed(error: iad.ArgumentTypeError, folder: Path, **names: Any) -> Any:
    """What the lines of a hint make, when they are typed in a folder."""
    first, _, lines = str(error.hint).partition("\n")
    assert first == "write them to files first:"
    before = os.getcwd()
    os.chdir(folder)
    try:
        exec(lines, space := {"iad": iad, **names})
    finally:
        os.chdir(before)
    return space["photos"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("held", HELD)
def test_a_column_of_pictures_is_told_with_lines_that_work(
    held: str, table: str, tmp_path: Path
) -> None:
    if held not in ARROW and table != "pandas":
        return  # Arrow holds no such cells
    data = TABLES[table]([HELD[held], None, HELD[held]][::2])
    error = told(data, path="image")
    assert error.message.startswith("The column 'image' holds no paths, got ")
    data = data.collect() if table == "lazy" else data
    photos = typed(error, tmp_path, data=data)
    # An array has lost the note that the camera was turned.
    assert photos.width.tolist() == [300 if held == "array" else 451] * 2


@pytest.mark.parametrize("held", HELD)
def test_a_list_of_pictures(held: str, tmp_path: Path) -> None:
    pictures = [HELD[held], HELD[held]]
    error = told(pictures)
    assert error.message.startswith("Expected paths in the list, got ")
    assert len(typed(error, tmp_path, pictures=pictures)) == 2


@pytest.mark.parametrize("held", HELD)
def test_one_picture(held: str, tmp_path: Path) -> None:
    error = told(HELD[held])
    assert error.message.startswith("Expected a table (pandas, polars or pyarrow) or paths, got ")
    assert len(typed(error, tmp_path, picture=HELD[held])) == 1


@pytest.mark.parametrize("held", HELD)
def test_pictures_of_references_and_pairs(held: str) -> None:
    with pytest.raises(iad.ArgumentTypeError, match="write them to files first"):
        iad.recognize_objects([PHOTO], {"a": [HELD[held]]})
    pairs = pd.DataFrame({name: pd.Series([HELD[held]], dtype=object) for name in ("path_a", "b")})
    with pytest.raises(iad.ArgumentTypeError, match="The column 'path_a' holds no paths"):
        iad.verify_faces(pairs, b="b")


def test_other_cells_that_are_no_paths() -> None:
    only_paths = {"path": "a.jpg", "bytes": None}
    assert no_path(only_paths, "data['i']", "X").hint == (
        "give the paths: [one[\"path\"] for one in data['i']]."
    )
    assert (
        no_path(b"a.jpg", "names", "X").hint == "make them text: [one.decode() for one in names]."
    )
    lists = told(pd.DataFrame({"path": [["a.jpg"], ["b.jpg"]]}))
    assert lists.message == "The column 'path' holds no paths, got ['a.jpg']."
    assert told({"file": ["a.jpg"]}).hint == "make a table of it, as in pandas.DataFrame(...)."


def test_a_few_cells_that_are_no_paths_are_data() -> None:
    found = iad.features(
        pd.DataFrame({"path": pd.Series([str(PHOTO), BYTES, None, PHOTO], dtype=object)}),
        groups="light",
    )
    assert found.image_error.isna().tolist() == [True, False, False, True]


COLUMNS = {
    "pandas": lambda paths: pd.Series(paths, index=[7, 9]),
    "category": lambda paths: pd.Series(paths, dtype="category"),
    "pandas-pyarrow": lambda paths: pd.Series(paths, dtype=pd.ArrowDtype(pa.string())),
    "pathlib": lambda paths: pd.Series([Path(path) for path in paths]),
    "polars": lambda paths: pl.Series("photo", paths),
    "pyarrow": lambda paths: pa.chunked_array([paths]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_paths_is_taken(kind: str) -> None:
    column = COLUMNS[kind]([str(PHOTO), "gone.jpg"])
    found = iad.features(column, groups="light")
    assert type(found).__module__.partition(".")[0] == type(column).__module__.partition(".")[0]
    errors = found["image_error"]
    assert (errors.to_pylist() if kind == "pyarrow" else list(errors))[1] == "file not found"
    if kind == "pandas":
        assert found.index.tolist() == [7, 9]


@pytest.mark.parametrize(
    "paths",
    [
        np.array([str(PHOTO)]),
        np.array([PHOTO], object),
        pa.array([str(PHOTO)]),
        pd.Index([str(PHOTO)]),
        {str(PHOTO): 1}.keys(),
        {1: PHOTO}.values(),
        PHOTO,
    ],
    ids=lambda paths: type(paths).__name__,
)
def test_arrays_of_paths_are_taken(paths: Any) -> None:
    assert iad.features(paths, groups="light").image_error.isna().tolist() == [True]


def test_a_column_of_something_else_is_told() -> None:
    assert told(pd.Series([1, 2])).message == "Expected a column of paths, got 1."
    held = told(pd.Series([BYTES]))
    assert held.message.startswith("Expected a column of paths, got the bytes of a picture")


def test_columns_of_several_levels_are_told_with_a_line_that_works() -> None:
    data = pd.concat({"a": pd.DataFrame({"path": [str(PHOTO)]})}, axis=1)
    with pytest.raises(iad.ColumnError, match="have several levels") as error:
        iad.features(data, groups="light")
    line = str(error.value.hint).removeprefix("make it one: ").removesuffix(".")
    exec(line, {"data": data})
    assert iad.features(data, path="a_path", groups="light").image_error.isna().all()
