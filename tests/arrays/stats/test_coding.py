"""Sampling probabilities against the rows coded, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagesasdata.arrays.stats.coding import Coding, coding, outside, scaled, strata
from imagesasdata.errors import ArgumentError

NONE = np.nan


def coded(chance: Any, count: dict[float, int], sampled: np.ndarray | None = None) -> Coding:
    """Of the rows of each probability, the first few are coded."""
    chance = np.array(chance, float)
    is_coded = np.zeros(len(chance), bool)
    for p, number in count.items():
        is_coded[np.flatnonzero(chance == p)[:number]] = True
    return coding(chance, is_coded, sampled)


def test_the_range_of_probabilities() -> None:
    found = outside(np.array([0.0, -1.0, 1e-9, 1.0, 1.01, NONE]))
    assert found.tolist() == [True, True, False, False, True, True]
    found = strata(np.array([0.1, 1.0, 0.1 + 1e-15]))
    assert found is not None
    assert found.tolist() == [0, 1, 0]
    assert strata(np.linspace(0.1, 0.9, 30)) is None


def test_a_sample_that_was_coded_in_full() -> None:
    # 40 of 400 and 30 of 30, joined to the table: the others have no probability.
    found = coded([0.1] * 40 + [1.0] * 30 + [NONE] * 360, {0.1: 40, 1.0: 30})
    assert found.notes("p") == []
    assert not found.unfinished
    assert found.total == pytest.approx(430)
    np.testing.assert_array_equal(found.chance, scaled(found, "p"))


@pytest.mark.parametrize("how", ["joined", "named", "all have one"])
def test_rows_drawn_and_not_coded(how: str) -> None:
    """Of 100 of 1,000 rows 50 were coded, of 200 of 400 all: the 50 stand for all 1,000."""
    drawn = np.repeat([True, False, True, False], [100, 900, 200, 200])
    chance = np.repeat([0.1, 0.5], [1000, 400])
    if how == "joined":
        chance[~drawn] = NONE
    found = coded(chance, {0.1: 50, 0.5: 200}, drawn if how == "named" else None)
    np.testing.assert_allclose(found.chance, np.repeat([0.05, 0.5], [50, 200]))
    assert found.total == pytest.approx(1400)
    assert found.notes("p") == [
        "50 of the 300 sampled rows were not coded (coded: 50 of 100 with p 0.1; 200 of 200 with p "
        "0.5). They were taken as missing at random among those with equal probabilities."
    ]


def test_a_table_that_is_the_sample_alone() -> None:
    found = coded([0.1] * 60 + [1.0] * 40, {0.1: 30, 1.0: 40})
    np.testing.assert_allclose(found.chance, np.repeat([0.05, 1.0], [30, 40]))
    assert found.unfinished


def test_unequal_chances_have_one_response() -> None:
    chance = np.append(np.linspace(0.1, 0.5, 200), np.full(500, NONE))
    is_coded = np.arange(700) % 2 == 0
    is_coded[200:] = False
    found = coding(chance, is_coded)
    np.testing.assert_allclose(found.chance, chance[is_coded] / 2)
    assert found.notes("p")[0].startswith("100 of the 200 sampled rows were not coded. They were")


def test_probabilities_on_another_scale_are_scaled_and_told_or_refused() -> None:
    # 100 of 1,000 rows: the probability is 0.1.
    found = coded([0.15] * 100 + [NONE] * 900, {0.15: 100})
    np.testing.assert_allclose(scaled(found, "p"), 0.1)
    assert found.notes("p") == [
        "By 'p', the gold rows stand for 667 rows (the sum of 1 / p), but there are 1,000: the "
        "probabilities were scaled to fit. Check that they are those of a sample from this table."
    ]
    # Within chance nothing is said.
    assert coded([0.098] * 100 + [NONE] * 900, {0.098: 100}).notes("p") == []
    for wrong, total in ((0.01, "10,000"), (0.5, "200")):
        found = coded([wrong] * 100 + [NONE] * 900, {wrong: 100})
        with pytest.raises(ArgumentError, match=f"do not fit .* stand for {total} rows") as caught:
            scaled(found, "p")
        assert "sample_prob=None" in str(caught.value)


def test_a_stratum_of_which_nothing_was_coded() -> None:
    with pytest.raises(ArgumentError, match=r"None of the 100 rows sampled with probability 0\.1 "):
        coded([0.1] * 100 + [0.5] * 100 + [NONE] * 900, {0.5: 100})
