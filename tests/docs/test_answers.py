"""The page of questions: its verbs, columns and pages are there, and what people search for is found."""

from __future__ import annotations

import ast
import re

import pytest

from imagesasdata.verbs.signatures import read as signature
from tests.browser.site import WORDS
from tests.conftest import REPO

DOCS = REPO / "docs"
TEXT = (DOCS / "answers.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line[1:-1].split(" |")]
    for line in re.findall(r"^\| .*\?.* \|$", TEXT, re.MULTILINE)
]


def test_there_are_questions() -> None:
    assert len(ROWS) >= 40
    assert {len(row) for row in ROWS} <= {4}
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_answer(row: list[str]) -> None:
    from tables import constants

    _, write, columns, page = row
    for code in re.findall(r"`([^`]+)`", write):
        calls = [one for one in ast.walk(ast.parse(code)) if isinstance(one, ast.Call)]
        for call in calls:
            function = call.func
            if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
                continue
            parameters = {one.name: one for one in signature(function.attr)[0]}
            assert {one.arg for one in call.keywords} <= set(parameters)
            for one in call.keywords:
                known = parameters[str(one.arg)]
                if (
                    known.choices
                    and isinstance(one.value, ast.Constant)
                    and "str" not in known.kinds
                ):
                    assert one.value.value in known.choices
    # Those of a trained model and of a table are named by the user's own outcome.
    known = {column.name for column in constants()} | {"protest_prob", "outlet", "n_person"}
    examples = {column.example for column in constants()}
    for name in re.findall(r"`([^`]+)`", columns):
        assert name in known or name.partition("_")[0] in examples, name
    (link,) = re.findall(r"\]\(([^)#]+)", page)
    assert (DOCS / link).exists()


@pytest.mark.parametrize("words", WORDS)
def test_the_search_finds(words: str) -> None:
    # The search of the site has the text of all pages.
    pages = [*DOCS.rglob("*.md")]
    assert any(words.lower() in page.read_text("utf-8").lower() for page in pages)
    assert words.lower() in (TEXT + (DOCS / "glossary.md").read_text("utf-8")).lower()
