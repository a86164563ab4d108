"""The reference leaves nothing out: no public name, no command, no model, no error."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Sequence

import pytest

import imagesasdata as iad
from tests.conftest import REPO

DOCS = REPO / "docs"
PAGES = sorted((DOCS / "reference").glob("*.md"))


def test_every_public_name_has_an_entry() -> None:
    from tables import undocumented

    assert undocumented(PAGES, iad.__all__) == []
    assert undocumented(PAGES, ["classify", "forgotten"]) == ["forgotten"]
    assert undocumented([DOCS / "reference" / "read.md"], ["classify"]) == ["classify"]


def test_no_entry_stands_twice() -> None:
    # Two places for one name are an error when the site is built, which takes minutes.
    text = "\n".join(page.read_text("utf-8") for page in DOCS.rglob("*.md"))
    entries = Counter(re.findall(r"^::: (\S+)$", text, re.MULTILINE))
    assert [name for name, times in entries.items() if times > 1] == []


def test_every_command_is_shown_with_its_help() -> None:
    from tables import command, commands

    listed = commands()
    assert ("classify",) in listed["classify"]
    assert ("weights", "fetch") in listed["weights"]
    page = (DOCS / "reference" / "cli.md").read_text()
    assert "in tables.commands().items()" in page
    for words in [words for several in listed.values() for words in several]:
        text = command(*words)
        assert "Usage: imagesasdata " + " ".join(words) in text
        assert "--help" in text


def test_the_page_says_which_verbs_have_no_command() -> None:
    from imagesasdata.cli.command import LEFT_OUT

    last = (DOCS / "reference" / "cli.md").read_text().strip().splitlines()[-1]
    assert set(re.findall(r"`(\w+)`", last)) == set(LEFT_OUT)


def test_every_model_has_its_card() -> None:
    from tables import model_cards, model_table

    cards, table = model_cards(), model_table()
    for name in iad.models().model:
        assert f"- **name**: `{name}`" in cards
        assert f"| `{name}` |" in table


def kinds() -> Sequence[type[Exception]]:
    public = [getattr(iad, name) for name in iad.__all__]
    return [one for one in public if inspect.isclass(one) and issubclass(one, Exception)]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_cure(kind: type[Exception]) -> None:
    page = (DOCS / "reference" / "errors.md").read_text()
    assert f'"{kind.__name__}": "' in page or f'"{kind.__name__}": \'' in page
    assert f"::: imagesasdata.{kind.__name__}\n" in "".join(one.read_text() for one in PAGES)


def test_mishaps_are_still_mishaps() -> None:
    from mishaps import MISHAPS, Mishap, message

    for one in MISHAPS:
        name, text = message(one)
        assert issubclass(getattr(iad, name), iad.ImagesAsDataError)
        assert "\nHint: " in text
        assert str(REPO) not in text
    with pytest.raises(AssertionError, match="no mistake any more"):
        message(Mishap("fine", lambda: None, "", ""))
