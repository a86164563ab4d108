"""What a verb is, and how every verb runs: table in, stream, columns out."""

from __future__ import annotations

import functools
import hashlib
import os
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.engine.cache import Cache, Known, key
from imagesasdata.engine.ray.blocks import is_dataset, over_blocks
from imagesasdata.engine.results import Results, row_name, stop_at
from imagesasdata.engine.runner import HostRunner, Runner, SeveralRunner, runner_for
from imagesasdata.engine.stream import Again, Done, Loaded, stream
from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files.addresses import is_remote
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.media import PICTURES, Media
from imagesasdata.files.references import Pictures
from imagesasdata.machine import cores
from imagesasdata.networks.program import Network, Several
from imagesasdata.options import Options
from imagesasdata.progress import Progress
from imagesasdata.tables.frames import Backend
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.table import Table, no_column, open_table

Row = Mapping[str, Any]

_ROW = "row_number"
# Threads that wait for a server cost little, and more of them keep the cores busy.
_REMOTE_WORKERS = 16
_CHUNK_ROWS = 1000


class Source(NamedTuple):
    """A row's path and how to read it, for verbs that need more than a file's bytes."""

    path: str
    files: Pictures


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What one verb does with one picture; everything else is shared.

    Parameters
    ----------
    name
        The public name.
    columns
        The columns it adds, in order; ``image_error`` is added automatically.
    load
        Turns a file's bytes into samples: `stream.Sample` with a network, any value without one. One
        for a picture, several for frames or crops; a generator is consumed lazily. Runs in threads.
    visit
        Used instead of ``load`` for files too large for memory and for verbs that need the path.
    finish
        Turns the results of a picture's samples into rows, as mappings from column name to value:
        one row, or any number with ``many``.
    network
        Runs on the samples in batches; ``None`` when `load` does all the work.
    again
        Gives more samples for the network from a picture's results so far, until it gives none.
    settings
        What the numbers depend on besides the picture; a cached row is used only for equal settings.
    about
        What a picture's numbers depend on besides its own bytes and ``settings``, by its path.
    many
        Whether the result is a long table, with a row for each thing found.
    keep_empty
        With ``many``: whether a picture in which nothing was found gets a row of nulls.
    media
        What the rows are: pictures or videos.
    number
        With ``many``: a column that numbers the rows of the long table.
    max_pixels
        Pictures with more pixels are refused from their header.
    first
        Adds columns that the paths alone tell, before any picture is read.
    every_frame
        Whether it has an option for the frames of a picture; else it warns where it took only the first.
    """

    name: str
    columns: tuple[Column, ...]
    load: Callable[[bytes], Iterable[Any]] | None = None
    visit: Callable[[Source], Iterable[Any]] | None = None
    finish: Callable[[list[Any]], Sequence[Row]]
    network: Network | Several | None = None
    again: Again | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: Callable[[str], bytes] | None = None
    many: bool = False
    keep_empty: bool = False
    media: Media = PICTURES
    number: Column | None = None
    max_pixels: int = MAX_PIXELS
    first: Callable[[Table], Table] | None = None
    every_frame: bool = False


def run(images: Any, verb: Verb, options: Options, backend: Backend = "pandas") -> Any:
    """Run a verb over a table or paths and return the table with the verb's columns.

    For paths, ``backend`` is the kind of the new table.

    Raises
    ------
    ImagesAsDataError
        For misuse, before any picture is read; with ``on_error="raise"`` at the first picture that
        cannot be used.
    """
    if not verb.many and options.keep != "all":
        raise ArgumentError(
            f"keep={options.keep!r} is for a table with a row for each thing, and here {verb.name} "
            "gives the rows that it was given, with all of their columns.",
            "leave keep out.",
        )
    if is_dataset(images):
        return _on_dataset(images, verb, options)
    table = open_table(images, options.path, verb.media, backend)
    if verb.first is not None:
        table = verb.first(table)
    out = Results(verb.name, table, verb.columns, options, f"{verb.media.name}s")
    if verb.many:
        out.check_long(verb.media, verb.number)
    else:
        out = out.checked()
    rows = _Rows(verb.columns)
    paths = table.paths()
    with ExitStack() as stack:
        runner = None
        if paths and verb.network is not None:
            runner = runner_for(verb.network, device=options.device, batch_size=options.batch_size)
        cache = None
        if options.cache is not None:
            settings = {**verb.settings, **_precision(runner), **_limit(verb)}
            cache = Cache(options.cache, verb.name, settings, verb.columns)
            stack.callback(cache.flush)
        files = stack.enter_context(Pictures(verb.max_pixels))
        progress = stack.enter_context(Progress(len(paths), verb.name, show=options.progress))
        if isinstance(runner, Runner | SeveralRunner):
            runner.note = progress.note
        workers = options.workers or _workers(paths)
        done_jobs = stream(
            range(len(paths)),
            _loader(paths, verb, files, cache),
            runner,
            workers=workers,
            again=verb.again,
        )
        for given in stack.enter_context(closing(done_jobs)):
            done, found = _finished(given, verb)
            progress.step(failed=done.error is not None)
            if done.error is not None:
                stop_at(options, row_name(done.job, paths[done.job]), done.error)
            _keep(done, found, rows, cache)
    if verb.media is PICTURES and not verb.every_frame:
        out.tell_several(files.several)
    results, numbers, counts = rows.table(cache)
    errors = results[IMAGE_ERROR.name].to_pylist()
    if not verb.many:
        return out.join(results, errors)
    wanted = [
        kept and (error is not None or count > 0 or verb.keep_empty)
        for kept, error, count in zip(out.kept(errors, of=len(paths)), errors, counts, strict=True)
    ]
    chosen = [index for index, want in enumerate(wanted) if want]
    return out.expand(
        results.take(pa.array(chosen, pa.int64())),
        [numbers[index] for index in chosen],
        [errors[index] for index in chosen],
        media=verb.media,
        number=verb.number,
    )


def _on_dataset(dataset: Any, verb: Verb, options: Options) -> Any:
    if verb.number is not None:
        raise ArgumentTypeError(
            f"{verb.name} numbers its rows through the whole table, which the blocks of a Ray "
            "Dataset cannot.",
            "give it a table or paths, and make a Dataset of the result: iad.ray_dataset(TABLE).",
        )
    # Actors may run in another working folder, and have no terminal.
    folder = None if options.cache is None else os.path.abspath(os.path.expanduser(options.cache))
    within = replace(options, cache=folder, progress=False)
    return over_blocks(dataset, functools.partial(_on_block, verb=verb, options=within))


def _on_block(block: pa.Table, verb: Verb, options: Options) -> pa.Table:
    number = verb.media.number.name
    if verb.many and number not in block.column_names:
        raise no_column(
            number,
            block.column_names,
            so=f"the rows that {verb.name} gives for one {verb.media.name} could not be told apart",
            hint=f"add a column {number!r} of your own, or begin with iad.ray_dataset(PATHS).",
        )
    return run(block, verb, options)


def _precision(runner: Runner | HostRunner | SeveralRunner | None) -> Mapping[str, str]:
    """An extra setting for the cache: bfloat16 gives other numbers."""
    return (
        {} if runner is None or runner.precision == "float32" else {"precision": runner.precision}
    )


def _limit(verb: Verb) -> Mapping[str, int]:
    """An extra setting for the cache: what one limit lets through, another refuses."""
    return {} if verb.max_pixels == MAX_PIXELS else {"max_pixels": verb.max_pixels}


def _workers(paths: Sequence[str | None]) -> int:
    remote = any(path is not None and is_remote(path) for path in paths)
    return max(cores(), _REMOTE_WORKERS) if remote else cores()


class _Tag(NamedTuple):
    """The keys of a picture's rows in the cache."""

    content: bytes
    place: bytes | None


