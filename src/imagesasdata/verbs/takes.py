"""What a parameter takes, read from its annotation; and a value as the function expects it."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from numbers import Real
from os import PathLike
from typing import Any

from imagesasdata.checks import plain


@dataclass
class Takes:
    """What a parameter takes."""

    whole: bool = False
    number: bool = False
    text: bool = False
    raw: bool = False
    flag: bool = False
    nothing: bool = False
    path: bool = False
    mapping: bool = False
    stream: bool = False
    anything: bool = False
    words: list[str] = field(default_factory=list)
    # What the elements of a list may be; None where no list is taken.
    many: Takes | None = None
    length: int = 0  # of a list of that many

    def kind(self) -> str:
        """In words."""
        said = {
            "a whole number": self.whole and not self.number,
            "a number": self.number,
            "True or False": self.flag,
            "a path": self.path,
            "text": self.text and not self.path,
            " or ".join(map(repr, self.words)): bool(self.words),
            "bytes": self.raw,
            "a dict": self.mapping,
            "a list": self.many is not None and not self.length,
            f"a list of {self.length} values": self.length > 0,
        }
        return " or ".join(kind for kind, holds in said.items() if holds) or "None"

    def read(self, value: Any) -> Any:
        """The value as a plain one of a kind that is taken.

        Raises
        ------
        TypeError
            When it is of no such kind.
        """
        value = plain(value)
        if self.anything or (value is None and self.nothing):
            return value
        # What stands in a dict, and what may stand in its place, the function itself says best.
        plainly = (Mapping, str, int, float, list, tuple, type(None))
        if self.mapping and isinstance(value, plainly):
            return value
        if self.stream and isinstance(value, Iterator):
            return value
        if isinstance(value, bool):
            return self._if(value, self.flag)
        if isinstance(value, Real):
            return self._number(value)
        if isinstance(value, str):
            # Words and single values of a list are checked by the function itself.
            taken = self.text or self.path or self.words or self.many
            return self._if(value, bool(taken))
        if isinstance(value, bytes):
            return self._if(value, self.raw)
        if isinstance(value, PathLike):
            return self._if(value, self.path)
        return self._several(value)

    def _number(self, value: Real) -> Any:
        one = float(value) if not isinstance(value, int | float) else value
        if self.number:
            return one
        if isinstance(one, float) and one.is_integer():
            one = int(one)
        return self._if(one, self.whole and isinstance(one, int))

    def _several(self, value: Any) -> Any:
        if self.many is None:
            raise TypeError
        if isinstance(value, tuple):
            return tuple(map(self.many.read, value))
        if isinstance(value, Sequence | AbstractSet):
            return list(map(self.many.read, value)) if not isinstance(value, range) else value
        listed = getattr(value, "to_list", None) or getattr(value, "tolist", None)
        listed = listed or getattr(value, "to_pylist", None)
        if not callable(listed) or getattr(value, "ndim", 1) != 1:
            raise TypeError
        return list(map(self.many.read, typing.cast("list[Any]", listed())))

    @staticmethod
    def _if(value: Any, taken: bool) -> Any:
        if not taken:
            raise TypeError
        return value


def takes(annotation: str, function: Callable[..., Any]) -> Takes:
    """What a parameter of a function takes."""
    found = Takes()
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        hint = typing.get_type_hints(holder, function.__globals__)["it"]
    except NameError:  # a type that only a type checker imports
        return Takes(anything=True)
    _add(found, hint)
    return found


_SCALARS = {int: "whole", float: "number", str: "text", bool: "flag", bytes: "raw"}


def _add(found: Takes, hint: Any) -> None:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        for one in inner:
            _add(found, one)
    elif origin is typing.Literal:
        found.words += [str(word) for word in inner]
    elif hint in _SCALARS:
        setattr(found, _SCALARS[hint], True)
    elif hint in (None, type(None)):
        found.nothing = True
    elif PathLike in (hint, origin):
        found.path = True
    elif origin in (Sequence, AbstractSet, tuple, list):
        found.many = Takes()
        found.length = 0 if origin is not tuple or Ellipsis in inner else len(inner)
        for one in inner:
            if one is not Ellipsis:
                _add(found.many, one)
    elif origin is Iterator:
        found.stream = True
    elif origin is Mapping:
        found.mapping = True
    else:  # a table, an object of the library's, or Any
        found.anything = True
