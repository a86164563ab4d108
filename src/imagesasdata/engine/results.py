"""The results of a verb: named, joined to the user's table, with failures reported.

``prefix=`` and ``on_error=`` are implemented here, for every verb.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.errors import (
    DroppedImagesWarning,
    ImageError,
    NameClashError,
    PassedOverWarning,
    tell,
    users_line,
)
from imagesasdata.files.media import PICTURES, Media
from imagesasdata.files.remote import shown
from imagesasdata.networks.calls import under_way
from imagesasdata.options import Options
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.marks import Run
from imagesasdata.tables.table import Table

_speaker: ContextVar[str | None] = ContextVar("speaker", default=None)
_is_unseen: ContextVar[bool] = ContextVar("unseen", default=False)
# So many columns with the names and types of a verb's are no coincidence.
_SEVERAL = 3
# The number of a column of several, as in emb_12 and label_2_prob.
_NUMBER = re.compile(r"_\d+(?=_|$)")
# Verbs that give a row for each picture with the counts.
_COUNTED = {
    "detect_faces": "iad.count_faces(data)",
    "analyze_faces": "iad.count_faces(data, attributes=...)",
    "detect_objects": "iad.count_objects(data)",
}


def prefixed(name: str, prefix: str | None) -> str:
    """A column's name with ``prefix=``; ``image_error`` is shared by all verbs and gets none."""
    return name if name == IMAGE_ERROR.name else f"{prefix or ''}{name}"


def within(options: Options) -> Options:
    """The options for a verb that another verb runs: only the outer one drops rows and warns."""
    on_error = "raise" if options.on_error == "raise" else "record"
    return replace(options, keep="all", prefix=None, replace=False, on_error=on_error)


def run_of(verb: str, prefix: str | None, names: list[str]) -> Run:
    """A run that is under way, with what is known of it."""
    call, prefix = under_way(), prefix or ""
    if call is None:
        return Run(verb, prefix, names)
    # A verb that another one runs gets options that the user did not give.
    options = call.options if verb == call.name else None
    return Run(verb, prefix, names, call.version, options, [*call.models] or None, call.fit)


def row_name(row: int, path: str | None) -> str:
    """A row's name in a message."""
    return f"Row {row} ({path if path is None else shown(path)!r})"


