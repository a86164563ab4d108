"""The tables of a result as HTML for a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence

_CELL = "padding:0.2em 0.6em;vertical-align:top;text-align:"


def result_page(
    title: str,
    tables: Sequence[tuple[str, Sequence[tuple[str, Sequence[object]]]]],
    notes: Sequence[str],
) -> str:
    """A title, tables with a caption each, and a list of notes; all text is escaped.

    Parameters
    ----------
    tables
        For each its caption, and for each column its name and cells.
    """
    parts = [f"<p><strong>{html.escape(title)}</strong></p>"]
    parts += [_table(caption, columns) for caption, columns in tables]
    if notes:
        parts.append("<ul>" + "".join(f"<li>{html.escape(note)}</li>" for note in notes) + "</ul>")
    return "".join(parts)


def _table(caption: str, columns: Sequence[tuple[str, Sequence[object]]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name, _ in columns)
    rows = "".join(
        "<tr>" + "".join(_cell(cell) for cell in row) + "</tr>"
        for row in zip(*(cells for _, cells in columns), strict=True)
    )
    return (
        f'<table class="dataframe"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(cell: object) -> str:
    # Styles are inline, because untrusted notebooks remove style sheets.
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    style = f"{_CELL}{'right' if number else 'left'}"
    return f'<td style="{style}">{html.escape(cell_text(cell))}</td>'


def cell_text(cell: object) -> str:
    """A cell as text; numbers with four digits, and nothing for what is missing."""
    if cell is None or cell != cell:
        return ""
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def citation_page(text: str, bibtex: str, notes: Sequence[str]) -> str:
    """A paragraph, its references, and notes."""
    told = "".join(f"<p><em>Note: {html.escape(note)}</em></p>" for note in notes)
    return f"<p>{html.escape(text)}</p><pre>{html.escape(bibtex)}</pre>{told}"
