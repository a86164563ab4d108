"""The public surface: one list of names by group, the same groups everywhere, hints for other names."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import imagesasdata as iad
from imagesasdata.arrays.measures import GROUPS
from imagesasdata.verbs import words
from tests.conftest import REPO

STUB = REPO / "src" / "imagesasdata" / "__init__.pyi"
VERBS = STUB.parent / "verbs"
REFERENCE = REPO / "docs" / "reference"
OTHERS = ["what verbs give that is no table, for annotations", "errors and warnings", "modules"]
VOCABULARY = "read measure classify train inside faces things collections trust scale".split()


def listed() -> dict[str, dict[str, str]]:
    """The stub's groups: each name and the module that it comes from."""
    found: dict[str, dict[str, str]] = {}
    group = ""
    for line in STUB.read_text("utf-8").splitlines():
        if line.startswith("# "):
            group = line.removeprefix("# ")
        elif match := re.fullmatch(r"from \.(\S*) import (\w+) as (\w+)", line):
            assert match[2] == match[3]
            found.setdefault(group, {})[match[2]] = match[1]
    return found


GROUPED = {group: names for group, names in listed().items() if group not in OTHERS}


def test_groups_are_those_of_the_vocabulary() -> None:
    assert list(listed()) == [*VOCABULARY, *OTHERS]
    names = [name for group in listed().values() for name in group]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(iad.__all__)


@pytest.mark.parametrize("group", GROUPED)
def test_a_verb_lives_in_the_folder_of_its_group(group: str) -> None:
    for name, module in GROUPED[group].items():
        assert module.startswith(f"verbs.{group}."), name
        assert inspect.isfunction(getattr(iad, name))


def test_every_folder_of_verbs_is_a_group() -> None:
    folders = {path.name for path in VERBS.iterdir() if (path / "__init__.py").exists()}
    assert folders == set(GROUPED)


def test_every_file_of_a_verb_is_public() -> None:
    files = {
        ".".join(path.relative_to(VERBS.parent).with_suffix("").parts)
        for group in GROUPED
        for path in (VERBS / group).glob("[!_]*.py")
    }
    modules = {module for names in listed().values() for module in names.values()}
    assert files <= modules


@pytest.mark.parametrize("group", GROUPED)
def test_a_group_has_a_page_of_the_reference(group: str) -> None:
    page = (REFERENCE / f"{group}.md").read_text("utf-8")
    assert page.startswith(f"# {group.capitalize()}\n")
    entries = re.findall(r"^::: imagesasdata\.(\w+)$", page, re.MULTILINE)
    assert [name for name in entries if inspect.isfunction(getattr(iad, name))] == [*GROUPED[group]]


def test_results_stand_on_the_page_of_their_verb() -> None:
    verbs = {module: group for group, names in GROUPED.items() for module in names.values()}
    for name, module in listed()[OTHERS[0]].items():
        pages = {
            page.stem
            for page in REFERENCE.glob("*.md")
            if f"\n::: imagesasdata.{name}\n" in page.read_text("utf-8")
        }
        assert len(pages) == 1, name
        assert pages <= set(GROUPED)
        assert module not in verbs or pages == {verbs[module]}


def test_the_site_has_the_groups_in_their_order() -> None:
    nav = (REPO / "mkdocs.yml").read_text("utf-8")
    pages = re.findall(r"^ {6}- (\w+): reference/(\w+)\.md$", nav, re.MULTILINE)
    assert pages[: len(GROUPED)] == [(group.capitalize(), group) for group in GROUPED]


def test_the_readme_has_verbs_in_their_groups() -> None:
    text = (REPO / "README.md").read_text("utf-8")
    table = text.split("| group | verbs |\n| --- | --- |\n")[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    assert [group for group, _ in rows] == list(GROUPED)
    for group, verbs in rows:
        # Those that a newcomer should know, in the order of the reference; most of them.
        shown = verbs.split(", ")
        assert shown == [f"`{name}`" for name in GROUPED[group] if f"`{name}`" in shown]
        assert len(shown) > len(GROUPED[group]) / 2


IMPORT_ALL = """
import importlib, json, pkgutil
import imagesasdata as iad
first = dir(iad)
for module in pkgutil.walk_packages(iad.__path__, "imagesasdata."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(json.dumps([first, dir(iad), sorted(vars(iad))]))
"""


def test_dir_lists_public_names_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True
    )
    first, last, inner = json.loads(done.stdout)
    assert first == last
    assert {"verbs", "tables", "arrays"} <= set(inner)
    assert [name for name in last if not name.startswith("__")] == sorted(iad.__all__)
    assert {"__version__", "__all__", "__doc__"} <= set(last)
    assert [name for name in last if name.startswith("_") and not name.endswith("__")] == []


