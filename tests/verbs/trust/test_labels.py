"""`sample_for_labels`, `label_page` and `read_labels` without a browser."""

from __future__ import annotations

import csv
import json
import re
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.stats import sampling
from tests.conftest import Kind


@pytest.fixture(scope="module")
def photos() -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"path": [f"{number}.jpg" for number in range(300)]})
    frame["year"] = np.repeat([2020, 2021, 2022], [240, 57, 3])
    frame["prob"] = random.uniform(0, 1, 300)
    center = random.integers(0, 4, 300)
    frame["embedding"] = list(
        (10 * np.eye(4)[center] + random.normal(size=(300, 4))).astype(np.float32)
    )
    return frame


def test_each_kind_of_table(kind: Kind) -> None:
    table = kind.make({"path": [f"{n}.jpg" for n in range(40)], "score": list(range(40))})
    got = iad.sample_for_labels(table, 10, seed=3)
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == ["path", "score", "sample_prob", "is_sampled"]
    assert columns["is_sampled"] == [True] * 10
    assert columns["sample_prob"] == [0.25] * 10
    assert columns["score"] == sorted(set(columns["score"]))
    again = kind.columns(iad.sample_for_labels(table, 10, seed=3))
    assert again["score"] == columns["score"]
    other = kind.columns(iad.sample_for_labels(table, 10, seed=4))
    assert other["score"] != columns["score"]


def test_strata_get_equal_parts_and_small_ones_all(photos: pd.DataFrame) -> None:
    got = iad.sample_for_labels(photos, 60, by="year")
    assert got.year.value_counts().to_dict() == {2020: 29, 2021: 28, 2022: 3}
    chance = got.groupby("year").sample_prob.first()
    np.testing.assert_allclose(chance, [29 / 240, 28 / 57, 1.0])
    assert got.index.is_monotonic_increasing
    assert photos.loc[got.index, "path"].equals(got.path)


@pytest.mark.parametrize(
    "options",
    [
        {"strategy": "random"},
        {"by": "year"},
        {"strategy": "uncertain", "prob": "prob"},
        {"strategy": "uncertain", "prob": ["prob"]},
        {"strategy": "diverse"},
    ],
)
def test_known_probabilities_make_totals_unbiased(
    photos: pd.DataFrame, options: dict[str, Any]
) -> None:
    """Weighted by one over their probability, samples have the mean of the whole."""
    values = photos.prob.to_numpy() + photos.year.to_numpy() - 2020
    means = []
    for seed in range(300):
        got = iad.sample_for_labels(photos, 40, seed=seed, **options)
        assert len(got) == 40
        assert got.sample_prob.between(0, 1, inclusive="right").all()
        means.append((values[got.index] / got.sample_prob).sum() / 300)
    error = np.std(means) / np.sqrt(300)
    assert abs(np.mean(means) - values.mean()) < 4 * error + 1e-9


def test_unsure_pictures_are_chosen_more_often(photos: pd.DataFrame) -> None:
    got = iad.sample_for_labels(photos, 60, strategy="uncertain", prob="prob")
    doubt = 0.5 - (photos.prob - 0.5).abs()
    assert doubt[got.index].mean() > doubt.mean() + 0.05
    assert got.sample_prob.corr(doubt[got.index]) == pytest.approx(1.0)


def test_systematic_draws_keep_to_their_chances() -> None:
    chance = sampling.by_size(np.array([1.0, 2.0, 3.0, 100.0, 4.0]), 3)
    np.testing.assert_allclose(chance, [0.2, 0.4, 0.6, 1.0, 0.8])
    drawn = np.zeros(5)
    for seed in range(4000):
        rows = sampling.draw_systematic(chance, seed)
        assert len(set(rows)) == 3
        drawn[rows] += 1
    np.testing.assert_allclose(drawn / 4000, chance, atol=0.04)
    np.testing.assert_array_equal(sampling.by_size(np.ones(3), 3), np.ones(3))


