"""Chances of rows, by hand."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.stats import sampling


def test_chances_within_groups() -> None:
    group = np.array([0, 1, 0, 1, 1, 0])
    counts = sampling.strata(group, 3)
    assert sorted(counts.tolist()) == [1, 2]
    chance = sampling.within(group, np.array([1, 3]))
    np.testing.assert_allclose(chance, [1 / 3, 1, 1 / 3, 1, 1, 1 / 3])
    assert chance.sum() == 4
