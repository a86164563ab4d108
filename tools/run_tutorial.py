"""Run a tutorial in a terminal: ``python tools/run_tutorial.py 1``. Figures go to demo/tutorial-1/."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from tutorials import PAGES, cells

REPO = Path(__file__).parents[1]


def run(number: int, to: Path) -> None:
    """Run each cell of a tutorial and show what it gives."""
    to.mkdir(parents=True, exist_ok=True)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells(PAGES[number]):
        if cell.kind == "text":
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    print(f"\n{line}\n")
        elif cell.kind == "shell":
            print(f"$ {cell.source}")
            words = cell.source.split()[1:]
            subprocess.run([sys.executable, "-m", "imagesasdata", *words], check=True)
        else:
            print("\n".join(f">>> {line}" for line in cell.source.splitlines()))
            _show(_value(cell.source, names), to)


def _value(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line, if that is an expression, as a notebook shows it."""
    body = ast.parse(source).body
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
        return None
    exec(compile(ast.Module(body[:-1], []), "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def _show(value: Any, to: Path) -> None:
    if isinstance(value, Figure):
        file = to / f"figure-{len(list(to.glob('figure-*.png'))) + 1}.png"
        value.savefig(file, dpi=110)
        print(f"[figure: {os.path.relpath(file)}]")
    elif isinstance(value, (pd.DataFrame, pd.Series)):
        with pd.option_context("display.precision", 3, "display.width", 120):
            print(value)
    elif value is not None:
        print(value)
    print()


def main() -> None:
    """Run the tutorial whose number is given."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked not in map(str, PAGES):
        sys.exit(f"Expected the number of a tutorial (1 to {len(PAGES)}), got {asked!r}.")
    os.chdir(REPO)
    to = REPO / "demo" / f"tutorial-{asked}"
    for old in to.glob("figure-*.png"):
        old.unlink()
    run(int(asked), to)


if __name__ == "__main__":
    main()