def test_pictures_that_cannot_be_read_are_not_sampled(photos: pd.DataFrame) -> None:
    broken = photos.assign(image_error=photos.year.map({2021: "file not found"}))
    got = iad.sample_for_labels(broken, 243)
    assert set(got.year) == {2020, 2022}
    assert (got.sample_prob == 1.0).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": 301}, iad.ArgumentError, "Cannot choose 301 of 300 pictures.\nHint: give n=300"),
        ({"n": 0}, iad.ArgumentError, "n must be at least 1"),
        ({"strategy": "best"}, iad.UnknownNameError, "Unknown strategy 'best'"),
        ({"strategy": "stratified"}, iad.ArgumentError, "needs by="),
        ({"strategy": "diverse", "by": "year"}, iad.ArgumentError, "takes no by="),
        ({"by": "years"}, iad.ColumnError, "by names 'years'.*\nHint: did you mean 'year'"),
        ({"by": "path"}, iad.ArgumentError, "There are 300 strata by 'path', but n is 20"),
        ({"strategy": "uncertain"}, iad.ArgumentError, "needs prob=.\nHint: for example prob="),
        ({"strategy": "uncertain", "prob": "path"}, iad.ArgumentTypeError, "not hold numbers"),
        ({"strategy": "uncertain", "prob": "year"}, iad.ArgumentError, "must be from 0 to 1"),
        ({"strategy": "diverse", "embedding": "prob"}, iad.ArgumentTypeError, "not hold vectors"),
        ({"strategy": "diverse", "embedding": "path"}, iad.ArgumentTypeError, "hold a vector in"),
    ],
)
def test_misuse_of_samples(
    photos: pd.DataFrame, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.sample_for_labels(photos, **{"n": 20, **options})


def test_a_second_sample_would_overwrite_the_first(photos: pd.DataFrame) -> None:
    with pytest.raises(iad.NameClashError, match="sample_prob"):
        iad.sample_for_labels(iad.sample_for_labels(photos, 20), 5)


def data_of(page: Path) -> dict[str, Any]:
    match = re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def test_a_page_is_one_file_that_cannot_be_injected(folder: Path, tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script>"
    page = iad.label_page(folder, evil, [evil, "ok"], to=tmp_path / "label.html")
    text = page.read_text("utf-8")
    assert text.count("<script") == 2
    assert "alert(1)</script>" not in text
    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    data = data_of(page)
    assert data["choices"] == [evil, "ok"]
    assert [item["image_id"] for item in data["items"]] == list("01234567")
    assert all(item["source"].startswith("data:image/jpeg;base64,") for item in data["items"])


def test_pages_of_one_question_share_answers_and_others_do_not(
    folder: Path, tmp_path: Path
) -> None:
    pages = [
        data_of(iad.label_page(folder, question, ["a", "b"], to=tmp_path / "l.html"))["id"]
        for question in ("One?", "One?", "Two?")
    ]
    assert pages[0] == pages[1] != pages[2]


def test_missing_and_broken_pictures_are_shown_as_such(
    kind: Kind, folder: Path, tmp_path: Path
) -> None:
    table = kind.make({"path": [str(folder / "0.jpg"), None, str(folder / "gone.jpg")]})
    items = data_of(iad.label_page(table, "Q?", ["a", "b"], to=tmp_path / "l.html"))["items"]
    assert [bool(item["source"]) for item in items] == [True, False, False]
    assert items[1]["error"] == "no path"
    assert "file not found" in items[2]["error"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"choices": ["a"]}, iad.ArgumentError, "two to nine different answers, got 1"),
        ({"choices": ["1", 1]}, iad.ArgumentError, "two to nine different"),
        ({"choices": [str(n) for n in range(10)]}, iad.ArgumentError, "got 10.*\nHint: keys 1"),
        ({"choices": "yes"}, iad.ArgumentTypeError, "choices must be a list of answers"),
        ({"choices": [0.5, 1.5]}, iad.ArgumentTypeError, "choices must be text or whole numbers"),
        ({"question": " "}, iad.ArgumentTypeError, "question must be text"),
        ({"long_side": 0}, iad.ArgumentError, "long_side must be at least 1"),
        ({"to": "/nowhere/label.html"}, iad.ArgumentError, "The folder '/nowhere' does not exist"),
        ({"sample": {"path": []}}, iad.ArgumentError, "There are no pictures to code"),
        (
            {"sample": {"path": ["examples/photos/cat.jpg"] * 2}},
            iad.ArgumentError,
            "is in more than one row",
        ),
        ({"sample": {"file": ["a.jpg"]}}, iad.ColumnError, "no column 'path'"),
    ],
)
def test_misuse_of_pages(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    given = {
        "sample": {"path": ["a.jpg"]},
        "question": "Q?",
        "choices": ["a", "b"],
        "to": tmp_path / "l.html",
        **options,
    }
    given["sample"] = pd.DataFrame(given["sample"], dtype=object)
    with pytest.raises(error, match=message):
        iad.label_page(**given)


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        (["0c1f2b3a-5d6e", "x,y", 'say "a"'], None),
        ([1234567890123456789, 1234567890123456790, 3], None),
        (["007", "8", "9"], None),
        ([uuid.UUID(int=n) for n in range(3)], [str(uuid.UUID(int=n)) for n in range(3)]),
        ([1.0, None, 3.0], [1, None, 3]),
    ],
)
def test_own_ids_come_back(ids: Any, texts: Any, folder: Path, tmp_path: Path) -> None:
    paths = sorted(map(str, folder.iterdir()))[:3]
    sample = pd.DataFrame({"path": paths, "image_id": ids})
    page = iad.label_page(sample, "Q?", ["y", "n"], to=tmp_path / "page.html")
    items = data_of(page)["items"]
    assert all(isinstance(item["image_id"], str | None) for item in items)
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD.strip().split(","))
        for item in items:
            rows.writerow([item["image_id"], item["path"], "ann", "Q?", "y", "", ""])
    got = iad.read_labels([tmp_path / "a.csv"]).image_id.tolist()
    assert [None if one is pd.NA else one for one in got] == (texts or ids)


