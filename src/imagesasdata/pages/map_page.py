"""The page of a map: the template with its scripts, its data, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from imagesasdata.pages.template import fill

_SCRIPTS = ("vendor/pixi.min.js", "map.js")


def map_page(title: str, data: Mapping[str, Any]) -> str:
    """The page, whole: nothing is fetched, by this page or by markup that found its way into it.

    Its scripts are told by their hashes. PixiJS makes functions of its shaders' names, which is "eval".
    """
    folder = resources.files("imagesasdata.pages")
    # As text, which is how they go into the page: line ends are made alike.
    codes = [(folder / name).read_text("utf-8") for name in _SCRIPTS]
    digests = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return fill("map.html", texts={"title": title, "policy": policy}, data={"data": data})
