"""Numbers of rows to code: known closed forms, what all rows give, and what a pilot tells."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats import planning
from imagesasdata.arrays.stats.planning import Classes, Study, Target
from imagesasdata.errors import ArgumentError

CLASSES = planning.by_recalls(0.3, 0.8, 0.9)
COUNTS = np.array([50, 200, 1000, 5000])


def test_guesses_give_the_same_classes() -> None:
    # Of 1,000: 240 hits, 60 missed, 70 wrong, 630 rightly not predicted.
    np.testing.assert_allclose(CLASSES.size, [0.69, 0.31])
    np.testing.assert_allclose(CLASSES.true, [60 / 690, 240 / 310])
    assert CLASSES.share == pytest.approx(0.3)
    other = planning.by_precision(0.3, 0.8, 240 / 310)
    np.testing.assert_allclose(np.array(other), np.array(CLASSES))
    with pytest.raises(ArgumentError, match="all pictures or none.*\nHint: for example share=0.3"):
        planning.by_precision(0.5, 0.9, 0.1)


@pytest.mark.parametrize("method", ["ppi", "dsl"])
def test_of_a_simple_sample_the_correlation_tells(method: planning.PlannedBy) -> None:
    rows, truth = 5000, 0.3 * 0.7
    covariance = 0.24 - 0.3 * 0.31
    squared = covariance**2 / (truth * 0.31 * 0.69)
    expected = truth * ((1.0 - squared) / COUNTS + squared / rows)
    found = planning.error(CLASSES, Study(rows), "simple", method, COUNTS)
    np.testing.assert_allclose(found**2, expected, rtol=1e-12)
    # When all rows are coded, predictions add nothing.
    assert found[-1] ** 2 == pytest.approx(truth / rows)


def test_gold_alone_is_the_textbooks() -> None:
    found = planning.error(CLASSES, Study(5000), "simple", "gold", COUNTS)
    np.testing.assert_allclose(found, np.sqrt(0.21 / COUNTS))
    groups = planning.error(CLASSES, Study(5000, 0.2), "simple", "gold", COUNTS)
    np.testing.assert_allclose(groups, np.sqrt(0.21 / COUNTS / 0.16))
    # Cochran's number for a share of 0.5 within 5 points is 385; Student's t adds two rows.
    even = planning.by_recalls(0.5, 0.5, 0.5)
    assert planning.least(even, Study(10**6), "simple", "gold", Target(width=0.1)) == 387
    # Two groups of 0.5 and 0.4 with a common variance: 4 (1.96 + 0.842)^2 0.25 / 0.1^2 = 785 in all.
    target = Target(effect=0.1, power=0.8)
    found_n = planning.least(even, Study(10**6, 0.5), "simple", "gold", target)
    assert found_n == pytest.approx(785, abs=3)


def test_predictions_without_information_are_no_use_and_perfect_ones_are() -> None:
    study = Study(10_000)
    useless = planning.by_recalls(0.4, 0.5, 0.5)
    perfect = Classes(np.array([0.6, 0.4]), np.array([0.0, 1.0]))
    for method in ("ppi", "dsl"):
        one = planning.error(useless, study, "simple", method, COUNTS)
        np.testing.assert_allclose(one, np.sqrt(0.24 / COUNTS))
        two = planning.error(perfect, study, "simple", method, COUNTS)
        np.testing.assert_allclose(two, np.sqrt(0.24 / 10_000))


def test_a_stratified_sample_has_as_many_of_each_until_one_is_coded_in_full() -> None:
    rare = Classes(np.array([0.9, 0.1]), np.array([0.01, 0.5]))
    chance = planning.chances(rare, "stratified", np.array([100, 200, 600]), 1000)
    np.testing.assert_allclose(chance, [[50 / 900, 1 / 9, 500 / 900], [0.5, 1.0, 1.0]])
    assert planning.of_class(rare, "stratified", 100, 1000) == round(0.5 + 25.0)
    assert planning.of_class(rare, "simple", 100, 1000) == round(0.9 + 5.0)


def test_the_fewest_rows_are_those_that_are_enough() -> None:
    study, target = Study(4000), Target(width=0.05)
    for design in planning.DESIGNS:
        for method in planning.METHODS:
            n = planning.least(CLASSES, study, design, method, target)
            assert n is not None
            assert planning.at(CLASSES, study, design, method, n, target)[0] <= 0.05
            assert planning.at(CLASSES, study, design, method, n - 1, target)[0] > 0.05
    assert planning.least(CLASSES, study, "simple", "gold", Target(width=0.01)) is None


def test_a_pilot_has_half_a_row_of_each_truth_added() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0])
    found = planning.by_pilot(truth, truth, np.ones(6), np.repeat([0, 1], [90, 10]))
    np.testing.assert_allclose(found.size, [0.9, 0.1])
    np.testing.assert_allclose(found.true, [0.5 / 4, 3.5 / 4])
    alone = planning.by_pilot(truth[:3], truth[:3], np.ones(3), np.repeat([0, 1], [90, 10]))
    assert alone.true[0] == 0.5  # nothing is known of those predicted not to be
