"""Checks of the arguments of steps and augmentations, when these are created."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import TypeVar, cast

from PIL import ImageColor

from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of

Color = str | tuple[int, int, int]
T = TypeVar("T", bound=str)

# The longest side that a JPEG can have.
MAX_SIDE = 65_535


def number(name: str, value: object, low: float, high: float, *, hint: str) -> float:
    """``value`` as a plain number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ArgumentTypeError(f"{name} must be a number, got {value!r}.", hint)
    plain = int(value) if isinstance(value, Integral) else float(value)
    if not low <= plain <= high:
        raise ArgumentError(f"{name} must be from {low:,g} to {high:,g}, got {plain}.", hint)
    return plain


def whole(name: str, value: object, low: int, high: int, *, hint: str) -> int:
    """``value`` as a plain whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ArgumentTypeError(f"{name} must be a whole number, got {value!r}.", hint)
    plain = int(value)
    if not low <= plain <= high:
        raise ArgumentError(f"{name} must be from {low:,} to {high:,}, got {plain}.", hint)
    return plain


def span(name: str, value: object, low: float, high: float, *, hint: str) -> tuple[float, float]:
    """``value`` as the bounds of a random draw."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ArgumentTypeError(f"{name} must be two numbers, got {value!r}.", hint)
    least, largest = (number(name, end, low, high, hint=hint) for end in value)
    if least > largest:
        raise ArgumentError(f"{name} must have its lower bound first, got {value!r}.", hint)
    return least, largest


def side(name: str, value: object, *, hint: str) -> int:
    """``value`` as the length of a picture's side in pixels."""
    return whole(name, value, 1, MAX_SIDE, hint=hint)


def seed_of(value: object) -> int:
    """``value`` as a seed."""
    return whole("seed", value, 0, 2**63 - 1, hint="for example seed=1.")


def flag(name: str, value: object) -> bool:
    """``value`` if it is ``True`` or ``False``."""
    if not isinstance(value, bool):
        raise ArgumentTypeError(
            f"{name} must be True or False, got {value!r}.", f"for example {name}=True."
        )
    return value


def only_for(method: str, **given: object) -> None:
    """Raise if arguments were given that belong to another method."""
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"{name} is only for method={method!r}, got {value!r}.",
                f"leave {name} out, or write method={method!r}.",
            )


def choice(what: str, value: object, known: Iterable[T]) -> T:
    """``value`` if it is one of the known words."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        raise one_of(what, value, words)
    return cast(T, value)


def color_of(value: object) -> Color:
    """``value`` if it is a color, as it was given."""
    hint = (
        'a name such as "white", a code such as "#ff8800" or three numbers such as (255, 136, 0).'
    )
    if isinstance(value, str):
        try:
            rgb = ImageColor.getrgb(value)
        except ValueError:
            raise ArgumentError(f"Unknown color {value!r}.", hint) from None
        if len(rgb) == 4:
            raise ArgumentError(
                f"color {value!r} is partly transparent, which pictures here cannot be.", hint
            )
        return value
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ArgumentTypeError(
            f"color must be a name, a code or three numbers, got {value!r}.", hint
        )
    red, green, blue = (whole("a color's part", part, 0, 255, hint=hint) for part in value)
    return red, green, blue


def rgb_of(color: Color) -> tuple[int, int, int]:
    """A color's red, green and blue."""
    rgb = ImageColor.getrgb(color) if isinstance(color, str) else color
    return rgb[0], rgb[1], rgb[2]
