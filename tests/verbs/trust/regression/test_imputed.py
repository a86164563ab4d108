"""`regress(method="imputation")` and `method="ptd"`: which variables they take, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad

KINDS = np.array(["march", "rally", "strike"])


@pytest.fixture(scope="module")
def photos() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = 1500
    kind, x = random.choice(3, rows, p=[0.5, 0.3, 0.2]), random.normal(size=rows)
    large = random.random(rows) < 0.3 + 0.2 * (kind == 2)
    said = np.where(random.random(rows) < 0.85, kind, random.choice(3, rows))
    frame = pd.DataFrame(
        {
            "x": x,
            "kind_true": KINDS[kind],
            "kind": KINDS[said],
            "large": (large ^ (random.random(rows) < 0.1)) * 1.0,
            "large_true": large * 1.0,
            "likes": 1.0 + 0.8 * (kind == 1) - 0.5 * large + 0.3 * x + random.normal(size=rows),
            "outlet": random.integers(0, 30, rows),
        }
    )
    coded = frame.index < 500
    return frame.assign(
        kind_gold=frame.kind_true.where(coded), large_gold=frame.large_true.where(coded)
    )


GOLD = {"kind": "kind_gold", "large": "large_gold"}


@pytest.mark.parametrize("method", ["imputation", "ptd"])
@pytest.mark.parametrize("vcov", ["HC2", {"cluster": "outlet"}])
@pytest.mark.parametrize("formula", ["likes ~ kind + large + x", "large ~ kind + x"])
def test_several_predicted_columns(
    photos: pd.DataFrame, method: Any, vcov: Any, formula: str
) -> None:
    found = iad.regress(formula, photos, gold=GOLD, method=method, vcov=vcov).tidy()
    truth = photos.assign(kind=photos.kind_true, large=photos.large_true)
    all_coded = iad.regress(formula, truth, vcov=vcov).tidy()
    naive = iad.regress(formula, photos, vcov=vcov).tidy()
    assert found.term.tolist() == all_coded.term.tolist()
    away = (found.estimate - all_coded.estimate).abs() / found.std_error
    assert (away < 2.5).all(), away
    rally = found.term == "kind[T.rally]"
    if formula.startswith("likes"):
        assert (found.estimate - all_coded.estimate)[rally].abs().item() < (
            (naive.estimate - all_coded.estimate)[rally].abs().item()
        )
    if vcov == "HC2":
        assert (found.std_error > all_coded.std_error).all()


def test_nothing_is_imputed_where_all_is_coded(photos: pd.DataFrame) -> None:
    coded = photos.dropna()
    found = iad.regress("likes ~ kind + large", coded, gold=GOLD, method="imputation").tidy()
    alone = iad.regress("likes ~ kind + large", coded, gold=GOLD, method="gold").tidy()
    np.testing.assert_allclose(found.estimate, alone.estimate)
    np.testing.assert_allclose(found.std_error, alone.std_error)
    np.testing.assert_allclose(found.conf_low, alone.conf_low, atol=2e-3)


def test_a_probability_as_prediction_and_the_seed(photos: pd.DataFrame) -> None:
    random = np.random.default_rng(1)
    table = photos.assign(
        prob=np.clip(0.1 + 0.8 * photos.large + random.normal(0, 0.1, 1500), 0, 1)
    )

    def found(seed: int) -> pd.DataFrame:
        gold = {"prob": "large_gold"}
        return iad.regress(
            "likes ~ prob + x", table, gold=gold, method="imputation", seed=seed
        ).tidy()

    pd.testing.assert_frame_equal(found(0), found(0))
    gap = (found(0).estimate - found(1).estimate).abs()
    assert (gap > 0).all()
    assert (gap < 0.25 * found(0).std_error).all()


@pytest.mark.parametrize(
    ("formula", "gold", "method", "message"),
    [
        (
            "likes ~ x",
            {"likes": "likes_gold"},
            "imputation",
            "is for classes, and 'likes_gold' has",
        ),
        ("likes ~ kind + x | outlet", GOLD, "imputation", 'method="imputation" has no fixed eff'),
        ("likes ~ kind + x | outlet", GOLD, "ptd", 'method="ptd" has no fixed effects'),
    ],
)
def test_misuse(photos: pd.DataFrame, formula: str, gold: Any, method: Any, message: str) -> None:
    table = photos.assign(likes_gold=photos.likes.where(photos.index < 400))
    pairs = {name: one for name, one in gold.items() if name in formula}
    with pytest.raises(iad.ArgumentError, match=message):
        iad.regress(formula, table, gold=pairs, method=method)


def test_many_classes_together_are_refused(photos: pd.DataFrame) -> None:
    random = np.random.default_rng(2)
    names = ("a", "b", "c")
    said = {name: random.integers(0, 6, 1500).astype(str) for name in names}
    gold = {f"{name}_gold": pd.Series(said[name]).where(photos.index < 400) for name in names}
    with pytest.raises(iad.ArgumentError, match="of 3 columns make 216 together"):
        iad.regress(
            "likes ~ a + b + c",
            photos.assign(**said, **gold),
            gold={name: f"{name}_gold" for name in names},
            method="imputation",
        )


def test_predictions_that_do_not_vary_in_gold_rows(photos: pd.DataFrame) -> None:
    table = photos.assign(large=photos.large.where(photos.large_gold.isna(), 0.0))
    table.loc[table.index >= 508, "large"] = 0.0
    gold = {"large": "large_gold"}
    with pytest.raises(
        iad.ArgumentError, match="'large' is zero in all 500 predictions of gold rows"
    ):
        iad.regress("likes ~ large", table, gold=gold, method="ptd")
    assert iad.regress("likes ~ large", table, gold=gold, method="imputation").terms[1] == "large"


@pytest.mark.parametrize(
    ("method", "words", "source"),
    [
        ("imputation", "by multiple imputation with 500 hand-coded rows", "Cole, S. R."),
        ("ptd", "by predict-then-debias with 500 hand-coded rows", "Kluger, D. M."),
    ],
)
def test_cite_names_the_method(photos: pd.DataFrame, method: Any, words: str, source: str) -> None:
    gold = {"large": "large_gold"}
    paragraph = str(iad.cite(iad.regress("large ~ x", photos, gold=gold, method=method)))
    assert words in paragraph
    assert source in paragraph
