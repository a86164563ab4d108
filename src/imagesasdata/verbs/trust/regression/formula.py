"""Formulas such as ``y ~ x + C(group)``, turned into an outcome and a design by formulaic."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.checks import check_finite
from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.formula_columns import is_date
from imagesasdata.verbs.trust.regression.bases import bases
from imagesasdata.verbs.trust.regression.reads import columns_read, plain_r, split_absorbed


@dataclass(frozen=True)
class Formula:
    """A parsed formula, and the columns that it reads."""

    text: str
    parsed: Any
    # The columns that each part on either side of the ~ reads.
    left: Mapping[str, frozenset[str]]
    right: Mapping[str, frozenset[str]]
    # The columns after a |, whose levels are absorbed as fixed effects.
    absorbed: tuple[str, ...] = ()

    @property
    def outcome(self) -> frozenset[str]:
        """The columns before the ~."""
        return frozenset().union(*self.left.values())

    @property
    def explanation(self) -> frozenset[str]:
        """The columns after the ~."""
        return frozenset().union(*self.right.values())

    @property
    def variables(self) -> list[str]:
        """All columns that are read."""
        return sorted(self.outcome | self.explanation | set(self.absorbed))


@dataclass(frozen=True)
class Design:
    """A formula applied to one table; `again` applies it to another with the same columns."""

    terms: list[str]
    variables: Variables
    spec: Any
    reads: Mapping[str, frozenset[str]]

    def again(self, frame: Any) -> Variables:
        """The same terms (levels, centering, ...) with the values of another frame."""
        return _arrays(_matrices(self.spec, frame))

    def free_of(self, columns: set[str]) -> list[int]:
        """The indices of the terms, except the constant, that use none of ``columns``."""
        return [
            place
            for term, places in self.spec.rhs.term_indices.items()
            if len(term.factors)
            and str(term) != "1"
            and not any(self.reads[factor.expr] & columns for factor in term.factors)
            for place in places
        ]

    def as_levels(self, column: str) -> bool:
        """Whether the formula treats a column as categorical, as ``C(column)`` does."""
        return any(
            column in self.reads[part] and kind.value == "categorical"
            for part, (kind, _) in self.spec.rhs.encoder_state.items()
        )


def parse(text: str, columns: Collection[str]) -> Formula:
    """Read a formula for a table with these columns.

    Raises
    ------
    ArgumentError
        When it is not a formula, has no outcome, or has a part that is not available.
    """
    # Slow to import, and needed only for a regression.
    import formulaic
    from formulaic.errors import FormulaicError

    plain_r(text)
    main, absorbed = split_absorbed(text)
    try:
        parsed: Any = formulaic.Formula(main)  # pyright: ignore[reportAbstractUsage]
    except (FormulaicError, SyntaxError) as error:
        # Its message marks the position with colors and brackets.
        raise ArgumentError(
            f"{text!r} is not a formula: {str(error).splitlines()[0]}",
            'for example "likes ~ crowd + C(day)".',
        ) from error
    if not hasattr(parsed, "rhs") or not hasattr(parsed, "lhs") or len(parsed.lhs) != 1:
        raise ArgumentError(
            f"The formula {text!r} must have one outcome before its ~.",
            'write it as "outcome ~ explanation".',
        )
    left, right = ({} for _ in range(2))
    for side, reads in ((parsed.lhs, left), (parsed.rhs, right)):
        for part in (factor for term in side for factor in term.factors):
            kind = part.eval_method.value
            reads[part.expr] = (
                frozenset()
                if kind == "literal"
                else columns_read(part.expr, kind == "lookup", columns, text)
            )
    return Formula(text, parsed, left, right, absorbed)


def apply(formula: Formula, frame: Any) -> Design:
    """The design of a frame.

    Raises
    ------
    ArgumentError
        When a part cannot be computed, or does not give numbers.
    """
    for name in sorted({*formula.left, *formula.right} & set(formula.variables)):
        if is_date(frame, name):
            raise ArgumentError(
                f"The column {name!r} holds dates or durations, and a regression needs numbers.",
                f"make a column of numbers, such as days since the first; I({name}.dt.year) and "
                f"C({name}) are possible, too.",
            )
    matrices = _matrices(formula.parsed, frame)
    if matrices.lhs.shape[1] != 1 or matrices.lhs.model_spec.factor_contrasts:
        raise ArgumentError(
            f"The outcome of {formula.text!r} is not a number: it gives "
            f"{', '.join(map(repr, matrices.lhs.columns))}.",
            "make a column of numbers, for example 0 and 1.",
        )
    for part, (kind, state) in matrices.model_spec.rhs.encoder_state.items():
        levels = state.get("categories", [])
        if kind.value == "categorical" and len(levels) == 1:
            raise ArgumentError(
                f"{part!r} has one level, {str(levels[0])!r}, in all rows that are used.",
                "leave it out of the formula.",
            )
    terms = [str(name) for name in matrices.rhs.columns]
    return Design(terms, _arrays(matrices), matrices.model_spec, formula.right)


def _matrices(source: Any, frame: Any) -> Any:
    from formulaic.errors import FormulaicError

    try:
        with np.errstate(all="ignore"):
            return source.get_model_matrix(frame, bases(), na_action="ignore", output="pandas")
    except (FormulaicError, TypeError, ValueError, NameError) as error:
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        if detail.startswith("ufunc"):
            detail = "a part of it does not give numbers."
        raise ArgumentError(f"The formula cannot be computed: {detail}") from error


def _arrays(matrices: Any) -> Variables:
    design = np.ascontiguousarray(matrices.rhs.to_numpy(float))
    outcome = matrices.lhs.to_numpy(float)[:, 0].copy()
    for values, names in ((outcome[:, None], matrices.lhs.columns), (design, matrices.rhs.columns)):
        check_finite(values, list(names))
    return Variables(design, outcome)
