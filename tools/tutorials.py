"""The tutorials' pages as cells: what is shown is a cell of code or of text, what is hidden is left out.

A page of docs/tutorials/ is the one source; ``python tools/tutorials.py`` writes the notebooks beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
PAGES = {
    1: FOLDER / "process-pictures-and-video.md",
    2: FOLDER / "classify-and-fine-tune.md",
    3: FOLDER / "faces.md",
}

_BLOCK = re.compile(r"^```(\w+)(.*?)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_HIDDEN = "# markdown-exec: hide"
_INSTALL = """\
# In a copy of the project this does nothing; on Colab it installs the package and brings the pictures.
import importlib.util
import os
import sys

if importlib.util.find_spec("imagesasdata") is None:
    %pip install --quiet imagesasdata
    !pip download --quiet --no-deps --no-binary imagesasdata imagesasdata
    !tar -xzf imagesasdata-*.tar.gz --strip-components=1
while not os.path.isdir("examples/photos") and os.getcwd() != os.path.dirname(os.getcwd()):
    os.chdir("..")"""


@dataclass(frozen=True)
class Cell:
    """A part of a tutorial: text, Python, or a command for a shell."""

    kind: Literal["text", "python", "shell"]
    source: str


def cells(page: Path) -> list[Cell]:
    """The cells of a page. Code that the page shows but does not run stays part of the text."""
    text = page.read_text("utf-8")
    found: list[Cell] = []
    written = ""
    end = 0
    for block in _BLOCK.finditer(text):
        language, options, code = block.groups()
        written += text[end : block.start()]
        end = block.end()
        runs = 'exec="true"' in options
        if language == "sh" or (runs and "source=" in options):
            found.append(Cell("text", written.strip()))
            found.append(Cell("shell" if language == "sh" else "python", _shown(code)))
            written = ""
        elif not runs:
            written += block.group()
    found.append(Cell("text", (written + text[end:]).strip()))
    return [cell for cell in found if cell.source]


def notebook(page: Path) -> str:
    """A page as a notebook (.ipynb), without outputs."""
    import jupytext  # type: ignore[import]
    import nbformat.v4 as nb  # type: ignore[import]

    made = [nb.new_code_cell(_INSTALL)]
    for cell in cells(page):
        if cell.kind == "text":
            made.append(nb.new_markdown_cell(re.sub(r"\[(`\w+`)\]\[[\w.]+\]", r"\1", cell.source)))
        elif cell.kind == "python":
            made.append(nb.new_code_cell(cell.source))
        else:
            command = cell.source.replace("imagesasdata", "{sys.executable} -m imagesasdata", 1)
            made.append(nb.new_code_cell(f"!{command}"))
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"  # the same whenever it is written
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return jupytext.writes(
        nb.new_notebook(cells=made, metadata={"kernelspec": kernel}), fmt="ipynb"
    )


def _shown(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if _HIDDEN not in line).strip()


def main() -> None:
    """Write the notebooks."""
    for page in PAGES.values():
        page.with_suffix(".ipynb").write_text(notebook(page), "utf-8")


if __name__ == "__main__":
    main()
