"""Ordinary regressions equal statsmodels; the covariance of PPI and DSL in closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

import imagesasdata as iad
from imagesasdata.arrays.stats.crossfit import cross_fit
from imagesasdata.arrays.stats.dsl import Variables, dsl
from imagesasdata.arrays.stats.families import FAMILIES as FAMILY
from imagesasdata.arrays.stats.fits import Fit, fit, fitted_values
from imagesasdata.arrays.stats.newton import solve
from imagesasdata.arrays.stats.ppi import Gold, Rest, ppi

TRUTH = np.array([0.2, 0.5, -0.3])
FAMILIES = {"logit": sm.families.Binomial, "poisson": sm.families.Poisson}


def data(family: str, rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    design = np.column_stack([np.ones(rows), random.normal(size=(rows, 2))])
    linear = design @ TRUTH
    outcome = {
        "ols": lambda: linear + random.normal(size=rows) * (1 + design[:, 1] ** 2),
        "logit": lambda: (random.random(rows) < expit(linear)).astype(float),
        "poisson": lambda: random.poisson(np.exp(linear)).astype(float),
    }[family]()
    return design, outcome, random.uniform(0.5, 2.0, rows), random.integers(0, 30, rows)


def statsmodels(family: str, design: np.ndarray, outcome: np.ndarray, weights: np.ndarray | None):
    if family == "ols":
        return sm.WLS(outcome, design, 1.0 if weights is None else weights)
    return sm.GLM(outcome, design, FAMILIES[family](), var_weights=weights)


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_statsmodels(family: str, weighted: bool) -> None:
    design, outcome, weights, clusters = data(family)
    chosen = weights if weighted else None
    model = statsmodels(family, design, outcome, chosen)
    exact = {} if family == "ols" else {"tol": 1e-13, "maxiter": 100}
    got = fit(design, outcome, family, vcov="HC0", weights=chosen)
    expected = model.fit(cov_type="HC0", **exact)
    np.testing.assert_allclose(got.estimate, expected.params, rtol=0, atol=1e-8)
    np.testing.assert_allclose(got.covariance, expected.cov_params(), rtol=0, atol=1e-8)
    if weighted or family == "ols":
        return  # CR2 of ols is in test_clustered.py; statsmodels' weighted GLM has no clusters
    by_cluster = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, **exact)
    got = fit(design, outcome, family, weights=chosen, clusters=clusters)
    np.testing.assert_allclose(got.covariance, by_cluster.cov_params(), rtol=0, atol=1e-8)
    assert got.clusters == 30


def test_fitted_values_by_hand() -> None:
    design, outcome = np.array([[1.0, 0], [1, 2]]), np.array([1.0, 5])
    found = Fit(np.array([0.0, np.log(2)]), np.eye(2))
    for family, expected in (
        ("ols", [0, 2 * np.log(2)]),
        ("logit", [0.5, 0.8]),
        ("poisson", [1, 4]),
    ):
        mean, residual = fitted_values(found, design, outcome, family)
        np.testing.assert_allclose(mean, expected)
        np.testing.assert_allclose(residual, outcome - expected)


@pytest.mark.parametrize("kind", ["HC1", "HC2", "HC3"])
def test_small_sample_covariances_of_ols_equal_statsmodels(kind: str) -> None:
    design, outcome, _, _ = data("ols", rows=30)
    expected = sm.OLS(outcome, design).fit(cov_type=kind).cov_params()
    got = fit(design, outcome, "ols", vcov=kind).covariance  # type: ignore[arg-type]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("kind", "power"), [("HC2", 1), ("HC3", 2)])
def test_leverage_of_a_logit_row_by_row(kind: str, power: int) -> None:
    # statsmodels' GLM has no HC2 and HC3, so the definition is written out.
    design, outcome, _, _ = data("logit", rows=40)
    got = fit(design, outcome, "logit", vcov=kind)  # type: ignore[arg-type]
    mean = expit(design @ got.estimate)
    bread = np.linalg.inv(
        sum(m * (1 - m) * np.outer(x, x) for m, x in zip(mean, design, strict=True))
    )
    meat = np.zeros((3, 3))
    for x, y, m in zip(design, outcome, mean, strict=True):
        leverage = m * (1 - m) * x @ bread @ x
        meat += (y - m) ** 2 / (1 - leverage) ** power * np.outer(x, x)
    np.testing.assert_allclose(got.covariance, bread @ meat @ bread, rtol=1e-9)


def gold_and_rest(family: str) -> tuple[Gold, Rest]:
    design, outcome, weights, clusters = data(family)
    random = np.random.default_rng(5)
    predicted = outcome + random.normal(size=len(outcome)) * 0.5
    if family != "ols":
        predicted = np.where(random.random(len(outcome)) < 0.2, 0.0, outcome)
    return (
        Gold(design[:100], outcome[:100], predicted[:100], weights[:100], clusters[:100]),
        Rest(design[100:], predicted[100:], weights[100:], clusters[100:]),
    )


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
def test_ppi_with_worthless_predictions_is_the_gold_rows_alone(family: str) -> None:
    gold, rest = gold_and_rest(family)
    mean = FAMILY[family].mean
    # Predictions that err opposite to the truth have no positive power.
    against = 2.0 * mean(gold.design @ TRUTH) - gold.outcome
    gold = gold._replace(predicted=against, weights=np.ones(100), clusters=None)
    rest = rest._replace(predicted=mean(rest.design @ TRUTH), weights=np.ones(300))
    got = ppi(gold, rest, family)
    expected = fit(gold.design, gold.outcome, family, vcov="HC0")
    assert got.power == 0.0
    np.testing.assert_allclose(got.estimate, expected.estimate, atol=1e-9)


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
def test_ppi_by_clusters_of_one_row_is_near_ppi_without(family: str) -> None:
    gold, rest = gold_and_rest(family)
    alone = ppi(gold._replace(clusters=None), rest._replace(clusters=None), family)
    single = ppi(
        gold._replace(clusters=np.arange(100)), rest._replace(clusters=np.arange(100, 400)), family
    )
    assert single.clusters == 400
    np.testing.assert_array_equal(alone.estimate, single.estimate)
    # They differ by n / (n - 1) in either part alone.
    np.testing.assert_allclose(single.covariance, alone.covariance, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
def test_dsl_with_every_row_coded_is_the_ordinary_regression(family: str) -> None:
    design, outcome, weights, clusters = data(family)
    wrong = Variables(design[:, [0, 2, 1]], outcome[::-1].copy())
    right = Variables(design, outcome)
    every = np.ones(400, bool)
    got = dsl(wrong, right, every, np.ones(400), family, weights=weights)
    expected = fit(design, outcome, family, vcov="HC0", weights=weights)
    np.testing.assert_allclose(got.estimate, expected.estimate, atol=1e-9)
    np.testing.assert_allclose(got.covariance, expected.covariance, atol=1e-9)
    by = dsl(wrong, right, every, np.ones(400), family, clusters=clusters)
    if family != "ols":
        like = fit(design, outcome, family, clusters=clusters)
        np.testing.assert_allclose(by.covariance * 399 / 397, like.covariance, rtol=1e-7)
        return
    # CR1 of statsmodels; the library's own, CR2, is somewhat larger.
    like = sm.OLS(outcome, design).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    np.testing.assert_allclose(by.covariance * 399 / 397, like.cov_params(), rtol=1e-7)


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
def test_dsl_with_perfect_predictions_uses_all_rows(family: str) -> None:
    design, outcome, _, _ = data(family)
    some = np.arange(400) % 4 == 0
    got = dsl(
        Variables(design, outcome),
        Variables(design[some], outcome[some]),
        some,
        np.full(100, 0.25),
        family,
    )
    expected = fit(design, outcome, family, vcov="HC0")
    np.testing.assert_allclose(got.estimate, expected.estimate, atol=1e-9)
    np.testing.assert_allclose(got.covariance, expected.covariance, atol=1e-9)


def test_dsl_of_a_mean_by_hand() -> None:
    # Two of four rows coded with probabilities 1/2 and 1/4; the mean of the pseudo-outcomes.
    predicted = np.array([1.0, 0.0, 1.0, 1.0])
    some = np.array([True, False, True, False])
    got = dsl(
        Variables(np.ones((4, 1)), predicted),
        Variables(np.ones((2, 1)), np.array([0.0, 2.0])),
        some,
        np.array([0.5, 0.25]),
        "ols",
    )
    pseudo = np.array([1 + (0 - 1) / 0.5, 0.0, 1 + (2 - 1) / 0.25, 1.0])
    assert got.estimate[0] == pytest.approx(pseudo.mean())
    assert got.covariance[0, 0] == pytest.approx(((pseudo - pseudo.mean()) ** 2).sum() / 16)


def test_cross_fit_never_sees_the_row_itself() -> None:
    random = np.random.default_rng(0)
    predicted, others = random.normal(size=(200, 1)), random.normal(size=(200, 2))
    gold = random.normal(size=200)
    every = np.ones(200, bool)
    before = cross_fit(gold, predicted, others, every, np.ones(200), seed=1)
    for row in (0, 77, 199):
        other = gold.copy()
        other[row] = gold.mean()
        after = cross_fit(other, predicted, others, every, np.ones(200), seed=1)
        assert after[row] == pytest.approx(before[row], abs=1e-12)
        assert not np.allclose(after, before)


def test_cross_fit_keeps_clusters_together_and_finds_what_depends_on_a_group() -> None:
    random = np.random.default_rng(0)
    group = random.integers(0, 2, 3000).astype(float)
    predicted = random.normal(size=3000)
    truth = np.where(group == 1.0, predicted, -predicted)
    some = random.random(3000) < 0.3
    clusters = random.integers(0, 50, 3000)
    found = cross_fit(
        truth[some],
        predicted[:, None],
        group[:, None],
        some,
        np.ones(int(some.sum())),
        seed=0,
        clusters=clusters,
    )
    np.testing.assert_allclose(
        found, np.clip(truth, truth[some].min(), truth[some].max()), atol=1e-9
    )


def test_newton_says_when_there_is_no_solution() -> None:
    def never(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return place**2 + 1.0, np.diag(2.0 * place)

    with pytest.raises(iad.ArgumentError, match="did not converge.*\nHint: code more pictures"):
        solve(never, np.array([3.0]))
