"""The one way out of a verb: columns named and joined to the user's table, failures told.

What ``prefix=`` and ``on_error=`` do is decided here for every verb, whatever its rows are.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.errors import DroppedImagesWarning, ImageError, NameClashError
from imagesasdata.files.remote import shown
from imagesasdata.files.sources import PICTURES, Media
from imagesasdata.options import Options
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.table import Table

_speaker: ContextVar[str | None] = ContextVar("speaker", default=None)
_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


def prefixed(name: str, prefix: str | None) -> str:
    """The name that a column has with ``prefix=``; ``image_error`` is shared and keeps its own."""
    return name if name == IMAGE_ERROR.name else f"{prefix or ''}{name}"


def within(options: Options) -> Options:
    """The options for a verb that another one runs: what fails there is dropped at the end, once."""
    on_error = "raise" if options.on_error == "raise" else "record"
    return replace(options, prefix=None, on_error=on_error)


def row_name(row: int, path: str | None) -> str:
    """How a message names a row."""
    return f"Row {row} ({path if path is None else shown(path)!r})"


def stop_at(options: Options, name: str, error: str) -> None:
    """Go on after a failure, or with ``on_error="raise"`` stop.

    Raises
    ------
    ImageError
        With ``on_error="raise"``; the message begins with ``name``, which says what failed.
    """
    if options.on_error == "raise":
        raise ImageError(
            f"{name}: {error}.",
            f'on_error="record" goes on and writes this into the column {IMAGE_ERROR.name}.',
        )


def stop_at_first(
    options: Options, errors: Sequence[str | None], name: Callable[[int], str]
) -> None:
    """`stop_at` for the first of several that failed; ``name`` says what the number names."""
    for number, error in enumerate(errors):
        if error is not None:
            stop_at(options, name(number), error)


@contextmanager
def speaking_as(verb: str) -> Iterator[None]:
    """Warnings name this verb meanwhile: for one that runs another with the user's ``on_error``."""
    token = _speaker.set(verb)
    try:
        yield
    finally:
        _speaker.reset(token)


@dataclass(frozen=True)
class Results:
    """What a verb adds to a user's table.

    Parameters
    ----------
    verb
        The verb's public name.
    table
        The user's table.
    columns
        What is added, under the verb's own names, in order.
    options
        Of these ``prefix`` and ``on_error`` count.
    things
        What can fail, in the plural, for the message: pictures, faces, pairs.
    """

    verb: str
    table: Table
    columns: Sequence[Column]
    options: Options
    things: str = "pictures"

    @property
    def named(self) -> list[Column]:
        """The columns under the names that they have in the user's table."""
        return [column.named(prefixed(column.name, self.options.prefix)) for column in self.columns]

    def checked(self) -> Results:
        """The same, where no column of the user's would be overwritten.

        Raises
        ------
        NameClashError
            When one would be.
        """
        names = {column.name for column in self.named}
        taken = sorted(names & set(self.table.names) - {IMAGE_ERROR.name})
        if taken:
            raise NameClashError(
                f"The table has a column {taken[0]!r} already, and it is not overwritten"
                + (f" (nor are {', '.join(map(repr, taken[1:]))})." if taken[1:] else "."),
                f'give prefix="{prefixed("new_", self.options.prefix)}" for other names, or drop the '
                "column first.",
            )
        if IMAGE_ERROR.name in self.table.names and not self.table.holds_text(IMAGE_ERROR.name):
            raise NameClashError(
                f"The table's column {IMAGE_ERROR.name!r} does not hold text, but this name is kept "
                "for the reason why a picture could not be read.",
                "rename that column.",
            )
        return self

    def spread(
        self, cells: Mapping[str, Sequence[Any] | np.ndarray], rows: Sequence[int] | np.ndarray
    ) -> pa.Table:
        """The cells of some rows as results for all rows, with nulls in the others."""
        places: list[int | None] = [None] * len(self.table)
        for place, row in enumerate(rows):
            places[row] = place
        take = pa.array(places, pa.int64())
        kinds = {column.name: arrow_type(column) for column in self.columns}
        return pa.table(
            {
                name: pa.array(some, kinds[name], from_pandas=True).take(take)
                for name, some in cells.items()
            }
        )

    def join(self, results: pa.Table, errors: Sequence[str | None] | None = None) -> Any:
        """The user's table with the columns; row ``i`` has result ``i``.

        With ``errors`` also ``image_error``, and with ``on_error="drop"`` without the rows that
        failed.
        """
        renamed, columns = self._renamed(results), self.named
        if errors is None:
            return self.table.join(renamed, columns)
        told = pa.array(errors, pa.string())
        joined = self.table.join(
            renamed.append_column(IMAGE_ERROR.name, told), [*columns, IMAGE_ERROR]
        )
        kept = self.kept(errors)
        return joined if all(kept) else self.table.keep(kept, joined)

    def expand(
        self,
        results: pa.Table,
        rows: Sequence[int | None],
        errors: Sequence[str | None],
        *,
        media: Media = PICTURES,
        number: Column | None = None,
        first: int = 0,
    ) -> Any:
        """A long table: result ``i`` belongs to row ``rows[i]`` of the user's (see `Table.expand`)."""
        told = pa.array(errors, pa.string())
        return self.table.expand(
            self._renamed(results).append_column(IMAGE_ERROR.name, told),
            rows,
            [*self.named, IMAGE_ERROR],
            media,
            number,
            first,
        )

    def kept(self, errors: Sequence[str | None], *, of: int | None = None) -> list[bool]:
        """Which stay: all, or with ``on_error="drop"`` those without an error; a warning counts.

        ``of`` is the number of things, where one may have several errors.
        """
        failed = [error is not None for error in errors]
        if self.options.on_error != "drop" or not any(failed):
            return [True] * len(failed)
        verb, count = _speaker.get() or self.verb, len(failed) if of is None else of
        warnings.warn(
            f"{verb}: {sum(failed)} of {count} {self.things} could not be used and were dropped.",
            DroppedImagesWarning,
            stacklevel=_users_line(),
        )
        return [not bad for bad in failed]

    def _renamed(self, results: pa.Table) -> pa.Table:
        own = results.select([column.name for column in self.columns])
        return own.rename_columns([column.name for column in self.named])


def _users_line() -> int:
    """How far up the stack, seen from the caller, the first line outside the library is."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
