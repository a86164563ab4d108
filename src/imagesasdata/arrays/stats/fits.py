"""Ordinary regressions by statsmodels, with robust covariance for all three families."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.checks import check_separation
from imagesasdata.arrays.stats.clustered import MOST, cr2
from imagesasdata.arrays.stats.families import FAMILIES, FamilyName
from imagesasdata.arrays.stats.sandwich import Robust, leverage_scores, sandwich
from imagesasdata.errors import ArgumentError, quiet

Method = Literal["naive", "gold", "ppi", "cross_ppi", "dsl", "ptd", "imputation"]
# Methods that correct predictions by gold rows.
CORRECTED: tuple[Method, ...] = ("ppi", "cross_ppi", "dsl", "ptd", "imputation")
# Of these, those for a predicted outcome.
OF_OUTCOME: tuple[Method, ...] = ("ppi", "cross_ppi")
Rows = Float[np.ndarray, " rows"]
Clusters = Int[np.ndarray, " rows"]


class Fit(NamedTuple):
    """Coefficients with their covariance.

    ``clusters`` is the number of clusters, ``power`` the weight of the predictions in PPI++. ``df`` are
    the degrees of freedom of each coefficient's t distribution; ``None`` means the normal distribution,
    or with clusters their number less one. ``alike`` is the effective number of gold rows if all are 0
    or all are 1, so that there is no standard error.
    """

    estimate: Float[np.ndarray, " terms"]
    covariance: Float[np.ndarray, "terms terms"]
    clusters: int | None = None
    power: float | None = None
    df: Float[np.ndarray, " terms"] | None = None
    alike: float | None = None

    def without_errors(self, terms: Bool[np.ndarray, " terms"]) -> Fit:
        """The same coefficients, some without a standard error."""
        covariance = self.covariance.copy()
        covariance[terms] = covariance[:, terms] = np.nan
        return self._replace(covariance=covariance)

    @property
    def has_error(self) -> list[bool]:
        """For each term, whether it has a standard error."""
        return (~np.isnan(np.diag(self.covariance))).tolist()


def coefficients(
    design: Float[np.ndarray, "rows terms"],
    outcome: Rows,
    family: FamilyName,
    weights: Rows | None = None,
) -> Float[np.ndarray, " terms"]:
    """The coefficients only.

    Raises
    ------
    ArgumentError
        When a logit or Poisson regression does not converge.
    """
    # Slow to import, and needed only for a fit.
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ModelWarning

    if family == "ols":
        # QR instead of statsmodels' pseudo-inverse, because collinear terms have been refused.
        given: Any = 1.0 if weights is None else weights
        model = sm.WLS(outcome, design, weights=given)
        return np.asarray(model.fit(method="qr").params)
    kind = sm.families.Binomial() if family == "logit" else sm.families.Poisson()
    # Separation and failed convergence raise errors here and in checks.py.
    with quiet(ModelWarning, RuntimeWarning, FutureWarning):
        try:
            model = sm.GLM(outcome, design, family=kind, var_weights=weights)
            result = model.fit(maxiter=100, tol=1e-12, tol_criterion="params")
        except (ValueError, np.linalg.LinAlgError) as error:
            raise _diverged(family) from error
    if not np.isfinite(result.params).all():
        raise _diverged(family)
    return np.asarray(result.params)


def fit(
    design: Float[np.ndarray, "rows terms"],
    outcome: Rows,
    family: FamilyName,
    *,
    vcov: Robust = "HC2",
    weights: Rows | None = None,
    clusters: Clusters | None = None,
    levels: int = 0,
    level_leverage: Rows | None = None,
) -> Fit:
    """Fit a regression as if every variable were measured without error.

    With ``clusters``, the covariance is clustered (CR2 for ``"ols"``, else CR1) and ``vcov`` is not
    used. Tests of ``"ols"`` use the t distribution.

    Where the variables are less their means within levels, ``levels`` is the number of terms that are
    so absorbed, and ``level_leverage`` what they add to each row's leverage. Clusters are then CR1.
    """
    estimate = coefficients(design, outcome, family, weights)
    kind = FAMILIES[family]
    mean = kind.mean(design @ estimate)
    weight = np.ones_like(outcome) if weights is None else weights
    curvature = weight * kind.slope(mean)
    bread = np.linalg.inv((design.T * curvature) @ design)
    scores = design * (weight * (outcome - mean))[:, None]
    rows, terms = design.shape
    if clusters is not None:
        if is_cr2(family, clusters) and level_leverage is None and not levels:
            covariance, df = cr2(design, outcome - mean, weight, bread, clusters)
            return Fit(estimate, covariance, len(np.unique(clusters)), df=df)
        covariance = sandwich(bread, scores, clusters) * (rows - 1) / (rows - terms - levels)
        return Fit(estimate, covariance, len(np.unique(clusters)))
    leverage = curvature * np.einsum("ij,jk,ik->i", design, bread, design, optimize=True)
    if level_leverage is not None:
        leverage = leverage + level_leverage
    covariance = sandwich(bread, leverage_scores(scores, leverage, terms + levels, vcov))
    df = np.full(terms, float(rows - terms - levels)) if family == "ols" else None
    return Fit(estimate, covariance, df=df)


def is_cr2(family: FamilyName, clusters: Clusters) -> bool:
    """Whether the clustered covariance is CR2: for linear regressions without very many clusters."""
    return family == "ols" and int(clusters.max()) < MOST


def fit_terms(
    design: Float[np.ndarray, "rows terms"],
    outcome: Rows,
    family: FamilyName,
    terms: Sequence[str],
    where: str,
    *,
    vcov: Robust = "HC2",
    weights: Rows | None = None,
    clusters: Clusters | None = None,
) -> Fit:
    """Fit as `fit` does; the error of an impossible regression names the terms.

    Raises
    ------
    ArgumentError
        When terms separate the outcome, or the regression does not converge.
    """
    try:
        found = fit(design, outcome, family, vcov=vcov, weights=weights, clusters=clusters)
    except (ArgumentError, np.linalg.LinAlgError):
        check_separation(design, outcome, None, family, terms, where)
        raise
    check_separation(design, outcome, design @ found.estimate, family, terms, where)
    return found


def fitted_values(
    found: Fit, design: Float[np.ndarray, "rows terms"], outcome: Rows, family: FamilyName
) -> tuple[Rows, Rows]:
    """The fitted value and the residual of each row."""
    mean = FAMILIES[family].mean(design @ found.estimate)
    return mean, outcome - mean


def _diverged(family: str) -> ArgumentError:
    return ArgumentError(
        f"The {family} regression did not converge.",
        "look for a term that predicts the outcome exactly, or a variable on a very large scale.",
    )
