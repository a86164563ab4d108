"""CSV files: what is read is written again to the byte, and types are told where they are plain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagesasdata.errors import ArgumentError, ColumnError
from imagesasdata.tables.csv_file import quoted, read_csv, unquoted
from imagesasdata.tables.csv_types import typed
from imagesasdata.tables.files import Opened, read, save

# Files as people have them; each comes back to the byte.
FILES = {
    "spreadsheets, R and pandas": b"path,id,who\na.jpg,00123,@paper\nb.jpg,-1,+49\n",
    "ids of 19 digits with a gap": b"path,id\na,1234567890123456789\nb,\nc,1234567890123456791\n",
    "words for missing": b"path,c\na,NA\nb,null\nc,None\nd,nan\ne,\n",
    "numbers in several forms": b"path,x\na,1.50\nb,1.5\nc,-0\nd,1e3\ne,NA\nf,\n",
    "ones written in two ways": b"path,x\na,1\nb,1.0\n",
    "truth values": b"path,t\na,TRUE\nb,FALSE\nc,\n",
    "quotation marks": b'path,t\n"a","x, ""y"""\nb,""\nc,\nd,5" wide\n',
    "every cell quoted": b'"path","t"\n"a",""\n"b","1"\n',
    "line breaks in a text": b'path,t\r\na,"x\r\ny"\r\nb,"\n"\r\n',
    "R": b'"","path","y"\n"1","a",NA\n"2","b","yes"\n',
    "semicolons and decimal commas": b"path;x;n\r\na;1,5;1\r\nb;2,50;\r\n",
    "tabs": b"path\tx\na\t1.5\n",
    "a mark of UTF-8": b"\xef\xbb\xbfpath,x\na,\xc3\xa9\n",
    "UTF-16": "path,x\na,\u00e9\n".encode("utf-16"),
    "blanks": b"path, x ,t\n a , 1 , b \n",
    "one column": b'path\na\n""\nb\n',
    "no rows": b"path,x\n",
    "a line that tells Excel the separator": b"sep=;\r\npath;x\r\na,b;1,5\r\n",
    "the same in quotation marks, and another sign": b'"sep=|"\npath|x\n"a|b"|1\n',
    "such a line for tabs": b"SEP=\t\npath\tx\na;b\t1\n",
    "such a line after a mark of UTF-8": b"\xef\xbb\xbfsep=,\npath,x\na,1\n",
    "a formula": b"path,=x\n=a,=1+1\n",
}


# Headers in which another sign stands as often as the separator, or more often.
SEPARATORS = {
    "commas in names": (b"path;price, net, EUR;x\na;1,5;2\nb;2;3\n", ";"),
    "as many commas as semicolons": (b"path;price, EUR;weight, kg\na;1,5;2,5\nb;2,5;3,5\n", ";"),
    "a comma in a name and in each row": (b"path;x, y;z\na;1,5;2\nb;2,5;3\n", ";"),
    "semicolons in names": (b"path,tags (a;b;c)\na,1\nb,2\n", ","),
    "commas and tabs": (b"path\tx, y, z\na\t1\n", "\t"),
    "in quotation marks": (b'path;"a, b, c, d"\na;"1,2,3,4"\n', ";"),
    "a row that is short": (b"path;x, y;z\na;1,5;2\nb;2,5;3\nc;2,5;3\nd;3,5\n", ";"),
}


@pytest.mark.parametrize("name", SEPARATORS)
def test_the_separator_is_the_sign_that_rows_have_as_often(name: str, tmp_path: Path) -> None:
    content, separator = SEPARATORS[name]
    place = tmp_path / "a.csv"
    place.write_bytes(content)
    if name == "a row that is short":
        with pytest.raises(ArgumentError, match="Line 5 .* has 2 cells, and the first line has 3"):
            read_csv(place)
        return
    assert read_csv(place).dialect.delimiter == separator
    assert again(content, tmp_path) == content


