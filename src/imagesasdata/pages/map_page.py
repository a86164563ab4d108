"""The page of a map: its template, scripts and data, and a policy that blocks other scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from imagesasdata.pages.template import fill

_SCRIPTS = ("vendor/pixi.min.js", "map.js")


def map_page(title: str, data: Mapping[str, Any]) -> str:
    """The complete page; its policy blocks all requests, even from injected markup.

    Scripts are allowed by their hashes. PixiJS builds functions from its shaders' names, which needs
    "eval".
    """
    folder = resources.files("imagesasdata.pages")
    # Read as text, as the template inserts them: line ends are normalized.
    codes = [(folder / name).read_text("utf-8") for name in _SCRIPTS]
    digests = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return fill("map.html", texts={"title": title, "policy": policy}, data={"data": data})
