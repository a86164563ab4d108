"""The files that a new verb or a new architecture edits are those that the guide lists, and no others."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import imagesasdata as iad
from tests.conftest import REPO

GUIDE = (REPO / "CONTRIBUTING.md").read_text("utf-8")
VERBS = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]
ZOO = REPO / "src" / "imagesasdata" / "networks" / "zoo"
ARCHITECTURES = sorted(file.stem for file in (ZOO / "architectures").glob("[a-z]*.py"))
# Files that name most verbs and need no line for a new one: a verb is there only if it is an exception.
EXCEPTIONS = {
    "README.md",
    "docs/answers.md",
    "src/imagesasdata/verbs/trust/_methods.py",
    "src/imagesasdata/verbs/words.py",
    "tests/docs/test_options.py",
    "tests/test_door.py",
    "tests/typed/frames.py",
    "tests/verbs/test_every_table.py",
}


def steps(section: str) -> list[str]:
    """The files that a section's numbered steps begin with."""
    text = re.search(rf"^## {section}\n(.*?)(?=^## )", GUIDE, re.M | re.S)
    assert text is not None
    return re.findall(r"^\d+\. `([^`]+)`", text[1], re.M)


@functools.cache
def texts(*folders: str) -> dict[str, str]:
    """The files that people write, by their path in the repository."""
    files: Iterable[Path] = (file for folder in folders for file in (REPO / folder).rglob("*"))
    kinds = (".py", ".pyi", ".md", ".toml", ".yml", ".json")
    return {
        str(file.relative_to(REPO)): file.read_text("utf-8")
        for file in (*files, *REPO.glob("*"))
        if file.suffix in kinds and file.is_file()
    }


def lists(text: str, names: list[str]) -> bool:
    """Whether a text names more than half of the names."""
    return sum(bool(re.search(rf"\b{name}\b", text)) for name in names) > len(names) / 2


def test_a_new_verb_edits_six_files() -> None:
    assert len(steps("Adding a verb")) <= 6


def test_no_other_file_lists_the_verbs() -> None:
    found = {
        path for path, text in texts("src", "tests", "docs", "tools").items() if lists(text, VERBS)
    }
    assert found - EXCEPTIONS <= set(steps("Adding a verb"))


def test_a_list_is_seen() -> None:
    assert lists("one, two", ["one", "two", "three"])
    assert not lists("one, twofold", ["one", "two", "three"])


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_files_are_where_the_guide_says(verb: str) -> None:
    module = inspect.getmodule(inspect.unwrap(getattr(iad, verb)))
    assert module is not None
    group, name = module.__name__.split(".")[-2:]
    places = [step.replace("<group>", group) for step in steps("Adding a verb")]
    assert (REPO / places[0].replace("<verb>", name)).is_file()
    assert (REPO / places[2]).parent.is_dir() or group in ("scale",)


def test_a_new_architecture_edits_seven_files() -> None:
    assert len(steps("Adding an architecture")) <= 7


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_architecture_is_named_where_the_guide_says(architecture: str) -> None:
    places = [
        step.replace("<architecture>", architecture) for step in steps("Adding an architecture")
    ]
    assert (REPO / places[0]).is_file()
    imports = re.compile(
        rf"^(from [\w.]+ )?import .*\b{architecture}\b|^    {architecture},$", re.M
    )
    named = {path for path, text in texts("src").items() if imports.search(text)}
    # Within the zoo others may build on it; of the rest only the registry knows it.
    inner = re.compile(r"/zoo/(architectures|names|families|words)/")
    assert {path for path in named if not inner.search(path)} <= {places[3]}