def test_two_separators_that_fit_are_told(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_bytes(b"a,b;c,d\n1,2;3,4\n5,6;7,8\n")
    with pytest.raises(ArgumentError, match=r"by ';' or by ','.*\nHint: say it .* sep=;"):
        read_csv(place)
    place.write_bytes(b"sep=;\n" + place.read_bytes())
    assert read_csv(place).names == ["a,b", "c,d"]


def again(content: bytes, tmp_path: Path, change: Any = lambda frame: frame) -> bytes:
    """A file after it was read and written."""
    (tmp_path / "in.csv").write_bytes(content)
    opened = read(str(tmp_path / "in.csv"))
    save(change(opened.frame), str(tmp_path / "out.csv"), [opened])
    return (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_is_written(name: str, tmp_path: Path) -> None:
    assert again(FILES[name], tmp_path) == FILES[name]


@pytest.mark.parametrize("name", [name for name in FILES if name != "no rows"])
def test_rows_that_are_moved_keep_their_texts(name: str, tmp_path: Path) -> None:
    """As in a sample, in a long table that has image_id, and one whose rows are numbered anew."""
    (tmp_path / "in.csv").write_bytes(FILES[name])
    opened = read(str(tmp_path / "in.csv"))
    assert opened.csv is not None
    written = [cells.to_pylist() for cells in opened.csv.file.columns]
    rows = [len(opened.frame) - 1, 0, 0]
    sample = opened.frame.iloc[rows]
    numbered = sample.reset_index(drop=True).assign(image_id=rows)
    for result in (sample, numbered):
        save(result, str(tmp_path / "out.csv"), [opened])
        got = read_csv(tmp_path / "out.csv")
        for before, name_of in zip(written, opened.csv.file.names, strict=True):
            after = got.columns[got.names.index(name_of)].to_pylist()
            assert after == [before[row] for row in rows] or len(written) == 1, name_of


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "-2", "0"], "int64", [1, -2, 0]),
        (["1", "", "3"], "Int64", [1, None, 3]),
        (["1234567890123456789", ""], "Int64", [1234567890123456789, None]),
        (["1.5", "2", "NA"], "float64", [1.5, 2.0, None]),
        (["1e-3", "-.5", "inf"], "float64", [0.001, -0.5, np.inf]),
        (["TRUE", "FALSE"], "bool", [True, False]),
        (["True", ""], "boolean", [True, None]),
        (["00123", "00124"], "text", ["00123", "00124"]),
        (["+49", "1"], "text", ["+49", "1"]),
        (["12345678901234567890"], "text", ["12345678901234567890"]),
        (["NA", "DE", ""], "text", ["NA", "DE", None]),
        (["", ""], "text", [None, None]),
        (["1", "x"], "text", ["1", "x"]),
        (["1,5", "2"], "text", ["1,5", "2"]),
        (["yes", '""', ""], "text", ["yes", "", None]),
        (["true", "FALSE"], "text", ["true", "FALSE"]),
    ],
)
def test_types(cells: list[str], kind: str, values: list[Any], tmp_path: Path) -> None:
    lines = [f"p,{quoted(cell, ',') if ',' in cell else cell}" for cell in cells]
    (tmp_path / "a.csv").write_text("\n".join(["path,x", *lines]) + "\n")
    column = read(str(tmp_path / "a.csv")).frame["x"]
    is_text = pd.api.types.is_string_dtype(column.dtype) or column.dtype == object
    assert is_text if kind == "text" else str(column.dtype) == kind, column.dtype
    assert [None if pd.isna(cell) else cell for cell in column] == values
    kept = read(str(tmp_path / "a.csv"), ["x"]).frame["x"]
    assert kept.dropna().tolist() == [cell.strip('"') for cell in cells if cell]


