"""Checks of arguments; the error says what to write instead.

Functions named ``check_...`` raise or leave the value as it is. The others return the value as a plain
Python one: a NumPy number, or a whole number that R gives as 3.0.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeGuard, TypeVar, cast

from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of, short

T = TypeVar("T", bound=str)


def check_count(name: str, value: object, *, least: int = 1, example: int = 8) -> None:
    """Raise unless ``value`` is ``None`` or a whole number from ``least``."""
    if value is None:
        return
    hint = f"for example {name}={example}."
    if not _is_whole(value):
        raise _no("a whole number", name, value, hint)
    if value < least:
        raise ArgumentError(f"{name} must be at least {least}, got {value}.", hint)


def check_whole(name: str, value: object, *, most: int | None = None) -> None:
    """Raise unless ``value`` is a whole number from 0, such as a seed or a number of repetitions."""
    kind = "a whole number from 0" + ("" if most is None else f" to {most}")
    hint = f"for example {name}=1."
    if not _is_whole(value):
        raise _no(kind, name, value, hint)
    if value < 0 or (most is not None and value > most):
        raise ArgumentError(f"{name} must be {kind}, got {value!r}.", hint)


def check_share(name: str, value: object, *, under_one: bool = False) -> None:
    """Raise unless ``value`` is a number from 0 to 1, or to under 1."""
    span, hint = f"from 0 to {'under ' if under_one else ''}1", f"for example {name}=0.5."
    if not _is_number(value):
        raise _no(f"a number {span}", name, value, hint)
    if not 0 <= value <= 1 or (under_one and value == 1):
        raise ArgumentError(f"{name} must be {span}, got {value}.", hint)


def check_amount(name: str, value: object, *, over_zero: bool = False, example: float = 1) -> None:
    """Raise unless ``value`` is a finite number from 0, or over it."""
    hint = f"for example {name}={example}."
    if not _is_number(value):
        raise _no("a number", name, value, hint)
    if not math.isfinite(value):
        raise ArgumentError(f"{name} must be finite, got {value}.", hint)
    if value < 0 or (over_zero and value == 0):
        span = "over 0" if over_zero else "at least 0"
        raise ArgumentError(f"{name} must be {span}, got {value}.", hint)


def check_only_for(method: str, **given: object) -> None:
    """Raise if arguments were given that belong to another method."""
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"{name} is only for method={method!r}, got {value!r}.",
                f"leave {name} out, or write method={method!r}.",
            )


def check_choice(what: str, value: object, known: Iterable[T]) -> T:
    """Raise unless ``value`` is one of the known words."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        raise one_of(what, value, words)
    return cast(T, value)


def check_flag(name: str, value: object) -> bool:
    """Raise unless ``value`` is ``True`` or ``False``."""
    if not isinstance(value, bool):
        raise _no("True or False", name, value, f"for example {name}=True.")
    return value


def plain(value: object) -> object:
    """A number, bool or text of NumPy or another library as Python's own; other values as they are."""
    one = getattr(value, "shape", None) == () and getattr(value, "item", None)
    return one() if callable(one) else value


def number(name: str, value: object, low: float, high: float, *, hint: str) -> float:
    """``value`` as a plain number from ``low`` to ``high``."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _no("a number", name, value, hint)
    own = int(value) if isinstance(value, Integral) else float(value)
    if not low <= own <= high:
        raise ArgumentError(f"{name} must be from {low:,g} to {high:,g}, got {own}.", hint)
    return own


def whole(name: str, value: object, low: int, high: int, *, hint: str) -> int:
    """``value`` as a plain whole number from ``low`` to ``high``."""
    value = plain(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _no("a whole number", name, value, hint)
    own = int(value)
    if not low <= own <= high:
        raise ArgumentError(f"{name} must be from {low:,} to {high:,}, got {own}.", hint)
    return own


def seed_of(value: object) -> int:
    """``value`` as a seed."""
    return whole("seed", value, 0, 2**63 - 1, hint="for example seed=1.")


def span(name: str, value: object, low: float, high: float, *, hint: str) -> tuple[float, float]:
    """``value`` as the bounds of a random draw."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _no("two numbers", name, value, hint)
    least, largest = (number(name, end, low, high, hint=hint) for end in value)
    if least > largest:
        raise ArgumentError(f"{name} must have its lower bound first, got {value!r}.", hint)
    return least, largest


def wrong_names(
    function: Callable[..., Any],
    signature: inspect.Signature,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    instead: Callable[[str, Any, str, Mapping[str, inspect.Parameter]], str],
) -> ArgumentTypeError:
    """The error for arguments that a function lacks, misses or gets twice.

    ``instead`` says what to write, from an unknown name, its value, the function's name and parameters.
    """
    name = function.__name__
    known = {one: two for one, two in signature.parameters.items() if one != "self"}
    for keyword, value in kwargs.items():
        if keyword not in known:
            hint = instead(keyword, value, name, known)
            return ArgumentTypeError(f"{name} has no argument {keyword!r}.", hint)
    first = [one for one, two in known.items() if two.kind is not inspect.Parameter.KEYWORD_ONLY]
    given = len(args) - ("self" in signature.parameters)
    example = f"{name}({', '.join(call_with(known))})"
    if given > len(first):
        text = f"{name} takes {', '.join(first) or 'nothing'} without a name, got {given} values."
        return ArgumentTypeError(text, f"name the others, as in {example}.")
    twice = [one for one in first[:given] if one in kwargs]
    if twice:
        text = f"{name} got {twice[0]} twice: at its place and by its name."
        return ArgumentTypeError(text, f"give it once, as in {example}.")
    missing = [
        one
        for one, two in known.items()
        if two.default is inspect.Parameter.empty and one not in (*first[:given], *kwargs)
    ]
    return ArgumentTypeError(f"{name} needs {' and '.join(missing)}.", f"write {example}.")


def call_with(known: dict[str, inspect.Parameter]) -> list[str]:
    """How the arguments that must be given are written in a call."""
    needed = [two for two in known.values() if two.default is inspect.Parameter.empty]
    shown = needed or [*known.values()][:1]
    return [
        one.name
        if one.kind is not inspect.Parameter.KEYWORD_ONLY
        else f"{one.name}={one.name.upper()}"
        for one in shown
    ]


def _no(kind: str, name: str, value: object, hint: str) -> ArgumentTypeError:
    return ArgumentTypeError(f"{name} must be {kind}, got {short(value)}.", hint)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
