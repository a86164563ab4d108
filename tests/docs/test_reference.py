"""The reference leaves nothing out: no public name, no command, no column, no model, no error."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.columns import Column
from tests.conftest import REPO

DOCS = REPO / "docs"
PAGES = sorted((DOCS / "reference").glob("*.md"))


def test_every_public_name_has_an_entry() -> None:
    from tables import undocumented

    assert undocumented(PAGES, iad.__all__) == []
    assert undocumented(PAGES, ["classify", "forgotten"]) == ["forgotten"]
    assert undocumented([DOCS / "reference" / "read.md"], ["classify"]) == ["classify"]


def test_every_column_is_in_the_dictionary() -> None:
    from tables import BY_VERB, constants, dictionary, unlisted

    known = constants()
    assert unlisted(known) == []
    assert len(known) > 500
    assert unlisted([Column("forgotten", "string", "Nobody wrote of it.")]) == ["forgotten"]
    assert unlisted([Column("n_{}", "int64", "Whatever the call names.")]) == []
    lines = dictionary().splitlines()
    for verb, columns in BY_VERB.items():
        for column in columns:
            if column.name.startswith("hog_"):
                continue
            assert any(f"`{column.name}`" in line and f"`{verb}`" in line for line in lines)


def test_the_dictionary_names_verbs_that_exist() -> None:
    from tables import BY_VERB

    assert {name.split("(")[0] for name in BY_VERB} <= set(iad.__all__)


def test_every_table_of_the_page_has_its_verb_as_a_heading() -> None:
    from tables import BY_VERB, RESULTS

    headings = re.findall(r"^## (.+)$", (DOCS / "reference" / "columns.md").read_text(), re.M)
    assert set(BY_VERB) - set(RESULTS) <= set(headings)


PHOTO = "examples/photos/coffee.jpg"


def _labels() -> Any:
    codes = {"path": ["a", "a"], "coder": ["ann", "ben"], "value": ["yes", "yes"]}
    return iad.agreement(pd.DataFrame(codes))


def _coded() -> pd.DataFrame:
    truth = [0, 1] * 20
    return pd.DataFrame({"truth": truth, "said": truth[:30] + [0] * 10, "group": ["a", "b"] * 20})


# Calls that need no network; what each gives is on the page, and nothing else is.
CALLS: dict[str, Callable[[], Any]] = {
    "read_images": lambda: iad.read_images(PHOTO, exif=True, gps=True, frames="all"),
    "read_video": lambda: iad.read_video("examples/videos/shots.mp4", every="4s"),
    "features": lambda: iad.features(PHOTO, groups=["size", "color", "light", "hash"]),
    "score_aesthetics": lambda: iad.score_aesthetics(PHOTO),
    "models": lambda: iad.models(),
    "summary": lambda: iad.summary("efficientnet_lite0"),
    "agreement(...).tidy()": lambda: _labels().tidy(),
    "validate(...).tidy()": lambda: iad.validate(_coded(), "truth", "said").tidy(),
    "validate(...).glance()": lambda: iad.validate(_coded(), "truth", "said").glance(),
    "audit(...).tidy()": lambda: iad.audit(_coded(), "truth", "said", by="group").tidy(),
    "audit(...).gaps()": lambda: iad.audit(_coded(), "truth", "said", by="group").gaps(),
    "regress(...).tidy()": lambda: iad.regress("truth ~ said", _coded()).tidy(),
    "regress(...).glance()": lambda: iad.regress("truth ~ said", _coded()).glance(),
}


@pytest.mark.parametrize("verb", CALLS)
def test_what_a_call_gives_is_in_the_dictionary(verb: str) -> None:
    assert unknown(verb, CALLS[verb]()) == []


def test_a_column_that_nobody_wrote_of_is_found() -> None:
    table = iad.models().assign(forgotten=1)
    assert unknown("models", table) == ["forgotten"]


def unknown(verb: str, table: Any) -> list[str]:
    """The columns of a table that the dictionary does not have for a verb."""
    from tables import BY_VERB

    known = {column.name for column in BY_VERB[verb]} | {"image_id", "path", "image_error"}
    return [name for name in table.columns if name not in known]


@pytest.mark.slow
def test_what_a_fitted_model_gives_is_in_the_dictionary(tmp_path: Path) -> None:
    from make_posts import make_posts

    fit = iad.fine_tune(
        make_posts(tmp_path, 60), outcome="shows_life", split=(0.6, 0.1, 0.3), epochs=2
    )
    for name in ("tidy", "glance", "per_class", "confusion", "errors"):
        assert unknown(f"fine_tune(...).{name}()", getattr(fit, name)()) == []


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
    from imagesasdata.cli.signatures import LEFT_OUT

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
