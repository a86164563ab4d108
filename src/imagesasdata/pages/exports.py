"""A table as Markdown or LaTeX, for a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

Columns = Sequence[tuple[str, Sequence[Any]]]

_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    }
)
# What Markdown, and HTML in it, would take as markup.
_MARKDOWN = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{sign: f"\\{sign}" for sign in "\\|*_`[]~$"}}
)


def latex_text(text: str) -> str:
    """A text in which LaTeX finds no commands."""
    return " ".join(text.split()).translate(_LATEX)


def markdown_text(text: str) -> str:
    """A text in which Markdown finds no markup, on one line."""
    return " ".join(text.split()).translate(_MARKDOWN)


def markdown(columns: Columns, digits: int) -> str:
    """A table with pipes; numbers stand to the right."""
    rule = [":--" if is_text else "--:" for is_text in texts(columns)]
    rows = [[markdown_text(name) for name, _ in columns], rule]
    rows += _rows(columns, digits, markdown_text)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def latex(columns: Columns, digits: int) -> str:
    """A tabular that needs ``booktabs``; numbers stand to the right."""
    places = "".join("l" if is_text else "r" for is_text in texts(columns))
    head = " & ".join(latex_text(name) for name, _ in columns)
    rows = [f"{' & '.join(cells)} \\\\" for cells in _rows(columns, digits, _in_latex)]
    top = [rf"\begin{{tabular}}{{{places}}}", r"\toprule", rf"{head} \\", r"\midrule"]
    return "\n".join([*top, *rows, r"\bottomrule", r"\end{tabular}"])


def _in_latex(text: str) -> str:
    # A hyphen before a number is a minus.
    minus = text.startswith("-") and text[1:2].isdigit()
    return f"$-${latex_text(text[1:])}" if minus else latex_text(text)


def texts(columns: Columns) -> list[bool]:
    """Which columns hold texts, or truth values."""
    return [any(not _is_number(cell) for cell in cells if cell is not None) for _, cells in columns]


def _is_number(cell: Any) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _rows(columns: Columns, digits: int, text: Callable[[str], str]) -> list[list[str]]:
    return [
        [text(number_text(cell, digits)) for cell in row]
        for row in zip(*(cells for _, cells in columns), strict=True)
    ]


def number_text(cell: Any, digits: int) -> str:
    """A cell as text; a number that rounds to 0 and is none is told by the smallest that is shown."""
    if cell is None or cell != cell:
        return ""
    if not isinstance(cell, float):
        return f"{cell:,}" if _is_number(cell) else str(cell)
    shown = f"{cell:.{digits}f}"
    if cell != 0.0 and float(shown) == 0.0:
        least = f"{10.0**-digits:.{digits}f}"
        return f"<{least}" if cell > 0.0 else f">-{least}"
    return shown
