"""Values whose ``repr`` is the call that makes them: equal texts mean equal behavior."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from imagesasdata.checks import wrong_names
from imagesasdata.errors import nearest


@dataclass(frozen=True)
class Named:
    """Base of steps and augmentations, which are compared, hashed and printed by their fields.

    A class is named after the function that makes it, and its fields after that function's arguments.
    """

    def __repr__(self) -> str:
        usual = self._usual()
        given, by_place = [], True
        for field in fields(self):
            value = getattr(self, field.name)
            if field.kw_only or value is None:
                by_place = False
            if value is None or (field.kw_only and value == usual[field.name]):
                continue
            given.append(_written(value) if by_place else f"{field.name}={_written(value)}")
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self).__name__).lower()
        return f"{name}({', '.join(given)})"

    def _usual(self) -> Mapping[str, Any]:
        """The defaults of keywords; these are left out of the text."""
        return {field.name: field.default for field in fields(self)}


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def worded(function: Callable[..., Any], package: str) -> Callable[..., Any]:
    """A function that makes a step or an augmentation, which answers a wrong argument's name in words."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def through(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError:
            raise wrong_names(function, signature, args, kwargs, _instead) from None
        return function(*args, **kwargs)

    through.__module__ = package
    return through


def _instead(
    keyword: str, value: Any, function: str, known: Mapping[str, inspect.Parameter]
) -> str:
    close = nearest(keyword, known)
    return (
        f"did you mean {close}=?" if close else f"its arguments are {', '.join(known) or 'none'}."
    )
