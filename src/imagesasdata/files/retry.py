"""Retries with growing pauses, for calls that fail because a server is busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Given = TypeVar("Given")


def is_busy(status: int) -> bool:
    """Whether an HTTP status says that the same request may succeed later."""
    return status in {408, 425, 429} or status >= 500


def with_retries(
    call: Callable[[], Given], *, tries: int, pause: float, passes: Callable[[Exception], bool]
) -> Given:
    """Call a function at most ``tries`` times, with a pause between tries that doubles.

    Parameters
    ----------
    call
        The function, which may fail.
    tries
        The maximal number of calls.
    pause
        Seconds before the second call.
    passes
        Whether an error is temporary. Any other error, and the last one, is raised.
    """
    for done in range(1, tries):
        try:
            return call()
        except Exception as error:  # `passes` tells temporary errors
            if not passes(error):
                raise
            time.sleep(pause * 2 ** (done - 1))
    return call()
