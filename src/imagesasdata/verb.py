"""What a verb is, and the one way in which all of them run: table in, stream, columns out."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from imagesasdata.cache import Cache, Known, key
from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.decode import MAX_PIXELS, limits
from imagesasdata.errors import ImageError
from imagesasdata.options import Options
from imagesasdata.progress import Progress
from imagesasdata.runner import Runner, cores
from imagesasdata.sources import Files, is_remote
from imagesasdata.stream import Done, Loaded, stream
from imagesasdata.table import arrow_type, open_table

Row = Mapping[str, Any]

_ROW = "row_number"
# Threads that wait for a server cost little; more of them keep the cores busy.
_REMOTE_WORKERS = 16
_CHUNK_ROWS = 1000


class DroppedImagesWarning(UserWarning):
    """Says how many pictures ``on_error="drop"`` left out."""


class Network(NamedTuple):
    """A function of (parameters, batch) that a `Runner` runs, and its parameters."""

    apply: Callable[[Any, Any], dict[str, Any]]
    params: Any


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What one verb does with one picture; everything else is shared.

    Parameters
    ----------
    name
        The public name.
    columns
        What it adds, in order; ``image_error`` comes by itself.
    load
        From a file's bytes to samples: `stream.Sample` with a network, anything without. One for a
        picture, several for frames or crops; a generator is drawn as it is used. Runs in threads.
    finish
        From the results of a picture's samples to its rows, as mappings from column name to value:
        one row, or with ``many`` any number.
    network
        What is run on the samples in batches; ``None`` when `load` does all the work.
    settings
        What the numbers depend on beside the picture; a cached row is used only under the same.
    many
        Whether the result is a long table, with a row for each thing found.
    keep_empty
        With ``many``: whether a picture in which nothing was found gets a row of nulls.
    max_pixels
        Pictures with more are refused from their header.
    """

    name: str
    columns: tuple[Column, ...]
    load: Callable[[bytes], Iterable[Any]]
    finish: Callable[[list[Any]], Sequence[Row]]
    network: Network | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    many: bool = False
    keep_empty: bool = False
    max_pixels: int = MAX_PIXELS


def run(images: Any, verb: Verb, options: Options) -> Any:
    """Run a verb over a table or paths and give the table back with its columns.

    Raises
    ------
    ImagesAsDataError
        For misuse, before any picture is read; with ``on_error="raise"`` at the first picture that
        cannot be used.
    """
    table = open_table(images, options.path)
    named = [column.named(f"{options.prefix or ''}{column.name}") for column in verb.columns]
    if not verb.many:
        table.check_names(named, prefix=options.prefix)
    rows = _Rows(verb.columns)
    paths = table.paths()
    with ExitStack() as stack:
        runner = _runner(verb, options) if paths else None
        cache = None
        if options.cache is not None:
            cache = Cache(options.cache, verb.name, verb.settings, verb.columns)
            stack.callback(cache.flush)
        files = stack.enter_context(Files())
        stack.enter_context(limits(verb.max_pixels))
        progress = stack.enter_context(Progress(len(paths), verb.name, show=options.progress))
        workers = options.workers or _workers(paths)
        done_jobs = stream(
            range(len(paths)), _loader(paths, verb, files, cache), runner, workers=workers
        )
        for done in stack.enter_context(closing(done_jobs)):
            progress.step(failed=done.error is not None)
            if done.error is not None and options.on_error == "raise":
                raise ImageError(
                    f"Row {done.job} ({paths[done.job]!r}): {done.error}.",
                    'on_error="record" goes on and writes this into the column image_error.',
                )
            _keep(done, verb, rows, cache)
    results, numbers, counts = rows.table(cache)
    renamed = results.rename_columns([*(column.name for column in named), IMAGE_ERROR.name])
    columns = [*named, IMAGE_ERROR]
    failed = [text is not None for text in results[IMAGE_ERROR.name].to_pylist()]
    if options.on_error == "drop" and any(failed):
        warnings.warn(
            f"{verb.name}: {sum(failed)} of {len(paths)} pictures could not be read and were dropped.",
            DroppedImagesWarning,
            stacklevel=3,
        )
    if not verb.many:
        joined = table.join(renamed, columns)
        if options.on_error == "drop":
            joined = table.keep([not bad for bad in failed], joined)
        return joined
    wanted = [
        options.on_error != "drop" if bad else count > 0 or verb.keep_empty
        for bad, count in zip(failed, counts, strict=True)
    ]
    mask = pa.array(wanted, pa.bool_())
    kept = [number for number, want in zip(numbers, wanted, strict=True) if want]
    return table.expand(renamed.filter(mask), kept, columns)


