"""Finished rows on disk, so that a run killed at any moment can be resumed.

A cache folder holds a sub-folder of Parquet parts for each combination of verb, settings and model.
A part is written to a temporary name and then renamed, so that a reader sees only complete parts.
Its name is the sha256 of its bytes, and it says to which sub-folder it belongs: a part that does not
fit one of the two is damaged; it is put aside with a warning and its pictures are computed again.
Two processes that finish the same pictures write the same file. Rows are found by the sha256 of the
picture's bytes, or, without reading the picture, by its path, size and time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from imagesasdata.columns import Column
from imagesasdata.errors import CacheError
from imagesasdata.files.atomic import put_aside, remove_orphans, write_whole
from imagesasdata.tables.kinds import arrow_type

# Raised when a change in the library changes a verb's results for the same picture.
RESULTS_VERSION = 6
# Raised when the files of a cache change: an older cache is then left alone, never half read.
FORMAT = 3

CONTENT, PLACE, COUNT = "content_key", "place_key", "row_count"
# In a part's metadata: the name of the sub-folder that it was written for.
_OF = b"imagesasdata"
_FLUSH_ROWS = 1000
_FLUSH_SECONDS = 5.0
_STALE_SECONDS = 24 * 3600
_KEY = np.dtype([("high", "<u8"), ("low", "<u8")])

_RESUMES = "and run the same line again: it resumes from the rows in the cache."
_HINTS = {
    errno.ENOSPC: f"free some space {_RESUMES}",
    errno.EDQUOT: f"free some of your quota {_RESUMES}",
    errno.ENOENT: "it was removed or renamed during the run: put it back, or run the same line again.",
    errno.EACCES: "make it writable, or give a folder of your own.",
    errno.EPERM: "make it writable, or give a folder of your own.",
    errno.EROFS: "it is on a disk that can only be read: give a folder of your own.",
}

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Known:
    """The rows of a finished picture in the cache: ``count`` rows from ``start``."""

    start: int
    count: int


def key(*parts: str | bytes) -> bytes:
    """A 16-byte key of some text or bytes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()[:16]


class Cache:
    """The finished rows of one verb with one set of settings.

    Parameters
    ----------
    folder
        The user's ``cache=``; created when it does not exist.
    verb, settings
        What the numbers depend on besides the picture: the verb's name, its options and its model's
        fingerprint. Each combination has its own sub-folder.
    columns
        The columns of a row.

    Raises
    ------
    CacheError
        When the folder cannot be created or written.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        verb: str,
        settings: Mapping[str, Any],
        columns: Sequence[Column],
    ) -> None:
        described = {
            "verb": verb,
            "settings": dict(settings),
            "columns": [column.name for column in columns],
            "results_version": RESULTS_VERSION,
            "format": FORMAT,
        }
        text = json.dumps(described, sort_keys=True, indent=1, default=str)
        self._folder = Path(folder).expanduser() / f"{verb}-{key(text).hex()[:16]}"
        self._schema = pa.schema(
            [
                (CONTENT, pa.binary(16)),
                (PLACE, pa.binary(16)),
                (COUNT, pa.int32()),
                *((column.name, arrow_type(column)) for column in columns),
            ]
        )
        self._waiting: list[dict[str, Any]] = []
        self._written = time.monotonic()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not (self._folder / "settings.json").exists():
                write_whole(self._folder / "settings.json", text.encode())
        except OSError as error:
            raise _cannot_write(self._folder, error) from error
        remove_orphans(self._folder, older=_STALE_SECONDS)
        self._known = self._read_parts()
        self._counts = self._known[COUNT].to_numpy()
        self._by_content = _Index(self._known[CONTENT])
        self._by_place = _Index(self._known[PLACE])

    def find(self, *, content: bytes | None = None, place: bytes | None = None) -> Known | None:
        """The position of a finished picture's rows; ``None`` when it is not finished."""
        start = self._by_place.find(place) if place is not None else None
        if start is None and content is not None:
            start = self._by_content.find(content)
        return None if start is None else Known(start, int(self._counts[start]))

    def take(self, positions: Sequence[int]) -> pa.Table:
        """The rows at some positions."""
        wanted = pa.array(positions, pa.int64())
        return self._known.drop([CONTENT, PLACE, COUNT]).take(wanted)

    def add(self, content: bytes, place: bytes | None, rows: Records) -> None:
        """Keep a finished picture's rows; they are on disk after the next flush at the latest."""
        keys = {CONTENT: content, PLACE: place or content, COUNT: len(rows)}
        self._waiting += [{**keys, **row} for row in rows] or [keys]
        late = time.monotonic() - self._written > _FLUSH_SECONDS
        if late or len(self._waiting) >= _FLUSH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the waiting rows as one part."""
        if self._waiting:
            table = pa.Table.from_pylist(self._waiting, self._schema)
            data = packed(table, self._folder.name)
            try:
                write_whole(self._folder / _name(data), data)
            except OSError as error:
                raise _cannot_write(self._folder, error) from error
            self._waiting = []
        self._written = time.monotonic()

    def _read_parts(self) -> pa.Table:
        parts = []
        for path in sorted(self._folder.glob("*.parquet")):
            try:
                parts.append(_read_part(path, self._schema))
            except FileNotFoundError:
                continue  # another process put it aside first
            except (OSError, _DamagedError) as error:
                aside = put_aside(path) if isinstance(error, _DamagedError) else path
                warnings.warn(
                    f"The cache part {str(path)!r} is damaged ({error}) and is left out; "
                    f"its pictures are computed again. The file is now {aside.name!r}.",
                    stacklevel=2,
                )
        whole = pa.concat_tables(parts) if parts else self._schema.empty_table()
        return whole.combine_chunks()


class _DamagedError(ValueError):
    """A part that is not what was written."""


def packed(table: pa.Table, of: str) -> bytes:
    """The bytes of a part of the sub-folder ``of``."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({_OF: of.encode()}), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _name(data: bytes) -> str:
    return f"{hashlib.sha256(data).hexdigest()}.parquet"


