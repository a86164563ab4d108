"""Tables as Stata files: what Stata lacks comes as near as it can."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.errors import GuessWarning
from imagesasdata.tables.files import read, save
from imagesasdata.tables.stata import read_stata, stata_names, write_stata


def through(table: pa.Table) -> pd.DataFrame:
    file = io.BytesIO()
    write_stata(table, file)
    return pd.read_stata(io.BytesIO(file.getvalue()))


def test_each_type() -> None:
    table = pa.table(
        {
            "path": ["a.jpg", "\u00e9.jpg"],
            "image_error": pa.array([None, None], pa.string()),
            "nothing": pa.nulls(2),
            "label": pa.array(["x", None]).dictionary_encode(),
            "post_id": [2**60 + 1, None],
            "n": [2**40, 2],
            "gap": [1, None],
            "share": pa.array([0.1, None], pa.float32()),
            "limit": [1.5, float("inf")],
            "is_kept": [True, False],
            "match": [True, None],
            "taken_at": pa.array([1_700_000_000_000_000, None], pa.timestamp("us")),
            "caption": ["y" * 3000, ""],
        }
    )
    got = through(table)
    assert got["path"].tolist() == ["a.jpg", "\u00e9.jpg"]
    for name in ("image_error", "nothing"):
        assert got[name].tolist() == ["", ""]
    assert got["label"].tolist() == ["x", ""]
    assert got["post_id"].tolist() == [str(2**60 + 1), ""]
    assert got["n"].tolist() == [2**40, 2]
    assert got["gap"].iloc[0] == 1
    assert got["share"].iloc[0] == np.float32(0.1)
    assert got["is_kept"].tolist() == [1, 0]
    for name in ("gap", "share", "limit", "match", "taken_at"):
        assert got[name].isna().tolist() == [False, True], name
    assert str(got["taken_at"].iloc[0]) == "2023-11-14 22:13:20"
    assert got["caption"].str.len().tolist() == [3000, 0]


def test_names() -> None:
    names = [
        "ok",
        "label_prob_a b",
        "1st",
        "",
        "x" * 40,
        "x" * 41,
        "label_prob_a_b",
        "\u00e9t\u00e9",
    ]
    found = stata_names(names)
    assert len({*found}) == len(names)
    assert all(len(name) <= 32 for name in found)
    assert found[0] == "ok"
    assert found[2] == "_1st"
    assert stata_names(["long", "_long", "str8"]) == ["_long_2", "_long", "_str8"]
    assert found[6:] == ["label_prob_a_b", "\u00e9t\u00e9"]
    file = io.BytesIO()
    with pytest.warns(GuessWarning, match="'a b' is 'a_b'.*\nHint: the variables' labels"):
        write_stata(pa.table({"a b": [1]}), file)
    with pd.io.stata.StataReader(io.BytesIO(file.getvalue())) as reader:
        assert reader.variable_labels() == {"a_b": "a b"}


def written(tmp_path: Path, labels: dict[int, str]) -> str:
    """A Stata file with a column of numbers and a column of 1, 2 and 3 that has labels."""
    file = str(tmp_path / "labeled.dta")
    frame = pd.DataFrame({"y": [1.0, np.nan, 3.0], "party": np.array([1, 2, 3], np.int8)})
    frame.to_stata(file, write_index=False, version=118, value_labels={"party": labels})
    return file


def test_values_that_all_have_labels_are_categories(tmp_path: Path) -> None:
    frame = read_stata(written(tmp_path, {1: "left", 2: "mid", 3: "right"}))
    assert frame["party"].tolist() == ["left", "mid", "right"]
    assert frame["party"].cat.categories.tolist() == ["left", "mid", "right"]


def test_numbers_of_which_some_have_labels_stay(tmp_path: Path) -> None:
    file = written(tmp_path, {1: "left", 2: "mid"})
    with pytest.warns(
        GuessWarning, match=r"Only some values of 'party' have labels .*\(3 has none\)"
    ):
        frame = read_stata(file)
    assert frame["party"].tolist() == [1, 2, 3]


def test_two_values_of_one_label(tmp_path: Path) -> None:
    other, same = {1: "yes", 2: "no", 9: "refused"}, {1: "left", 2: "left", 3: "right"}
    frame = pd.DataFrame(
        {
            "a": [1, 2, 3],
            "vote": [1, 2, 1],
            "b": [3.0, np.nan, 1],
            "day": pd.Timestamp("2020-02-03"),
        }
    )
    frame.to_stata(
        tmp_path / "in.dta",
        write_index=False,
        version=118,
        convert_dates={"day": "td"},
        value_labels={"a": same, "vote": other, "b": same},
    )
    with pytest.warns(GuessWarning, match="Two values of 'a', 'b' have the same label in Stata"):
        opened = read(str(tmp_path / "in.dta"))
    assert opened.frame["a"].tolist() == [1, 2, 3]
    assert opened.frame["vote"].tolist() == ["yes", "no", "yes"]
    assert opened.frame["day"].tolist() == [pd.Timestamp("2020-02-03")] * 3
    save(opened.frame, str(tmp_path / "out.dta"), [opened])
    with pd.read_stata(tmp_path / "out.dta", iterator=True) as reader:
        assert reader.value_labels() == {"a": same, "vote": other, "b": same}
    pd.testing.assert_frame_equal(
        *(
            pd.read_stata(tmp_path / name, convert_categoricals=False)
            for name in ("in.dta", "out.dta")
        ),
        check_dtype=False,
    )


def test_kinds_of_missing_values_are_told(tmp_path: Path) -> None:
    file = Path(written(tmp_path, {1: "left", 2: "mid", 3: "right"}))
    plain, kind_a = (struct.pack("<Q", 0x7FE << 52 | number << 40) for number in (0, 1))
    assert file.read_bytes().count(plain) == 1
    file.write_bytes(file.read_bytes().replace(plain, kind_a))
    with pytest.warns(
        GuessWarning, match=r"'y' has missing values of the kind .a, .* without a kind"
    ):
        frame = read_stata(str(file))
    assert frame["y"].isna().tolist() == [False, True, False]


def test_what_stata_says_of_its_variables_is_written_again(tmp_path: Path) -> None:
    days = pd.to_datetime(["2020-02-03", None, "1899-12-31"])
    halves = {"ty": "2020-01-01", "th": "2020-07-01", "tq": "2020-10-01", "tm": "2020-05-01"}
    frame = pd.DataFrame(
        {
            "path": ["a.jpg", "b.jpg", "c.jpg"],
            "party": np.array([7, 3, 7], np.int8),
            "vote": [3.0, np.nan, 7.0],
            "scale": np.array([1, 2, 99], np.int16),
            "id": [12345678901.0, 2.0**53 - 1, 1e300],
            "td": days,
            "tc": days + pd.Timedelta("1s"),
            "tw": pd.to_datetime(["2020-01-08"] * 3),
            **{kind: pd.to_datetime([day] * 3) for kind, day in halves.items()},
        }
    )
    names = {3: "no", 7: "yes"}
    frame.to_stata(
        tmp_path / "in.dta",
        write_index=False,
        version=118,
        convert_dates={kind: kind for kind in ("td", "tc", "tw", *halves)},
        value_labels={"party": names, "vote": names, "scale": {1: "low", 99: "none"}},
        variable_labels={"party": "Vote for", "scale": "How much"},
    )
    with pytest.warns(GuessWarning, match="Only some values of 'scale' have labels"):
        opened = read(str(tmp_path / "in.dta"))
    assert opened.frame["party"].tolist() == ["yes", "no", "yes"]
    save(opened.frame.assign(x=1).iloc[[2, 1, 0]], str(tmp_path / "out.dta"), [opened])
    raw = {"convert_categoricals": False, "convert_dates": False}
    was, now = (pd.read_stata(tmp_path / name, **raw) for name in ("in.dta", "out.dta"))
    was = was.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(now.drop(columns="x"), was, check_dtype=False)
    with pd.read_stata(tmp_path / "out.dta", iterator=True) as reader:
        labels = reader.variable_labels()
        assert reader.value_labels() == {
            "party": names,
            "vote": names,
            "scale": {1: "low", 99: "none"},
        }
    assert (labels["party"], labels["scale"], labels["x"]) == ("Vote for", "How much", "x")
    save(opened.frame, str(tmp_path / "out.csv"), [opened])
    assert [line.split(",")[4] for line in (tmp_path / "out.csv").read_text().splitlines()] == [
        "id",
        "12345678901",
        "9007199254740991",
        "1e+300",
    ]
