"""`isolate`: decoding in separate processes, so that a bad file costs a picture, not the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from imagesasdata.checks import check_amount
from imagesasdata.files.isolation import DecoderPool, decode_in


@contextlib.contextmanager
def isolate(*, seconds: float = 30.0) -> Iterator[None]:
    """Decode pictures and videos in separate processes, for the lines within a ``with`` block.

    Files from the open web may be damaged or malicious. Decoders are old C code: a crash ends
    Python and loses hours of work. Within this block a crash costs only one row, and its
    ``image_error`` says so. Everything else, numbers included, stays the same.

    Parameters
    ----------
    seconds
        The time limit for one picture, and for each step of a video: opening it, listing its frames'
        times, decoding a frame with those before it that it needs.

    Returns
    -------
    context manager
        For a ``with`` block; at its end the processes end.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When ``seconds`` is not a number above 0.

    Notes
    -----
    Bytes go to another process and pixels come back; there is one process for each thread that decodes.
    A video is read here, in the parts that the process asks for, which takes no time off its limit. The
    start of a process is not counted either.

    When the time is over or the block ends, the process ends with whatever it started: on Linux also
    programs that left its group or whose own parent has ended, on macOS those of its group, on Windows
    the process alone. On Linux and macOS each may take 4 GiB of memory.

    A block holds for the verbs called within it, in whatever thread or task; threads that a program
    starts within a block use the newest one. Rasters of ``measure_regions`` and files of weights are read
    in this process.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> with iad.isolate(seconds=10):
    ...     photos = iad.features("examples/photos/chelsea.jpg", groups="light")
    >>> bool(photos.image_error.isna().all())
    True
    """
    check_amount("seconds", seconds, over_zero=True, example=30)
    with decode_in(DecoderPool(seconds)):
        yield
