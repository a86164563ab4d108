"""The door of every public function: its arguments by name and type, before any work is done.

A function with a door takes numbers of NumPy and whole numbers written as 3.0, and answers a wrong
name or type of an argument in words. Its signature and text stay the same, also for an editor.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import imagesasdata
from imagesasdata.checks import check_count, check_whole, wrong_names
from imagesasdata.errors import ArgumentTypeError, short
from imagesasdata.networks.calls import calling, under_way
from imagesasdata.verbs.keywords import instead_of
from imagesasdata.verbs.noted import told_options
from imagesasdata.verbs.takes import Takes, takes

# Checks of values that are the same wherever an argument has the name.
_ALWAYS: dict[str, Callable[[str, object], None]] = {
    "seed": check_whole,
    "max_pixels": functools.partial(check_count, example=200_000_000),
}
_EXAMPLES = {
    "formula": '"likes ~ crowd + day"',
    "key": '"a long secret"',
    "question": '"Is it outdoors?"',
    "choices": '["yes", "no"]',
    "labels": '["person", "dog"]',
    "prompt": '"a photo of"',
    "every": '"5s"',
    "cache": '"results"',
    "prefix": '"lite0_"',
    "title": '"My pictures"',
    "device": '"cpu"',
    "image": '"photo.jpg"',
    "to": '"output"',
}
_PACKAGE = __name__.partition(".")[0]
F = TypeVar("F", bound=Callable[..., Any])


def door(function: F) -> F:
    """The function with a door."""
    # A type checker does not see through a cache.
    return typing.cast(F, _with_door(function))


@functools.cache
def _with_door(function: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def through(*args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            raise wrong_names(function, signature, args, kwargs, instead_of) from None
        for name, value in bound.arguments.items():
            parameter = signature.parameters[name]
            kinds = _kinds(function)[name]
            try:
                bound.arguments[name] = kinds.read(value)
            except TypeError:
                others = [*bound.arguments][: len(args)]
                other = _in_its_place(name, others, bound.arguments, _kinds(function))
                raise (
                    _wrong_type(parameter, kinds, value)
                    if other is None
                    else _wrong_order(function, name, other, bound.arguments[other])
                ) from None
            if name in _ALWAYS:
                _ALWAYS[name](name, bound.arguments[name])
        options = {} if under_way() else told_options(bound, _kinds(function))
        with calling(function.__name__, imagesasdata.__version__, options):
            return function(*bound.args, **bound.kwargs)

    # Found, and so pickled, under its public name.
    if "." not in function.__qualname__:
        through.__module__ = _PACKAGE
    return through


@functools.cache
def _kinds(function: Callable[..., Any]) -> dict[str, Takes]:
    """What each parameter takes; read at the first call."""
    return {
        name: takes(parameter.annotation, function)
        if isinstance(parameter.annotation, str)
        else Takes(anything=True)
        for name, parameter in inspect.signature(function).parameters.items()
    }


def _in_its_place(
    name: str, others: list[str], given: dict[str, Any], kinds: dict[str, Takes]
) -> str | None:
    """The parameter, of those given by place, whose value fits this one, and this one's value it."""
    if name not in others:
        return None
    for other in others:
        if other != name and _fits(kinds[name], given[other]) and _fits(kinds[other], given[name]):
            return other
    return None


def _fits(kinds: Takes, value: Any) -> bool:
    try:
        kinds.read(value)
    except TypeError:
        return False
    return True


def _wrong_order(
    function: Callable[..., Any], name: str, other: str, value: Any
) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"{name} and {other} are in each other's place.",
        f"give them by name: {function.__name__}({name}={short(value)}, {other}=...).",
    )


def _wrong_type(parameter: inspect.Parameter, kinds: Takes, value: Any) -> ArgumentTypeError:
    name, default = parameter.name, parameter.default
    column = getattr(value, "name", None)
    if kinds.text and isinstance(column, str) and hasattr(value, "dtype"):
        hint = f'give the name of the column: {name}="{column}".'
    elif default not in (None, inspect.Parameter.empty):
        hint = f"for example {name}={default!r}."
    elif name in _EXAMPLES:
        hint = f"for example {name}={_EXAMPLES[name]}."
    elif kinds.many and kinds.length:
        hint = f"for example {name}={(1,) * kinds.length}."
    elif kinds.whole or kinds.number:
        hint = f"for example {name}={8 if kinds.whole else 0.5}."
    elif kinds.words:
        hint = f"for example {name}={kinds.words[0]!r}."
    elif kinds.flag:
        hint = f"for example {name}=True."
    elif kinds.nothing:
        hint = f"leave {name} out, or give {kinds.kind()}."
    else:
        kind = '["NAME"]' if kinds.many and not kinds.text else '"FILE"' if kinds.path else '"NAME"'
        hint = f"for example {name}={kind}."
    return ArgumentTypeError(f"{name} must be {kinds.kind()}, got {short(value)}.", hint)
