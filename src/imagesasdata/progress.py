"""The progress bar of long work: pictures or bytes per second, time left, failures."""

from __future__ import annotations

import importlib.util
import sys
from types import TracebackType
from typing import Any, Literal

from imagesasdata.figures import notebook


class Progress:
    """Counts finished pictures (or bytes), on a bar in a terminal or notebook.

    Parameters
    ----------
    total
        Number of them; ``None`` when it is not known.
    what
        The verb, shown before the bar.
    show
        ``True`` or ``False``; ``None`` shows it in a notebook or a terminal, not in a pipe.
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
        """Count some more."""
        if self._bar is not None:
            self._bar.update(count)

    def step(self, *, failed: bool) -> None:
        """Count one picture more."""
        self.failed += failed
        if self._bar is not None:
            if failed:
                self._bar.set_postfix(failed=self.failed, refresh=False)
            self._bar.update()


def is_shown(show: bool | None) -> bool:
    """Whether to show progress: as asked, else in a notebook or a terminal, not in a pipe."""
    return notebook() is not None or sys.stderr.isatty() if show is None else show


def _bar() -> Any:
    """A notebook's own bar where its widgets are installed, else one of characters."""
    if notebook() is not None and importlib.util.find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    return tqdm