def _loader(
    paths: Sequence[str | None], verb: Verb, files: Pictures, cache: Cache | None
) -> Callable[[int], Loaded]:
    def load(job: int) -> Loaded:
        path = paths[job]
        if path is None:
            raise ImageError("no path (the cell is missing or is not text)")
        if cache is None:
            return Loaded(_samples(verb, Source(path, files)))
        about = [] if verb.about is None else [verb.about(path)]
        stamp = files.stamp(path)
        place = key(path, stamp, *about) if stamp is not None else None
        known = cache.find(place=place) if place is not None else None
        if known is None:
            data = None if verb.load is None else files.read(path)
            digest = files.digest(path) if data is None else hashlib.sha256(data).digest()
            content = key(digest, *about)
            known = cache.find(content=content)
            if known is None:
                samples = _samples(verb, Source(path, files), data)
                return Loaded(samples, tag=_Tag(content, place))
        return Loaded(known=known)

    return load


def _samples(verb: Verb, source: Source, data: bytes | None = None) -> Iterable[Any]:
    if verb.visit is not None:
        return verb.visit(source)
    if verb.load is None:
        raise TypeError(f"The verb {verb.name} has neither load nor visit.")
    return verb.load(source.files.read(source.path) if data is None else data)


def _finished(done: Done, verb: Verb) -> tuple[Done, Sequence[Row]]:
    """The rows of a picture's results; when they cannot be made, as on a full disk, it has failed."""
    if done.error is not None or done.known is not None:
        return done, []
    try:
        return done, verb.finish(done.results)
    except ImageError as error:
        return Done(done.job, tag=done.tag, error=error.message), []


