"""Transforms of formulaic whose columns add up to the intercept, without the column that is too many."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def bases() -> dict[str, Any]:
    """``cr``, ``cs``, ``cc`` and ``hashed`` for formulas.

    The columns that formulaic gives for them add up to 1 in every row. Beside an intercept one of
    them says nothing new, and is left out, as R does; the fitted values are the same.
    """
    from formulaic import FactorValues
    from formulaic.transforms import TRANSFORMS
    from formulaic.utils.stateful_transforms import stateful_transform

    def spline(name: str) -> Any:
        def transform(
            data: Any,
            df: int | None = None,
            knots: Any = None,
            lower_bound: float | None = None,
            upper_bound: float | None = None,
            constraints: Any = None,
            extrapolation: str = "extend",
            _state: Any = None,
        ) -> Any:
            bounds = (lower_bound, upper_bound)
            values = TRANSFORMS[name](
                data, df, knots, *bounds, constraints, extrapolation=extrapolation, _state=_state
            )
            return FactorValues(values, spans_intercept=constraints is None, drop_field=1)

        return stateful_transform(transform)

    def hashed(data: Any, levels: int, contrasts: Any = None) -> Any:
        return TRANSFORMS["hashed"](data, levels, contrasts, spans_intercept=True)

    return {
        **{name: spline(name) for name in ("cr", "cs", "cc")},
        "hashed": stateful_transform(hashed),
    }
