"""Error rates by group, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from imagesasdata.arrays.stats.audit import Event, adjust, adjusted, by_group, events, widest
from imagesasdata.arrays.stats.intervals import wilson


def share(hits: np.ndarray, among: np.ndarray) -> Event:
    """A share of rows of which nothing is known before they are coded."""
    whole = np.ones((2, 2), np.int64)
    codes = np.zeros(len(hits), np.int64), hits.astype(np.int64)
    return Event(hits, among, *codes, np.stack([[[0, 1], [0, 1]], whole]))


TRUTH = np.array([0, 0, 1, 1, 1, 2])
SAID = np.array([0, 1, 1, 0, 2, 2])


def test_the_rates_that_there_are() -> None:
    assert list(events(TRUTH, SAID, None)) == ["error_rate"]
    found = events(TRUTH, SAID, 1)
    # Of the rows among which a rate is, those that it counts.
    counted = {
        name: np.flatnonzero(event.hits & event.among).tolist() for name, event in found.items()
    }
    assert counted == {
        "error_rate": [1, 3, 4],
        "false_positive_rate": [1],
        "false_negative_rate": [3, 4],
        "positive_rate": [1, 2],
    }
    among = {name: np.flatnonzero(event.among).tolist() for name, event in found.items()}
    assert among == {
        "error_rate": [0, 1, 2, 3, 4, 5],
        "false_positive_rate": [0, 1, 5],
        "false_negative_rate": [2, 3, 4],
        "positive_rate": [0, 1, 2, 3, 4, 5],
    }


@pytest.fixture
def three() -> tuple[Event, np.ndarray]:
    """Three groups of 40, 60 and 5 rows, with rates of 0.25, 0.1 and 0.4."""
    group = np.repeat([0, 1, 2], [40, 60, 5])
    hits = np.zeros(105, bool)
    hits[:10] = hits[40:46] = hits[100:102] = True
    return share(hits, np.ones(105, bool)), group


def test_groups_by_hand(three: tuple[Event, np.ndarray]) -> None:
    found = by_group(*three, 3, np.ones(105), least_rows=1)
    assert found.rows.tolist() == [40, 60, 5]
    np.testing.assert_allclose(found.value, [0.25, 0.1, 0.4])
    low, high = wilson(np.array([0.25, 0.1, 0.4]), [40, 60, 5])
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)
    np.testing.assert_allclose(found.gap, [0.15, 0, 0.3])
    np.testing.assert_allclose(found.ratio, [2.5, 1, 4])
    assert found.p[1] == pytest.approx(stats.fisher_exact([[6, 54], [12, 33]]).pvalue)


def test_a_small_group_is_not_shown_nor_compared(three: tuple[Event, np.ndarray]) -> None:
    found = by_group(*three, 3, np.ones(105), least_rows=6)
    assert found.rows.tolist() == [40, 60, 5]
    for part in found[1:]:
        assert np.isnan(part).tolist() == [False, False, True]
    assert found.p[0] == pytest.approx(stats.fisher_exact([[10, 30], [6, 54]]).pvalue)
    none = by_group(*three, 3, np.ones(105), least_rows=100)
    assert all(np.isnan(part).all() for part in none[1:])


def test_a_rate_of_some_rows() -> None:
    hits, among = np.array([True, True, False, True]), np.array([True, False, True, False])
    found = by_group(share(hits, among), np.array([0, 0, 0, 1]), 2, np.ones(4), least_rows=1)
    assert found.rows.tolist() == [2, 0]
    np.testing.assert_array_equal(found.value, [0.5, np.nan])
    # There is no other group to test against.
    assert np.isnan(found.p).all()


def test_over_a_rate_of_0_there_is_no_ratio() -> None:
    event = share(np.array([True, False]), np.ones(2, bool))
    found = by_group(event, np.array([0, 1]), 2, np.ones(2), least_rows=1)
    assert found.gap.tolist() == [1, 0]
    assert np.isnan(found.ratio).all()


def test_weighted_rates_are_those_of_their_strata() -> None:
    """Two strata of 40 rows that stand for 400 and 40: the rate and its closed-form deviation."""
    random = np.random.default_rng(0)
    weights = np.repeat([10.0, 1.0], 40)
    hits = np.concatenate([np.arange(40) < 12, np.arange(40) < 20])
    group = random.permutation(np.repeat([0, 1], 40))
    one = by_group(share(hits, np.ones(80, bool)), group * 0, 1, weights, least_rows=1)
    assert one.value[0] == pytest.approx((400 * 0.3 + 40 * 0.5) / 440)
    spread = np.sqrt((400 / 440) ** 2 * 0.3 * 0.7 / 40 + (40 / 440) ** 2 * 0.25 / 40)
    assert one.high[0] - one.low[0] == pytest.approx(2 * 1.96 * spread, rel=0.05)
    both = by_group(share(hits, np.ones(80, bool)), group, 2, weights, least_rows=1)
    # One against the other is one test.
    assert both.p[0] == both.p[1]
    assert 0.0 < both.p[0] <= 1.0


def test_what_is_known_before_coding_counts() -> None:
    """Sampled by prediction: 4 of 100 rows predicted 0 are of class 1, and 90 of 100 predicted 1."""
    predicted = np.repeat([0, 1], 100)
    truth = np.concatenate([np.arange(100) < 4, np.arange(100) < 90]).astype(np.int64)
    weights = np.where(predicted == 1, 1.0, 20.0)
    rates = events(truth, predicted, 1)
    found = {
        name: by_group(event, predicted * 0, 1, weights, least_rows=1)
        for name, event in rates.items()
    }
    missed = found["false_negative_rate"]
    assert missed.value[0] == pytest.approx(80 / 170)
    # By Jeffreys' posteriors of the two strata.
    none, some = (
        stats.beta.rvs(*shape, size=40_000, random_state=one)
        for one, shape in enumerate([(4.5, 96.5), (90.5, 10.5)])
    )
    ends = np.quantile(2000 * none / (2000 * none + 100 * some), [0.025, 0.975])
    np.testing.assert_allclose([missed.low[0], missed.high[0]], ends, atol=0.01)
    # The share predicted to be positive is known, whatever is coded.
    positive = found["positive_rate"]
    assert positive.low[0] == pytest.approx(100 / 2100)
    assert positive.high[0] == pytest.approx(100 / 2100)


def test_the_widest_gap() -> None:
    assert widest(np.array([0.2, np.nan, 0.1, 0.4])) == (2, 3, pytest.approx(0.3), 0.25)
    assert widest(np.array([0.2, 0.2])) == (0, 0, 0, 1)
    lowest, highest, difference, ratio = widest(np.zeros(2))
    assert (lowest, highest, difference) == (0, 0, 0)
    assert np.isnan(ratio)
    nothing = widest(np.full(2, np.nan))
    assert nothing[:2] == (None, None)
    assert np.isnan(nothing[2:]).all()


def test_a_list_of_p_values_is_not_changed() -> None:
    p = [0.04, float("nan"), 0.01]
    np.testing.assert_allclose(adjust(p, "holm"), [0.04, np.nan, 0.02])
    assert p[2] == 0.01


def test_two_groups_are_one_test() -> None:
    p = [float("nan"), 0.02, 0.02, 0.01, 0.5, 0.04]
    grouping = ["all", "a", "a", "b", "b", "b"]
    found = adjusted(p, grouping, ["rate"] * 6, "holm")
    # Four tests: 0.01, 0.02, 0.04, 0.5.
    np.testing.assert_allclose(found, [np.nan, 0.06, 0.06, 0.04, 0.5, 0.08])
    assert adjusted(p, grouping, list("abcdef"), "none")[1:] == p[1:]
