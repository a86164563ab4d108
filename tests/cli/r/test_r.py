"""R's way in, from R: each type both ways, results with R's methods, mistakes in words."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from imagesasdata.cli.r import in_r
from tests.conftest import REPO
from tests.tasks import FILES, SAYS, lay_out, tasks

HERE = Path(__file__).parent
SCRIPTS = ("values", "results", "errors")
NEEDED = "reticulate tibble dplyr broom haven bit64 data.table estimatr"


@functools.cache
def missing() -> str:
    """What is not here, of R and its packages."""
    if shutil.which("Rscript") is None:
        return "R"
    code = f"cat(Filter(function(p) !nzchar(system.file(package=p)), {NEEDED.split()!r}))"
    code = code.replace("[", "c(").replace("]", ")")
    return subprocess.run(["Rscript", "-e", code], capture_output=True, text=True).stdout


def r_script(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of R's in a folder, with this Python."""
    packages = os.pathsep.join([str(REPO / "src"), str(REPO)])
    paths = {"RETICULATE_PYTHON": sys.executable, "PYTHONPATH": packages}
    return subprocess.run(
        ["Rscript", script],
        cwd=folder,
        env={**os.environ, **paths, "PHOTOS": str(REPO / "examples" / "photos"), "TZ": "UTC"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


@functools.cache
def told(script: str) -> dict[str, str]:
    """The checks of a script, and what each said."""
    if missing():
        pytest.skip(f"not installed: {missing()}")
    run = r_script(f"{script}.R", HERE)
    assert run.returncode == 0, run.stderr
    found = re.findall(r"^(ok|not ok) (.+?)(?:: (.*))? ?$", run.stdout, re.MULTILINE)
    return {
        name: ("" if verdict == "ok" else problem or verdict) for verdict, name, problem in found
    }


def checks() -> list[tuple[str, str]]:
    found = []
    for script in SCRIPTS:
        text = (HERE / f"{script}.R").read_text(encoding="utf-8")
        found += [(script, name) for name in re.findall(r'^check\("([^"]+)"', text, re.MULTILINE)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("script", "name"), checks())
def test_in_r(script: str, name: str) -> None:
    assert told(script)[name] == ""


@pytest.mark.slow
def test_the_study_on_the_page(tmp_path: Path) -> None:
    if missing():
        pytest.skip(f"not installed: {missing()}")
    page = (REPO / "docs" / "coming-from" / "r-tidyverse.md").read_text(encoding="utf-8")
    study = page.split("## The whole study")[1].split("\n## ")[0]
    code = "\n".join(re.findall(r"^```r\n(.*?)^```", study, re.MULTILINE | re.DOTALL))
    (tmp_path / "study.R").write_text(code, encoding="utf-8")
    (tmp_path / "examples").symlink_to(REPO / "examples")
    run = r_script("study.R", tmp_path)
    assert run.returncode == 0, run.stderr
    assert "protest_prob" in run.stdout
    assert (tmp_path / "study.rds").exists()


# Small functions in place of networks, then each script by itself, as one would run it.
TASKS = """
Sys.setenv(MPLBACKEND = "agg")
networks <- reticulate::import("tests.small")$small_networks()
networks$`__enter__`()
for (file in sort(list.files(pattern = "^task.*R$"))) {
  cat("\\n##", file, "\\n")
  tryCatch(
    source(file, print.eval = TRUE, local = new.env(parent = globalenv())),
    error = function(e) cat("FAILED:", conditionMessage(e), "\\n")
  )
}
"""


@functools.cache
def said_by_tasks(folder: Path) -> list[str]:
    """What each of the fourteen scripts prints."""
    lay_out(folder)
    for number, task in enumerate(tasks()):
        (folder / f"task{number:02}.R").write_text(task.r, encoding="utf-8")
    (folder / "all.R").write_text(TASKS, encoding="utf-8")
    run = r_script("all.R", folder)
    assert run.returncode == 0, run.stderr
    return re.split(r"^## task.*$", run.stdout, flags=re.MULTILINE)[1:]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if missing():
        pytest.skip(f"not installed: {missing()}")
    return tmp_path_factory.mktemp("desk")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(14), ids=lambda number: tasks()[number].name)
def test_a_task_of_the_page(desk: Path, number: int) -> None:
    name, told = tasks()[number].name, said_by_tasks(desk)[number]
    assert "FAILED" not in told
    assert SAYS.get(name, "") in told
    # R draws on its own device.
    for file in set(FILES.get(name, [])) - {"figure.png"}:
        assert (desk / file).exists()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('iad.features(photos, groups="light")', 'iad$features(photos, groups="light")'),
        ('give groups=["light", "size"].', 'give groups=c("light", "size").'),
        ("give mean=[0.5, 0.5, 0.5].", "give mean=c(0.5, 0.5, 0.5)."),
        ("for example replace=True, or None.", "for example replace=TRUE, or NULL."),
        ('vcov={"cluster": "outlet"}', 'vcov=list(cluster = "outlet")'),
        ('gold={"a": "b", "c": "d"}', 'gold=list(a = "b", c = "d")'),
        ('data["likes"]', "data$likes"),
        ("Nonesuch [0 to 1] stays", "Nonesuch [0 to 1] stays"),
    ],
)
def test_hints_in_rs_words(text: str, wanted: str) -> None:
    assert in_r(text) == wanted
