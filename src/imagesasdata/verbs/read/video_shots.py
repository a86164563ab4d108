"""`video_shots`: from videos to a table with a row for each shot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack, overload

from imagesasdata import columns as col
from imagesasdata.arrays.measures.shots import Shot
from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.media import VIDEOS
from imagesasdata.files.references import Reference
from imagesasdata.files.sources import PathLike
from imagesasdata.files.video_apart import AnyVideo, open_moving
from imagesasdata.options import Keep, OnError, Options
from imagesasdata.tables.frames import (
    Backend,
    Frame,
    MadeFrame,
    Pandas,
    Paths,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.verbs.read._frames import (
    FRAME_ID,
    FRAME_PATH,
    MIN_LENGTH,
    find_shots,
    seconds,
)
from imagesasdata.verbs.read._keywords import Reading

_NULL = "the video could not be read"
_OF_SHOT = (
    FRAME_PATH,
    col.FRAME,
    col.TIME,
    Column("shot", "int64", "Number of the shot in its video.", range="0 ...", null=_NULL),
    Column("start", "float64", "When the shot begins.", unit="seconds", range="0 ...", null=_NULL),
    Column(
        "end", "float64", "When the next one begins.", unit="seconds", range="0 ...", null=_NULL
    ),
    Column("begins", "string", "How the shot begins: start, cut or fade.", null=_NULL),
)
COLUMNS = (FRAME_ID, col.VIDEO_ID, col.VIDEO_PATH, *_OF_SHOT)


class _Own(Reading, total=False):
    min_length: str | float


@overload
def video_shots(
    videos: Frame | Paths, *, backend: Pandas = "pandas", **options: Unpack[_Own]
) -> Frame: ...
@overload
def video_shots(videos: Paths, *, backend: Polars, **options: Unpack[_Own]) -> PolarsFrame: ...
@overload
def video_shots(videos: Paths, *, backend: Pyarrow, **options: Unpack[_Own]) -> PyarrowFrame: ...
def video_shots(
    videos: Frame | Paths,
    *,
    path: str = "path",
    min_length: str | float = MIN_LENGTH,
    backend: Backend = "pandas",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame | MadeFrame:
    """Make a table with a row for each shot of videos, found by cuts and by fades through black.

    Shots are an editor's choices: their number, their length, and, by their key frames, their
    content. The key frame, in the middle, is in the column ``path``, so that
    ``iad.classify(iad.video_shots("news.mp4"))`` classifies each shot.

    Parameters
    ----------
    videos
        A folder (searched with its sub-folders), a glob, a video, a list of paths, or a table with
        a column of paths.
    path
        The table's column of paths.
    min_length
        The shortest shot: ``"0.6s"``, ``"500ms"`` or a number of seconds. A shorter one is joined
        to the shot before.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``. A table that is given comes
        back as its own kind.
    max_pixels
        A video with more pixels is refused from its header. The pixels of one frame count.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    workers
        Threads that read and decode videos; by default one for each core, for remote files at least
        16.
    cache
        A folder that keeps finished rows, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first video
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        A row for each shot, and one for each video that cannot be read:

        - ``image_id``: number of the row; ``video_id``, ``video_path``: the video;
        - ``path``, ``frame``, ``time``: the key frame, as `read_video` has it;
        - ``shot``: its number in the video, from 0;
        - ``start``, ``end``: in seconds from the first frame; a shot ends where the next begins;
        - ``begins``: ``"start"`` (of the video), ``"cut"`` or ``"fade"`` (through black);
        - ``image_error``: why the video cannot be read, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError
        For misuse, before any video is read.

    Notes
    -----
    The rules are PySceneDetect's adaptive and threshold detectors with their defaults, and a check
    that a single outlying frame is not a cut. Dissolves, wipes and fades to white are not found; a
    sudden change of color of the whole picture counts as a cut.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> iad.video_shots("examples/videos/shots.mp4")[["shot", "start", "end", "begins"]]
       shot  start  end begins
    0     0    0.0  2.5  start
    1     1    2.5  4.0    cut
    2     2    4.0  6.0    cut
    3     3    6.0  8.0    cut
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        workers=workers,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    least = seconds("min_length", min_length)
    check_count("max_pixels", max_pixels)

    def visit(source: Source) -> Iterator[Row]:
        with (
            source.files.open(source.path) as file,
            open_moving(file, max_pixels=max_pixels) as video,
        ):
            yield from _rows(source.path, video, find_shots(video, least))

    verb = Verb(
        name="video_shots",
        columns=_OF_SHOT,
        visit=visit,
        finish=lambda results: results,
        settings={"min_length": least},
        many=True,
        media=VIDEOS,
        number=FRAME_ID,
        max_pixels=max_pixels,
    )
    return run(videos, verb, options, backend)


def _rows(path: str, video: AnyVideo, shots: list[Shot]) -> Iterator[Row]:
    times = video.times()
    starts = [float(times[shot.start]) for shot in shots]
    ends = [*starts[1:], video.end]
    for number, shot in enumerate(shots):
        place = shot.middle
        time = float(times[place])
        values = (
            str(Reference(path, "t", time)),
            place,
            time,
            number,
            starts[number],
            ends[number],
            shot.begins,
        )
        yield dict(zip((column.name for column in _OF_SHOT), values, strict=True))
