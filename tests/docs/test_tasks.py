"""The page of fourteen tasks: its scripts run as they stand there (those in R: `tests/cli/r`)."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from tests.small import small_networks
from tests.tasks import FILES, SAYS, Task, lay_out, tasks


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("desk")
    lay_out(folder)
    with small_networks():
        yield folder


def test_there_are_fourteen_each_under_ten_lines() -> None:
    assert len(tasks()) == 14
    for task in tasks():
        for script in (task.python, task.r):
            assert 2 < len([line for line in script.splitlines() if line]) < 10, task.name
    assert {*FILES, *SAYS} == {task.name for task in tasks()}


@functools.cache
def said(desk: Path, task: Task) -> str:
    """What a script prints; the scripts before it, whose files it reads, are run first."""
    from contextlib import redirect_stdout
    from io import StringIO

    earlier = {"A corrected regression": "Fine-tuning"}.get(task.name)
    for other in tasks():
        if other.name == earlier:
            said(desk, other)
    out, here = StringIO(), Path.cwd()
    os.chdir(desk)
    try:
        with (
            redirect_stdout(out),
            pd.option_context("display.width", 1000),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            exec(compile(task.python, task.name, "exec"), {})
    finally:
        os.chdir(here)
        plt.close("all")
    return out.getvalue()


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_a_script(desk: Path, task: Task) -> None:
    assert SAYS.get(task.name, "") in said(desk, task)
    for name in FILES.get(task.name, []):
        assert (desk / name).exists()
