"""Fill a page's template: parts by name, and data as JSON that cannot inject a script."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any


def fill(name: str, *, texts: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """The template ``name`` of this folder, with each ``{{part}}`` filled in.

    ``texts`` are escaped; ``data`` become JSON for a script of type ``application/json``;
    ``{{file:x}}`` is the file ``x`` of this folder, unchanged.
    """
    folder = resources.files("imagesasdata.pages")
    parts = {key: html.escape(text) for key, text in texts.items()}
    parts |= {key: _json(value) for key, value in data.items()}

    def part(match: re.Match[str]) -> str:
        key = match[1]
        if key.startswith("file:"):
            return (folder / key.removeprefix("file:")).read_text("utf-8")
        return parts[key]

    return re.sub(r"\{\{([\w:./]+)\}\}", part, (folder / name).read_text("utf-8"))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # "</script>" inside a string would end the script; in JSON the escaped form means the same.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
