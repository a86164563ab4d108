"""`read_video`: from videos to a table with a row for each selected frame."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Unpack, overload

from imagesasdata import columns as col
from imagesasdata.arrays.video_frames import equally_spaced, shown_at_steps
from imagesasdata.checks import check_count
from imagesasdata.columns import IMAGE_ERROR
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.errors import ArgumentError, ImageError
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.media import VIDEOS
from imagesasdata.files.references import Reference
from imagesasdata.files.sources import PathLike
from imagesasdata.files.video_apart import AnyVideo, open_moving
from imagesasdata.files.writing import Folder, folder
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
from imagesasdata.verbs.read._frames import FRAME_ID, FRAME_PATH, key_frames, seconds
from imagesasdata.verbs.read._keywords import Reading

_OF_FRAME = (FRAME_PATH, col.FRAME, col.TIME)
COLUMNS = (FRAME_ID, col.VIDEO_ID, col.VIDEO_PATH, *_OF_FRAME)


Choice = Callable[[AnyVideo], Sequence[int]]


class _Own(Reading, total=False):
    every: str | float | None
    fps: float | None
    n: int | None
    to: PathLike | None
    format: str


@overload
def read_video(
    videos: Frame | Paths, *, backend: Pandas = "pandas", **options: Unpack[_Own]
) -> Frame: ...
@overload
def read_video(videos: Paths, *, backend: Polars, **options: Unpack[_Own]) -> PolarsFrame: ...
@overload
def read_video(videos: Paths, *, backend: Pyarrow, **options: Unpack[_Own]) -> PyarrowFrame: ...
def read_video(
    videos: Frame | Paths,
    *,
    path: str = "path",
    every: str | float | None = None,
    fps: float | None = None,
    n: int | None = None,
    to: PathLike | None = None,
    format: str = "jpeg",
    backend: Backend = "pandas",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame | MadeFrame:
    """Make a table with a row for each selected frame of videos.

    Every verb for pictures takes the table: ``iad.classify(iad.read_video("floor.mp4",
    every="5s"))``. Frames are decoded one at a time when they are used, so neither long videos nor
    many videos fill memory.

    Parameters
    ----------
    videos
        A folder (searched with its sub-folders), a glob, a video, a list of paths, or a table with
        a column of paths.
    path
        The table's column of paths.
    every
        The time from one frame to the next: ``"1s"``, ``"500ms"``, ``"2min"``, a number of seconds;
        or ``"shots"``: one frame of each shot (see `video_shots`), or ``"frame"``: all. By default
        ``"1s"``, unless ``fps`` or ``n`` is given.
    fps
        In place of ``every``: frames per second.
    n
        In place of ``every``: the number of frames from each video, at equal steps from its first.
    to
        A folder: the frames are written to it as files. By default the column ``path`` refers to the
        frame within the video, and nothing is written.
    format
        With ``to``: ``"jpeg"`` (quality 95), ``"png"``, ``"tiff"`` or ``"webp"``.
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
        A prefix for the names of the new columns, so that the results of two runs fit in one table. Those
        are ``path``, ``frame`` and ``time``.
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
        A row for each frame, and one for each video that cannot be read:

        - ``image_id``: number of the row, from 0;
        - ``video_id``, ``video_path``: the video; a table's own ``video_id`` is kept;
        - ``path``: the frame, as a file or as ``VIDEO#t=SECONDS``;
        - ``frame``: its number in the video, from 0;
        - ``time``: when it is shown, in seconds from the first frame;
        - ``image_error``: why the video cannot be read, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError
        For misuse, before any video is read.

    Notes
    -----
    The frame for a time ``t`` is the one shown at ``t``: the last one that starts by then. With a
    variable frame rate this is what a viewer sees; each frame is listed once. Of several video tracks
    the first is used. Frames look as players show them: turned and mirrored as the file says, pixels
    that are not square made square (720 x 576 of television becomes 1024 x 576), see-through parts
    white. Colors follow the file's matrix and range; where it states no matrix, BT.709 from 1280
    pixels of width or 577 of height on, else BT.601. High dynamic range (PQ, HLG) becomes sRGB; what is
    brighter than white paper is cut off there. A raw stream (``.h264``) has no times: they follow from
    its rate, or, with a warning, from 25 frames a second.

    Animations (GIF, APNG, WebP, AVIF) are read where a glob, a list or a table names them; a folder is
    searched for videos alone. Their frames have the pixels of ``read_images(frames="all")`` and their own
    times; a frame of at most 10 ms is shown for 100 ms, as in browsers.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> frames = iad.read_video("examples/videos/shots.mp4", every="2s")
    >>> frames[["path", "frame", "time"]].head(2)
                                path  frame  time
    0  examples/videos/shots.mp4#t=0      0   0.0
    1  examples/videos/shots.mp4#t=2     20   2.0
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
    choose = _choice(every, fps, n)
    check_count("max_pixels", max_pixels)
    target = None if to is None else folder(to, format)

    def visit(source: Source) -> Iterator[Row]:
        with (
            source.files.open(source.path) as file,
            open_moving(file, max_pixels=max_pixels) as video,
        ):
            chosen = choose(video)
            if not len(chosen):
                raise ImageError("video has no frame")
            if target is None:
                yield from _references(source.path, video, chosen)
            else:
                stamp = source.files.stamp(source.path) or len(video.times())
                yield from _files(source.path, video, chosen, target, stamp)

    verb = Verb(
        name="read_video",
        columns=_OF_FRAME,
        visit=visit,
        finish=lambda results: results,
        settings={
            "every": every,
            "fps": fps,
            "n": n,
            "to": None if target is None else os.fspath(target.place.absolute()),
            "format": format,
        },
        many=True,
        media=VIDEOS,
        number=FRAME_ID,
        max_pixels=max_pixels,
    )
    return run(videos, verb, options, backend)


