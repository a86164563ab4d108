"""What the page on errors promises: each line has tests that hold it."""

from __future__ import annotations

import ast
import re

import imagesasdata as iad
from tests.conftest import REPO

# The first words of each line, and a test for it.
TESTS = {
    "Whatever is wrong with a call": "test_door.py::test_no_other_error_than_the_librarys_own",
    "An argument of a wrong type": "test_door.py::test_what_is_told",
    "Numbers of NumPy": "test_door.py::test_whole_numbers_of_any_library",
    "A message and its hint": "test_errors.py::test_a_message_has_a_limit",
    "An argument that does not exist": (
        "test_door.py::test_words_of_other_tools_lead_to_the_argument"
    ),
    "A hint about a model": "test_door.py::test_a_hint_names_models_for_the_task",
    "A hint names only options": (
        "test_door.py::test_a_table_with_a_column_too_many_names_what_to_do"
    ),
    "A column of paths": (
        "files/test_held.py::test_a_column_of_pictures_is_told_with_lines_that_work"
    ),
    "A file that cannot be written": "test_door.py::test_a_file_that_cannot_be_written",
    "A part of a formula": (
        "verbs/trust/regression/test_formula.py::test_what_cannot_be_computed_is_told"
    ),
    "A column without a name": "tables/test_kinds.py::test_a_column_without_a_name_is_told",
    "A table's own ids": (
        "engine/test_results.py::test_an_own_id_that_the_index_contradicts_is_told"
    ),
    "A network in a process": "test_machine.py::test_verbs_in_a_forked_process_end",
}


def test_each_promise_has_a_test() -> None:
    page = (REPO / "docs/reference/errors.md").read_text("utf-8")
    section = page.partition("## What is promised\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^- (.+)$", section, re.MULTILINE)
    assert len(lines) == len(TESTS)
    for line, start in zip(lines, TESTS, strict=True):
        assert line.startswith(start)


def test_every_error_is_on_the_page() -> None:
    page = (REPO / "docs/reference/errors.md").read_text("utf-8")
    names = {name for name in iad.__all__ if name.endswith(("Error", "Warning"))}
    assert names == set(re.findall(r"^::: imagesasdata\.(\w+)$", page, re.MULTILINE))
    assert names == set(re.findall(r'^            "(\w+)": ["\']', page, re.MULTILINE))


def test_the_tests_exist() -> None:
    for place in TESTS.values():
        file, _, name = place.partition("::")
        tree = ast.parse((REPO / "tests" / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
