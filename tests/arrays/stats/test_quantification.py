"""Shares of classes from predictions and error rates: closed forms, and what is not identified."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.quantification import (
    error_rates,
    group_counts,
    mixed,
    shares,
    unlike,
)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_two_classes_are_the_adjusted_count(share: float) -> None:
    # 10% false alarms, 80% found: predicted is 0.1 + 0.7 share.
    rates = np.array([[0.9, 0.2], [0.1, 0.8]])
    said = np.array([0.9 - 0.7 * share, 0.1 + 0.7 * share])
    np.testing.assert_allclose(mixed(said, rates), [1.0 - share, share], atol=1e-12)
    # Fewer are predicted than there are false alarms alone: 0, not below it.
    assert mixed(np.array([0.95, 0.05]), rates)[1] == 0.0
    assert mixed(np.array([0.1, 0.9]), rates)[1] == 1.0


def test_expectation_maximization_finds_the_mixture_and_the_adjusted_count() -> None:
    rates = np.array([[0.8, 0.1, 0.1], [0.15, 0.7, 0.2], [0.05, 0.2, 0.7]])
    share = np.array([0.6, 0.1, 0.3])
    np.testing.assert_allclose(mixed(rates @ share, rates), share, atol=1e-4)
    # A prediction that is no class, for two classes: as if it were folded into another.
    three = np.array([[0.9, 0.2], [0.06, 0.5], [0.04, 0.3]])
    np.testing.assert_allclose(mixed(three @ np.array([0.7, 0.3]), three), [0.7, 0.3], atol=1e-4)


def test_the_shares_of_one_draw_do_not_depend_on_others() -> None:
    random = np.random.default_rng(0)
    rates = error_rates(random.gamma(1.0, size=(20, 3, 3)) + 2 * np.eye(3))
    said = random.dirichlet(np.ones(3), 20)
    alone = [mixed(one, some) for one, some in zip(said, rates, strict=True)]
    np.testing.assert_array_equal(mixed(said, rates), alone)


def test_rates_and_counts() -> None:
    table = np.array([[80.0, 5.0], [20.0, 45.0]])
    np.testing.assert_allclose(error_rates(table), [[0.8, 0.1], [0.2, 0.9]])
    counts = group_counts(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 1]), 2, 2)
    np.testing.assert_array_equal(counts, [[1.0, 1.0], [0.0, 3.0]])


def test_intervals_carry_the_error_of_the_rates() -> None:
    """The delta method's variance of the adjusted count, of many coded rows."""
    truth = np.repeat([0, 1], [600, 400])
    predicted = np.concatenate([np.repeat([0, 1], [540, 60]), np.repeat([0, 1], [80, 320])])
    counts = np.array([[7200.0, 2800.0]])
    found = shares(counts, predicted, truth, 2, np.ones(1000), seed=0)
    said, false, right = 0.28, 0.1, 0.8
    value = (said - false) / (right - false)
    assert found.value[0, 1] == pytest.approx(value)
    variance = (
        said * (1 - said) / 10_000
        + (1 - value) ** 2 * false * (1 - false) / 600
        + value**2 * right * (1 - right) / 400
    ) / (right - false) ** 2
    width = found.high[0, 1] - found.low[0, 1]
    assert width == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.06)
    # Without the errors of the rates it would be less than half as wide.
    assert width > 2 * 2 * 1.96 * np.sqrt(said * (1 - said) / 10_000) / (right - false)


def test_rates_that_say_nothing_leave_all_open() -> None:
    truth, predicted = np.repeat([0, 1], 50), np.tile([0, 1], 50)
    found = shares(np.array([[500.0, 500.0]]), predicted, truth, 2, np.ones(100), seed=0)
    assert found.low[0, 1] < 0.05
    assert found.high[0, 1] > 0.95


def test_rates_that_differ_between_groups_are_told() -> None:
    truth = np.ones(200, np.int64)
    groups = ["north"] * 100 + ["south"] * 100
    same = np.tile([0, 1, 1, 1], 50)
    assert unlike(groups, same, truth, ["no", "yes"], "region") == []
    other = np.concatenate([np.tile([0, 1, 1, 1], 25), np.tile([0, 0, 0, 1], 25)])
    (note,) = unlike(groups, other, truth, ["no", "yes"], "region")
    assert "What is predicted of yes differs by region in the coded rows" in note
    few = ["north"] * 195 + ["south"] * 5
    assert unlike(few, other, truth, ["no", "yes"], "region") == []
