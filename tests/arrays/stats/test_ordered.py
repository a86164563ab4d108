"""AC1, weighted kappa and intraclass correlation: their definitions by hand, and another package."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from sklearn import metrics

from imagesasdata.arrays.stats import agreement
from imagesasdata.arrays.stats.ordered import intraclass, weighted_kappa

# Four observers, twelve units, five values, some missing (an example of Krippendorff's).
UNITS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# How often husbands and wives find something fun, of four values (Hout, Duncan and Sobel 1987).
COUPLES = np.array([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])
# Six targets by four judges, the example of Shrout and Fleiss (1979).
JUDGES = np.array([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]])


def couples() -> np.ndarray:
    """A row for the husbands and one for the wives."""
    husband, wife = np.indices(COUPLES.shape).reshape(2, -1)
    return np.repeat(np.stack([husband, wife]), COUPLES.ravel(), axis=1)


def test_ac1_and_alpha_are_their_definitions() -> None:
    codes = np.array([[agreement.MISSING if c == "." else int(c) - 1 for c in u] for u in UNITS])
    table = agreement.counts(codes, 5)
    pairs, common, agreeing, disagreeing, values = [], [], 0.0, 0.0, []
    for unit in zip(*UNITS, strict=True):
        given = [code for code in unit if code != "."]
        common.append([given.count(value) / len(given) for value in "12345"])
        if len(given) < 2:
            continue
        values += given
        same = [one == other for one, other in permutations(given, 2)]
        pairs.append(sum(same) / len(same))
        # Krippendorff: each unit's ordered pairs, by one less than its number of codes.
        agreeing += sum(same) / (len(given) - 1)
        disagreeing += (len(same) - sum(same)) / (len(given) - 1)
    share = np.mean(common, axis=0)
    by_chance = (share * (1.0 - share)).sum() / 4.0
    percent = float(np.mean(pairs))
    assert agreement.percent(table) == pytest.approx(percent)
    assert agreement.ac1(table) == pytest.approx((percent - by_chance) / (1.0 - by_chance))
    n = len(values)
    expected = 1.0 - sum(values.count(v) * (values.count(v) - 1) for v in "12345") / (n * (n - 1))
    observed = disagreeing / (agreeing + disagreeing)
    assert agreement.alpha(table, np.arange(5.0), "nominal") == pytest.approx(
        1.0 - observed / expected
    )


def test_ac1_stays_high_where_one_value_is_common() -> None:
    # 118 of 125 agree on the common value, 2 on the other: kappa is low, AC1 near the agreement.
    codes = np.repeat([[0, 0, 1, 1], [0, 1, 0, 1]], [118, 5, 0, 2], axis=1)
    table = agreement.counts(codes, 2)
    given = 2 * (118 + 2.5) / 125 * (1 - (118 + 2.5) / 125)
    assert agreement.ac1(table) == pytest.approx((0.96 - given) / (1 - given))
    assert agreement.ac1(table) > 0.9 > 0.6 > agreement.fleiss(table)
    assert np.isnan(agreement.ac1(agreement.counts(np.zeros((2, 5), int), 1)))


def test_weighted_kappa_is_that_of_another_package() -> None:
    codes, scale = couples(), np.arange(4.0)
    assert agreement.cohen(codes, 4) == pytest.approx(metrics.cohen_kappa_score(*codes))
    for exponent, name in ((1, "linear"), (2, "quadratic")):
        expected = metrics.cohen_kappa_score(*codes, weights=name)
        assert weighted_kappa(codes, scale, exponent) == pytest.approx(expected)
    # An item that counts twice is two items.
    twice = np.where(np.arange(codes.shape[1]) < 30, 2.0, 1.0)
    both = np.concatenate([codes, codes[:, :30]], axis=1)
    assert weighted_kappa(codes, scale, 2, twice) == pytest.approx(weighted_kappa(both, scale, 2))
    assert np.isnan(weighted_kappa(np.zeros((2, 5), int), scale, 2))
    assert np.isnan(weighted_kappa(np.array([[0, -1], [-1, 1]]), scale, 2))


def test_intraclass_correlations_are_those_of_a_two_way_analysis_of_variance() -> None:
    scale = np.arange(11.0)
    single, average = intraclass(JUDGES, scale)
    judges, targets = JUDGES.shape
    whole = JUDGES.mean()
    of_targets = judges * sum((JUDGES[:, t].mean() - whole) ** 2 for t in range(targets))
    of_judges = targets * sum((JUDGES[j].mean() - whole) ** 2 for j in range(judges))
    rest = ((JUDGES - whole) ** 2).sum() - of_targets - of_judges
    between, by_judge = of_targets / (targets - 1), of_judges / (judges - 1)
    error = rest / ((targets - 1) * (judges - 1))
    judge_part = (by_judge - error) / targets
    assert single == pytest.approx(
        (between - error) / (between + (judges - 1) * error + judges * judge_part)
    )
    assert average == pytest.approx((between - error) / (between + judge_part))
    np.testing.assert_allclose(intraclass(JUDGES, scale, np.full(6, 3.0)), [single, average])
    assert intraclass(np.stack([JUDGES[0]] * 3), scale) == (1.0, 1.0)
    missing = JUDGES.copy()
    missing[0, 0] = -1
    assert np.isnan(intraclass(missing, scale)).all()
    assert np.isnan(intraclass(np.ones((2, 5), int), scale)).all()


def test_measures_follow_the_level() -> None:
    for level, names in agreement.MEASURES.items():
        found = agreement.estimate(JUDGES, np.arange(11.0), level, rounds=40, seed=0)
        assert len(found.value) == len(names)
        known = np.isfinite(found.value)
        assert (found.low[known] <= found.value[known]).all()
    assert found.value[-2] == intraclass(JUDGES, np.arange(11.0))[0]
