"""The output of a code block as HTML: tables of pandas and polars, and figures."""

from __future__ import annotations

import base64
import html as escape
import io
from typing import Any

import pandas as pd
from matplotlib.figure import Figure


def html(value: Any, *, digits: int = 3, dpi: int = 110, photos: str | None = None) -> str:
    """A table or a figure as a notebook would show it.

    Parameters
    ----------
    value
        A pandas or polars table, a pandas series, or a matplotlib figure.
    digits
        Significant digits of numbers.
    dpi
        Dots per inch of figures.
    photos
        What a figure of photographs shows, which is then a JPEG, a tenth as large.
    """
    if isinstance(value, Figure):
        inside = _figure(value, dpi, photos)
    elif isinstance(value, (pd.DataFrame, pd.Series)):
        inside = _table(value.to_frame() if isinstance(value, pd.Series) else value, digits)
    else:
        inside = value._repr_html_()
    # What may have to be scrolled sideways can be reached by the keyboard.
    return f'<div class="output" tabindex="0">{inside}</div>'


def _figure(figure: Figure, dpi: int, photos: str | None) -> str:
    kind = "jpeg" if photos else "png"
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=dpi)
    data = base64.b64encode(buffer.getvalue()).decode()
    alt = escape.escape(photos or "The figure that the code above draws")
    return f'<img alt="{alt}" src="data:image/{kind};base64,{data}">'


def _table(table: pd.DataFrame, digits: int) -> str:
    texts = [not pd.api.types.is_numeric_dtype(dtype) for dtype in table.dtypes]
    head = "".join(_cell("th", str(n), t) for n, t in zip(table.columns, texts, strict=True))
    rows = [
        _cell("th", str(index), text=True)
        + "".join(_cell("td", _plain(cell, digits), t) for cell, t in zip(row, texts, strict=True))
        for index, row in zip(table.index, table.itertuples(index=False), strict=True)
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table class="data"><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _cell(tag: str, content: str, text: bool) -> str:
    kind = ' class="text"' if text else ""
    return f"<{tag}{kind}>{escape.escape(content)}</{tag}>"


def _plain(cell: Any, digits: int) -> str:
    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return "NaN" if isinstance(cell, float) else str(cell)
    return f"{cell:.{digits}g}" if isinstance(cell, float) else str(cell)
