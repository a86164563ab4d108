"""The progress bar of long work: pictures or bytes per second, time left, failures."""

from __future__ import annotations

import importlib.util
import sys
from types import TracebackType
from typing import Any, Literal


class Progress:
    """Counts finished pictures (or bytes), on a bar in a terminal or notebook.

    Parameters
    ----------
    total
        How many there are; ``None`` if unknown.
    what
        The verb, shown before the bar.
    show
        Whether to show the bar; with ``None``, only in a notebook or a terminal, not in a pipe.
    unit
        What is counted.
    """

    def __init__(
        self,
        total: int | None,
        what: str,
        *,
        show: bool | None = None,
        unit: Literal["pictures", "bytes", "epochs"] = "pictures",
    ) -> None:
        self.failed = 0
        self._note = ""
        self._bar: Any = None
        if is_shown(show):
            tqdm = _bar()
            words: dict[str, Any] = {"unit": f" {unit}"}
            if unit == "bytes":
                words = {"unit": "B", "unit_scale": True}
            self._bar = tqdm(total=total, desc=what, dynamic_ncols=True, **words)

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

    def add(self, count: int) -> None:
        """Advance the bar by ``count``."""
        if self._bar is not None:
            self._bar.update(count)

    def step(self, *, failed: bool) -> None:
        """Count one more picture."""
        self.failed += failed
        if self._bar is not None:
            if failed:
                self._show(refresh=False)
            self._bar.update()

    def note(self, text: str) -> None:
        """Show what is under way beside the bar, until another text or an empty one."""
        self._note = text
        if self._bar is not None:
            self._show(refresh=True)

    def _show(self, *, refresh: bool) -> None:
        parts = [f"failed={self.failed}"] if self.failed else []
        self._bar.set_postfix_str(", ".join([*parts, self._note] if self._note else parts), refresh)


def notebook() -> Any:
    """The notebook's shell, or ``None`` outside of a notebook."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return shell if type(shell).__name__ == "ZMQInteractiveShell" else None


def is_shown(show: bool | None) -> bool:
    """Whether to show progress: as the user chose, else only in a notebook or a terminal."""
    return notebook() is not None or sys.stderr.isatty() if show is None else show


def _bar() -> Any:
    """The notebook bar of tqdm if its widgets are installed, else its text bar."""
    if notebook() is not None and importlib.util.find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    return tqdm
