"""Verbs are typed: the kind of table that goes in comes out, and a type checker knows it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest

from imagesasdata.tables.frames import ArrowTable, RayDataset
from tests.conftest import REPO

TYPED = REPO / "tests" / "typed"


def pyright(*files: str) -> list[dict[str, Any]]:
    """What pyright has against files, under the project's settings."""
    pytest.importorskip("pyright", reason="needs the group lint: pip install --group lint")
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", *files],
        capture_output=True,
        text=True,
        cwd=REPO,
        check=False,
    )
    return json.loads(done.stdout)["generalDiagnostics"]


@pytest.mark.slow
def test_the_kind_of_table_that_goes_in_comes_out() -> None:
    assert pyright(str(TYPED / "frames.py")) == []


@pytest.mark.slow
def test_a_wrong_kind_is_told(tmp_path: Any) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(
        "from typing import assert_type\n"
        "import pandas as pd, polars as pl\n"
        "import imagesasdata as iad\n"
        "def f(table: pl.DataFrame) -> None:\n"
        "    assert_type(iad.classify(table), pd.DataFrame)\n"
    )
    (told,) = pyright(str(file))
    assert told["rule"] == "reportAssertTypeFailure"


def test_pyright_checks_it_with_the_rest() -> None:
    settings = (REPO / "pyproject.toml").read_text("utf-8").split("[tool.pyright]")[1]
    assert '"tests/typed"' in settings.split("]")[0]


def test_arrow_tables_and_datasets_do_what_they_are_told_by() -> None:
    data = pytest.importorskip("ray.data", reason="needs the extra ray")
    table = pa.table({"path": ["a.jpg"]})
    assert isinstance(table, ArrowTable)
    assert not isinstance("a.jpg", ArrowTable)
    assert issubclass(data.Dataset, RayDataset)
    assert not isinstance(table, RayDataset)
