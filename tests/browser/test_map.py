"""The map in a browser: what is seen, moved, found, selected and saved, and that no name runs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad

pytestmark = pytest.mark.browser

COLORS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 230)}
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page that fails the test when a script fails, a dialog opens or anything is fetched."""
    trouble: list[str] = []
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:", "blob:")) or trouble.append(request.url)
        ),
    )
    yield page
    page.close()
    assert trouble == []


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Plain pictures at the corners of a triangle, six of each color, and one that is broken."""
    folder = tmp_path_factory.mktemp("photos")
    rows = []
    for n in range(18):
        name = list(COLORS)[n // 6]
        file = folder / (f"{EVIL}.jpg".replace("/", "_") if n == 0 else f"{name}{n}.jpg")
        Image.new("RGB", (80, 60), COLORS[name]).save(file, quality=95)
        rows.append({"path": str(file), "label": EVIL if n == 0 else name, "likes": n})
    rows.append({"path": str(folder / "gone.jpg"), "label": None, "likes": 99})
    table = pd.DataFrame(rows)
    table.insert(0, "image_id", 100 + np.arange(len(table)))
    angle = (table.index // 6) * 2.1
    table["dim_1"] = np.cos(angle) + 0.1 * (table.index % 3)
    table["dim_2"] = np.sin(angle) + 0.1 * (table.index % 2)
    table.loc[18, ["dim_1", "dim_2"]] = np.nan
    table["day"] = pd.date_range("2024-01-01", periods=len(table))
    table[f"{EVIL}x"] = "plain"
    return table


@pytest.fixture
def opened(page: Any, photos: pd.DataFrame, tmp_path: Path) -> Any:
    """The map, opened from disk."""
    to = iad.map_images(photos, to=tmp_path / "map.html", time="day", title=f"Fair & {EVIL}")
    page.goto(to.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready")
    return page


def pixel(page: Any, picture: int) -> tuple[int, ...]:
    """The color on the screen in the middle of a picture."""
    page.wait_for_timeout(150)
    x, y = page.evaluate(f"imageMap.at({picture})")
    box = page.locator("#stage").bounding_box()
    shot = Image.open(io.BytesIO(page.screenshot()))
    return shot.convert("RGB").getpixel((round(box["x"] + x), round(box["y"] + y)))


def state(page: Any) -> dict[str, Any]:
    return page.evaluate("imageMap.state")


def test_pictures_are_where_the_table_says(opened: Any, photos: pd.DataFrame) -> None:
    places = np.array([opened.evaluate(f"imageMap.at({n})") for n in range(18)])
    truth = photos.iloc[:18]
    assert np.corrcoef(places[:, 0], truth.dim_1)[0, 1] == pytest.approx(1)
    assert np.corrcoef(places[:, 1], truth.dim_2)[0, 1] == pytest.approx(-1)
    for n in (5, 11, 17):
        name = list(COLORS)[n // 6]
        assert np.abs(np.subtract(pixel(opened, n), COLORS[name])).max() < 30
    assert opened.inner_text("#status") == "19 pictures, 1 without a place on the map (see Grid)."


def test_no_name_runs(opened: Any) -> None:
    assert opened.title() == f"Fair & {EVIL}"
    assert opened.locator("img").count() == 0
    opened.select_option("#color", "label")
    assert EVIL in opened.inner_text("#legend")
    opened.keyboard.press("Tab")
    x, y = opened.evaluate("imageMap.at(0)")
    box = opened.locator("#stage").bounding_box()
    opened.mouse.move(box["x"] + x, box["y"] + y)
    opened.evaluate("imageMap.redraw()")
    opened.fill("#search", "onerror=alert")
    assert state(opened)["found"] == 1
    opened.press("#search", "Enter")
    opened.focus("#stage")
    opened.keyboard.press("ArrowRight")
    assert opened.locator("img").count() == 0
    # Markup that did get into the page could do nothing.
    opened.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(2)>')")
    opened.wait_for_timeout(200)


def test_search_select_and_save(opened: Any, tmp_path: Path) -> None:
    opened.fill("#search", "GREEN")
    assert "6 found" in opened.inner_text("#status")
    # What is not found is dimmed.
    assert pixel(opened, 17)[2] < 120
    assert pixel(opened, 11)[1] > 150
    opened.press("#search", "Enter")
    with opened.expect_download() as download:
        opened.click("#export")
    assert download.value.suggested_filename == "selection.csv"
    saved = pd.read_csv(download.value.path())
    assert saved.image_id.tolist() == list(range(106, 112))
    opened.click("#clear")
    assert state(opened)["selected"] == []
    assert opened.is_disabled("#export")


def test_lasso(opened: Any) -> None:
    box = opened.locator("#stage").bounding_box()
    places = np.array([opened.evaluate(f"imageMap.at({n})") for n in range(12, 18)])
    (left, top), (right, bottom) = places.min(axis=0) - 10, places.max(axis=0) + 10
    opened.click("#lasso")
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 1)]
    opened.mouse.move(box["x"] + left, box["y"] + top)
    opened.mouse.down()
    for x, y in corners:
        opened.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    opened.mouse.up()
    # As text, because a number of 19 digits would be rounded.
    assert sorted(state(opened)["selected"]) == [str(number) for number in range(112, 118)]


def test_pan_and_zoom(opened: Any) -> None:
    before = state(opened)
    box = opened.locator("#stage").bounding_box()
    x, y = box["x"] + 30, box["y"] + 30
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x + 50, y + 20, steps=3)
    opened.mouse.up()
    moved = state(opened)
    assert (moved["left"] - before["left"], moved["top"] - before["top"]) == (50, 20)
    assert moved["selected"] == []
    x, y = opened.evaluate("imageMap.at(17)")
    opened.mouse.move(box["x"] + x, box["y"] + y)
    opened.mouse.wheel(0, -400)
    opened.wait_for_function(f"imageMap.state.scale > {1.5 * moved['scale']}")
    # What is under the mouse stays there; the mouse is on a whole pixel.
    assert opened.evaluate("imageMap.at(17)") == pytest.approx([x, y], abs=1.5)
    assert "image_id\n117" in opened.inner_text("#details")
    opened.click("#fit")
    assert state(opened)["scale"] == pytest.approx(before["scale"])


def test_the_keyboard_does_it_all(opened: Any) -> None:
    opened.focus("#stage")
    scale = state(opened)["scale"]
    opened.keyboard.press("+")
    assert state(opened)["scale"] == pytest.approx(1.3 * scale)
    opened.keyboard.press("0")
    opened.keyboard.press("ArrowRight")
    first = state(opened)["focus"]
    assert first >= 0
    opened.keyboard.press("Space")
    assert state(opened)["selected"] == [str(100 + first)]
    xs = [opened.evaluate(f"imageMap.at({first})")[0]]
    for key in ("ArrowRight", "ArrowRight"):
        opened.keyboard.press(key)
        xs.append(opened.evaluate(f"imageMap.at({state(opened)['focus']})")[0])
    assert xs == sorted(xs)
    opened.keyboard.press("g")
    assert opened.get_attribute("#view-grid", "aria-pressed") == "true"
    opened.keyboard.press("/")
    assert opened.evaluate("document.activeElement.id") == "search"
    opened.keyboard.press("Escape")
    assert state(opened)["selected"] == []
    assert opened.evaluate("document.activeElement.id") == "stage"


def test_grid_and_time(opened: Any) -> None:
    opened.select_option("#order", "likes")
    places = np.array([opened.evaluate(f"imageMap.at({n})") for n in range(19)])
    assert (np.lexsort((places[:, 0], places[:, 1].round())) == np.arange(19)).all()
    # Here the broken one is seen, too.
    assert np.ptp(pixel(opened, 18)) < 10
    opened.click("#view-time")
    places = np.array([opened.evaluate(f"imageMap.at({n})") for n in range(19)])
    assert (np.diff(places[:, 0]) >= 0).all()
    assert opened.locator(".axis").all_inner_texts() == ["2024-01-01", "2024-01-19"]


def test_colors_by_a_number(opened: Any) -> None:
    opened.select_option("#color", "likes")
    assert opened.locator("#legend div").first.inner_text() == "0"
    assert opened.locator("#legend div").last.inner_text() == "99"


def test_clusters_have_a_color_and_a_line_that_hides_them(
    page: Any, photos: pd.DataFrame, tmp_path: Path
) -> None:
    rows = photos.assign(cluster=[*(n // 6 for n in range(18)), -1], dim_1=photos.dim_1.fillna(0))
    rows.loc[18, "dim_2"] = 0.0
    page.goto(iad.map_images(rows, to=tmp_path / "map.html", color="cluster").as_uri())
    page.wait_for_function("document.documentElement.dataset.ready")
    lines = page.locator("#legend button")
    assert lines.nth(0).inner_text() == "in no cluster (1)"
    assert lines.nth(2).inner_text() == f"1: {list(COLORS)[1]} (6)"
    marks = page.locator("#legend i")
    colors = {marks.nth(n).evaluate("one => one.style.background") for n in range(4)}
    assert len(colors) == 4
    lines.nth(2).click()
    assert lines.nth(2).get_attribute("aria-pressed") == "false"
    assert "6 hidden" in page.inner_text("#status")
    where = [page.evaluate(f"imageMap.at({n})[0]") for n in (5, 6, 11, 12)]
    assert [np.isnan(float("nan") if x is None else x) for x in where] == [False, True, True, False]
    lines.nth(2).click()
    assert "hidden" not in page.inner_text("#status")
    lines.nth(1).click()
    page.select_option("#color", "likes")
    assert "hidden" not in page.inner_text("#status")


def test_nothing_to_show(page: Any, tmp_path: Path) -> None:
    empty = pd.DataFrame({"path": [], "dim_1": [], "dim_2": []})  # their type is "object"
    page.goto(iad.map_images(empty, to=tmp_path / "map.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.ready")
    assert page.inner_text("#status") == "0 pictures."
    page.focus("#stage")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("g")
