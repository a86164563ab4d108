"""New figures, which a notebook shows and pyplot does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagesasdata.progress import notebook

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> Figure:
    """An empty figure; width and height are in inches.

    Normally pyplot sets up a notebook to show figures. These figures are made without pyplot, so that
    a loop over thousands does not keep them in memory; the notebook is set up here instead.
    """
    from matplotlib.figure import Figure

    shell = notebook()
    if shell is not None:
        formatter = shell.display_formatter.formatters["image/png"]
        try:
            formatter.lookup_by_type(Figure)
        except KeyError:
            from IPython.core.pylabtools import select_figure_formats  # type: ignore[import]

            select_figure_formats(shell, {"png"})
    return Figure(figsize=(width, height), layout="constrained")


def draw_interval(axis: Axes, row: int, low: float, middle: float, high: float, color: str) -> None:
    """An estimate as a point on the line of its interval."""
    axis.plot([low, high], [row, row], color=color, linewidth=2)
    axis.plot(middle, row, "o", color=color)