def _runner(verb: Verb, options: Options) -> Runner | None:
    if verb.network is None:
        return None
    return Runner(
        verb.network.apply,
        verb.network.params,
        device=options.device,
        batch_size=options.batch_size,
    )


def _workers(paths: Sequence[str | None]) -> int:
    remote = any(path is not None and is_remote(path) for path in paths)
    return max(cores(), _REMOTE_WORKERS) if remote else cores()


class _Tag(NamedTuple):
    """Under which keys a picture's rows are kept."""

    content: bytes
    place: bytes | None


def _loader(
    paths: Sequence[str | None], verb: Verb, files: Files, cache: Cache | None
) -> Callable[[int], Loaded]:
    def load(job: int) -> Loaded:
        path = paths[job]
        if path is None:
            raise ImageError("no path (the cell is missing or is not text)")
        if cache is None:
            return Loaded(verb.load(files.read(path)))
        stamp = files.stamp(path)
        place = key(path, stamp) if stamp is not None else None
        known = cache.find(place=place) if place is not None else None
        if known is None:
            data = files.read(path)
            content = key(hashlib.sha256(data).digest())
            known = cache.find(content=content)
            if known is None:
                return Loaded(verb.load(data), tag=_Tag(content, place))
        return Loaded(known=known)

    return load


def _keep(done: Done, verb: Verb, rows: _Rows, cache: Cache | None) -> None:
    if done.error is not None:
        rows.add(done.job, [], error=done.error)
    elif done.known is not None:
        rows.add_known(done.job, done.known)
    else:
        found = verb.finish(done.results)
        rows.add(done.job, found)
        if cache is not None and done.tag is not None:
            cache.add(done.tag.content, done.tag.place, found)


class _Rows:
    """Gathers rows as pictures finish, in whatever order, and gives them in the table's order."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._schema = pa.schema(
            [
                *((column.name, arrow_type(column)) for column in columns),
                (IMAGE_ERROR.name, pa.string()),
            ]
        )
        self._chunks: list[pa.Table] = []
        self._waiting: list[Row] = []
        self._numbers: list[int] = []
        self._counts: list[int] = []
        self._known: list[tuple[int, Known]] = []

    def add(self, number: int, rows: Sequence[Row], error: str | None = None) -> None:
        self._waiting += rows or [{IMAGE_ERROR.name: error}]
        self._numbers += [number] * max(len(rows), 1)
        self._counts += [len(rows)] * max(len(rows), 1)
        if len(self._waiting) >= _CHUNK_ROWS:
            self._pack()

    def add_known(self, number: int, known: Known) -> None:
        self._known.append((number, known))

    def table(self, cache: Cache | None) -> tuple[pa.Table, list[int], list[int]]:
        """All rows in the table's order, the row number of each, and how many its picture has."""
        self._pack()
        tables, numbers, counts = [*self._chunks], [*self._numbers], [*self._counts]
        if cache is not None and self._known:
            places = [
                known.start + step
                for _, known in self._known
                for step in range(max(known.count, 1))
            ]
            for number, known in self._known:
                numbers += [number] * max(known.count, 1)
                counts += [known.count] * max(known.count, 1)
            errors = pa.nulls(len(places), pa.string())
            tables.append(cache.take(places).append_column(IMAGE_ERROR.name, errors))
        whole = pa.concat_tables(tables) if tables else self._schema.empty_table()
        order = np.argsort(np.asarray(numbers, np.int64), kind="stable")
        return (
            whole.take(pa.array(order)),
            [numbers[place] for place in order],
            [counts[place] for place in order],
        )

    def _pack(self) -> None:
        if self._waiting:
            self._chunks.append(pa.Table.from_pylist(list(self._waiting), self._schema))
            self._waiting = []
