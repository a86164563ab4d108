"""The coefficients of a regression with their intervals, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imagesasdata.pages.figures import draw_interval, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(terms: Sequence[str], cells: dict[str, Any], title: str) -> Figure:
    """A line for each term but the constant, in the order of the formula; the line at 0 is no effect."""
    shown = [place for place, term in enumerate(terms) if term != "Intercept"] or [0]
    figure = new_figure(6.4, 1.0 + 0.32 * len(shown))
    axis = figure.subplots()
    for row, place in enumerate(shown):
        low, middle, high = (cells[name][place] for name in ("conf_low", "estimate", "conf_high"))
        draw_interval(axis, row, low, middle, high, "teal")
    axis.axvline(0.0, color="lightgray", linewidth=0.8, zorder=0)
    axis.set(yticks=range(len(shown)), yticklabels=[terms[place] for place in shown])
    axis.set_title(title, loc="left", fontsize=9)
    axis.margins(y=0.5 / len(shown))
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    return figure
