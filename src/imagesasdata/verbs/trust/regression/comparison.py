"""The estimates of one regression by every method, in one table and one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, get_args

import pyarrow as pa

from imagesasdata.arrays.stats.fits import Method
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError
from imagesasdata.pages.figures import draw_interval, new_figure
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import Table
from imagesasdata.verbs.trust._display import Displayed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METHODS: tuple[Method, ...] = get_args(Method)
_CANNOT = "the method cannot estimate it; note says why"
TIDY = (
    Column("term", "string", "A term of the formula.", null="never"),
    Column(
        "method", "string", "naive, gold, ppi, cross_ppi, dsl, ptd or imputation.", null="never"
    ),
    Column("estimate", "float64", "Its coefficient.", null=_CANNOT),
    Column("std_error", "float64", "Standard error.", range="0 ...", null=_CANNOT),
    Column("conf_low", "float64", "Lower end of the confidence interval.", null=_CANNOT),
    Column("conf_high", "float64", "Upper end of the confidence interval.", null=_CANNOT),
    Column("note", "string", "What the method assumes, or why it has no estimate.", null="nothing"),
)
_CELLS = ("estimate", "std_error", "conf_low", "conf_high")
_COLORS: Mapping[str, str] = {
    "naive": "gray",
    "gold": "goldenrod",
    "ppi": "steelblue",
    "cross_ppi": "navy",
    "dsl": "teal",
    "ptd": "slateblue",
    "imputation": "indianred",
}


@dataclass(frozen=True, kw_only=True)
class MethodComparison(Displayed, Generic[Frame]):
    """One regression by every method. `tidy` has the estimates, ``notes`` what each method says."""

    table: Table = field(repr=False)
    formula: str
    terms: list[str]
    cells: dict[Method, Mapping[str, Any]] = field(repr=False)
    notes: tuple[str, ...]
    of_method: dict[Method, str] = field(repr=False)

    def tidy(self) -> Frame:
        """A row for each term and method.

        Returns
        -------
        table
            ``term``, ``method``, ``estimate``, ``std_error``, ``conf_low``, ``conf_high`` and ``note``.
        """
        return self.table.new(self._columns(notes=True))

    def _columns(self, *, notes: bool) -> dict[str, Any]:
        pairs: list[tuple[int, Method]] = [
            (place, method) for place in range(len(self.terms)) for method in METHODS
        ]
        found: dict[str, Any] = {
            "term": pa.array([self.terms[place] for place, _ in pairs]),
            "method": pa.array([method for _, method in pairs]),
        }
        for name in _CELLS:
            values = [self.cells[method][name][place] for place, method in pairs]
            found[name] = pa.array(values, pa.float64(), from_pandas=True)
        if notes:
            cells = [self.of_method[method] or None for _, method in pairs]
            found["note"] = pa.array(cells, pa.string())
        return found

    def plot(self) -> Figure:
        """Draw the estimates with their intervals, a panel for each term but the constant."""
        shown = [place for place, term in enumerate(self.terms) if term != "Intercept"] or [0]
        known: list[Method] = [
            method for method in METHODS if self.cells[method]["estimate"][0] is not None
        ]
        figure = new_figure(6.4, 0.5 + (0.5 + 0.26 * len(known)) * len(shown))
        axes = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
        for axis, place in zip(axes, shown, strict=True):
            for row, method in enumerate(known):
                low, middle, high = (
                    self.cells[method][name][place]
                    for name in ("conf_low", "estimate", "conf_high")
                )
                draw_interval(axis, row, low, middle, high, _COLORS[method])
            axis.axvline(0.0, color="lightgray", linewidth=0.8, zorder=0)
            axis.set(yticks=range(len(known)), yticklabels=known)
            axis.set_title(self.terms[place], loc="left", fontsize=9)
            axis.margins(y=0.25)
            axis.invert_yaxis()
            axis.spines[["top", "right"]].set_visible(False)
        return figure

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        table = self.table.new(self._columns(notes=False))
        return f"{self.formula}, by every method", {"Estimates": table}, self.notes


def by_method(
    estimates: Callable[[Method], tuple[Mapping[str, Any], Sequence[str]]],
    table: Table,
    formula: str,
    terms: list[str],
) -> MethodComparison[Any]:
    """Ask for the estimates and notes of each method; one that cannot estimate says why."""
    cells: dict[Method, Mapping[str, Any]] = {}
    of_method: dict[Method, str] = {}
    for method in METHODS:
        try:
            cells[method], said = estimates(method)
            of_method[method] = " ".join(said)
        except ArgumentError as error:
            cells[method] = {name: [None] * len(terms) for name in _CELLS}
            of_method[method] = f"No estimate. {str(error).splitlines()[0]}"
    return MethodComparison(
        table=table,
        formula=formula,
        terms=terms,
        cells=cells,
        notes=tuple(f"{method}: {note}" for method, note in of_method.items() if note),
        of_method=of_method,
    )
