"""`stats.ppi` gives the numbers of its authors' package."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("noise", [0.1, 0.5, 1.0])
def test_equals_ppi_python(family: str, weighted: bool, noise: float) -> None:
    filters = list(warnings.filters)
    try:
        # It sets a filter of its own on import, and its solver is told to stop at the last digit.
        ppi_py = pytest.importorskip("ppi_py")
    finally:
        warnings.filters[:] = filters
    from imagesasdata.arrays.stats.ppi import Gold, Rest, ppi

    random = np.random.default_rng(0)
    coded, rest = 300, 1500
    rows = coded + rest
    design = np.column_stack([np.ones(rows), random.normal(size=(rows, 2))])
    linear = design @ [0.2, 0.5, -0.3]
    outcome = {
        "ols": lambda: linear + random.normal(size=rows),
        "logit": lambda: (random.random(rows) < 1 / (1 + np.exp(-linear))).astype(float),
        "poisson": lambda: random.poisson(np.exp(linear)).astype(float),
    }[family]()
    predicted = {
        "ols": lambda: 0.8 * outcome + noise * random.normal(size=rows),
        "logit": lambda: np.where(random.random(rows) < noise / 3, 1 - outcome, outcome),
        "poisson": lambda: outcome + random.poisson(noise, rows),
    }[family]()
    weights = random.uniform(0.5, 2.0, rows) if weighted else np.ones(rows)
    interval = {
        "ols": ppi_py.ppi_ols_ci,
        "logit": ppi_py.ppi_logistic_ci,
        "poisson": ppi_py.ppi_poisson_ci,
    }[family]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low, high = interval(
            design[:coded],
            outcome[:coded],
            predicted[:coded],
            design[coded:],
            predicted[coded:],
            alpha=0.05,
            w=weights[:coded],
            w_unlabeled=weights[coded:],
        )
    got = ppi(
        Gold(design[:coded], outcome[:coded], predicted[:coded], weights[:coded]),
        Rest(design[coded:], predicted[coded:], weights[coded:]),
        family,  # type: ignore[arg-type]
    )
    half = 1.959963984540054 * np.sqrt(np.diag(got.covariance))
    # ols is in closed form on both sides; the others are as exact as the package's L-BFGS.
    exact = 1e-8 if family == "ols" else 1e-6
    np.testing.assert_allclose(got.estimate - half, low, rtol=0, atol=exact)
    np.testing.assert_allclose(got.estimate + half, high, rtol=0, atol=exact)
