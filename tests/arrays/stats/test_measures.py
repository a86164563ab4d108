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

from imagesasdata.arrays.stats import agreement, audit, classification, numeric
from imagesasdata.arrays.stats.intervals import (
    Draw,
    bootstrap,
    effective,
    fewer_rounds,
    whole_groups,
    wilson,
    within_strata,
)


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 10), (10, 10), (499, 500), (1, 1)])
def test_wilson(hits: int, rows: int) -> None:
    expected = proportion_confint(hits, rows, method="wilson")
    np.testing.assert_allclose(wilson(hits / rows, rows), expected, atol=1e-12)


def test_wilson_of_nothing_and_effective_rows() -> None:
    assert np.isnan(wilson(np.nan, 0)).all()
    assert effective(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective(np.array([1.0, 0.0])) == 1.0
    assert effective(np.empty(0)) == 0.0


@pytest.mark.parametrize(
    "draw", [within_strata(np.zeros(400)), whole_groups(np.arange(400))], ids=["rows", "groups"]
)
def test_bootstrap_of_a_mean_is_as_wide_as_the_normal_interval(draw: Draw) -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap(lambda rows: np.array([values[rows].mean()]), draw, rounds=2000, seed=1)
    half = 1.96 * values.std(ddof=1) / 20
    np.testing.assert_allclose(
        [low[0], high[0]], values.mean() + half * np.array([-1, 1]), atol=0.01
    )


def test_bootstrap_draws_within_strata() -> None:
    strata = np.repeat([0, 1], [30, 70])
    draw = within_strata(strata)
    low, high = bootstrap(lambda rows: np.array([strata[rows].mean()]), draw, rounds=50, seed=0)
    assert low[0] == high[0] == pytest.approx(0.7)


def test_bootstrap_draws_whole_groups() -> None:
    groups = np.repeat(np.arange(20), 20)
    values = np.random.default_rng(1).normal(size=20)[groups]

    def width(of: np.ndarray) -> float:
        measure = lambda rows: np.array([values[rows].mean()])  # noqa: E731
        low, high = bootstrap(measure, whole_groups(of), rounds=1000, seed=1)
        return float(high[0] - low[0])

    assert width(groups) / width(np.arange(400)) == pytest.approx(np.sqrt(20), rel=0.2)
    drawn = whole_groups(np.array([7, 3, 7]))(np.random.default_rng(0))
    assert np.bincount(drawn, minlength=3)[0] == np.bincount(drawn, minlength=3)[2]


def test_a_figure_that_is_mostly_undefined_has_no_interval() -> None:
    rounds = iter(range(100))

    def measure(rows: np.ndarray) -> np.ndarray:
        number = next(rounds)
        return np.array([np.nan, np.nan if number < 51 else 1.0, np.nan if number < 50 else 1.0])

    low, high = bootstrap(measure, within_strata(np.zeros(5)), rounds=100, seed=1)
    np.testing.assert_array_equal(low, [np.nan, np.nan, 1.0])
    np.testing.assert_array_equal(high, low)


def test_fewer_rounds_of_very_many_rows() -> None:
    assert [fewer_rounds(rows, 1000) for rows in (1, 20_000, 40_000, 10**7)] == [
        1000,
        1000,
        500,
        200,
    ]


def test_wilson_as_published() -> None:
    # Newcombe (1998), table I, method 3.
    np.testing.assert_allclose(wilson(81 / 263, 263), (0.2553, 0.3662), atol=1e-4)
    np.testing.assert_allclose(wilson(0.0, 20), (0.0, 0.1611), atol=1e-4)


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


def test_the_area_under_the_curve_with_ties() -> None:
    random = np.random.default_rng(0)
    truth, scores = random.random(90) < 0.4, random.integers(0, 4, 90) / 4
    assert classification.auc(truth, scores) == pytest.approx(metrics.roc_auc_score(truth, scores))
    assert np.isnan(classification.auc(np.ones(3, bool), np.arange(3.0)))


def test_without_weights_all_rows_count_the_same(classified: tuple[np.ndarray, ...]) -> None:
    truth, predicted, prob, _ = classified
    ones, is_one = np.ones(500), truth == 1
    for plain, weighted in zip(
        classification.count(truth, predicted, 3),
        classification.count(truth, predicted, 3, ones),
        strict=True,
    ):
        np.testing.assert_array_equal(plain, weighted)
    for measure in (classification.auc, classification.brier, classification.calibration_error):
        assert measure(is_one, prob) == measure(is_one, prob, ones)


def test_labels_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    truth, said = random.random((50, 4)) < 0.4, random.random((50, 4)) < 0.5
    counts = classification.count_labels(truth, said)
    expected = metrics.multilabel_confusion_matrix(truth, said).reshape(4, 4).T
    got = [counts.true_negative, counts.false_positive]
    got += [counts.false_negative, counts.true_positive]
    np.testing.assert_array_equal(got, expected)


def test_confusion_and_its_shares(classified: tuple[np.ndarray, ...]) -> None:
    truth, predicted, _, weights = classified
    table = classification.confusion(truth, predicted, 3, weights)
    np.testing.assert_allclose(
        table, metrics.confusion_matrix(truth, predicted, sample_weight=weights)
    )
    shares = classification.row_shares(np.array([[1, 3], [0, 0]]))
    np.testing.assert_array_equal(shares, [[0.25, 0.75], [0.0, 0.0]])


def test_the_mean_of_what_is_known() -> None:
    assert classification.mean_known(np.array([1.0, np.nan, 2.0])) == 1.5
    assert np.isnan(classification.mean_known(np.array([np.nan])))


def test_numbers_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    truth, said = random.normal(size=40), random.normal(size=40)
    assert numeric.rmse(truth, said) ** 2 == pytest.approx(metrics.mean_squared_error(truth, said))
    assert numeric.mae(truth, said) == pytest.approx(metrics.mean_absolute_error(truth, said))
    assert numeric.r_squared(truth, said) == pytest.approx(metrics.r2_score(truth, said))
    assert numeric.correlation(truth, said) == pytest.approx(np.corrcoef(truth, said)[0, 1])
    assert np.isnan(numeric.r_squared(np.ones(3), np.zeros(3)))
    assert np.isnan(numeric.correlation(np.ones(3), np.arange(3.0)))


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


def test_all_measures_at_once(codes: np.ndarray) -> None:
    found = agreement.estimate(codes, np.arange(4.0), "nominal", rounds=50, seed=1)
    table = agreement.counts(codes, 4)
    assert found.value.tolist() == [
        agreement.alpha(table, np.arange(4.0), "nominal"),
        agreement.cohen(codes, 4),
        agreement.fleiss(table),
        agreement.percent(table),
        agreement.ac1(table),
    ]
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()
    # Of unequal numbers of codes Fleiss' kappa is not defined, and has no interval.
    some = codes.copy()
    some[0, :5] = agreement.MISSING
    fewer = agreement.estimate(some, np.arange(4.0), "nominal", rounds=50, seed=1)
    place = agreement.MEASURES["nominal"].index("fleiss_kappa")
    assert np.isnan([fewer.value[place], fewer.low[place], fewer.high[place]]).all()


def test_one_value_against_the_rest_and_items_coded_twice() -> None:
    codes = np.array([[0, 2, -1, -1], [1, 2, 2, -1]])
    assert agreement.one_against_rest(codes, 2).tolist() == [[0, 1, -1, -1], [0, 1, 1, -1]]
    assert agreement.coded_twice(codes) == 2
    share = agreement.agreeing(agreement.counts(codes, 3))
    np.testing.assert_array_equal(share, [0.0, 1.0, np.nan, np.nan])


def test_codes_in_a_table() -> None:
    places = np.array([0, 1, 1]), np.array([2, 0, 2]), np.array([4, 0, 5])
    assert agreement.in_table(*places, (2, 3)).tolist() == [[-1, -1, 4], [0, -1, 5]]
    assert agreement.positions(["a", "c"], "nominal").tolist() == [0, 1]
    assert agreement.positions([2, 7], "ordinal").tolist() == [2, 7]


def test_the_most_disputed_items_come_first() -> None:
    # All agree, two of three pairs differ, all differ, nobody else coded it, two of three differ.
    table = np.array([[3, 0, 0], [2, 1, 0], [1, 1, 1], [1, 0, 0], [0, 1, 2]], float)
    assert agreement.disputed(table).tolist() == [2, 1, 4]


def test_one_value_is_measured_against_the_rest(codes: np.ndarray) -> None:
    found = agreement.estimate_one(codes, 2, rounds=20, seed=3)
    table = agreement.counts(np.where(codes == 2, 1, 0), 2)
    assert found.value[0] == agreement.alpha(table, np.arange(2.0), "nominal")
    assert found.value[3] == agreement.percent(table)


def test_weighted_items_count_as_if_there_were_more_of_them(codes: np.ndarray) -> None:
    times = np.arange(codes.shape[1]) % 3 + 1
    many = np.repeat(codes, times, axis=1)
    table, more = agreement.counts(codes, 4), agreement.counts(many, 4)
    each = times.astype(float)
    assert agreement.percent(table, each) == pytest.approx(agreement.percent(more))
    assert agreement.fleiss(table, each) == pytest.approx(agreement.fleiss(more))
    assert agreement.cohen(codes, 4, each) == pytest.approx(agreement.cohen(many, 4))
    # Alpha's correction for few items sees how many there are.
    ours = agreement.alpha(table, np.arange(4.0), "interval", each)
    theirs = agreement.alpha(more, np.arange(4.0), "interval")
    assert ours == pytest.approx(theirs, abs=0.01)
    assert agreement.alpha(table, np.arange(4.0), "interval", each * 7) == pytest.approx(ours)


def test_perfect_agreement_on_few_items_is_not_certain() -> None:
    codes = np.tile(np.arange(30) % 2, (2, 1))
    found = agreement.estimate(codes, np.arange(2.0), "nominal", rounds=500, seed=0)
    np.testing.assert_allclose(found.value, 1.0)
    np.testing.assert_allclose(found.high, 1.0)
    # Half an item among 30: a Beta(0.5, 30) is up to 0.08 apart.
    assert found.low[3] == pytest.approx(1 - 0.081, abs=0.02)
