"""Any table of the user's comes back as it was: tables made at random, through a verb and the shell."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import imagesasdata as iad
from imagesasdata import cli
from imagesasdata.columns import IMAGE_ERROR
from tests.conftest import Kind, encoded, picture
from tests.verbs.test_every_table import assert_same, taken, types, whole

# The shared settings of these tests: few tables, for each is a run.
FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# No column that the verb gives; names of other columns are any text.
TAKEN = {"path", "width", "height", "aspect_ratio", "bytes", "megapixels", IMAGE_ERROR.name}
NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1, max_size=6
)
CELLS: list[st.SearchStrategy[Any]] = [
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6),
    st.sampled_from(["007", "NA", "", "null", "-", "=1+1", "1,5", "true", " 1", "1e5"]),
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)),
    st.dates(dt.date(1900, 1, 1)),
    st.binary(max_size=3),
    st.lists(st.floats(allow_nan=False, width=32), min_size=2, max_size=2),
]


@st.composite
def columns(draw: st.DrawFn, texts: bool = False) -> dict[str, list[Any]]:
    """Up to four columns of the same length, each of one type and with gaps."""
    rows = draw(st.integers(1, 4))
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    made = {}
    for name in names:
        cells = CELLS[3] | CELLS[4] if texts else draw(st.sampled_from(CELLS)) | st.none()
        made[name] = draw(st.lists(cells, min_size=rows, max_size=rows))
    kept = {name: cells for name, cells in made.items() if name not in TAKEN}
    return {"path": [f"{n}.jpg" for n in range(rows)], **kept}


def index(rows: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        st.integers(-3, 3) | st.text(max_size=2) | st.none(), min_size=rows, max_size=rows
    )


@FEW
@given(own=columns(), data=st.data())
def test_a_verb_returns_any_table(kind: Kind, own: dict[str, list[Any]], data: Any) -> None:
    try:
        table = kind.make(own)
    except Exception:  # the table library does not take these cells
        return
    if isinstance(table, pd.DataFrame):
        table.index = pd.Index(data.draw(index(len(table))), dtype=object)
    before = copy.deepcopy(whole(table))
    done = iad.features(table, groups=["size"])
    names = list(types(table, set()))
    assert_same(whole(table), before)
    assert list(types(done, set()))[: len(names)] == names
    assert_same(taken(done, None, names), taken(table, None, names))


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(encoded(picture(16, 12, seed=number)))
    return tmp_path


def through_the_shell(file: str, to: str) -> None:
    words = ["features", file, "--group", "size", "--to", to]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, (done.output, done.exception)


@FEW
@given(own=columns(texts=True), delimiter=st.sampled_from(",;\t"))
def test_a_csv_file_comes_back(pictures: Path, own: dict[str, list[str]], delimiter: str) -> None:
    # The first row tells the separator: none stands in its names, and one cell has none.
    own = {name: cells for name, cells in own.items() if not set(name) & set(",;\t")}
    delimiter = delimiter if len(own) > 1 else ","
    with tempfile.TemporaryDirectory(dir=pictures) as folder:
        source, out = f"{folder}/in.csv", f"{folder}/out.csv"
        with open(source, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerows([list(own), *zip(*own.values(), strict=True)])
        through_the_shell(source, out)
        before, after = (
            list(csv.reader(io.StringIO(Path(name).read_bytes().decode(), ""), delimiter=delimiter))
            for name in (source, out)
        )
    assert [row[: len(own)] for row in after] == before


@FEW
@given(own=columns(), ending=st.sampled_from(["parquet", "feather"]))
def test_a_parquet_file_comes_back(pictures: Path, own: dict[str, list[Any]], ending: str) -> None:
    table = pd.DataFrame(own)
    with tempfile.TemporaryDirectory(dir=pictures) as folder:
        source, out = f"{folder}/in.{ending}", f"{folder}/out.{ending}"
        getattr(table, f"to_{ending}")(source)
        through_the_shell(source, out)
        before, after = (getattr(pd, f"read_{ending}")(name) for name in (source, out))
    # Truth values with a gap are objects in pandas, if it wrote the file; the shell says what they are.
    gaps = {name: set(before[name].map(type)) for name in before if before[name].dtype == object}
    flags = {name: "boolean" for name, kinds in gaps.items() if kinds == {bool, type(None)}}
    pd.testing.assert_frame_equal(after[list(before)], before.astype(flags), check_exact=True)
