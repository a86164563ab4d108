"""For each measure the example photos with its lowest and highest values."""

from __future__ import annotations

import base64
import functools
import html as escape
import importlib
import io

import numpy as np
import pandas as pd
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.measures import GROUPS
from imagesasdata.files.decode import decode

SIDE, EACH = 84, 2


def formulas(group: str) -> str:
    """The text above a group's measures: what each is and where it comes from."""
    module = {"hash": "hashes"}.get(group, group)
    text = importlib.import_module(f"imagesasdata.arrays.measures.{module}").__doc__ or ""
    return text.partition("\n")[2].replace("``", "`")


def extremes(group: str) -> str:
    """An HTML table: each numeric measure of a group, its lowest and its highest photos."""
    photos = iad.features("examples/photos", groups=group, progress=False).dropna(
        subset=GROUPS[group].columns[-1].name
    )
    columns = [column for column in GROUPS[group].columns if column.kind == "float64"]
    return table(photos, [(column.name, column.description, column.unit) for column in columns])


def table(photos: pd.DataFrame, measures: list[tuple[str, str, str]]) -> str:
    """The same for any columns of a table of photos, as name, description and unit."""
    rows = []
    for name, description, unit in measures:
        known = photos[["path", name]].dropna().sort_values(name)
        what = f"<code>{name}</code><br>{escape.escape(description)}"
        if unit:
            what += f" <em>{escape.escape(unit)}</em>"
        cells = "".join(
            _cell(path, value)
            for path, value in (*_rows(known.head(EACH)), *_rows(known.tail(EACH)[::-1]))
        )
        rows.append(f'<tr><td class="text">{what}</td>{cells}</tr>')
    head = (
        f'<th class="text">measure</th><th colspan="{EACH}">lowest</th>'
        f'<th colspan="{EACH}">highest</th>'
    )
    return (
        f'<div class="output" tabindex="0"><table class="data extremes"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rows(known: pd.DataFrame) -> list[tuple[str, float]]:
    return list(known.itertuples(index=False, name=None))


def _cell(path: str, value: float) -> str:
    name = escape.escape(path.rsplit("/", 1)[-1])
    return f'<td><img alt="{name}" src="{_thumbnail(path)}"><br>{value:.3g}</td>'


@functools.cache
def _thumbnail(path: str) -> str:
    with open(path, "rb") as file:
        image = decode(file.read(), long_side=2 * SIDE)
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
