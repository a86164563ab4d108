"""Intervals and tests of predictions from a cross-validation allow for fits that share rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import imagesasdata as iad

ROWS = 400


@pytest.fixture(scope="module")
def tested() -> pd.DataFrame:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, ROWS)
    group = random.choice(["a", "b"], ROWS)
    wrong = random.random(ROWS) < np.where(group == "a", 0.3, 0.4)
    return pd.DataFrame(
        {"truth": truth, "y_pred": np.where(wrong, 1 - truth, truth), "group": group}
    )


def by_folds(table: pd.DataFrame, folds: int) -> pd.DataFrame:
    """As `FittedModel.tested` gives it."""
    rows = np.arange(ROWS)
    return table.assign(row=rows, sha256=[f"{row:064x}" for row in rows], fold=rows % folds)


def trained(table: pd.DataFrame) -> pd.DataFrame:
    """As `FittedModel.augment` gives it."""
    return table.assign(y_trained=True)


WAYS = [lambda table: by_folds(table, 5), trained]


def halves(result: Any, name: str) -> np.ndarray:
    tidy = result.tidy()
    low, high = ("conf_low", "conf_high") if name == "estimate" else (f"{name}_low", f"{name}_high")
    return np.column_stack([tidy[name] - tidy[low], tidy[high] - tidy[name]])


@pytest.mark.parametrize("way", WAYS)
def test_intervals_are_one_and_a_half_times_as_wide(tested: pd.DataFrame, way: Any) -> None:
    # 1 + 5 / 4 times the variance, for five folds.
    for make, name in (
        (lambda table: iad.validate(table, "truth", "y_pred", rounds=50), "recall"),
        (lambda table: iad.audit(table, "truth", "y_pred", by="group"), "estimate"),
    ):
        plain, wide = make(tested), make(way(tested))
        assert "1.5 times wider" in " ".join(wide.notes)
        assert "wider" not in " ".join(plain.notes)
        first, second = halves(plain, name), halves(wide, name)
        np.testing.assert_allclose(second, 1.5 * first, rtol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_shares_are_facts_of_the_pictures_and_not_of_a_model(
    tested: pd.DataFrame, way: Any
) -> None:
    plain, folds = (iad.prevalence(one, "truth", "y_pred").tidy() for one in (tested, way(tested)))
    pd.testing.assert_frame_equal(plain, folds)


@pytest.mark.parametrize("way", WAYS)
def test_p_values_are_those_of_two_thirds_of_the_distance(tested: pd.DataFrame, way: Any) -> None:
    def p_values(table: pd.DataFrame) -> np.ndarray:
        return iad.audit(table, "truth", "y_pred", by="group").tidy().p_value.to_numpy(float)

    before, after = p_values(tested), p_values(way(tested))
    assert np.isnan(before).any()
    expected = 2 * stats.norm.sf(stats.norm.isf(before / 2) / 1.5)
    np.testing.assert_allclose(after, expected)
    assert (after[~np.isnan(after)] >= before[~np.isnan(before)]).all()


def test_one_held_out_split_is_no_cross_validation(tested: pd.DataFrame) -> None:
    for name, make in (
        ("recall", lambda table: iad.validate(table, "truth", "y_pred", rounds=50)),
        ("estimate", lambda table: iad.audit(table, "truth", "y_pred", by="group")),
    ):
        np.testing.assert_array_equal(
            halves(make(by_folds(tested, 1)), name), halves(make(tested), name)
        )
