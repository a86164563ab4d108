"""The result of `plan_labels`: a table of numbers by design and method, and the curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

import pyarrow as pa

from imagesasdata.arrays.stats import planning
from imagesasdata.arrays.stats.planning import Design, Outcome, PlannedBy, Study, Target
from imagesasdata.columns import Column
from imagesasdata.pages.figures import new_figure
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.table import Table
from imagesasdata.verbs.trust._display import Displayed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NOT_ENOUGH = "coding all pictures is not enough"
TIDY = (
    Column(
        "label",
        "string",
        "The class that is planned for, against all others.",
        null="there are two classes, or the outcome is a number",
    ),
    Column("design", "string", "simple, or stratified by the prediction.", null="never"),
    Column("method", "string", "gold, ppi or dsl.", null="never"),
    Column("n", "int64", "Pictures to code.", range="1 ...", null=_NOT_ENOUGH),
    Column(
        "n_class",
        "int64",
        "How many of them are of the class, on average.",
        null=f"{_NOT_ENOUGH}, or the outcome is a number",
    ),
    Column("width", "float64", "Width of the 95% interval.", range="0 ...", null=_NOT_ENOUGH),
    Column(
        "power",
        "float64",
        "Chance to find the difference.",
        range="0 to 1",
        null=f"{_NOT_ENOUGH}, or effect was not given",
    ),
)


class Plan(NamedTuple):
    label: str | None
    design: Design
    method: PlannedBy
    n: int | None
    n_class: int | None
    width: float | None
    power: float | None


@dataclass(frozen=True, kw_only=True)
class LabelPlan(Displayed, Generic[Frame]):
    """How many pictures to code, by design and method: `tidy` has the numbers, `plot` the curves."""

    table: Table = field(repr=False)
    study: Study
    target: Target
    outcomes: dict[str | None, Outcome]
    plans: list[Plan]
    notes: tuple[str, ...]

    def tidy(self) -> Frame:
        """A row for each design and method, with the number of pictures to code.

        Returns
        -------
        table
            ``label`` (of several classes), ``design``, ``method``, ``n``, ``n_class`` (how many of them
            are of the class, on average), ``width``, ``power``.
        """
        cells = zip(*self.plans, strict=True)
        return self.table.new(
            {
                column.name: pa.array(list(some), arrow_type(column))
                for column, some in zip(TIDY, cells, strict=True)
            }
        )

    def plot(self) -> Figure:
        """Draw the width of the interval, or the power, by the number of coded pictures."""
        figure = new_figure(6.4, 4.0)
        axis = figure.subplots()
        known = [plan.n for plan in self.plans if plan.n is not None]
        counts = planning.steps(max(known, default=self.study.rows), self.study.rows)
        # Of several classes, the one that needs most.
        most = max(self.plans, key=lambda plan: plan.n or self.study.rows + 1).label
        for plan in self.plans:
            if plan.label != most:
                continue
            values = planning.reached(
                self.outcomes[plan.label], self.study, plan.design, plan.method, counts, self.target
            )
            line = "-" if plan.design == "simple" else "--"
            # Wider for ppi, because dsl often gives the same curve.
            thick, color = (3.5, "C1") if plan.method == "ppi" else (1.2, "C0")
            color = "gray" if plan.method == "gold" else color
            label = f"{plan.method}, {plan.design}"
            axis.plot(counts, values, line, linewidth=thick, color=color, alpha=0.8, label=label)
        is_width = self.target.effect is None
        wanted = self.target.width if is_width else self.target.power
        axis.axhline(wanted or 0.0, color="gray", linewidth=0.8, linestyle=":")
        axis.set(xlabel="pictures coded", ylabel="width of the interval" if is_width else "power")
        top = 3.0 * (self.target.width or 1.0)
        is_number = any(isinstance(one, planning.Numbers) for one in self.outcomes.values())
        axis.set_ylim(0.0, top if is_number and is_width else min(top, 1.0))
        axis.set_title("" if most is None else most, fontsize=10)
        axis.legend(frameon=False, fontsize=8)
        return figure

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        is_number = any(isinstance(one, planning.Numbers) for one in self.outcomes.values())
        one, several = ("a mean", "means") if is_number else ("a share", "shares")
        what = one if self.study.group is None else f"a difference of {several}"
        goal = (
            f"an interval of {what} that is {self.target.width:g} wide"
            if self.target.effect is None
            else f"a power of {self.target.power:g} for a difference of {self.target.effect:g}"
        )
        return f"Pictures to code for {goal}", {f"Of {self.study.rows:,}": self.tidy()}, self.notes
