"""`video_motion`: from videos to a table with a row for each interval, and how much moves in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack, get_args, overload

from imagesasdata import columns as col
from imagesasdata.arrays.measures.motion import COLUMNS as MEASURES
from imagesasdata.arrays.measures.motion import LONG_SIDE, Flow, by_interval
from imagesasdata.arrays.video_frames import shown_at_steps
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.errors import ImageError
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.media import VIDEOS
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
from imagesasdata.verbs.read._frames import seconds
from imagesasdata.verbs.read._keywords import Reading

_NULL = "the video could not be read"
_OF_INTERVAL = (
    Column("interval", "int64", "Number of the interval in its video.", range="0 ...", null=_NULL),
    Column(
        "interval_start", "float64", "When it begins.", unit="seconds", range="0 ...", null=_NULL
    ),
    Column("interval_end", "float64", "When it ends.", unit="seconds", range="0 ...", null=_NULL),
    *MEASURES,
)
COLUMNS = (col.VIDEO_ID, col.VIDEO_PATH, *_OF_INTERVAL)


class _Own(Reading, total=False):
    every: str | float
    fps: float
    flow: Flow


@overload
def video_motion(
    videos: Frame | Paths, *, backend: Pandas = "pandas", **options: Unpack[_Own]
) -> Frame: ...
@overload
def video_motion(videos: Paths, *, backend: Polars, **options: Unpack[_Own]) -> PolarsFrame: ...
@overload
def video_motion(videos: Paths, *, backend: Pyarrow, **options: Unpack[_Own]) -> PyarrowFrame: ...
def video_motion(
    videos: Frame | Paths,
    *,
    path: str = "path",
    every: str | float = "1s",
    fps: float = 5.0,
    flow: Flow = "dis",
    backend: Backend = "pandas",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame | MadeFrame:
    """Make a table with a row for each interval of videos: how much changes and moves, and which way.

    People's motion in front of a fixed camera has been used to measure cooperation on the floor of
    a legislature (Dietrich 2021).

    Parameters
    ----------
    videos
        A folder (searched with its sub-folders), a glob, a video, a list of paths, or a table with
        a column of paths.
    path
        The table's column of paths.
    every
        The length of an interval: ``"1s"``, ``"5min"`` or a number of seconds.
    fps
        Frames per second that are compared, each with the next; all frames when the video has fewer.
        Optical flow can follow only small steps: take more frames for fast motion.
    flow
        How optical flow is computed: ``"dis"`` (quick) or ``"farneback"``.
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
        A row for each interval, and one for each video that cannot be read:

        - ``video_id``, ``video_path``: the video;
        - ``interval``: its number in the video; ``interval_start``, ``interval_end``: in seconds;
        - ``frame_difference``, ``changed_share``: how much of the picture changes, from 0 to 1;
        - ``flow_speed``, ``flow_x``, ``flow_y``: optical flow, in diagonals per second;
        - ``moving_share``: share of pixels that move;
        - ``image_error``: why the video cannot be read, else null.

        Each measure is the mean over the pairs of frames that begin in the interval.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError
        For misuse, before any video is read.

    Notes
    -----
    A cut counts as motion: for edited videos use `video_shots` first. A moving camera moves every
    pixel; compare ``flow_x`` and ``flow_y`` with ``flow_speed``.

    References
    ----------
    Dietrich, B. J. (2021). Using Motion Detection to Measure Social Polarization in the U.S. House of
    Representatives. Political Analysis 29(2). doi:10.1017/pan.2020.25.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> moves = iad.video_motion("examples/videos/shots.mp4", every="2s")
    >>> moves[["interval_start", "interval_end"]].head(2)
       interval_start  interval_end
    0             0.0           2.0
    1             2.0           4.0
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
    length, rate = seconds("every", every), seconds("fps", fps)
    check_choice("flow", flow, get_args(Flow))
    check_count("max_pixels", max_pixels)

    def visit(source: Source) -> Iterator[Row]:
        with (
            source.files.open(source.path) as file,
            open_moving(file, max_pixels=max_pixels) as video,
        ):
            yield from _intervals(video, length, 1.0 / rate, flow)

    verb = Verb(
        name="video_motion",
        columns=_OF_INTERVAL,
        visit=visit,
        finish=lambda results: results,
        settings={"every": length, "fps": rate, "flow": flow},
        many=True,
        media=VIDEOS,
        max_pixels=max_pixels,
    )
    return run(videos, verb, options, backend)


def _intervals(video: AnyVideo, length: float, step: float, flow: Flow) -> Iterator[Row]:
    times = video.times()
    if not len(times):
        raise ImageError("video has no frame")
    chosen = video.frames(times[shown_at_steps(times, step)], long_side=LONG_SIDE)
    frames = ((frame.pixels, frame.time) for frame in chosen)
    for one in by_interval(frames, length, video.end, flow):
        row = dict(zip((column.name for column in _OF_INTERVAL), one[:3], strict=False))
        yield {**row, **one.means}