def hint(name: str) -> str:
    with pytest.raises(AttributeError) as caught:
        getattr(iad, name)
    first, second = str(caught.value).split("\nHint: ")
    assert first == f"module 'imagesasdata' has no attribute {name!r}."
    return second


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("ocr", "read_text"),
        ("dedupe", "find_duplicates"),
        ("kappa", "agreement"),
        ("extract_frames", "read_video"),
        ("load_images", "read_images"),
        ("finetune", "fine_tune"),
        ("predict", "classify"),
        ("embed_images", "embed"),
        ("verify", "verify_faces"),
        ("analyze", "analyze_faces"),
        ("analyse", "analyze_faces"),
        ("similarity", "find_similar"),
        ("resize", "transform"),
        ("imread", "read_images"),
        ("cluster_images", "cluster"),
        # spelled otherwise
        ("recognise_objects", "recognize_objects"),
        ("analyse_faces", "analyze_faces"),
        ("pseudonymise", "pseudonymize"),
        ("segment_colours", "segment_colors"),
        ("colours", "features"),
        ("readImages", "read_images"),
        # misspelled
        ("clasify", "classify"),
        ("find_duplicate", "find_duplicates"),
        ("FitedModel", "FittedModel"),
    ],
)
def test_other_names_lead_to_the_right_one(name: str, verb: str) -> None:
    assert f"iad.{verb}" in hint(name)


def test_predictions_have_two_roads() -> None:
    assert "model.augment(photos)" in hint("predict")


def test_a_name_like_no_other_leads_to_the_lists() -> None:
    assert hint("qqqqq").startswith("dir(iad) lists the public names")


def test_private_names_are_told_without_a_hint() -> None:
    with pytest.raises(AttributeError, match="has no attribute '_nothing'$"):
        iad._nothing  # type: ignore[attr-defined]  # noqa: B018


def test_hints_name_what_exists() -> None:
    for word, text in words._HINT.items():
        assert word not in iad.__all__
        named = re.findall(r"iad((?:\.\w+)+)", text)
        assert named, word
        for path in named:
            value: Any = iad
            for part in path.split(".")[1:]:
                value = getattr(value, part)
    assert len(words._HINT) == sum(len(each.split()) for each, _ in words._HINTS)


@pytest.mark.parametrize(("word", "group"), [("brightness", "light"), ("complexity", "texture")])
def test_words_for_groups_of_features_lead_to_the_group(word: str, group: str) -> None:
    with pytest.raises(iad.UnknownNameError, match=f"Hint: did you mean '{group}'\\?"):
        iad.features("examples/photos", groups=word)


def test_words_for_groups_are_no_groups() -> None:
    assert not set(words.GROUP) & set(GROUPS)
    assert set(words.GROUP.values()) <= set(GROUPS)


def documented() -> list[tuple[str, Callable[..., Any]]]:
    """Every public function, and the public methods of every result."""
    found = []
    for names in listed().values():
        for name in names:
            value = getattr(iad, name)
            if inspect.isfunction(value):
                found.append((name, value))
            elif inspect.isclass(value) and value.__module__.startswith("imagesasdata.verbs"):
                for inner, method in vars(value).items():
                    if inspect.isfunction(method) and not inner.startswith("_"):
                        found.append((f"{name}.{inner}", method))
    return found


def test_functions_say_what_they_return() -> None:
    returns = {name: inspect.signature(one).return_annotation for name, one in documented()}
    assert len(returns) > 70
    assert inspect.Signature.empty not in returns.values()
    vague = sorted(name for name, kind in returns.items() if kind == "Any")
    assert len(vague) <= 5, vague


def test_what_verbs_return_is_public() -> None:
    plain = {"Frame", "OtherFrame", "MadeFrame", "Dataset", "Figure", "Path", "Iterator", "None"}
    for names in GROUPED.values():
        for name in names:
            kind = inspect.signature(getattr(iad, name)).return_annotation
            assert set(re.findall(r"\w+", kind)) - plain <= set(iad.__all__), name


def test_overloads_take_what_the_function_takes() -> None:
    overloaded = 0
    for name, verb in documented():
        verb = inspect.unwrap(verb)
        for one in typing.get_overloads(verb):
            overloaded += 1
            spelled = [*inspect.signature(one).parameters]
            if "options" in spelled:
                spelled.remove("options")
                keywords = inspect.signature(one).parameters["options"].annotation
                inner = keywords.removeprefix("Unpack[").removesuffix("]")
                spelled += typing.get_type_hints(verb.__globals__[inner])
            assert sorted(spelled) == sorted(inspect.signature(verb).parameters), name
    assert overloaded >= 27


def test_the_stub_is_no_more_than_a_list() -> None:
    kinds = {type(node) for node in ast.parse(STUB.read_text("utf-8")).body}
    assert kinds == {ast.Expr, ast.ImportFrom, ast.AnnAssign}


def test_the_wheel_and_the_sources_have_the_list(tmp_path: Path) -> None:
    import tarfile
    import zipfile

    code = (
        "import sys; from hatchling.builders.wheel import WheelBuilder; "
        "from hatchling.builders.sdist import SdistBuilder; "
        "[print(*builder('.').build(directory=sys.argv[1], versions=['standard'])) "
        "for builder in (WheelBuilder, SdistBuilder)]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO,
    )
    wheel, sources = done.stdout.split()
    assert "imagesasdata/__init__.pyi" in zipfile.ZipFile(wheel).namelist()
    with tarfile.open(sources) as archive:
        assert any(name.endswith("src/imagesasdata/__init__.pyi") for name in archive.getnames())
