"""`isolate`: decoding in separate processes, so that a bad file costs a picture, not the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from imagesasdata.checks import check_amount
from imagesasdata.files.isolation import DecoderPool, decode_in


@contextlib.contextmanager
def isolate(*, seconds: float = 30.0) -> Iterator[None]:
    """Decode pictures in separate processes, for the lines within a ``with`` block.

    Pictures from the open web may be damaged or malicious. Decoders are old C code: a crash ends
    Python and loses hours of work. Within this block a crash costs only one row, and its
    ``image_error`` says so. Everything else, numbers included, stays the same.

    Parameters
    ----------
    seconds
        The time limit for one picture.

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
    When the time is over, the process ends with whatever it started. Its start is not counted.
    On Linux and macOS each may take 4 GiB of memory. Videos are not decoded in these processes.

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
