"""Another try after a pause, for what fails because a server is busy."""

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
    """Call something at most so many times, with a pause before each new try that doubles.

    Parameters
    ----------
    call
        What may fail.
    tries
        How often it is called, at most.
    pause
        Seconds before the second time.
    passes
        Whether an error is one that may pass. Any other, and the last, is raised.
    """
    for done in range(1, tries):
        try:
            return call()
        except Exception as error:  # `passes` knows which
            if not passes(error):
                raise
            time.sleep(pause * 2 ** (done - 1))
    return call()
