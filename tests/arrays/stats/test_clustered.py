"""CR2 against its definition by whole matrices, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.clustered import cr2
from imagesasdata.arrays.stats.dsl import Variables, dsl
from imagesasdata.arrays.stats.fits import Fit, fit
from imagesasdata.arrays.stats.inference import infer
from imagesasdata.arrays.stats.ppi import parted, ppi
from imagesasdata.arrays.stats.ptd import ptd
from imagesasdata.arrays.stats.sandwich import renumbered


def by_matrices(
    design: np.ndarray, residual: np.ndarray, weights: np.ndarray, clusters: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bell and McCaffrey's formulas as they are written."""
    weighted = np.diag(weights)
    bread = np.linalg.inv(design.T @ weighted @ design)
    rest = np.eye(len(design)) - design @ bread @ design.T @ weighted
    meat, columns = np.zeros_like(bread), []
    for one in np.unique(clusters):
        rows = clusters == one
        values, vectors = np.linalg.eigh((rest @ rest.T)[np.ix_(rows, rows)])
        roots = np.where(values > 1e-10, np.maximum(values, 1e-10) ** -0.5, 0.0)
        root = vectors @ np.diag(roots) @ vectors.T
        pull = design[rows].T @ weighted[np.ix_(rows, rows)] @ root
        meat += np.outer(pull @ residual[rows], pull @ residual[rows])
        columns.append(rest[rows].T @ pull.T @ bread)
    spread = np.stack(columns)  # clusters, rows, terms
    df = []
    for term in range(design.shape[1]):
        gram = spread[:, :, term] @ spread[:, :, term].T
        df.append(np.trace(gram) ** 2 / (gram**2).sum())
    return bread @ meat @ bread, np.array(df)


@pytest.mark.parametrize("weighted", [False, True])
def test_cr2_equals_its_definition(weighted: bool) -> None:
    random = np.random.default_rng(0)
    clusters = np.sort(random.integers(0, 9, 60))
    # A variable that is constant within clusters, and one that only one cluster has.
    level = random.normal(size=9)[clusters]
    design = np.column_stack([np.ones(60), random.normal(size=60), level, clusters == 3])
    weights = random.uniform(0.5, 3.0, 60) if weighted else np.ones(60)
    residual = random.normal(size=60)
    bread = np.linalg.inv((design.T * weights) @ design)
    order = random.permutation(60)
    got = cr2(design[order], residual[order], weights[order], bread, clusters[order])
    want = by_matrices(design, residual, weights, clusters)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(got[1], want[1], rtol=1e-7)


def test_clusters_of_one_row_are_hc2_with_welchs_degrees_of_freedom() -> None:
    """A difference of two means: with each row a cluster, a t test with equal variances assumed."""
    random = np.random.default_rng(1)
    some = np.repeat([0.0, 1.0], [7, 19])
    design = np.column_stack([np.ones(26), some])
    outcome = random.normal(size=26) + some
    single = fit(design, outcome, "ols", clusters=np.arange(26))
    plain = fit(design, outcome, "ols", vcov="HC2")
    np.testing.assert_allclose(single.covariance, plain.covariance)
    # Welch and Satterthwaite's formula for n of 7 and 19 and equal variances.
    assert single.df is not None
    expected = (1 / 7 + 1 / 19) ** 2 / (1 / (7**2 * 6) + 1 / (19**2 * 18))
    assert single.df[1] == pytest.approx(expected)
    assert single.df[0] == pytest.approx(6)
    # HC2 alone: as many as rows less terms.
    assert plain.df is not None
    assert plain.df.tolist() == [24, 24]
    found = infer(plain, 0.95)
    # The quantile of t with 24 degrees of freedom is 2.0639.
    width = (found.high - found.estimate) / found.std_error
    np.testing.assert_allclose(width, 2.0639, atol=1e-4)


def test_families_without_cr2() -> None:
    random = np.random.default_rng(2)
    design = np.column_stack([np.ones(80), random.normal(size=80)])
    outcome = (random.random(80) < 0.5).astype(float)
    found = fit(design, outcome, "logit", clusters=np.repeat(np.arange(10), 8))
    assert (found.df, found.clusters) == (None, 10)
    assert fit(design, outcome, "logit").df is None


@pytest.mark.parametrize("method", ["dsl", "ptd", "ppi"])
def test_few_clusters_are_left_out_one_at_a_time(method: str) -> None:
    random = np.random.default_rng(5)
    rows, clusters = 400, random.integers(0, 6, 400)
    design = np.column_stack([np.ones(rows), random.normal(size=rows)])
    truth = design @ [1.0, 0.5] + random.normal(size=6)[clusters] + random.normal(size=rows)
    said, is_gold = truth + random.normal(size=rows), random.random(rows) < 0.4

    def estimated(some: np.ndarray) -> Fit:
        coded = some & is_gold
        predicted = Variables(design[some], said[some])
        gold = Variables(design[coded], truth[coded])
        chance, numbers = np.full(coded.sum(), 0.4), renumbered(clusters[some])
        if method == "ppi":
            ones = np.ones(some.sum())
            return ppi(*parted(predicted, gold, is_gold[some], ones, chance, numbers), "ols")
        by = dsl if method == "dsl" else ptd
        return by(predicted, gold, is_gold[some], chance, "ols", clusters=numbers)

    found = estimated(np.ones(rows, bool))
    away = np.stack([estimated(clusters != one).estimate - found.estimate for one in range(6)])
    # The power and the tuning of the other two differ a little without a cluster.
    exact = 1e-8 if method == "dsl" else 0.15
    np.testing.assert_allclose(
        np.sqrt(np.diag(found.covariance)),
        np.sqrt(np.diag(5 / 6 * away.T @ away)),
        rtol=exact,
    )
    assert found.df is not None
    assert (found.df == 5.0).all()
