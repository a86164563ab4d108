"""The verbs from R: `file` is an R file that R sources, and that calls what is here."""

from __future__ import annotations

import os
import re
import warnings
from typing import Any

import imagesasdata
from imagesasdata.cli.r.values import from_r, to_r
from imagesasdata.errors import ImagesAsDataError

file = os.path.join(os.path.dirname(__file__), "imagesasdata.R")

# What a hint writes in Python, and R otherwise.
_WORDS = {"True": "TRUE", "False": "FALSE", "None": "NULL"}
_ITEM = r"(?:\"[^\"\]]*\"|[\d.]+)"
_LIST = rf"(?<![\w\"'])\[({_ITEM}(?:, {_ITEM})*)\]"


def public() -> list[str]:
    """The names that `iad` has in R."""
    return list(imagesasdata.__all__)


def names(owner: Any) -> list[str]:
    """The public attributes of an object."""
    return [name for name in dir(owner) if not name.startswith("_")]


def member(owner: Any, name: str) -> dict[str, Any]:
    """An attribute: a value, or that it is a function."""
    return _told(lambda: _member(imagesasdata if owner is None else owner, name))


def _member(owner: Any, name: str) -> dict[str, Any]:
    found = getattr(owner, name)
    if callable(found) and not isinstance(found, type):
        return {"kind": "function", "help": text_of(owner, name)}
    return to_r(found)


def text_of(owner: Any, name: str) -> str:
    """The signature and the text of a function."""
    import inspect

    found = getattr(imagesasdata if owner is None else owner, name)
    return f"{name}{inspect.signature(found)}\n\n{inspect.getdoc(found) or ''}"


def call(owner: Any, name: str, positional: Any, named: Any) -> dict[str, Any]:
    """What a function gives, for R to read, with the warnings on the way; or an error in words."""

    def work() -> dict[str, Any]:
        function = getattr(imagesasdata if owner is None else owner, name)
        return to_r(function(*from_r(positional), **from_r(named)))

    return _told(work)


def _told(work: Any) -> dict[str, Any]:
    with warnings.catch_warnings(record=True) as told:
        try:
            answer = {"value": work()}
        except ImagesAsDataError as error:
            answer = {"error": in_r(str(error)), "type": type(error).__name__}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}", "type": type(error).__name__}
    notes = [{"text": in_r(str(one.message)), "type": one.category.__name__} for one in told]
    return {**answer, "warnings": notes}


def in_r(text: str) -> str:
    """A message in R's words: ``iad$verb(x = c("a", "b"))`` for ``iad.verb(x=["a", "b"])``."""
    text = re.sub(r"\biad\.(\w+)", r"iad$\1", text)
    text = re.sub(r"\b(True|False|None)\b", lambda word: _WORDS[word[0]], text)
    text = re.sub(_LIST, r"c(\1)", text)
    text = re.sub(r"\{(\"\w+\": [^{}]*)\}", lambda found: f"list({_named(found[1])})", text)
    return re.sub(r"\b(\w+)\[\"(\w+)\"\]", r"\1$\2", text)


def _named(pairs: str) -> str:
    return re.sub(r"\"(\w+)\": ", r"\1 = ", pairs)


def raster(owner: Any) -> dict[str, Any]:
    """A figure, or a result's figure, as the colors of its pixels, three numbers for each."""
    return _told(lambda: _raster(owner))


def _raster(owner: Any) -> dict[str, Any]:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(owner if hasattr(owner, "savefig") else owner.plot())
    canvas.draw()
    return to_r(np.asarray(canvas.buffer_rgba())[:, :, :3])