HEAD = "image_id,path,coder,question,value,coded_at,seconds\n"


def test_labels_of_several_files(tmp_path: Path) -> None:
    (tmp_path / "ann-early.csv").write_text(
        HEAD + "0,a.jpg,ann,Q?,1,2026-05-01T10:00:00.000Z,1\n1,b.jpg,ann,Q?,2,,\n"
    )
    (tmp_path / "ann.csv").write_text(HEAD + "0,a.jpg,ann,Q?,3,2026-05-01T11:00:00.000Z,2\n")
    # As a spreadsheet saves it.
    text = HEAD + ',"ä, b.jpg",ben,Q?,1,2026-05-01T12:00:00+02:00,0.5\n'
    quoted = text.replace('"ä, b.jpg"', "@").replace(",", ";").replace("@", "ä, b.jpg")
    (tmp_path / "ben.csv").write_text("\ufeff" + quoted, "utf-8")
    got = iad.read_labels(tmp_path)
    assert got.value.tolist() == [3, 2, 1]
    assert got.path.tolist() == ["a.jpg", "b.jpg", "ä, b.jpg"]
    assert got.coded_at.dt.hour.tolist()[::2] == [11, 10]
    assert got.image_id.isna().tolist() == [False, False, True]
    assert got.seconds.isna().tolist() == [False, True, False]
    polars = iad.read_labels([tmp_path / "ann.csv"], backend="polars")
    assert polars["value"].to_list() == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe\x00", "is not in UTF-16"),
        (b"path\xff\n", "is not in UTF-8: line 1 has the byte 0xFF"),
        (b"", "is empty"),
        (b"path,coder\n", "is not an export of a label page: it has no column 'image_id'"),
        (HEAD.encode() + b"0,a.jpg,ann\n", "Line 2 of the table .* has 3 cells, and the first"),
        (HEAD.encode() + b'0,"a.jpg,ann,Q?,1,,\n', "A quotation mark in line 2 .* is not closed"),
        (HEAD.encode() + b"0,a.jpg,ann,Q?,y\x00,,\n", "line 2 holds a character with the code 0"),
        (
            HEAD.encode() + b"0,a.jpg,ann,Q?,,,\n",
            "Line 2 of the file .* has no value.\nHint: export",
        ),
        (HEAD.encode() + b"\n0,a.jpg,,Q?,1,,\n", "Line 3 of the file .* has no coder"),
        (HEAD.encode() + b"0,a.jpg,ann,Q?,1,yesterday,\n", "'yesterday' in the column 'coded_at'"),
        (
            HEAD.encode() + b"0,a.jpg,ann,Q?,1,01/05/2026 10:00,\n",
            "which is not a time.\nHint: leave",
        ),
        (
            HEAD.encode() + b"0,a.jpg,ann,Q?,1,,1s\n",
            "'1s' .* 'seconds', which is not a number of sec",
        ),
        (HEAD.encode() + b"0,a.jpg,ann,Q?,1,,nan\n", "'nan' in the column 'seconds'"),
    ],
)
def test_files_that_are_no_labels(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "ann.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(iad.ArgumentError, match=message):
        iad.read_labels(file)


def test_a_folder_without_labels(tmp_path: Path) -> None:
    with pytest.raises(iad.ArgumentError, match="no CSV file in .*\nHint: coders make one"):
        iad.read_labels(tmp_path)


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        ("value", ["01", "1"], ["01", "1"]),
        ("value", ["1", "-2"], [1, -2]),
        ("value", ["--5"], ["--5"]),
        ("value", ["\u0663"], ["\u0663"]),
        ("value", ["9" * 30], ["9" * 30]),
        ("value", ["'=a", "''-x", "'plain"], ["=a", "'-x", "'plain"]),
        ("path", ["'-a.jpg", "'@b.jpg", "c;d.jpg"], ["-a.jpg", "@b.jpg", "c;d.jpg"]),
        ("image_id", ["1.0", "", "12"], [1, None, 12]),
        ("image_id", ["1,0", "12"], [1, 12]),
        ("image_id", ["1234567890123456789", ""], [1234567890123456789, None]),
        ("image_id", ["007", "8"], ["007", "8"]),
        ("image_id", ["1.0", "x"], ["1.0", "x"]),
        ("seconds", ["1,5", "0.5", ""], [1.5, 0.5, None]),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_cells_come_back_as_they_were(
    tmp_path: Path, column: str, cells: list[str], values: list[Any], delimiter: str
) -> None:
    plain = {"image_id": "3", "coder": "ann", "question": "Q?", "value": "y", "coded_at": ""}
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.DictWriter(file, HEAD.strip().split(","), delimiter=delimiter)
        rows.writeheader()
        for number, cell in enumerate(cells):
            rows.writerow({**plain, "path": f"{number}.jpg", "seconds": "", column: cell})
        file.write(delimiter * 6 + "\r\n")  # spreadsheets write empty rows
    got = iad.read_labels(tmp_path / "a.csv")
    assert [None if pd.isna(cell) else cell for cell in got[column]] == values


def test_the_last_answer_is_the_last_by_the_clock(tmp_path: Path) -> None:
    times = {
        "late": "2026-05-01T23:00:00-05:00",
        "early": "2026-05-02T01:00:00+00:00",
        "naive": "2026-05-02T02:00:00",
        "none": "",
    }
    lines = [f"1,a.jpg,ann,Q?,{value},{time},1\n" for value, time in times.items()]
    (tmp_path / "a.csv").write_text(HEAD + "".join(lines))
    assert iad.read_labels(tmp_path / "a.csv").value.tolist() == ["late"]
    (tmp_path / "a.csv").write_text(HEAD + lines[3] + lines[3].replace("none", "again"))
    assert iad.read_labels(tmp_path / "a.csv").value.tolist() == ["again"]
    (tmp_path / "B.CSV").write_text(HEAD + "1,b.jpg,ann,Q?,y,,\n")
    assert iad.read_labels(tmp_path).path.tolist() == ["b.jpg", "a.jpg"]


def test_a_page_is_written_whole(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    page = iad.label_page(folder, "Q?", ["a", "b"], to=tmp_path / "l.html")
    before = page.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(iad.ArgumentError, match="No space left on device; the file that was there"):
        iad.label_page(folder, "Other?", ["a", "b"], to=tmp_path / "l.html")
    assert page.read_bytes() == before
    with pytest.raises(iad.ArgumentError, match="The folder .* does not exist"):
        iad.label_page(["gone.jpg"], "Q?", ["a", "b"], to=tmp_path / "gone" / "l.html")
