"""Tables with captions and notes as a Word document."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from imagesasdata.extras import optional
from imagesasdata.pages.exports import Columns, number_text, texts

# What XML cannot hold.
_CONTROL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NONE = {"val": "nil"}
_LINE = {"val": "single", "sz": "8", "space": "0", "color": "auto"}


def word(
    title: str, tables: Sequence[tuple[str, Columns]], notes: Sequence[str], digits: int
) -> bytes:
    """A .docx file: a heading, tables with lines above, below and under the head, and a list of notes.

    Raises
    ------
    MissingPackageError
        When python-docx is not installed.
    """
    docx = optional("docx", "docx", "to_docx")
    document = docx.Document()
    about = document.core_properties
    about.title, about.author, about.comments = _clean(title), "", ""
    document.add_heading(_clean(title), level=1)
    for caption, columns in tables:
        document.add_paragraph(_clean(caption), style="Caption")
        _add_table(document, columns, digits)
        document.add_paragraph()
    for note in notes:
        document.add_paragraph(_clean(note), style="List Bullet")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_table(document: Any, columns: Columns, digits: int) -> None:
    rows = max((len(cells) for _, cells in columns), default=0)
    table = document.add_table(rows + 1, max(len(columns), 1))
    table.autofit = True
    for place, ((name, cells), is_text) in enumerate(zip(columns, texts(columns), strict=True)):
        shown = [number_text(cell, digits) for cell in cells]
        column = table.columns[place].cells  # finding them takes long, so once for each column
        for cell, text in zip(column, [name, *map(_minus, shown)], strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.text = _clean(text)
            paragraph.paragraph_format.space_after = 0
            paragraph.alignment = 0 if is_text else 2  # left, right
    _rule(table)


def _rule(table: Any) -> None:
    """Lines above, below and under the head, which is repeated on each page."""
    from docx.oxml import OxmlElement

    def element(name: str, values: dict[str, str]) -> Any:
        made = OxmlElement(name)
        for key, value in values.items():
            made.set(f"{{{made.nsmap['w']}}}{key}", value)
        return made

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", _LINE if side in ("top", "bottom") else _NONE))
    table._tbl.tblPr.append(borders)
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(element("w:tblHeader", {"val": "true"}))
    for cell in head.cells:
        under = OxmlElement("w:tcBorders")
        under.append(element("w:bottom", _LINE))
        cell._tc.get_or_add_tcPr().append(under)


def _minus(text: str) -> str:
    """A hyphen before a number as a minus."""
    return f"\u2212{text[1:]}" if re.match(r"-[\d.]", text) else text


def _clean(text: str) -> str:
    return _CONTROL.sub("\ufffd", text)
