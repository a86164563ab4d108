"""Agreement, classification, intervals and tests of groups against other implementations."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from scipy import stats
from sklearn import metrics
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from imagesasdata.arrays.stats import agreement, audit, classification
from imagesasdata.arrays.stats.intervals import bootstrap, effective, wilson


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 10), (10, 10), (499, 500), (1, 1)])
def test_wilson(hits: int, rows: int) -> None:
    expected = proportion_confint(hits, rows, method="wilson")
    np.testing.assert_allclose(wilson(hits / rows, rows), expected, atol=1e-12)


def test_wilson_of_nothing_and_effective_rows() -> None:
    assert np.isnan(wilson(np.nan, 0)).all()
    assert effective(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective(np.array([1.0, 0.0])) == 1.0
    assert effective(np.empty(0)) == 0.0


def test_bootstrap_of_a_mean_is_as_wide_as_the_normal_interval() -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap(
        lambda rows: np.array([values[rows].mean()]), np.zeros(400), rounds=2000, seed=1
    )
    half = 1.96 * values.std(ddof=1) / 20
    np.testing.assert_allclose(
        [low[0], high[0]], values.mean() + half * np.array([-1, 1]), atol=0.01
    )


def test_bootstrap_draws_within_strata() -> None:
    strata = np.repeat([0, 1], [30, 70])
    low, high = bootstrap(lambda rows: np.array([strata[rows].mean()]), strata, rounds=50, seed=0)
    assert low[0] == high[0] == pytest.approx(0.7)


@pytest.fixture(scope="module")
def classified() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 500)
    predicted = np.where(random.random(500) < 0.3, random.integers(0, 3, 500), truth)
    prob = np.round(np.clip(0.5 * (truth == 1) + random.uniform(0, 0.6, 500), 0, 1), 2)
    return truth, predicted, prob, random.uniform(0.5, 3.0, 500)


@pytest.mark.parametrize("weighted", [False, True])
def test_classification_equals_scikit_learn(
    classified: tuple[np.ndarray, ...], weighted: bool
) -> None:
    truth, predicted, prob, weights = classified
    weights = weights if weighted else np.ones(500)
    counts = classification.count(truth, predicted, 3, weights)
    expected = metrics.precision_recall_fscore_support(truth, predicted, sample_weight=weights)
    for got, want in zip((counts.precision, counts.recall, counts.f1), expected, strict=False):
        np.testing.assert_allclose(got, want)
    assert sum(counts)[0] == pytest.approx(weights.sum())
    is_one = truth == 1
    assert classification.auc(is_one, prob, weights) == pytest.approx(
        metrics.roc_auc_score(is_one, prob, sample_weight=weights)
    )
    assert classification.brier(is_one, prob, weights) == pytest.approx(
        metrics.brier_score_loss(is_one, prob, sample_weight=weights)
    )


def test_calibration_error_by_hand() -> None:
    prob = np.array([0.05, 0.05, 0.15, 0.95, 1.0])
    truth = np.array([False, True, False, True, True])
    # Bins: 0.05 against 1/2 (two rows), 0.15 against 0 (one), 0.975 against 1 (two).
    expected = (2 * 0.45 + 0.15 + 2 * 0.025) / 5
    assert classification.calibration_error(truth, prob, np.ones(5)) == pytest.approx(expected)


def test_what_is_not_defined_is_not_a_number() -> None:
    counts = classification.count(np.array([0, 0]), np.array([0, 2]), 3, np.ones(2))
    assert np.isnan(counts.recall[1:]).all()
    assert np.isnan(counts.precision[1])
    assert counts.precision[2] == 0.0
    assert np.isnan(classification.auc(np.array([True, True]), np.array([0.1, 0.2]), np.ones(2)))


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    random = np.random.default_rng(0)
    truth = random.integers(0, 4, 60)
    given = np.stack([np.where(random.random(60) < 0.3, random.integers(0, 4, 60), truth)] * 3)
    given[1] = np.where(random.random(60) < 0.4, random.integers(0, 4, 60), truth)
    given[2] = np.where(random.random(60) < 0.2, random.integers(0, 4, 60), truth)
    return given


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_alpha_equals_the_package(codes: np.ndarray, level: str, missing: float) -> None:
    gone = np.random.default_rng(1).random(codes.shape) < missing
    scale = np.array([1.0, 2.0, 5.0, 9.0])
    some = np.where(gone, agreement.MISSING, codes)
    got = agreement.alpha(agreement.counts(some, 4), scale, level)  # type: ignore[arg-type]
    expected = krippendorff.alpha(np.where(gone, np.nan, scale[codes]), level_of_measurement=level)
    assert got == pytest.approx(expected, abs=1e-12)


def test_kappas_equal_other_packages(codes: np.ndarray) -> None:
    table = agreement.counts(codes, 4)
    assert agreement.fleiss(table) == pytest.approx(fleiss_kappa(table))
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([metrics.cohen_kappa_score(codes[a], codes[b]) for a, b in pairs])
    assert agreement.cohen(codes, 4) == pytest.approx(expected)
    same = np.mean([(codes[a] == codes[b]).mean() for a, b in pairs])
    assert agreement.percent(table) == pytest.approx(same)


def test_agreement_that_is_not_defined() -> None:
    same = agreement.counts(np.zeros((2, 5), int), 2)
    assert np.isnan(agreement.alpha(same, np.arange(2.0), "nominal"))
    assert np.isnan(agreement.fleiss(same))
    assert agreement.percent(same) == 1.0
    apart = np.array([[0, -1], [-1, 1]])
    assert np.isnan(agreement.cohen(apart, 2))
    assert np.isnan(agreement.percent(agreement.counts(apart, 2)))


def test_rates_and_tests_of_groups() -> None:
    group = np.repeat([0, 1, 2], [40, 60, 100])
    hits = np.zeros(200, bool)
    hits[:10] = hits[40:46] = hits[100:104] = True
    found = audit.rate(hits, np.ones(200, bool), group, 3, np.ones(200))
    np.testing.assert_allclose(found.value, [0.25, 0.1, 0.04])
    np.testing.assert_allclose(found.rows, [40, 60, 100])
    p = audit.against_others(found)
    assert p[0] == pytest.approx(stats.fisher_exact([[10, 30], [10, 150]]).pvalue)
    with_gap = np.array([0.01, np.nan, 0.04, 0.03])
    known = with_gap[[0, 2, 3]]
    for how, name in (("holm", "holm"), ("bh", "fdr_bh")):
        got = audit.adjust(with_gap, how)  # type: ignore[arg-type]
        np.testing.assert_allclose(got[[0, 2, 3]], multipletests(known, method=name)[1])
        assert np.isnan(got[1])
    np.testing.assert_array_equal(audit.adjust(with_gap, "none"), with_gap)
