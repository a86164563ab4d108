"""The tutorials: their pages, their notebooks and `make tutorial-1` hold the same cells, and run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPO

NUMBERS = (1, 2, 3)


def code(number: int) -> list[str]:
    from tutorials import PAGES, cells

    return [cell.source for cell in cells(PAGES[number]) if cell.kind == "python"]


@pytest.mark.parametrize("number", NUMBERS)
def test_cells_are_what_the_page_shows(number: int) -> None:
    from tutorials import PAGES, cells

    found = cells(PAGES[number])
    assert found[0].source.startswith(f"# {number}. ")
    assert f"`make tutorial-{number}`" in re.sub(r"\s+", " ", found[0].source)
    shown = [cell.source for cell in found if cell.kind != "text"]
    assert len(shown) > 6
    for source in shown:
        assert "markdown-exec" not in source
        assert "outputs import html" not in source


def test_a_page_that_hides_shows_and_only_mentions_code(tmp_path: Path) -> None:
    from tutorials import Cell, cells

    page = tmp_path / "page.md"
    page.write_text(
        '# Title\n\n```python exec="true"\nhidden = 1\n```\n\n'
        '```python exec="true" source="above" html="true"\nshown = 2\n'
        "print(shown)  # markdown-exec: hide\n```\n\nText.\n\n```python\nmentioned = 3\n```\n\n"
        "```sh\nimagesasdata models\n```\n"
    )
    assert cells(page) == [
        Cell("text", "# Title"),
        Cell("python", "shown = 2"),
        Cell("text", "Text.\n\n```python\nmentioned = 3\n```"),
        Cell("shell", "imagesasdata models"),
    ]


def test_a_terminal_shows_the_last_expression(tmp_path: Path, capsys: Any) -> None:
    import run_tutorial

    names: dict[str, Any] = {}
    assert run_tutorial._value("a = 2\na + 1", names) == 3
    assert run_tutorial._value("b = a", names) is None
    assert names["b"] == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["run_tutorial.py", "4"])
        with pytest.raises(
            SystemExit, match=r"Expected the number of a tutorial \(1 to 3\), got '4'"
        ):
            run_tutorial.main()


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_the_notebook_is_in_step_with_its_page(number: int) -> None:
    pytest.importorskip("jupytext", reason="make slow installs jupytext")
    from tutorials import PAGES, notebook

    page = PAGES[number]
    written = page.with_suffix(".ipynb").read_text("utf-8")
    assert written == notebook(page), "write it anew: make notebooks"
    parts = [cell for cell in json.loads(written)["cells"] if cell["cell_type"] == "code"]
    assert "%pip install" in "".join(parts[0]["source"])
    sources = {"".join(cell["source"]) for cell in parts}
    assert set(code(number)) <= sources


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_the_notebook_runs(number: int, bring_weights: Any, monkeypatch: Any) -> None:
    nbclient = pytest.importorskip("nbclient", reason="make slow installs nbclient")
    import nbformat
    from tutorials import PAGES

    if number == 3:
        bring_weights("faces")
    # The kernel is another process.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPO / "src"), *_python_path()]))
    book = nbformat.read(PAGES[number].with_suffix(".ipynb"), as_version=4)
    where = {"metadata": {"path": str(PAGES[number].parent)}}
    nbclient.NotebookClient(book, timeout=900, resources=where).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in shown for kind in output.get("data", {})}
    assert {"text/html", "image/png"} <= kinds
    assert not [output for output in shown if output.output_type == "error"]
    said = "".join(output.text for output in shown if output.output_type == "stream")
    assert re.search(r"(features|classify|detect_faces): 100%", said)  # work shows how far it is
    assert "Warning" not in said.replace("AppearanceWarning", "")


def _python_path() -> list[str]:
    return [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []


@pytest.mark.slow
def test_a_terminal_runs_the_first_tutorial(tmp_path: Path, capsys: Any) -> None:
    import run_tutorial

    run_tutorial.run(1, tmp_path)
    printed = capsys.readouterr().out
    assert "## Motion" in printed
    assert "picture is truncated" in printed
    assert len(list(tmp_path.glob("figure-*.png"))) >= 2
