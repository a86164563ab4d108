"""Coding pictures by keyboard in a real browser, from a file on disk."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import encoded, picture

pytestmark = pytest.mark.browser


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    for number in range(20):
        (tmp_path / f"{number:02}.jpg").write_bytes(encoded(picture(120, 80, seed=number)))
    return [str(tmp_path / f"{number:02}.jpg") for number in range(20)]


class Coder:
    """A page as its coder uses it; anything that goes wrong in its script fails the test."""

    def __init__(self, context: Any, file: Path) -> None:
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on("request", self._request)
        self.page.goto(file.as_uri())

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.faults.append(f"asked for {request.url}")

    def press(self, keys: str) -> None:
        for key in keys.split():
            self.page.keyboard.press(key)

    def count(self) -> str:
        return self.page.inner_text("#count")

    def export(self, to: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.click("#export")
        download.value.save_as(to)
        return to


def test_twenty_pictures_by_keyboard_with_a_reload_half_way(
    context: Any, tmp_path: Path, photos: list[str]
) -> None:
    answers = [("yes", "no", "unsure")[number * 7 % 3] for number in range(20)]
    keys = {"yes": "1", "no": "2", "unsure": "3"}
    file = iad.label_page(
        pd.DataFrame({"path": photos, "image_id": range(100, 120)}),
        "Is it <b>warm</b>, or cold?",
        list(keys),
        coders="ann",
        to=tmp_path / "label.html",
    )
    coder = Coder(context, file)
    assert coder.page.inner_text("h1") == "Is it <b>warm</b>, or cold?"
    assert coder.page.evaluate("document.getElementById('picture').naturalWidth") == 120
    coder.press(" ".join(keys[answer] for answer in answers[:10]))
    assert coder.count() == "10 of 20"
    coder.page.reload()
    assert coder.count() == "10 of 20"
    coder.press(" ".join(keys[answer] for answer in answers[10:15]))
    coder.page.close()
    again = Coder(context, file)
    assert again.count() == "15 of 20"
    again.press(" ".join(keys[answer] for answer in answers[15:]))
    assert again.count() == "20 of 20"
    assert "All pictures are coded" in again.page.inner_text("#text")
    got = iad.read_labels(again.export(tmp_path / "ann.csv"))
    assert got.path.tolist() == photos
    assert got.value.tolist() == answers
    assert got.image_id.tolist() == list(range(100, 120))
    assert set(got.coder) == {"ann"}
    assert set(got.question) == {"Is it <b>warm</b>, or cold?"}
    assert got.coded_at.is_monotonic_increasing
    assert coder.faults == again.faults == []


def test_undo_going_back_and_changing_an_answer(
    context: Any, tmp_path: Path, photos: list[str]
) -> None:
    file = iad.label_page(photos[:4], "Stars?", [1, 2, 3], coders="ben", to=tmp_path / "l.html")
    coder = Coder(context, file)
    coder.press("1 2 u 3 ArrowLeft ArrowLeft 2 ArrowRight 1 Backspace 9")
    assert coder.count() == "2 of 4"
    # A click does what a key does; a chosen answer is marked when one comes back.
    coder.page.click("#choices button:nth-child(3)")
    coder.press("ArrowLeft")
    assert coder.page.get_attribute("button.chosen", "data-choice") == "2"
    got = iad.read_labels(coder.export(tmp_path / "ben.csv"))
    assert got[["path", "value"]].to_numpy().tolist() == [
        [photos[0], 2],
        [photos[1], 3],
        [photos[2], 3],
    ]
    assert coder.faults == []


def test_blurred_until_clicked(context: Any, tmp_path: Path, photos: list[str]) -> None:
    file = iad.label_page(
        photos[:2], "Hurt?", ["no", "yes"], coders="a", blur=True, to=tmp_path / "b.html"
    )
    coder = Coder(context, file)
    blur = "getComputedStyle(document.getElementById('picture')).filter"
    assert "blur" in coder.page.evaluate(blur)
    coder.page.click("#picture", position={"x": 3, "y": 3})
    assert coder.page.evaluate(blur) == "none"
    coder.press("1")
    assert "blur" in coder.page.evaluate(blur)
    coder.press("Space")
    assert coder.page.evaluate(blur) == "none"
    assert coder.faults == []


def test_coders_have_answers_of_their_own(context: Any, tmp_path: Path, photos: list[str]) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    file = iad.label_page(
        [*photos[:2], str(broken)], "Ok?", ["y", "n"], coders=["ann", "ben"], to=tmp_path / "c.html"
    )
    exported = []
    for name, keys in (("ann", "1 1 2"), ("ben", "2 1")):
        coder = Coder(context, file)
        coder.page.select_option("#coder-list", name)
        coder.page.click("dialog button")
        coder.press(keys)
        exported.append(coder.export(tmp_path / f"{name}.csv"))
        if name == "ben":
            assert "broken.jpg: " in coder.page.inner_text("#text")
        assert coder.faults == []
        coder.page.close()
    got = iad.read_labels(exported)
    assert got.groupby("coder").value.agg("".join).to_dict() == {"ann": "yyn", "ben": "ny"}
    tidy = iad.agreement(got, rounds=20).tidy()
    assert tidy.estimate[3] == 0.5


def test_a_name_is_asked_for(context: Any, tmp_path: Path, photos: list[str]) -> None:
    file = iad.label_page(photos[:2], "Ok?", ["y", "n"], to=tmp_path / "d.html")
    coder = Coder(context, file)
    coder.press("1")  # goes into the field of the name, and answers nothing
    coder.page.fill("#coder", 'Zoë "Z", 2nd')
    coder.page.click("dialog button")
    coder.press("2")
    got = iad.read_labels(coder.export(tmp_path / "z.csv"))
    assert got[["coder", "value"]].to_numpy().tolist() == [['Zoë "Z", 2nd', "n"]]
    assert coder.faults == []


def test_two_tabs_keep_their_answers_together(
    context: Any, tmp_path: Path, photos: list[str]
) -> None:
    file = iad.label_page(photos[:4], "Ok?", ["y", "n"], coders="ann", to=tmp_path / "e.html")
    one, two = Coder(context, file), Coder(context, file)
    assert two.page.is_visible("#tabs")
    assert not one.page.is_visible("#tabs")
    one.press("1 1")
    two.page.wait_for_function("document.getElementById('count').textContent === '2 of 4'")
    two.press("ArrowRight ArrowRight 2")
    one.page.wait_for_function("document.getElementById('count').textContent === '3 of 4'")
    two.press("ArrowLeft ArrowLeft ArrowLeft 2")  # the later answer to a picture counts
    one.press("u")  # takes back the second; the first is the other tab's by now
    one.press("u")
    assert one.count() == "2 of 4"
    one.page.close()
    two.page.wait_for_selector("#tabs", state="hidden")
    fresh = Coder(context, file)
    got = iad.read_labels(fresh.export(tmp_path / "ann.csv"))
    assert dict(zip(got.path, got.value, strict=True)) == {photos[0]: "n", photos[2]: "n"}
    assert one.faults == two.faults == fresh.faults == []


def test_any_path_and_any_text_come_back(context: Any, tmp_path: Path) -> None:
    names = ["__proto__", "constructor", "toString", "'=x", "=cmd()", "-5", "+a, b", "@ä;b"]
    choices = ["=SUM(A1)", "-1", "01", "' =", "ok"]
    sample = pd.DataFrame({"path": names, "image_id": ["00", "__proto__", *names[:6]]})
    file = iad.label_page(sample, "-Q?", choices, coders="@ann", to=tmp_path / "f.html")
    coder = Coder(context, file)
    assert coder.count() == "0 of 8"
    coder.press("1 2 3 4 5 1 2 3")
    assert coder.count() == "8 of 8"
    coder.page.reload()
    assert coder.count() == "8 of 8"
    exported = coder.export(tmp_path / "f.csv")
    cells = exported.read_text("utf-8").replace("\r\n", ",").split(",")
    assert not [cell for cell in cells if cell.lstrip('"')[:1] in {"=", "@"}]
    got = iad.read_labels(exported)
    assert got.path.tolist() == names
    assert got.value.tolist() == [choices[number] for number in (0, 1, 2, 3, 4, 0, 1, 2)]
    assert got.image_id.tolist() == sample.image_id.tolist()
    assert set(got.coder) == {"@ann"}
    assert set(got.question) == {"-Q?"}
    assert coder.faults == []


def test_answers_of_an_earlier_page_are_taken_over(
    context: Any, tmp_path: Path, photos: list[str]
) -> None:
    file = iad.label_page(photos[:3], "Ok?", ["y", "n"], coders="ann", to=tmp_path / "g.html")
    coder = Coder(context, file)
    answer = {"choice": 1, "at": "2026-05-01T10:00:00.000Z", "seconds": 1.5}
    state = {"answers": {photos[0]: answer}, "history": [{"path": photos[0], "before": None}]}
    coder.page.evaluate("state => localStorage.setItem(key(), JSON.stringify(state))", state)
    coder.page.reload()
    assert coder.count() == "1 of 3"
    coder.press("u")
    assert coder.count() == "0 of 3"
    coder.page.reload()
    assert coder.count() == "0 of 3"
    assert coder.faults == []


# Ends when all that was written before it is on disk.
ON_DISK = """() => new Promise((done) => {
    const work = database.transaction("answers", "readwrite");
    work.objectStore("answers").count();
    work.oncomplete = () => done();
})"""


def test_a_crash_of_the_browser_loses_nothing(
    with_profile: Any, tmp_path: Path, photos: list[str]
) -> None:
    file = iad.label_page(photos[:4], "Ok?", ["y", "n"], coders="ann", to=tmp_path / "h.html")
    profile = tmp_path / "profile"
    with with_profile(profile) as context:
        coder = Coder(context, file)
        coder.press("1 2 1 u 2")
        coder.page.wait_for_function("keptIn.database")
        coder.page.evaluate(ON_DISK)
        for process in Path("/proc").iterdir():
            words = process / "cmdline"
            if process.name.isdigit() and str(profile).encode() in _read(words):
                os.kill(int(process.name), signal.SIGKILL)
    for lock in profile.glob("Singleton*"):
        lock.unlink()
    with with_profile(profile) as context:
        coder = Coder(context, file)
        coder.page.wait_for_function("document.getElementById('count').textContent === '3 of 4'")
        got = iad.read_labels(coder.export(tmp_path / "ann.csv"))
        assert got.value.tolist() == ["y", "n", "n"]
        assert coder.faults == []


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended
        return b""
