"""`read_text` on drawn text, on the example sheets, and on labeled receipts."""

from __future__ import annotations

import re
import shutil
import socket
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

import imagesasdata as iad
from imagesasdata.networks.ocr import rapidocr
from imagesasdata.options import Shape
from tests.conftest import REPO, Kind, encoded

pytest.importorskip("rapidocr", reason="the extra 'text' is not installed")

has_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="the program tesseract is not installed"
)
CORNERS = [f"{axis}{number}" for number in range(1, 5) for axis in "xy"]


def drawn(*lines: str, size: tuple[int, int] = (420, 340), height: int = 30) -> Image.Image:
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(height)
    for number, line in enumerate(lines):
        pen.text((30, 40 + 2 * height * number), line, fill="black", font=font)
    return image


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("text") / "page.png"
    drawn("Peace and Bread", "Vote 2024").save(path)
    return str(path)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("text") / "blank.png"
    Image.new("RGB", (340, 340), (90, 120, 40)).save(path)
    return str(path)


def test_lines_in_each_kind_of_table(kind: Kind, page: str, blank: str) -> None:
    table = kind.make({"path": [page, "gone.png", None, blank], "y": [1, 2, 3, 4]})
    got = iad.read_text(table)
    assert kind.is_kind(got)
    columns = kind.columns(got)
    names = [
        "image_id",
        "path",
        "y",
        "row",
        "text",
        "score",
        *CORNERS,
        "unread_print",
        "image_error",
    ]
    assert list(columns) == names
    assert columns["unread_print"] == [False, False, None, None]
    assert columns["y"] == [1, 1, 2, 3]
    assert columns["image_id"] == [0, 0, 1, 2]
    assert columns["text"] == ["Peace and Bread", "Vote 2024", None, None]
    assert columns["row"][:2] == [0, 1]
    assert all(0.9 < score <= 1 for score in columns["score"][:2])
    assert columns["image_error"][2] == "file not found"
    assert "no path" in columns["image_error"][3]


def test_a_picture_without_text(page: str, blank: str) -> None:
    assert len(iad.read_text(blank)) == 0
    kept = iad.read_text([blank, page], keep_empty=True)
    assert kept["image_id"].tolist() == [0, 1, 1]
    assert kept["text"].isna().tolist() == [True, False, False]
    assert kept["image_error"].isna().all()


def test_boxes_are_where_the_text_is(page: str) -> None:
    got = iad.read_text(page)
    ink = np.argwhere(np.asarray(Image.open(page).convert("L")) < 128)
    for number, band in enumerate((ink[ink[:, 0] < 90], ink[ink[:, 0] >= 90])):
        (top, left), (bottom, right) = band.min(0), band.max(0)
        truth = [left, top, right, top, right, bottom, left, bottom]
        np.testing.assert_allclose(got.loc[number, CORNERS].astype(float), truth, atol=9)


def test_words(page: str) -> None:
    got = iad.read_text(page, unit="word")
    assert got["text"].tolist() == ["Peace", "and", "Bread", "Vote", "2024"]
    assert got["row"].tolist() == [0, 0, 0, 1, 1]
    font = ImageFont.load_default(30)
    starts = [30 + font.getlength(text) for text in ("", "Peace ", "Peace and ", "", "Vote ")]
    ends = [
        30 + font.getlength(text)
        for text in ("Peace", "Peace and", "Peace and Bread", "Vote", "Vote 2024")
    ]
    np.testing.assert_allclose(got["x1"], starts, atol=10)
    np.testing.assert_allclose(got["x2"], ends, atol=10)