def test_decimal_commas_and_points_that_could_be_thousands(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x;n;y\n1,5;1.234;1.5\n-2,25;12.500;2.25\n")
    opened = read(str(tmp_path / "a.csv"))
    assert opened.frame["x"].tolist() == [1.5, -2.25]
    assert opened.frame["n"].tolist() == ["1.234", "12.500"]
    assert opened.frame["y"].tolist() == [1.5, 2.25]
    assert opened.csv is not None
    assert opened.csv.doubts == {"n": "points that could be thousands or fractions"}


def test_new_columns_are_written_as_the_file_has_its_numbers(tmp_path: Path) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(score=[0.5, np.nan], label=["=a;b", None], ok=[True, False])

    content = FILES["semicolons and decimal commas"]
    assert again(content, tmp_path, change) == (
        b'path;x;n;score;label;ok\r\na;1,5;1;0,5;"\'=a;b";true\r\nb;2,50;;;;false\r\n'
    )


def test_what_a_verb_has_changed_is_new(tmp_path: Path) -> None:
    content = b"path,x,y\na,1.50,2.0\nb,1.5,NA\n"
    changed = again(content, tmp_path, lambda frame: frame.assign(x=[1.25, 1.5], y=["k", "l"]))
    assert changed == b"path,x,y\na,1.25,k\nb,1.5,l\n"


def test_a_file_beside_another_dialect(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("path,x\na,1.50\n")
    (tmp_path / "b.csv").write_text('q;t\n"z";"a,b"\n')
    one, two = (read(str(tmp_path / f"{name}.csv")) for name in "ab")
    save(pd.concat([one.frame, two.frame], axis=1), str(tmp_path / "out.csv"), [one, two])
    assert (tmp_path / "out.csv").read_text() == 'path,x,q,t\na,1.50,z,"a,b"\n'


def test_columns_of_other_files_are_written_as_they_are(tmp_path: Path) -> None:
    table = pd.DataFrame({"handle": ["@a", "-"], "n": pd.array([2**60 + 1, None], "Int64")})
    save(table.assign(label="=1"), str(tmp_path / "a.csv"), [Opened(table, frozenset(table))])
    assert (tmp_path / "a.csv").read_text() == f"handle,n,label\n@a,{2**60 + 1},'=1\n-,,'=1\n"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", ArgumentError, "is empty.\nHint: its first row"),
        (
            b"path,x\na,caf\xe9\n",
            ArgumentError,
            "not in UTF-8: line 2 has the byte 0xE9.\nHint: save .* encoding it has: iconv",
        ),
        (
            "path,größe\na,1\n".encode("utf-16-le"),
            ArgumentError,
            "is in UTF-16LE, [^$]* -f UTF-16LE",
        ),
        (
            "path,x\na.jpg,1\n".encode("utf-16-be"),
            ArgumentError,
            "is in UTF-16BE, [^$]* -f UTF-16BE",
        ),
        ("path,x\na.jpg,ж\n".encode("utf-32"), ArgumentError, "is in UTF-32LE, [^$]* -f UTF-32LE"),
        ("path,名\na,1\n".encode("utf-32-be"), ArgumentError, "is in UTF-32BE, [^$]* -f UTF-32BE"),
        (
            b"path,x\na,1\nb\n",
            ArgumentError,
            "Line 3 of the table .* has 1 cell, and the first line",
        ),
        (b"path,x\na,1,2\n", ArgumentError, "Line 2 of the table .* has 3 cells, and the first"),
        (b'path,x\na,1\nb,"2\n', ArgumentError, "A quotation mark in line 3 .* is not closed"),
        (b"sep=;\npath;x\na;1;2\n", ArgumentError, "Line 3 of the table .* has 3 cells, and"),
        (b"sep=;\n", ArgumentError, "is empty.\nHint: its first row"),
        (b"path,path\na,b\n", ColumnError, "more than one column named 'path'"),
        (
            b"path,,\na,,\n",
            ColumnError,
            "column without a name.\nHint: delete the columns to the right",
        ),
    ],
)
def test_damaged_files(
    tmp_path: Path, content: bytes, error: type[Exception], message: str
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(error, match=message):
        read(str(tmp_path / "a.csv"))


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=6), st.sampled_from(",;\t"))
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    lines = [delimiter.join(quoted(cell, delimiter) for cell in row) for row in rows]
    content = "\n".join([f"a{delimiter}b", *lines, ""]).encode()
    (folder / "in.csv").write_bytes(content)
    opened = read(str(folder / "in.csv"), ["a", "b"])
    assert opened.csv is not None
    assert list(zip(*(opened.csv.file.values(n).to_pylist() for n in (0, 1)), strict=True)) == rows
    save(opened.frame, str(folder / "out.csv"), [opened])
    assert (folder / "out.csv").read_bytes() == content
    reader = pd.read_csv(io.BytesIO(content), sep=delimiter, dtype=str, keep_default_na=False)
    if not any(set("\r") & set("".join(row)) for row in rows):
        assert list(reader.itertuples(index=False, name=None)) == rows


def test_a_cell_and_its_text() -> None:
    for text in ("a", 'a"b', "a,b", "", " a", "a\n", "\r"):
        assert unquoted(quoted(text, ",")) == text
    assert quoted("a;b", ",") == "a;b"
    assert unquoted('"a"b') == "ab"


def test_a_large_file_is_read_in_parts(tmp_path: Path) -> None:
    content = "path,n\n" + "".join(f"{n}.jpg,{n:05}\n" for n in range(45_000))
    (tmp_path / "a.csv").write_text(content)
    file = read_csv(tmp_path / "a.csv")
    assert [len(cells) for cells in file.columns] == [45_000, 45_000]
    assert typed(file).columns["n"].type == pa.string()
    assert again(content.encode(), tmp_path) == content.encode()


@pytest.mark.parametrize(
    ("cells", "is_told"),
    [
        (["1.234,5", "2,0"], True),
        (["1\u202f234", "20"], True),
        (["1'234.5", "7"], True),
        (["12 %", "3%"], True),
        (["01.02.2020", "03.04.2020"], False),
        (["00123", "12"], False),
        (["+49 30", "+49 40"], False),
        (["1.234,5", "many"], False),
        (["a", "b"], False),
    ],
)
def test_numbers_as_people_write_them_are_told(
    cells: list[str], is_told: bool, tmp_path: Path
) -> None:
    rows = "".join(f"a;{cell}\n" for cell in cells)
    (tmp_path / "in.csv").write_text(f"path;x\n{rows}", "utf-8")
    opened = read(str(tmp_path / "in.csv"))
    assert opened.csv is not None
    assert opened.frame["x"].tolist() == cells
    assert ("may be meant as a number" in opened.csv.doubts.get("x", "")) == is_told
