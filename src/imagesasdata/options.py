"""The options that all verbs share: their names, meanings, defaults and checks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal, get_args

from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of

OnError = Literal["record", "raise", "drop"]
# A row for each picture, or a row for each thing, class or line in it.
Shape = Literal["wide", "long"]
# Of an embedding: a column of vectors, or a column for each dimension.
VectorShape = Literal["vector", "wide"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a user chose of the common options.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid value; the message says what to write instead.
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


def check_count(name: str, value: int | None) -> None:
    """Raise unless ``value`` is ``None`` or a whole number from 1."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise ArgumentTypeError(
            f"{name} must be a whole number, got {value!r}.", f"for example {name}=8."
        )
    if value < 1:
        raise ArgumentError(f"{name} must be at least 1, got {value}.", f"for example {name}=8.")


def check_shape(shape: str, known: object = Shape) -> None:
    """Raise unless ``shape`` is one of those known."""
    if shape not in get_args(known):
        raise one_of("shape", shape, get_args(known))


def check_share(name: str, value: float) -> None:
    """Raise unless ``value`` is a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(
            f"{name} must be a number from 0 to 1, got {value!r}.", f"for example {name}=0.5."
        )
    if not 0 <= value <= 1:
        raise ArgumentError(f"{name} must be from 0 to 1, got {value}.", f"for example {name}=0.5.")