def stop_at(options: Options, name: str, error: str) -> None:
    """After a failure, stop if ``on_error="raise"``.

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
    """`stop_at` for the first of several failures; ``name`` turns its number into a name."""
    for number, error in enumerate(errors):
        if error is not None:
            stop_at(options, name(number), error)


@contextmanager
def speaking_as(verb: str) -> Iterator[None]:
    """Warnings name this verb within a ``with`` block, in which it runs another verb."""
    token = _speaker.set(verb)
    try:
        yield
    finally:
        _speaker.reset(token)


@contextmanager
def index_unseen() -> Iterator[None]:
    """Within a ``with`` block, nobody sees a table's index: it comes from a file and goes into one."""
    token = _is_unseen.set(True)
    try:
        yield
    finally:
        _is_unseen.reset(token)


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
        The added columns, in order, under the verb's own names.
    options
        Only ``keep``, ``prefix``, ``replace`` and ``on_error`` matter here.
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
        """The columns under their names in the user's table."""
        return [column.named(prefixed(column.name, self.options.prefix)) for column in self.columns]

    @property
    def run(self) -> Run:
        """What the table notes of this run."""
        return run_of(self.verb, self.options.prefix, [column.name for column in self.named])

    def checked(self, *, has_prefix: bool = True, replaceable: bool = True) -> Results:
        """The results for the table without the columns that they replace.

        Those are the columns that an earlier run of the same verb added, and with ``replace=True``
        all of the same names. A table that lost its notes, such as one of polars that was filtered, is
        known by the verb's full set of columns, and that is told. ``has_prefix`` and ``replaceable`` say
        whether the verb has these options.

        Raises
        ------
        NameClashError
            When a column of the user's would be overwritten.
        """
        self._check_errors_are_text()
        taken = {column.name for column in self.named} & set(self.table.names) - {IMAGE_ERROR.name}
        noted = self._earlier(taken) if replaceable and has_prefix else set()
        earlier = noted or (self._whole(taken) if replaceable and has_prefix else set())
        is_read = self.table.path in taken | earlier
        clash = sorted(taken if is_read else taken - earlier)
        if clash and (is_read or not self.options.replace):
            ways = (
                "as path names one of them."
                if is_read
                else f"or write over it: {self.verb}(..., replace=True)."
                if replaceable
                else "or drop the column first."
            )
            raise NameClashError(
                f"The table has a column {clash[0]!r} already, and it is not overwritten"
                + (f" (nor are {', '.join(map(repr, clash[1:]))})." if clash[1:] else "."),
                f'give prefix="{prefixed("new_", self.options.prefix)}" for other names, {ways}'
                if has_prefix
                else f"rename or drop it first, as in data.drop(columns={clash!r}).",
            )
        gone = taken | earlier
        if gone - noted:
            self._tell_left_over(gone)
        return replace(self, table=self.table.without(gone)) if gone else self

    def _earlier(self, taken: set[str]) -> set[str]:
        """What earlier runs of this verb gave together with these, unless a type has changed since."""
        new = {column.name: column for column in self.named}
        found: set[str] = set()
        for run in self.table.runs():
            same = run.verb == self.verb and run.prefix == (self.options.prefix or "")
            if same and taken & set(run.names):
                found |= set(run.names) & set(self.table.names)
        changed = [name for name in found & set(new) if not self.table.has_type(name, new[name])]
        return set() if changed else found

    def _whole(self, taken: set[str]) -> set[str]:
        """The verb's columns, where a table without any notes has all of them and ``image_error``."""
        new = {column.name: column for column in self.named}
        if (
            self.options.replace
            or self.table.runs()
            or not {*new, IMAGE_ERROR.name} <= set(self.table.names)
            or len(taken) < _SEVERAL
            or not all(self.table.has_type(name, column) for name, column in new.items())
        ):
            return set()
        tell(
            f"{self.verb}: the table's columns {', '.join(map(repr, list(new)[:3]))}"
            + (f" and {len(new) - 3:,} more" if len(new) > 3 else "")
            + " are replaced: they are taken for those of an earlier run, as the table has all columns "
            "of this verb.",
            "replace=True says so; if they are your own, give prefix="
            f"{prefixed('new_', self.options.prefix)!r}.",
        )
        return set(new)

    def _tell_left_over(self, gone: set[str]) -> None:
        """Warn of columns that a larger run of the same verb may have left beside those replaced."""
        names = [column.name for column in self.named]
        kinds = {_NUMBER.sub("_#", name) for name in names if _NUMBER.search(name)}
        left = [
            name
            for name in self.table.names
            if name not in {*gone, IMAGE_ERROR.name}
            and (
                name.startswith(tuple(f"{one}_" for one in names))
                or (_NUMBER.search(name) and _NUMBER.sub("_#", name) in kinds)
            )
        ]
        if left:
            tell(
                f"{self.verb}: {', '.join(map(repr, left[:3]))}"
                + (f" and {len(left) - 3:,} more columns stay" if len(left) > 3 else " stay")
                + " beside those that are replaced, and may be of an earlier run with other options.",
                f"if so, drop them first, as in data.drop(columns={left[:1]!r}).",
            )

    def _check_errors_are_text(self) -> None:
        if IMAGE_ERROR.name in self.table.names and not self.table.holds_text(IMAGE_ERROR.name):
            raise NameClashError(
                f"The table's column {IMAGE_ERROR.name!r} does not hold text, but this name is kept "
                "for the reason why a picture could not be read.",
                "rename that column.",
            )

    def spread(
        self, cells: Mapping[str, Sequence[Any] | np.ndarray], rows: Sequence[int] | np.ndarray
    ) -> pa.Table:
        """The cells of some rows as results for all rows, with nulls in the others."""
        indices: list[int | None] = [None] * len(self.table)
        for index, row in enumerate(rows):
            indices[row] = index
        take = pa.array(indices, pa.int64())
        kinds = {column.name: arrow_type(column) for column in self.columns}
        return pa.table(
            {
                name: pa.array(some, kinds[name], from_pandas=True).take(take)
                for name, some in cells.items()
            }
        )

    def join(self, results: pa.Table, errors: Sequence[str | None] | None = None) -> Any:
        """The user's table with the columns added; row ``i`` gets result ``i``.

        With ``errors``, ``image_error`` is added, too, and ``on_error="drop"`` drops failed rows.
        """
        renamed, columns = self._renamed(results), self.named
        if errors is None:
            return self.table.join(renamed, columns, self.run)
        told = pa.array(errors, pa.string())
        joined = self.table.join(
            renamed.append_column(IMAGE_ERROR.name, told), [*columns, IMAGE_ERROR], self.run
        )
        kept = self.kept(errors)
        return joined if all(kept) else self.table.keep(kept, joined)

    def check_long(self, media: Media = PICTURES, number: Column | None = None) -> None:
        """Check before the work that the result can be a long table (see `expand`).

        A warning says so where counts by id would fall on other rows of the user's table.

        Raises
        ------
        ColumnError
            When ``keep`` names a column that the table lacks.
        NameClashError
            When a column's name there is taken.
        """
        self.carried(media, number)
        rows = () if _is_unseen.get() else self.table.misnamed(media)
        if len(rows):
            ids, verb = media.number.name, _speaker.get() or self.verb
            counted = _COUNTED.get(verb)
            tell(
                f"{verb}: the table's own {ids!r} and its index have the same labels on different "
                f"rows ({len(rows):,} of {len(self.table):,}), so counts by {ids!r} that pandas puts "
                "back by index fall on other rows.",
                f'write data["n"] = data["{ids}"].map(result.groupby("{ids}").size())'
                + (f", or {counted}" if counted else "")
                + f'; or before the call data.index = data["{ids}"].tolist().',
            )

    def carried(self, media: Media, number: Column | None) -> dict[str, str]:
        """The user's columns that come along into a long table, each with its name there.

        Raises
        ------
        ColumnError
            When ``keep`` names a column that the table lacks.
        NameClashError
            When a column's name there is taken.
        """
        keep, table = self.options.keep, self.table
        names = (
            table.names if keep == "all" else [] if keep == "none" else list(dict.fromkeys(keep))
        )
        wanted = [table.known(name, "keep") for name in names]
        ids, path = media.number.name, media.path.name
        new = {column.name for column in self.named} | {ids, path, IMAGE_ERROR.name}
        new |= set() if number is None else {number.name}
        stem = ids.removesuffix("id")
        earlier = self._earlier(new & set(table.names))
        carried = {
            name: f"{stem}{name}" if name in new else name for name in wanted if name not in earlier
        }
        # The long table has these anyway.
        for name in (ids, IMAGE_ERROR.name):
            carried.pop(name, None)
        if table.path == path or carried.get(table.path) == path:
            carried.pop(table.path, None)
        for old, name in carried.items():
            if old != name and (name in new or name in wanted):
                raise NameClashError(
                    f"{self.verb} gives a column {old!r}, so the table's own would be named {name!r} "
                    "beside it, which is taken, too.",
                    f"rename one of them, or name the columns that come along, as in "
                    f"keep={[one for one in table.names if one not in new][:2]!r}.",
                )
        self._check_errors_are_text()
        return carried

    def expand(
        self,
        results: pa.Table,
        rows: Sequence[int | None],
        errors: Sequence[str | None],
        *,
        media: Media = PICTURES,
        number: Column | None = None,
        first: int = 0,
        gaps: bool = False,
    ) -> Any:
        """A long table: result ``i`` belongs to row ``rows[i]`` of the user's (see `Table.expand`).

        An earlier verb's reason stays in ``image_error``, but with ``gaps``: there it is of a query.
        """
        earlier = [None] * len(self.table) if gaps else self.table.earlier_errors()
        both = [
            (None if row is None else earlier[row]) or error
            for row, error in zip(rows, errors, strict=True)
        ]
        told = pa.array(both, pa.string())
        return self.table.expand(
            self._renamed(results).append_column(IMAGE_ERROR.name, told),
            rows,
            [*self.named, IMAGE_ERROR],
            self.carried(media, number),
            media=media,
            number=number,
            first=first,
            gaps=gaps,
            run=self.run,
        )

    def kept(self, errors: Sequence[str | None], *, of: int | None = None) -> list[bool]:
        """Which rows stay: all, or with ``on_error="drop"`` those without an error.

        A warning says how many are dropped, of ``of`` things, by default of all rows.
        """
        failed = [error is not None for error in errors]
        if self.options.on_error != "drop" or not any(failed):
            return [True] * len(failed)
        verb, count = _speaker.get() or self.verb, len(failed) if of is None else of
        warnings.warn(
            f"{verb}: {sum(failed)} of {count} {self.things} could not be used and were dropped.",
            DroppedImagesWarning,
            stacklevel=users_line(),
        )
        return [not bad for bad in failed]

    def tell_several(self, paths: Collection[str]) -> None:
        """Warn of pictures of which only the first frame or page was taken."""
        if not paths:
            return
        verb, first = _speaker.get() or self.verb, shown(min(paths))
        which = (
            f"{first!r} has" if len(paths) == 1 else f"{len(paths)} pictures, as {first!r}, have"
        )
        tell(
            f"{verb}: {which} several frames or pages, and only the first was taken.",
            'give iad.read_images(PATHS, frames="all") in place of the paths to take them all.',
            PassedOverWarning,
        )

    def _renamed(self, results: pa.Table) -> pa.Table:
        own = results.select([column.name for column in self.columns])
        return own.rename_columns([column.name for column in self.named])
