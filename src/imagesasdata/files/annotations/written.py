"""An object that an answer has as text: JSON, or as Python prints it, also within prose."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from imagesasdata.errors import ImageError, quiet

_FENCED = re.compile(r"```[\w-]*\s*\n?(.*?)```", re.DOTALL)
_MOST = 1_000_000
_SHOWN = 60


def object_of(text: str, *, prose: bool = False) -> Any:
    """What a text says, as JSON or as a literal of Python; with ``prose`` the object within it.

    Raises
    ------
    ImageError
        When there is none, or an object has a key twice.
    """
    if len(text) > _MOST:
        raise ImageError(f"answer has {len(text):,} characters, more than {_MOST:,}")
    first = text.strip()
    tries = [first, *(_within(first) if prose else ())]
    for one in tries:
        for read in (read_json, _literal):
            try:
                return read(one)
            except _NOT_SO:
                continue
    if not first:
        raise ImageError("answer is empty")
    begins = first[:_SHOWN] + ("..." if len(first) > _SHOWN else "")
    cut = first.count("{") > first.count("}")
    what = "is cut off within an object" if cut else "has no object of JSON or Python in it"
    raise ImageError(f"answer {what}; it begins with {begins!r}")


def _within(text: str) -> list[str]:
    """The parts of a prose text that may be an object: what is fenced, then what has braces."""
    fenced = [one.strip() for one in _FENCED.findall(text)]
    braced = text[text.find("{") : text.rfind("}") + 1]
    return [*(fenced if len(fenced) == 1 else ()), *([braced] if braced else ())]


def read_json(text: str) -> Any:
    """What a text in JSON says; halves of a character, which no table can hold, become U+FFFD.

    Raises
    ------
    ValueError, RecursionError
        When it is not JSON, or is nested without end.
    ImageError
        When an object has a key twice, or there is a number that is none.
    """
    return _whole(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, (list, tuple)):
        return type(value)(map(_whole, value))
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value


def _literal(text: str) -> Any:
    with quiet(SyntaxWarning, DeprecationWarning):  # of escapes that Python does not know
        tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = [ast.literal_eval(key) for key in node.keys if key is not None]
            _once([(str(key), None) for key in keys])
    return _whole(ast.literal_eval(tree))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ImageError(f"answer has the key {twice!r} twice")
    return made


def _no_number(name: str) -> Any:
    raise ImageError(f"answer has {name}, which is no number")


_NOT_SO = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)
