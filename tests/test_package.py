"""The package as a whole: quick to import, quiet, documented."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import imagesasdata as iad
from imagesasdata import columns as column_module
from imagesasdata.arrays.measures import GROUPS
from imagesasdata.columns import Column
from imagesasdata.verbs.read import read_images as read_module
from tests.conftest import REPO

VERBS = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]

IMPORT = """
import json, os, sys, threading, time, warnings
before = dict(os.environ), list(warnings.filters), set(os.listdir("."))
start = time.process_time()  # of this process: others may be busy
import imagesasdata
seconds = time.process_time() - start
same = before == (dict(os.environ), list(warnings.filters), set(os.listdir(".")))
loaded = [name for name in ("jax", "pandas", "polars", "numpy", "PIL") if name in sys.modules]
print(json.dumps([seconds, loaded, same, threading.active_count()]))
"""


def test_import_is_quick_and_has_no_effects(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    seconds, loaded, same, threads = json.loads(done.stdout)
    assert seconds < 0.5
    assert loaded == []
    assert same
    assert threads == 1
    assert done.stderr == ""


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_full_docstring(name: str) -> None:
    verb = getattr(iad, name)
    text = inspect.getdoc(verb) or ""
    parameters = inspect.signature(verb).parameters
    of_what_is_given = ("Parameters", "Raises") if parameters else ()
    for section in (*of_what_is_given, "Returns", "Examples"):
        assert f"{section}\n---" in text, section
    for parameter in parameters:
        assert re.search(rf"^{parameter}$", text, re.MULTILINE), parameter


def all_columns() -> list[Column]:
    fixed = [value for value in vars(column_module).values() if isinstance(value, Column)]
    return [*fixed, *(column for group in GROUPS.values() for column in group.columns)]


@pytest.mark.parametrize("column", all_columns(), ids=lambda column: column.name)
def test_every_column_is_named_and_described(column: Column) -> None:
    assert column.shown().name.isidentifier()
    assert column.name == column.name.lower()
    assert column.description.endswith(".")
    assert column.null


def test_no_two_columns_share_a_name() -> None:
    names = [column.name for column in all_columns()]
    assert len(names) == len(set(names))
    assert {column.name for column in read_module.HEADER} <= set(names)


def test_the_version_stands_in_one_place_and_is_written_of() -> None:
    assert 'dynamic = ["version"]' in (REPO / "pyproject.toml").read_text()
    assert f"\nversion: {iad.__version__}\n" in (REPO / "CITATION.cff").read_text()
    release = iad.__version__.split(".dev")[0]
    assert f"\n## [{release}] - " in (REPO / "CHANGELOG.md").read_text()
