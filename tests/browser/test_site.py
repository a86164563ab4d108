"""The site as `make docs` built it, in a browser: searched, on a phone, in the dark, by keyboard."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import site as built

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (built.SITE / "index.html").is_file(), reason="make docs builds the site first"
    ),
]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# One of each kind: the home page, a tutorial, a page to compare on, a concept, the reference's two kinds.
KINDS = (
    "index.html",
    "tutorials/classify-and-fine-tune.html",
    "coming-from/keras.html",
    "concepts/bias.html",
    "reference/augmentations.html",
    "reference/errors.html",
)
# Names within tables that go over two lines.
BROKEN = """
[...document.querySelectorAll("td code")]
  .filter(code => !/[\\s-]/.test(code.textContent) && code.getClientRects().length > 1)
  .map(code => code.textContent)
"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with built.serve() as address:
        yield address


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A page that fails its test when a script fails or when anything is asked of another machine."""
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            request.url.startswith((address, "file:", "data:", "blob:"))
            or faults.append(request.url)
        ),
    )
    yield page
    context.close()
    assert faults == []


def names() -> list[str]:
    return [str(file.relative_to(built.SITE)) for file in built.pages()]


def test_every_link_and_anchor_leads_somewhere() -> None:
    assert len(names()) > 40
    assert built.dead_links() == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text("<h1 id='here'>B</h1>")
    (tmp_path / "a.html").write_text(
        "<a href='b.html#here'></a><a href='b.html#gone'></a><a href='c.html'></a>"
        "<a href='https://example.org/x'></a>"
    )
    assert built.dead_links(tmp_path) == ["a.html: b.html#gone", "a.html: c.html"]


def test_search_finds_a_verb(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.keyboard.press("/")
    page.keyboard.type("find_faces", delay=20)
    page.wait_for_selector(".md-search-result__item a")
    found = page.eval_on_selector_all(
        ".md-search-result__link", "links => links.map(one => one.href)"
    )
    assert any("reference/faces.html#imagesasdata.find_faces" in link for link in found)
    page.click(".md-search-result__link[href*='imagesasdata.find_faces']")
    page.wait_for_url("**/reference/faces.html*")


def test_search_works_from_disk(page: Any) -> None:
    page.goto((built.SITE / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("find_faces", delay=20)
    page.wait_for_selector(".md-search-result__link[href*='imagesasdata.find_faces']")


def test_the_search_has_the_words_of_people() -> None:
    for name in ("search_index.json", "search_index.js"):  # over http, and from disk
        index = (built.SITE / "search" / name).read_text("utf-8").lower()
        assert [words for words in built.WORDS if words.lower() not in index] == []


def test_the_home_page_is_light(page: Any, address: str) -> None:
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    # The index is asked for last, once the page's scripts run.
    with page.expect_response("**/search_index.json"):
        page.goto(f"{address}/index.html")
    page.wait_for_load_state("networkidle")
    # As a host sends them, compressed.
    sizes = {answer.url: len(gzip.compress(answer.body())) for answer in answers}
    assert sum(sizes.values()) < 400_000, sizes


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "screen"])
def test_no_page_is_wider_than_what_it_is_read_on(
    page: Any, address: str, size: dict[str, int]
) -> None:
    # The search has no part in this, and its index takes longest to read.
    nothing = {
        "config": {"lang": ["en"], "separator": " ", "pipeline": [], "fields": {}},
        "docs": [],
    }
    page.route("**/search_index.json", lambda route: route.fulfill(json=nothing))
    script = f"var __index = {json.dumps(nothing)}"
    page.route("**/search_index.js", lambda route: route.fulfill(body=script))
    page.set_viewport_size(size)
    wide, broken = [], []
    for name in names() if size is PHONE else KINDS:
        page.goto(f"{address}/{name}", wait_until="domcontentloaded")
        if page.evaluate(WIDER) > 0:
            wide.append((name, page.evaluate(WIDER)))
        broken += [(name, code) for code in page.evaluate(BROKEN)]
    assert wide == []
    assert broken == []


def test_a_page_that_is_too_wide_is_found(page: Any, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/index.html")
    assert page.evaluate(WIDER) == 0
    page.evaluate("document.body.style.width = '500px'")
    assert page.evaluate(WIDER) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_light_or_dark_as_asked(page: Any, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/index.html")
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in color.strip("rgba()").split(",")[:3]) / 3
    assert brightness > 200 if scheme == "light" else brightness < 80


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_serious_stands_in_the_way(page: Any, address: str, name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="make browser has it")
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/{name}", wait_until="load")
    rules = None if scheme == "light" else {"runOnly": ["color-contrast", "link-in-text-block"]}
    assert serious(axe.Axe().run(page, options=rules).response) == []


def test_axe_sees_what_is_wrong(page: Any, address: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="make browser has it")
    page.goto(f"{address}/index.html", wait_until="load")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"assets/images/favicon.png\">')"
    )
    assert [found[0] for found in serious(axe.Axe().run(page).response)] == ["image-alt"]


def serious(response: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The rules that are broken badly, and where."""
    return [
        (one["id"], [str(node["target"]) for node in one["nodes"]][:5])
        for one in response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def test_the_map_works_where_it_stands(page: Any, address: str) -> None:
    page.goto(f"{address}/tutorials/a-collection-you-have-not-seen.html")
    page.locator("iframe.live").scroll_into_view_if_needed()
    inside = page.frame_locator("iframe.live")
    inside.locator("html[data-ready]").wait_for(timeout=60_000)
    inside.locator("#search").fill("espresso")
    assert "1 found" in inside.locator("#status").inner_text()


def test_the_label_page_works_where_it_stands(page: Any, address: str) -> None:
    page.goto(f"{address}/concepts/validation-and-audit.html")
    page.locator("iframe.live").scroll_into_view_if_needed()
    inside = page.frame_locator("iframe.live")
    inside.locator("#choices button").first.click()
    assert inside.locator("#count").inner_text() == "1 of 5"