def _read_part(path: Path, schema: pa.Schema) -> pa.Table:
    """A part, once its checksum, columns, sub-folder and row counts are verified."""
    data = path.read_bytes()
    if path.name != _name(data):
        raise _DamagedError("its content does not fit its checksum")
    try:
        part = pq.read_table(pa.BufferReader(data))
    except pa.ArrowException as error:
        raise _DamagedError(str(error)) from error
    if not part.schema.equals(schema):
        raise _DamagedError("it has other columns than this verb")
    if (part.schema.metadata or {}).get(_OF) != path.parent.name.encode():
        raise _DamagedError("it was written for another verb, model or other settings")
    _check_counts(part)
    return part.replace_schema_metadata(None)


def _check_counts(part: pa.Table) -> None:
    """Each picture has as many rows, one after the other, as its count says."""
    if any(part[name].null_count for name in (CONTENT, PLACE, COUNT)):
        raise _DamagedError("it has rows without a key or a count")
    counts = part[COUNT].to_numpy()
    columns = [part[name].to_numpy() for name in (CONTENT, PLACE, COUNT)]
    same = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    ends = np.flatnonzero(np.append(~same, True)) if len(counts) else np.zeros(0, int)
    lengths = np.diff(ends, prepend=-1)
    if (counts < 0).any() or (lengths % np.maximum(counts[ends], 1)).any():
        raise _DamagedError("its row counts are wrong")


def _cannot_write(folder: Path, error: OSError) -> CacheError:
    hint = _HINTS.get(error.errno or 0, "give a folder of your own, for example in your home.")
    return CacheError(
        f"The cache folder {str(folder)!r} cannot be written: {error.strerror}.", hint
    )


class _Index:
    """Finds 16-byte keys in a column; it takes 24 bytes a key, a dict about 150."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        values = column.combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = (
                pa.concat_arrays(values.chunks)
                if values.num_chunks
                else pa.array([], pa.binary(16))
            )
        buffer = values.buffers()[1] if len(values) else None
        keys = np.frombuffer(buffer or b"", _KEY)[values.offset : values.offset + len(values)]
        # Equal keys keep their order, because a picture's rows are contiguous.
        self._order = np.argsort(keys["high"], kind="stable")
        self._keys = keys[self._order]

    def find(self, wanted: bytes) -> int | None:
        target = np.frombuffer(wanted, _KEY)[0]
        index = int(np.searchsorted(self._keys["high"], target["high"]))
        while index < len(self._keys) and self._keys[index]["high"] == target["high"]:
            if self._keys[index]["low"] == target["low"]:
                return int(self._order[index])
            index += 1
        return None
