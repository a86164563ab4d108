"""The options that all verbs share: their names, meanings, defaults and checks."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of

OnError = Literal["record", "raise", "drop"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a user chose of the common options.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        When a value cannot be used; the message says what to write instead.
    """

    path: str = "path"
    prefix: str | None = None
    batch_size: int | None = None
    workers: int | None = None
    device: str | None = None
    cache: str | os.PathLike[str] | None = None
    on_error: OnError = "record"
    progress: bool | None = None

    def __post_init__(self) -> None:
        if self.on_error not in get_args(OnError):
            raise one_of("on_error", self.on_error, get_args(OnError))
        check_count("batch_size", self.batch_size)
        check_count("workers", self.workers)
        if self.prefix and not f"{self.prefix}x".isidentifier():
            raise ArgumentError(
                f"prefix={self.prefix!r} would make column names that cannot stand in a formula.",
                'use letters, digits and underscores, as in prefix="lite0_".',
            )


def check_count(name: str, value: object, *, least: int = 1) -> None:
    """Raise unless ``value`` is ``None`` or a whole number from ``least``."""
    if value is None:
        return
    hint = f"for example {name}=8."
    if not _is_whole(value):
        raise ArgumentTypeError(f"{name} must be a whole number, got {value!r}.", hint)
    if value < least:
        raise ArgumentError(f"{name} must be at least {least}, got {value}.", hint)


def check_whole(name: str, value: object, *, most: int | None = None) -> None:
    """Raise unless ``value`` is a whole number from 0: a seed, or how many times."""
    span = "from 0" if most is None else f"from 0 to {most}"
    message = f"{name} must be a whole number {span}, got {value!r}."
    if not _is_whole(value):
        raise ArgumentTypeError(message, f"for example {name}=1.")
    if value < 0 or (most is not None and value > most):
        raise ArgumentError(message, f"for example {name}=1.")


def check_share(name: str, value: object, *, under_one: bool = False) -> None:
    """Raise unless ``value`` is a number from 0 to 1, or to under 1."""
    span, hint = f"from 0 to {'under ' if under_one else ''}1", f"for example {name}=0.5."
    if not _is_number(value):
        raise ArgumentTypeError(f"{name} must be a number {span}, got {value!r}.", hint)
    if not 0 <= value <= 1 or (under_one and value == 1):
        raise ArgumentError(f"{name} must be {span}, got {value}.", hint)


def check_amount(name: str, value: object, *, over_zero: bool = False, example: float = 1) -> None:
    """Raise unless ``value`` is a finite number from 0, or over it."""
    hint = f"for example {name}={example}."
    if not _is_number(value):
        raise ArgumentTypeError(f"{name} must be a number, got {value!r}.", hint)
    if not math.isfinite(value):
        raise ArgumentError(f"{name} must be finite, got {value}.", hint)
    if value < 0 or (over_zero and value == 0):
        span = "over 0" if over_zero else "at least 0"
        raise ArgumentError(f"{name} must be {span}, got {value}.", hint)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
