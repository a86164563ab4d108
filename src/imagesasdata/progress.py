"""The progress bar of a run: pictures per second, time left, failures."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Progress:
    """Counts pictures as they are finished, on a bar where someone is looking.

    Parameters
    ----------
    total
        Number of pictures.
    what
        The verb, shown before the bar.
    show
        ``True`` or ``False``; ``None`` shows it in a notebook or a terminal, not in a pipe.
    unit
        What is counted.
    """

    def __init__(
        self, total: int, what: str, *, show: bool | None = None, unit: str = " pictures"
    ) -> None:
        self.failed = 0
        self._bar: Any = None
        if show is None:
            show = _in_notebook() or sys.stderr.isatty()
        if show:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, desc=what, unit=unit, dynamic_ncols=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, *, failed: bool) -> None:
        """Count one picture more."""
        self.failed += failed
        if self._bar is not None:
            if failed:
                self._bar.set_postfix(failed=self.failed, refresh=False)
            self._bar.update()


def _in_notebook() -> bool:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"
