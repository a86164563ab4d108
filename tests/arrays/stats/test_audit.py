"""Error rates by group, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from imagesasdata.arrays.stats.audit import Event, adjust, by_group, events, widest
from imagesasdata.arrays.stats.intervals import wilson

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
    return Event(hits, np.ones(105, bool)), group


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
    found = by_group(Event(hits, among), np.array([0, 0, 0, 1]), 2, np.ones(4), least_rows=1)
    assert found.rows.tolist() == [2, 0]
    np.testing.assert_array_equal(found.value, [0.5, np.nan])
    # There is no other group to test against.
    assert np.isnan(found.p).all()


def test_over_a_rate_of_0_there_is_no_ratio() -> None:
    event = Event(np.array([True, False]), np.ones(2, bool))
    found = by_group(event, np.array([0, 1]), 2, np.ones(2), least_rows=1)
    assert found.gap.tolist() == [1, 0]
    assert np.isnan(found.ratio).all()


def test_weighted_rows_count_as_many_as_are_effective() -> None:
    event = Event(np.array([True, False, False]), np.ones(3, bool))
    found = by_group(event, np.zeros(3, np.int64), 1, np.array([2.0, 1, 1]), least_rows=1)
    assert found.value.tolist() == [0.5]
    assert (found.low[0], found.high[0]) == wilson(0.5, 4**2 / 6)


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
