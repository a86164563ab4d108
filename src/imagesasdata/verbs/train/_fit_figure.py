"""The figure of a fitted model: learning curve, confusion, calibration, worst errors."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagesasdata.arrays.stats.classification import row_shares
from imagesasdata.pages.figures import new_figure
from imagesasdata.training.saved import Saved
from imagesasdata.verbs.read.contact_sheet import thumbnails

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_WIDTH, _HEIGHT, _ERRORS_HEIGHT = 10.0, 3.4, 2.0
_MOST_NAMED, _LEAST_ACROSS = 12, 6


def draw(saved: Saved, errors: Sequence[tuple[str, str]] | None) -> Figure:
    """Draw a fitted model; ``errors`` are paths and captions of its worst errors."""
    below = _ERRORS_HEIGHT if errors else 0.0
    figure = new_figure(_WIDTH, _HEIGHT + below)
    above, lower = figure, None
    if errors:
        above, lower = figure.subfigures(2, 1, height_ratios=[_HEIGHT, below], squeeze=False)[:, 0]
    left, middle, right = above.subplots(1, 3)
    _curve(left, saved)
    if saved.outcome.kind == "numeric":
        _scatter(middle, saved)
        _residuals(right, saved)
    else:
        if saved.outcome.kind == "multilabel":
            _recalls(middle, saved)
        else:
            _confusion(middle, saved)
        _calibration(right, saved)
    if errors and lower is not None:
        _errors(lower, errors)
    return figure


def _errors(figure: SubFigure, errors: Sequence[tuple[str, str]]) -> None:
    figure.suptitle("the worst errors", fontsize=9)
    pictures = thumbnails([path for path, _ in errors])
    axes = figure.subplots(1, max(_LEAST_ACROSS, len(errors)), squeeze=False)[0]
    for axis in axes:
        axis.axis("off")
    for axis, picture, (_, caption) in zip(axes, pictures, errors, strict=False):
        if isinstance(picture, str):
            axis.text(0.5, 0.5, textwrap.fill(picture, 20), ha="center", fontsize=6)
        else:
            axis.imshow(picture)
        axis.set_title(textwrap.fill(caption, 24), fontsize=7)


def _curve(axis: Axes, saved: Saved) -> None:
    epochs = [row["epoch"] for row in saved.history]
    for part, style in (("train", "o-"), ("validation", "s--")):
        losses = [row.get(f"{part}_loss", math.nan) for row in saved.history]
        if any(map(math.isfinite, losses)):
            axis.plot(epochs, losses, style, label=part, markersize=3)
    axis.axvline(saved.counts["best_epoch"], color="gray", linewidth=0.8, linestyle=":")
    axis.set(title="learning curve", xlabel="epoch", ylabel="loss")
    axis.legend(frameon=False, fontsize=8)


def _confusion(axis: Axes, saved: Saved) -> None:
    table = saved.evaluation.confusion_table()
    share = row_shares(table)
    names = [textwrap.shorten(str(level), 14) for level in saved.outcome.levels]
    axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axis.set(title="confusion (rows tested)", xlabel="predicted", ylabel="coded")
    if len(names) <= _MOST_NAMED:
        axis.set_xticks(range(len(names)), names, rotation=30 if len(names) > 3 else 0, fontsize=7)
        axis.set_yticks(range(len(names)), names, fontsize=7)
        for i, counts in enumerate(table):
            for j, count in enumerate(counts):
                color = "white" if share[i, j] > 0.5 else "black"
                axis.text(j, i, str(count), ha="center", va="center", color=color, fontsize=8)


def _recalls(axis: Axes, saved: Saved) -> None:
    found = saved.evaluation.per_class()
    places = range(len(found["class"]))
    for name, shift in (("precision", -0.2), ("recall", 0.2)):
        axis.barh([place + shift for place in places], found[name], 0.4, label=name)
    axis.set_yticks(places, found["class"], fontsize=7)
    axis.set(title="labels (rows tested)", xlim=(0, 1))
    axis.legend(frameon=False, fontsize=8)


def _calibration(axis: Axes, saved: Saved) -> None:
    bins = saved.evaluation.calibration()
    some = bins.weight > 0
    said, true, count = bins.prob[some], bins.share[some], bins.weight[some]
    axis.plot([0, 1], [0, 1], color="gray", linewidth=0.8, linestyle=":")
    axis.plot(said, true, color="C0", linewidth=0.8)
    axis.scatter(said, true, s=10 + 150 * count / count.sum(), color="C0")
    axis.set(title="calibration (rows tested)", xlabel="predicted probability")
    axis.set(ylabel="share that came true", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))


def _scatter(axis: Axes, saved: Saved) -> None:
    coded, said = saved.evaluation.values, saved.evaluation.chances[:, 0]
    ends = [min(coded.min(), said.min()), max(coded.max(), said.max())]
    axis.plot(ends, ends, color="gray", linewidth=0.8, linestyle=":")
    axis.scatter(said, coded, s=10)
    axis.set(title="rows tested", xlabel="predicted", ylabel="coded")


def _residuals(axis: Axes, saved: Saved) -> None:
    axis.hist(saved.evaluation.residuals, bins="auto")
    axis.axvline(0, color="gray", linewidth=0.8, linestyle=":")
    axis.set(title="errors (rows tested)", xlabel="coded less predicted", ylabel="rows")
