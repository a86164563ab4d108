"""Rows with gold values among all rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.arrays.stats.gold import weighted, with_gold
from imagesasdata.arrays.stats.ppi import parted
from imagesasdata.errors import ArgumentError

SOME = np.array([True, False, True, False])


def test_gold_rows_count_by_weight_and_chance() -> None:
    found = weighted(SOME, np.array([1.0, 9, 3, 9]), np.array([0.5, 0.1, 0.25, 0.1]))
    np.testing.assert_allclose(found.gold_weights, np.array([2, 12]) / 7)
    assert not found.even
    # Of a simple random sample all have the share that is gold.
    found = weighted(SOME, None, None)
    assert found.weights.tolist() == [1, 1, 1, 1]
    assert found.sample_prob.tolist() == [0.5, 0.5, 0.5, 0.5]
    assert found.gold_weights.tolist() == [1, 1]
    assert found.even


def test_gold_values_stand_in_for_predictions() -> None:
    predicted = Variables(np.arange(8.0).reshape(4, 2), np.arange(4.0))
    gold = Variables(np.full((2, 2), -1.0), np.array([10.0, 20.0]))
    found = with_gold(predicted, gold, SOME)
    assert found.outcome.tolist() == [10, 1, 20, 3]
    assert found.design.tolist() == [[-1, -1], [2, 3], [-1, -1], [6, 7]]
    assert predicted.outcome.tolist() == [0, 1, 2, 3]


def test_the_rows_of_ppi() -> None:
    design = np.arange(8.0).reshape(4, 2)
    weights, chance = np.array([1.0, 2, 3, 4]), np.array([0.5, 0.2, 0.25, 0.5])
    one, rest = parted(
        Variables(design, np.array([0.1, 0.2, 0.3, 0.4])),
        Variables(design[SOME], np.array([1.0, 0.0])),
        SOME,
        weights,
        chance,
        np.array([5, 6, 7, 8]),
    )
    assert one.outcome.tolist() == [1, 0]
    assert one.predicted.tolist() == [0.1, 0.3]
    assert one.weights.tolist() == [2, 12]
    assert one.clusters is not None
    assert one.clusters.tolist() == [5, 7]
    assert rest.predicted.tolist() == [0.2, 0.4]
    np.testing.assert_allclose(rest.weights, [2 / 0.8, 4 / 0.5])
    np.testing.assert_array_equal(rest.design, design[[1, 3]])


@pytest.mark.parametrize(
    ("is_gold", "chance", "message"),
    [
        ([True, True], [0.5, 0.5], "Every row has a gold value"),
        ([True, False], [0.5, 1.0], "and 1 such rows have none"),
        ([True, False], [0.5, np.nan], "and 1 such rows have none"),
    ],
)
def test_rows_without_a_gold_value(is_gold: list[bool], chance: list[float], message: str) -> None:
    some = np.array(is_gold)
    all_rows = Variables(np.ones((2, 1)), np.ones(2))
    coded = Variables(np.ones((some.sum(), 1)), np.ones(some.sum()))
    with pytest.raises(ArgumentError, match=message):
        parted(all_rows, coded, some, np.ones(2), np.array(chance))
