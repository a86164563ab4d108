"""A page of one file: a template filled with its style, its scripts and its data."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any


def fill(
    template: str,
    *,
    title: str,
    styles: Sequence[str],
    scripts: Sequence[str],
    data: Mapping[str, Any],
) -> str:
    """The page of a template in this folder, whole.

    Parameters
    ----------
    template
        A file with ``{{title}}``, ``{{policy}}``, ``{{styles}}``, ``{{data}}`` and ``{{scripts}}``.
    title
        Plain text.
    styles, scripts
        Files in this folder, in order.
    data
        What the scripts find as JSON in the element ``data``.

    Notes
    -----
    The page's policy lets run only these scripts, told by their hashes, and lets nothing be fetched:
    even markup that found its way into the page could do nothing.
    """
    codes = [_read(name) for name in scripts]
    hashes = " ".join(f"'sha256-{_digest(code)}'" for code in codes)
    # PixiJS writes its shaders' functions as text, which is "eval".
    policy = (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "title": html.escape(title),
        "policy": html.escape(policy),
        "styles": "\n".join(f"<style>{_read(name)}</style>" for name in styles),
        "data": f'<script type="application/json" id="data">{as_json(data)}</script>',
        "scripts": "\n".join(f"<script>{code}</script>" for code in codes),
    }
    page = _read(template)
    # Cut at the places first, so that no part is searched for another's place.
    for name in parts:
        page = page.replace(f"{{{{{name}}}}}", f"\0{name}\0")
    pieces = page.split("\0")
    return "".join(parts.get(piece, piece) if n % 2 else piece for n, piece in enumerate(pieces))


def as_json(data: Any) -> str:
    """JSON that stands in HTML as it is: no character in it can end the element or begin another."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    escaped = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    # A path that is no text, as Linux allows, has half a character of UTF-16.
    return escaped.encode("utf-8", "backslashreplace").decode()


def _read(name: str) -> str:
    return files("imagesasdata.pages").joinpath(name).read_text("utf-8")


def _digest(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
