"""Formulas such as ``y ~ x + C(group)``, turned into an outcome and a design by formulaic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.checks import check_finite
from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.errors import ArgumentError, ArgumentTypeError


@dataclass(frozen=True)
class Formula:
    """A parsed formula, and the columns that it reads."""

    text: str
    parsed: Any
    outcome: frozenset[str]
    explanation: frozenset[str]

    @property
    def variables(self) -> list[str]:
        """All columns that are read."""
        return sorted(self.outcome | self.explanation)


@dataclass(frozen=True)
class Design:
    """A formula applied to one table; `again` applies it to another with the same columns."""

    terms: list[str]
    variables: Variables
    spec: Any

    def again(self, frame: Any) -> Variables:
        """The same terms (levels, centering, ...) with the values of another frame."""
        return _arrays(_matrices(self.spec, frame))

    def free_of(self, columns: set[str]) -> list[int]:
        """The indices of the terms, except the constant, that use none of ``columns``."""
        spec = self.spec.rhs
        reading = {str(factor): names for factor, names in spec.factor_variables.items()}
        return [
            place
            for term, places in spec.term_indices.items()
            if len(term.factors)
            and str(term) != "1"
            and not any(set(map(str, reading[str(factor)])) & columns for factor in term.factors)
            for place in places
        ]

    def as_levels(self, column: str) -> bool:
        """Whether the formula treats a column as categorical, as ``C(column)`` does."""
        spec = self.spec.rhs
        return any(
            column in set(map(str, names))
            and str(factor) in spec.encoder_state
            and spec.encoder_state[str(factor)][0].value == "categorical"
            for factor, names in spec.factor_variables.items()
        )


def parse(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    ArgumentError
        When it is not a formula, or has no outcome.
    """
    # Slow to import, and needed only for a regression.
    import formulaic
    from formulaic.errors import FormulaicError

    if not isinstance(text, str):
        raise ArgumentTypeError(
            f"Expected a formula, got {type(text).__name__}.", 'for example "likes ~ crowd + day".'
        )
    try:
        parsed: Any = formulaic.Formula(text)  # pyright: ignore[reportAbstractUsage]
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
    outcome = frozenset(map(str, parsed.lhs.required_variables))
    explanation = frozenset(map(str, parsed.rhs.required_variables))
    return Formula(text, parsed, outcome, explanation)


def apply(formula: Formula, frame: Any) -> Design:
    """The design of a frame.

    Raises
    ------
    ArgumentError
        When a part cannot be computed, or does not give numbers.
    """
    matrices = _matrices(formula.parsed, frame)
    if matrices.lhs.shape[1] != 1:
        raise ArgumentError(
            f"The outcome of {formula.text!r} is not a number: it gives "
            f"{', '.join(map(repr, matrices.lhs.columns))}.",
            "make a column of numbers, for example 0 and 1.",
        )
    terms = [str(name) for name in matrices.rhs.columns]
    return Design(terms, _arrays(matrices), matrices.model_spec)


def _matrices(source: Any, frame: Any) -> Any:
    from formulaic.errors import FormulaicError

    try:
        with np.errstate(all="ignore"):
            return source.get_model_matrix(frame, na_action="ignore", output="pandas")
    except (FormulaicError, TypeError, ValueError, NameError) as error:
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ArgumentError(f"The formula cannot be computed: {detail}") from error


def _arrays(matrices: Any) -> Variables:
    design = np.ascontiguousarray(matrices.rhs.to_numpy(float))
    outcome = matrices.lhs.to_numpy(float)[:, 0].copy()
    for values, names in ((outcome[:, None], matrices.lhs.columns), (design, matrices.rhs.columns)):
        check_finite(values, list(names))
    return Variables(design, outcome)
