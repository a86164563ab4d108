"""A table as HTML for a notebook, with a picture at the start of each row."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

_QUALITY = 80
_CELL = "padding:0.2em 0.6em;vertical-align:top;text-align:"


def picture_table(
    pictures: Sequence[np.ndarray | str],
    columns: Sequence[tuple[str, Sequence[str], bool]],
    note: str,
) -> str:
    """The table; everything from files or cells is escaped.

    Parameters
    ----------
    pictures
        One for each row: (h, w, 3) uint8, or a text that says why there is none.
    columns
        For each column its name, a text for each row, and whether these are numbers, which are
        aligned right.
    note
        A line below the table.
    """
    # Styles are inline, because untrusted notebooks remove style sheets.
    head = "".join(_cell("th", html.escape(name), number) for name, _, number in columns)
    rows = "".join(
        f"<tr>{_cell('td', _picture(picture), number=False)}"
        + "".join(_cell("td", html.escape(texts[row]), number) for _, texts, number in columns)
        + "</tr>"
        for row, picture in enumerate(pictures)
    )
    return (
        f'<table class="dataframe"><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"<p>{html.escape(note)}</p>"
    )


def _cell(tag: str, content: str, number: bool) -> str:
    return f'<{tag} style="{_CELL}{"right" if number else "left"}">{content}</{tag}>'


def _picture(picture: np.ndarray | str) -> str:
    if isinstance(picture, str):
        style = "display:inline-block;max-width:12em;white-space:normal"
        return f'<em style="{style}">{html.escape(picture)}</em>'
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=_QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode()
    height, width = picture.shape[:2]
    # No alt text: the row's cells describe the picture, and a screen reader would repeat its name.
    return f'<img alt="" width="{width}" height="{height}" src="data:image/jpeg;base64,{data}">'
