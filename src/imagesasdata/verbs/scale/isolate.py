"""`isolate`: decoding in processes apart, so that a bad file costs a picture, not the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from imagesasdata.files.isolation import DecoderPool, decode_in
from imagesasdata.options import check_amount


@contextlib.contextmanager
def isolate(*, seconds: float = 30.0) -> Iterator[None]:
    """Decode pictures in processes of their own, for the lines within a ``with`` block.

    Pictures from the open web may be damaged, or made to do damage. A decoder is old code in C: where
    one crashes, it takes Python and hours of work with it. Within this block it takes one row, whose
    ``image_error`` says so. Everything else, numbers included, stays the same.

    Parameters
    ----------
    seconds
        The longest that one picture may take; it is given up then.

    Returns
    -------
    context manager
        For a ``with`` block; at its end the processes end.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When ``seconds`` is no number over 0.

    Notes
    -----
    Bytes go to another process and pixels come back; there is one process for each thread that decodes.
    On Linux and macOS each may take 4 GiB of memory. Videos are not decoded so.

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
