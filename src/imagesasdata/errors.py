"""The library's errors and warnings: one base class, a subclass for each kind of error."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from numbers import Number
from typing import Any

# Characters of a message, and of a hint; what is longer loses its middle.
LONGEST = 400
_SHORT = 60

# What lets a request in: a password before the host of an address (on the web, also a name alone, for
# that is often a token), and such values after its path.
_USER = re.compile(
    r"(?:(?<=http://)|(?<=https://)|(?<=://)(?=[^/?#\s'\"@]*:))[^/?#\s'\"]*@", re.IGNORECASE
)
_SECRET = re.compile(
    r"([?&#;](?:[\w.%-]*(?:signature|token|password|passwd|secret|credential|session(?:[-_]?id)?"
    r"|api[-_]?key|access[-_]?key(?:[-_]?id)?|accessid)|sig|key|auth|authorization|pwd|jwt|hmac)=)"
    r"(?:(?!::)[^&#;\s'\"<>])+",
    re.IGNORECASE,
)

# Held while the process's filters of warnings are changed.
_filters = threading.RLock()

_PACKAGE = os.path.dirname(__file__) + os.sep


class ImagesAsDataError(Exception):
    """Root of every error this library raises on purpose.

    A message says what was expected and what was given, then, after ``Hint:``, what to write instead.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = _cut(without_credentials(message))
        self.hint = hint if hint is None else _cut(without_credentials(hint))
        super().__init__(self.message if hint is None else f"{self.message}\nHint: {self.hint}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.hint)

    def __str__(self) -> str:
        # KeyError prints the repr of its message, which hides the line breaks.
        return str(self.args[0])


class ColumnError(ImagesAsDataError, KeyError):
    """A table lacks a requested column, or has it twice."""


class NameClashError(ImagesAsDataError, ValueError):
    """A verb's output column would overwrite one of the user's."""


class ArgumentError(ImagesAsDataError, ValueError):
    """An argument has a value that the function cannot use."""


class ArgumentTypeError(ImagesAsDataError, TypeError):
    """An argument has a type that the function cannot use."""


class UnknownNameError(ImagesAsDataError, KeyError):
    """A model, a group or another name that the library does not know."""


class DeviceError(ImagesAsDataError, RuntimeError):
    """The device asked for is not on this machine, or too small for the model."""


class SmallerBatchWarning(UserWarning):
    """A batch did not fit into a device's memory; the run continues with smaller batches."""


class DroppedImagesWarning(UserWarning):
    """Says how many pictures ``on_error="drop"`` left out."""


class PassedOverWarning(UserWarning):
    """Says how many files of a folder or an archive were passed over, or frames of a picture."""


class AppearanceWarning(UserWarning):
    """Says once in a session what attributes of a face can mean and what they cannot."""


class GuessWarning(UserWarning):
    """Says how data were understood that could mean something else, and how to state what they mean."""


class TrainedRowsWarning(UserWarning):
    """Says how many rows a model was trained on and cannot predict, or that it does not know them."""


class ImageError(ImagesAsDataError, OSError):
    """A picture that cannot be read; within a run its message becomes the row's ``image_error``."""


class WeightsError(ImagesAsDataError, OSError):
    """A model's weights are missing, altered or not the published ones."""


class CacheError(ImagesAsDataError, OSError):
    """A folder given as ``cache=`` cannot be used."""


class MissingPackageError(ImagesAsDataError, ImportError):
    """An optional package is needed and not installed."""


def users_line() -> int:
    """The stack level, seen from the caller, of the first line outside the library."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level


def tell(message: str, hint: str, kind: type[UserWarning] = GuessWarning) -> None:
    """Warn at the user's line; as in an error, ``hint`` says what to write."""
    told = without_credentials(f"{message}\nHint: {hint}")
    warnings.warn(told, kind, stacklevel=users_line())


@contextlib.contextmanager
def quiet(*kinds: type[Warning], message: str = "") -> Iterator[None]:
    """Ignore some warnings of other libraries, one thread at a time.

    Python's filters belong to the process: two threads that each put theirs back would leave one's for
    good, and whoever ignores every kind would take another call's warnings away.
    """
    with _filters, warnings.catch_warnings():
        for kind in kinds:
            warnings.filterwarnings("ignore", message, kind)
        yield


def without_credentials(text: str) -> str:
    """A text or an address without passwords, tokens and signatures of addresses in it."""
    return _SECRET.sub(r"\1...", _USER.sub("", text)) if "://" in text else text


def has_credentials(address: str) -> bool:
    """Whether the query of an address holds a token or a signature."""
    return _SECRET.search(address) is not None


def short(value: object) -> str:
    """A value in a message: as Python writes it if that is short, else its type."""
    text = repr(value) if _is_small(value) else ""
    if text and len(text) <= _SHORT:
        return text
    if isinstance(value, str):
        return f"{value[: _SHORT // 2]!r}... ({len(value):,} characters)"
    size = f" of {len(value):,}" if isinstance(value, (bytes, list, tuple, dict, set)) else ""
    return f"{type(value).__name__}{size}"


def _is_small(value: object) -> bool:
    """Whether a value is a number, a short text, or a few of them."""
    if isinstance(value, (str, bytes)):
        return len(value) <= _SHORT
    if isinstance(value, (list, tuple, dict, set)):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return len(value) < _SHORT and all(map(_is_small, inner))
    return value is None or isinstance(value, Number)


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    begin = LONGEST * 2 // 3
    return f"{text[:begin]} ... {text[begin + 5 - LONGEST :]}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most similar to ``name``, or ``None`` when none is close."""
    matches = difflib.get_close_matches(
        name, [str(candidate) for candidate in known], n=1, cutoff=0.5
    )
    return matches[0] if matches else None


def one_of(
    what: str, name: object, known: Iterable[str], words: Mapping[str, str] | None = None
) -> UnknownNameError:
    """The error for an unknown name, with the most similar known name as its hint.

    ``words`` maps other words that users may try to known names.
    """
    names = sorted(known)
    close = (words or {}).get(str(name)) or nearest(str(name), names)
    listed = ", ".join(names)
    hint = f"did you mean {close!r}? " if close else ""
    return UnknownNameError(f"Unknown {what} {name!r}.", f"{hint}Known: {listed}.")


def reason(error: Exception) -> str:
    """The short text for ``image_error`` of a picture that raised ``error``."""
    if isinstance(error, MissingPackageError):
        return f"{error.message} {error.hint or ''}".strip()
    if isinstance(error, ImagesAsDataError):
        return error.message
    if isinstance(error, MemoryError):
        return "not enough memory to decode the picture"
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    text = re.sub(r"<[^>]* at 0x[0-9a-f]+>", "file", str(error))
    # An address may hold a password or a token.
    text = re.sub(r"[a-z][a-z0-9+.\-]+://\S+", "(address)", text, flags=re.IGNORECASE)
    text = " ".join(text.split())[:120] or type(error).__name__
    if "truncated" in text:
        # How many bytes a decoder has left over says nothing on how many are missing.
        text = re.sub(r" \(\d+ bytes not processed\)", "", text)
        return text.replace("image file is truncated", "picture is truncated")
    if re.match(
        r"decoder error -\d|(broken|unrecognized) data stream|cannot load this image", text
    ):
        return "picture is damaged: its pixels cannot be decoded"
    return f"cannot be read: {text}"
