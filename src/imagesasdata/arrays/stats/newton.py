"""Newton's method for a system of estimating equations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from imagesasdata.errors import ArgumentError

Vector = Float[np.ndarray, " terms"]
Matrix = Float[np.ndarray, "terms terms"]

_STEPS = 100
_HALVINGS = 30
_TOLERANCE = 1e-12


def solve(equations: Callable[[Vector], tuple[Vector, Matrix]], start: Vector) -> Vector:
    """The root of the equations, from ``start``; a step that does not improve them is halved.

    ``equations`` returns their values, as means over rows, and their matrix of derivatives.

    Raises
    ------
    ArgumentError
        When no root is found.
    """
    solution = start
    values, slopes = equations(solution)
    for _ in range(_STEPS):
        try:
            step = np.linalg.solve(slopes, values)
        except np.linalg.LinAlgError:
            break
        size = np.abs(values).max()
        if np.abs(step).max() < _TOLERANCE * (1.0 + np.abs(solution).max()):
            return solution
        for halving in range(_HALVINGS):
            nearer = solution - step / 2**halving
            values, slopes = equations(nearer)
            if np.isfinite(values).all() and np.abs(values).max() < size:
                break
        else:
            # No improvement within the arithmetic's precision: this is the solution.
            if np.abs(step).max() < 1e-6 * (1.0 + np.abs(solution).max()):
                return solution
            break
        solution = nearer
    raise ArgumentError(
        "The regression did not converge: no coefficients solve its equations.",
        "code more pictures, or give a formula with fewer terms.",
    )