def _keep(done: Done, found: Sequence[Row], rows: _Rows, cache: Cache | None) -> None:
    if done.error is not None:
        rows.add(done.job, [], error=done.error)
    elif done.known is not None:
        rows.add_known(done.job, done.known)
    else:
        rows.add(done.job, found)
        # Rows with an error of their own are not cached: the next run tries the picture again.
        whole = not any(row.get(IMAGE_ERROR.name) for row in found)
        if cache is not None and done.tag is not None and whole:
            cache.add(done.tag.content, done.tag.place, found)


class _Rows:
    """Gathers rows in the order in which pictures finish, and returns them in the table's order."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._schema = pa.schema(
            [
                *((column.name, arrow_type(column)) for column in columns),
                (IMAGE_ERROR.name, pa.string()),
            ]
        )
        self._chunks: list[pa.Table] = []
        self._waiting: list[Row] = []
        # Eight bytes a row; a list would take 36.
        self._numbers = array("q")
        self._counts = array("q")
        self._known: list[tuple[int, Known]] = []

    def add(self, number: int, rows: Sequence[Row], error: str | None = None) -> None:
        self._waiting += rows or [{IMAGE_ERROR.name: error}]
        self._numbers.extend([number] * max(len(rows), 1))
        self._counts.extend([len(rows)] * max(len(rows), 1))
        if len(self._waiting) >= _CHUNK_ROWS:
            self._pack()

    def add_known(self, number: int, known: Known) -> None:
        self._known.append((number, known))

    def table(self, cache: Cache | None) -> tuple[pa.Table, list[int], list[int]]:
        """All rows in the table's order, the row number of each, and how many its picture has."""
        self._pack()
        tables, numbers, counts = [*self._chunks], [*self._numbers], [*self._counts]
        if cache is not None and self._known:
            positions = [
                known.start + step
                for _, known in self._known
                for step in range(max(known.count, 1))
            ]
            for number, known in self._known:
                numbers += [number] * max(known.count, 1)
                counts += [known.count] * max(known.count, 1)
            errors = pa.nulls(len(positions), pa.string())
            tables.append(cache.take(positions).append_column(IMAGE_ERROR.name, errors))
        whole = pa.concat_tables(tables) if tables else self._schema.empty_table()
        order = np.argsort(np.asarray(numbers, np.int64), kind="stable")
        return (
            whole.take(pa.array(order)),
            [numbers[index] for index in order],
            [counts[index] for index in order],
        )

    def _pack(self) -> None:
        if self._waiting:
            self._chunks.append(pa.Table.from_pylist(list(self._waiting), self._schema))
            self._waiting = []
