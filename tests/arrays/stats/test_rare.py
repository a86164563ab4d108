"""Classes with few coded rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.inference import infer
from imagesasdata.arrays.stats.rare import alike, check_classes, check_varied, rare
from imagesasdata.errors import ArgumentError


def test_few_rows_of_a_class() -> None:
    found = rare(np.repeat([0.0, 1.0], [392, 8]), None)
    assert found is not None
    assert found.note("protest").startswith("Only 8 of the 400 gold rows have protest = 1: the int")
    assert rare(np.repeat([0.0, 1.0], [380, 20]), None) is None
    found = rare(np.repeat(np.array(["yes", "no"], object), [395, 5]), None)
    assert found is not None
    assert (found.value, found.rows) == ("no", (5,))
    # Numbers with many values have no classes.
    assert rare(np.linspace(0, 1, 30), None) is None


def test_few_rows_of_a_class_in_a_stratum() -> None:
    values = np.repeat([0.0, 1.0, 0.0, 1.0], [306, 2, 20, 72])
    chance = np.repeat([0.08, 1.0], [308, 92])
    found = rare(values, chance)
    assert found is not None
    assert "(2 of 308 with sampling probability 0.08; 72 of 92 with sampling" in found.note("y")
    # A stratum that stands for few rows does not matter.
    assert rare(np.repeat([1.0, 0.0, 1.0], [2, 300, 300]), np.repeat([0.5, 0.1], [2, 600])) is None


def test_what_does_not_vary() -> None:
    with pytest.raises(ArgumentError, match="All 3 gold values of 'y' are 1, so nothing"):
        check_varied(np.ones(3), "y")
    with pytest.raises(ArgumentError, match="All 2 gold values of 'y' are 'no'"):
        check_varied(np.array(["no", "no"], object), "y")
    check_varied(np.array([0.0, 1.0]), "y")


def test_a_predicted_class_of_which_no_row_is_coded() -> None:
    is_gold = np.arange(1000) < 300
    names = np.array(["yes", "no"], object)[is_gold.astype(int)]
    for values in (np.where(is_gold, 0.0, 1.0), names):
        with pytest.raises(
            ArgumentError, match=r"None of the 700 rows with pred = '?(1|yes)'? was"
        ):
            check_classes(values, is_gold, "pred")
    # The share of several models that say yes, where coded rows have the prediction of one.
    votes = np.random.default_rng(0).integers(0, 6, 1000) / 5
    check_classes(np.where(is_gold, votes > 0.5, votes), is_gold, "pred")


def test_the_rule_of_three() -> None:
    found = alike(np.zeros(60), np.ones(60))
    assert found is not None
    ends = infer(found, 0.95)
    # The exact interval of 0 of 60: Clopper and Pearson (1934).
    assert (ends.estimate[0], ends.low[0]) == (0, 0)
    assert ends.high[0] == pytest.approx(1 - 0.025 ** (1 / 60))
    assert np.isnan(ends.p_value[0])
    found = alike(np.ones(60), np.repeat([1.0, 2.0], [30, 30]))
    assert found is not None
    ends = infer(found, 0.95)
    assert ends.high[0] == 1
    assert ends.low[0] == pytest.approx(0.025 ** (1 / 45))
    found = alike(np.ones(4), np.ones(4), np.array([0, 0, 1, 1]))
    assert found is not None
    assert found.alike == 2
    assert alike(np.array([0.0, 1.0]), np.ones(2)) is None
    assert alike(np.full(3, 0.5), np.ones(3)) is None