def test_a_whole_picture_in_one_cell(kind: Kind, page: str, blank: str) -> None:
    got = kind.columns(iad.read_text(kind.make({"path": [blank, page]}), shape="wide"))
    amount = ["has_text", "text_chars", "text_share", "unread_print"]
    assert list(got) == ["path", "text", "score", *amount, "image_error"]
    assert got["text"] == [None, "Peace and Bread\nVote 2024"]
    assert got["has_text"] == [False, True]
    assert got["text_chars"] == [0, 21]
    assert got["text_share"][0] == 0
    # The boxes are somewhat larger than the letters.
    ink = np.argwhere(np.asarray(Image.open(page).convert("L")) < 128)
    lines = (ink[ink[:, 0] < 90], ink[ink[:, 0] >= 90])
    tight = sum(float(np.prod(np.ptp(line, axis=0))) for line in lines) / (420 * 340)
    assert tight < got["text_share"][1] < 2.5 * tight
    assert got["score"][0] is None
    assert got["score"][1] > 0.9


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages(turn: int, tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    lines = ("Peace and Bread for all", "Vote on Sunday 2024", "Freedom of the press")
    image = drawn(*lines, size=(460, 340)).rotate(turn, expand=True)
    image.save(path)
    got = iad.read_text(path)
    assert got["text"].tolist() == list(lines)
    # The first corner is where the text begins: toward it, the page's own upper left.
    corner = {90: (0, 460), 180: (460, 340), 270: (340, 0)}[turn]
    first = got.loc[0, ["x1", "y1"]].to_numpy(float)
    last = got.loc[0, ["x3", "y3"]].to_numpy(float)
    assert np.hypot(*(first - corner)) < np.hypot(*(last - corner))


@pytest.mark.parametrize("turn", [0, 180])
def test_lone_digits_lie_as_the_page_does(turn: int, tmp_path: Path) -> None:
    image = Image.new("RGB", (560, 360), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    pen.text((40, 20), "Votes by polling station", fill="black", font=font)
    table = ["Null 6 9 6", "Wong 9 6 1", "Nunes 6 0 9", "Moon 9 9 6"]
    for row, line in enumerate(table):
        for column, word in enumerate(line.split()):
            pen.text((40 + 150 * column, 80 + 60 * row), word, fill="black", font=font)
    image.rotate(turn).save(tmp_path / "table.png")
    got = iad.read_text(tmp_path / "table.png", shape="wide")
    assert got["text"][0].split("\n") == ["Votes by polling station", *table]


def test_lone_digits_alone_on_a_page_are_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 340), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    for place, digit in enumerate("696969"):
        pen.text((60 + 120 * (place % 3), 80 + 120 * (place // 3)), digit, fill="black", font=font)
    image.save(tmp_path / "digits.png")
    assert iad.read_text(tmp_path / "digits.png", shape="wide")["text"][0] == "6 9 6\n9 6 9"


def test_a_tall_screenshot_is_read_in_tiles(tmp_path: Path) -> None:
    lines = [f"Message {number:02d} of the chat" for number in range(60)]
    drawn(*lines, size=(420, 3600), height=22).crop((0, 0, 420, 2800)).save(tmp_path / "chat.png")
    got = iad.read_text(tmp_path / "chat.png")
    assert got["text"].tolist() == lines[: len(got)]
    assert len(got) == 60
    tops = got["y1"].to_numpy(float)
    np.testing.assert_allclose(np.diff(tops), 44, atol=6)


def test_a_slanted_page(tmp_path: Path) -> None:
    image = drawn("Peace and Bread", "Vote 2024", size=(520, 420))
    image.rotate(-12, fillcolor="white").save(tmp_path / "slanted.png")
    got = iad.read_text(tmp_path / "slanted.png", shape="wide")
    assert got["text"][0] == "Peace and Bread\nVote 2024"


def test_small_print_on_a_large_page(tmp_path: Path) -> None:
    page = Image.new("RGB", (1000, 2300), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    lines = ["The committee met on Tuesday", "and kept the minutes of the last meeting"]
    for number, line in enumerate(lines):
        pen.text((90, 300 + 40 * number), line, fill="black", font=font)
    page.save(tmp_path / "page.png")
    got = iad.read_text(tmp_path / "page.png")
    assert got["text"].tolist() == lines
    assert got["unread_print"].tolist() == [False, False]
    np.testing.assert_allclose(got["x1"], 90, atol=6)
    np.testing.assert_allclose(got["y1"], [300, 340], atol=8)


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_print_that_cannot_be_read_is_told(shape: Shape, tmp_path: Path) -> None:
    page = Image.new("L", (700, 900), 255)
    # Letters of which nothing is left but their height and rhythm.
    pen, random = ImageDraw.Draw(page), np.random.default_rng(0)
    for number in range(4):
        for place in range(60):
            x, y = 90 + 5 * place, 300 + 30 * number
            pen.line((x, y, x + int(random.integers(0, 3)), y + 5), fill=0, width=2)
    page.save(tmp_path / "page.png")
    [row] = iad.read_text(tmp_path / "page.png", shape=shape, threshold=0.99).to_dict("records")
    assert row["text"] is None or pd.isna(row["text"])
    assert row["unread_print"] is True


@pytest.mark.slow
def test_odd_sizes(tmp_path: Path) -> None:
    for name, size in {"dot": (1, 1), "wide": (20_000, 3), "high": (2, 9_000)}.items():
        Image.new("RGB", size, "white").save(tmp_path / f"{name}.png")
    Image.new("RGB", (700, 5000), "white").save(tmp_path / "long.png")
    got = iad.read_text(tmp_path, keep_empty=True)
    assert got["text"].isna().all()
    assert got["image_error"].isna().all()


def test_a_large_picture_has_boxes_in_its_own_pixels(tmp_path: Path) -> None:
    image = drawn("Peace and Bread", "Vote 2024", size=(420, 340))
    image.resize((4200, 3400)).save(tmp_path / "large.jpg", quality=90)
    image.save(tmp_path / "plain.png")
    large, plain = iad.read_text(tmp_path / "large.jpg"), iad.read_text(tmp_path / "plain.png")
    assert large["text"].tolist() == plain["text"].tolist()
    np.testing.assert_allclose(large[CORNERS], 10 * plain[CORNERS], atol=60)


def test_scripts_that_were_not_asked_for_are_left_out(shared_data: Path) -> None:
    path = shared_data / "text" / "other" / "RapidOCR_black_font_color_transparent.png"
    asked = iad.read_text(path, languages=("en", "zh"), shape="wide")
    assert asked["text"][0] == "\u6211\u662f\u4e2d\u56fd\u4eba"
    plain = iad.read_text(path, languages="en", shape="wide")
    assert pd.isna(plain["text"][0]) or plain["text"][0].isascii()
    assert not plain["has_text"][0]


def test_threshold(page: str) -> None:
    assert len(iad.read_text(page, threshold=1.0)) == 0


def test_results_are_remembered(page: str, tmp_path: Path) -> None:
    first = iad.read_text(page, cache=tmp_path)
    pd.testing.assert_frame_equal(iad.read_text(page, cache=tmp_path), first)


def test_nothing_is_asked_of_the_network(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    rapidocr.load.cache_clear()
    assert len(iad.read_text(page)) == 2


@pytest.mark.slow
def test_the_tally_sheets() -> None:
    pieces = iad.read_text(str(REPO / "examples" / "tally" / "*.jpg"))
    truth = pd.read_csv(REPO / "examples" / "tally" / "sheets.csv")
    rows = pieces.groupby(["path", "row"])["text"].agg(list).reset_index()
    for file, sheet in truth.groupby("file"):
        read = rows[rows["path"].str.endswith(str(file))]["text"].tolist()
        counts = {name: int(count) for name, count in read[2:]}
        assert counts == dict(zip(sheet["candidate"], sheet["votes"], strict=True))


def test_name_clash(page: str) -> None:
    table = pd.DataFrame({"path": [page], "text": ["mine"]})
    with pytest.raises(iad.NameClashError, match="'text' already"):
        iad.read_text(table, shape="wide")
    assert "ocr_text" in iad.read_text(table, shape="wide", prefix="ocr_")


def test_an_empty_table(kind: Kind) -> None:
    got = kind.columns(iad.read_text(kind.make({"path": []})))
    assert list(got)[:4] == ["image_id", "path", "row", "text"]


def test_broken_pictures(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(encoded(drawn("Peace"))[:700])
    got = iad.read_text(tmp_path)
    assert "truncated" in got["image_error"][0]


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ({"engine": "easyocr"}, iad.UnknownNameError, "Unknown engine 'easyocr'"),
        (
            {"unit": "lines"},
            iad.UnknownNameError,
            "Unknown unit 'lines'.\nHint: did you mean 'line'",
        ),
        ({"shape": "image"}, iad.UnknownNameError, "Unknown shape 'image'.\nHint: .*wide"),
        (
            {"shape": "wide", "unit": "word"},
            iad.ArgumentError,
            'a row for each picture: not both.\nHint: leave out unit, or give shape="long"',
        ),
        ({"languages": "english"}, iad.UnknownNameError, "did you mean 'en'"),
        ({"threshold": 50}, iad.ArgumentError, "threshold must be from 0 to 1, got 50"),
        (
            {"threshold": "high"},
            iad.ArgumentTypeError,
            "threshold must be a number, got 'high'.\nHint: for",
        ),
    ],
)
def test_misuse(chosen: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        iad.read_text("gone.png", **chosen)  # type: ignore[arg-type]


def test_missing_engines(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rapidocr.load.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(iad.MissingPackageError, match=r'Hint: pip install "imagesasdata\[text\]"'):
        iad.read_text(page)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(iad.MissingPackageError, match="Hint: on Debian .* apt-get install tess"):
        iad.read_text(page, engine="tesseract")


@has_tesseract
def test_tesseract(page: str, blank: str, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    got = iad.read_text([page, blank, tmp_path / "dot.png"], engine="tesseract", keep_empty=True)
    assert got["text"].tolist()[:2] == ["Peace and Bread", "Vote 2024"]
    assert got["text"].isna().tolist() == [False, False, True, True]
    assert got["image_error"].isna().all()
    ours = iad.read_text(page)
    np.testing.assert_allclose(got.loc[:1, CORNERS], ours[CORNERS], atol=10)
    words = iad.read_text(page, engine="tesseract", unit="word")
    assert words["text"].tolist() == ["Peace", "and", "Bread", "Vote", "2024"]


@has_tesseract
def test_tesseract_without_a_language(page: str) -> None:
    with pytest.raises(iad.WeightsError, match="no file for Yiddish .*\nHint: .*tesseract-ocr-yid"):
        iad.read_text(page, engine="tesseract", languages="yi")


@has_tesseract
def test_a_failure_of_tesseract_is_the_rows(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from imagesasdata.networks.ocr import tesseract

    monkeypatch.setattr(
        tesseract, "load", lambda languages: tesseract.Tesseract("tesseract", ["none"])
    )
    got = iad.read_text(page, engine="tesseract")
    assert got["image_error"][0].startswith("Tesseract failed:")


@pytest.mark.soak
def test_labeled_receipts(shared_data: Path) -> None:
    truth = pd.read_csv(shared_data / "text" / "lines.csv").groupby("path")["text"].agg(" ".join)
    paths = [str(shared_data / "text" / name) for name in truth.index]
    got = iad.read_text(paths, shape="wide")["text"]
    found = [share_found(true, read) for true, read in zip(truth, got, strict=True)]
    assert np.average(found, weights=truth.str.split().str.len()) >= 0.93


def share_found(true: str, read: str) -> float:
    words, seen = (Counter(re.findall(r"\w+", text.lower())) for text in (true, read))
    return (words & seen).total() / words.total()


@pytest.mark.slow
def test_other_pages(shared_data: Path) -> None:
    other = pd.read_csv(shared_data / "text" / "other.csv")
    other = other[other["language"] != "srp"]  # Cyrillic, which RapidOCR's model lacks
    paths = [str(shared_data / "text" / name) for name in other["path"]]
    got = iad.read_text(paths, shape="wide", languages=("en", "zh"))
    for true, read, path in zip(other["transcript"], got["text"], other["path"], strict=True):
        if pd.isna(true):
            assert pd.isna(read)
        else:
            letters = [re.sub(r"\W", "", text.lower()) for text in (true, read)]
            assert letters[0][:9] == letters[1][:9], path