def _choice(every: str | float | None, fps: float | None, n: int | None) -> Choice:
    """A function that gives the numbers of a video's selected frames."""
    given = {"every": every, "fps": fps, "n": n}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise ArgumentError(f"{' and '.join(named)} contradict each other.", "give one of them.")
    if n is not None:
        check_count("n", n)
        return lambda video: equally_spaced(video.times(), n).tolist()
    if every == "frame":
        return lambda video: range(len(video.times()))
    if every == "shots":
        return key_frames
    if fps is not None:
        step = 1.0 / seconds("fps", fps)
    else:
        step = seconds("every", "1s" if every is None else every)
    return lambda video: shown_at_steps(video.times(), step, video.end).tolist()


def _references(path: str, video: AnyVideo, chosen: Sequence[int]) -> Iterator[Row]:
    times = video.times()
    for number in chosen:
        time = float(times[number])
        yield _row(str(Reference(path, "t", time)), number, time)


def _files(
    path: str, video: AnyVideo, chosen: Sequence[int], target: Folder, stamp: object
) -> Iterator[Row]:
    times = video.times()
    files = {number: target.name(path, stamp, suffix=f"-{number:06d}") for number in chosen}
    missing = [number for number, file in files.items() if not file.exists()]
    reader = video.frames(times[missing])
    for number, file in files.items():
        time = float(times[number])
        if number in missing[:1]:
            missing = missing[1:]
            try:
                target.write(next(reader).pixels, file)
            except ImageError as error:
                # Earlier frames are kept; missing frames get rows with the error.
                yield {**_row(None, number, time), IMAGE_ERROR.name: error.message}
                reader = video.frames(times[missing])
                continue
        yield _row(os.fspath(file), number, time)


def _row(path: str | None, number: int, time: float) -> Row:
    return dict(zip((c.name for c in _OF_FRAME), (path, number, time), strict=True))
