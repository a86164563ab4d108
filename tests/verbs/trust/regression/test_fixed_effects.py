"""`regress("y ~ x | group")`: the same as a term for each level, and what cannot be absorbed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind

GOLD = {"y_pred": "y"}


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"outlet": random.integers(0, 30, 900), "year": random.integers(0, 4, 900)}
    )
    level = random.normal(size=30)[frame.outlet]
    frame["x"] = random.normal(size=900) + level
    truth = random.random(900) < np.clip(0.4 + 0.1 * frame.x + 0.1 * level, 0.05, 0.95)
    frame["y_pred"] = (truth ^ (random.random(900) < 0.15)).astype(float)
    frame["y"] = truth.astype(float).where(frame.index < 300)
    frame["likes"] = 0.5 * truth + 0.3 * frame.x + level + random.normal(size=900)
    frame["name"] = "outlet " + frame.outlet.astype(str)
    frame["region"] = frame.outlet % 10
    frame["size"] = random.uniform(0.5, 2.0, 900)
    return frame


@pytest.mark.parametrize("method", ["naive", "gold", "dsl"])
@pytest.mark.parametrize("weights", [None, "size"])
def test_absorbed_levels_equal_terms(posts: pd.DataFrame, method: Any, weights: Any) -> None:
    options = {"gold": GOLD, "method": method, "weights": weights}
    got = iad.regress("y_pred ~ x | name", posts, **options)
    want = iad.regress("y_pred ~ x + C(outlet)", posts, **options)
    assert got.terms == ["x"]
    place = want.terms.index("x")
    one, other = got.tidy().iloc[0], want.tidy().iloc[place]
    if method == "dsl":
        # The folds' fits do not see the levels, so that the improved predictions differ.
        assert abs(one.estimate - other.estimate) < 0.5 * other.std_error
        assert one.std_error == pytest.approx(other.std_error, rel=0.2)
        return
    for name in ("estimate", "std_error", "p_value", "conf_low"):
        assert one[name] == pytest.approx(other[name], rel=1e-7), name
    if method == "naive":
        for name in ("fitted", "residual"):
            np.testing.assert_allclose(got.augment()[name], want.augment()[name], atol=1e-8)


def test_each_kind_of_table(kind: Kind, posts: pd.DataFrame) -> None:
    plain = {
        name: [None if pd.isna(cell) else cell for cell in posts[name].tolist()]
        for name in posts.columns
    }
    got = iad.regress("likes ~ y_pred + x | outlet + year", kind.make(plain), gold=GOLD)
    want = iad.regress("likes ~ y_pred + x | name + C(year)", posts, gold=GOLD)
    columns = kind.columns(got.tidy())
    np.testing.assert_allclose(columns["estimate"], want.tidy().estimate, atol=1e-8)
    assert columns["term"] == ["y_pred", "x"]
    augmented = want.augment()
    best = posts.likes
    np.testing.assert_allclose(augmented.fitted + augmented.residual, best, atol=1e-12)


def test_levels_need_no_gold_rows(posts: pd.DataFrame) -> None:
    few = posts.assign(y=posts.y.where(posts.index < 40))
    got = iad.regress("likes ~ y_pred + x | name", few, gold=GOLD)
    assert np.isfinite(got.tidy().std_error).all()
    with pytest.raises(iad.ArgumentError, match="occurs only in rows without a gold value"):
        iad.regress("likes ~ y_pred + x + name", few, gold=GOLD)
    with pytest.raises(iad.ArgumentError, match=r"too few.\nHint: .* after a \|"):
        iad.regress(
            "likes ~ y_pred + x + C(outlet)", few.assign(y=few.y.where(few.index < 20)), gold=GOLD
        )


def test_clusters_and_several_factors(posts: pd.DataFrame) -> None:
    by_region = {"cluster": "region"}
    got = iad.regress("likes ~ x | outlet", posts, vcov=by_region)
    assert got.vcov == "CR1 by region"
    assert got.glance().n_clusters[0] == 10
    # Levels within clusters cost no degrees of freedom, as in R's fixest.
    inside = posts[["x", "likes"]] - posts.groupby("outlet")[["x", "likes"]].transform("mean")
    slope = (inside.x * inside.likes).sum() / (inside.x**2).sum()
    score = (inside.x * (inside.likes - slope * inside.x)).groupby(posts.region).sum()
    variance = (score**2).sum() / (inside.x**2).sum() ** 2 * 10 / 9 * 899 / 899
    assert got.tidy().std_error[0] == pytest.approx(np.sqrt(variance))
    assert iad.regress("likes ~ x | outlet + year", posts).vcov == "HC1"
    assert iad.regress("likes ~ x | outlet", posts).vcov == "HC2"


@pytest.mark.parametrize(
    ("formula", "options", "error", "message"),
    [
        ("y_pred ~ x | name", {"method": "ppi"}, iad.ArgumentError, 'method="ppi" has no fixed'),
        (
            "y_pred ~ x | name",
            {"family": "logit"},
            iad.ArgumentError,
            r'are for family="ols", not "logit".\nHint: write C\(name\)',
        ),
        ("y_pred ~ x | outlets", {}, iad.ColumnError, "The formula names 'outlets'"),
        ("y_pred ~ x | name:year", {}, iad.ArgumentError, r"After the \| .*, not 'name:year'"),
        ("y_pred | name", {}, iad.ArgumentError, r"After the \| of"),
        ("likes ~ x | y_pred", {}, iad.ArgumentError, r"'y_pred' is predicted, and stands after"),
        ("y_pred ~ x + region | name", {}, iad.ArgumentError, "'region' does not vary within"),
        ("y_pred ~ 1 | name", {}, iad.ArgumentError, "no term besides the fixed effects"),
    ],
)
def test_what_cannot_be_absorbed(
    posts: pd.DataFrame,
    formula: str,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        iad.regress(formula, posts, gold=GOLD, **options)


def test_terms_that_hardly_differ_are_named(posts: pd.DataFrame) -> None:
    noise = np.random.default_rng(1).normal(size=900)
    near = posts.assign(x3=posts.x + 1e-7 * noise, when=2015.0 + posts.year)
    with pytest.raises(
        iad.ArgumentError, match="nearly collinear .*: '(x|x3)' hardly differs from 'x"
    ):
        iad.regress("likes ~ y_pred + x + x3", near)
    # A year and its square are far from zero, and yet differ.
    found = iad.regress("likes ~ when + I(when**2)", near)
    assert np.isfinite(found.tidy().std_error).all()


def test_very_few_gold_rows_are_told(posts: pd.DataFrame) -> None:
    few = posts.assign(y=posts.y.where(posts.index < 12))
    assert "12 gold rows are too few" in str(iad.regress("y_pred ~ x", few, gold=GOLD))


@pytest.mark.parametrize(
    ("formula", "vcov"),
    [("y ~ x | id", "HC1"), ("y ~ x + C(id)", "HC1"), ("y ~ x", {"cluster": "id"})],
)
def test_ids_of_19_digits_with_a_gap(formula: str, vcov: Any) -> None:
    random = np.random.default_rng(11)
    small = pd.array([row % 12 if row else None for row in range(120)], "Int64")
    posts = pd.DataFrame({"y": random.normal(size=120), "x": random.normal(size=120)})
    one, two = (
        iad.regress(formula, posts.assign(id=ids), vcov=vcov).tidy()
        for ids in (small, small + 1234567890123456700)
    )
    np.testing.assert_allclose(two.estimate, one.estimate)
    np.testing.assert_allclose(two.std_error, one.std_error)


def test_ids_that_pandas_rounded_are_told() -> None:
    ids = [float(1234567890123456000 + 500 * (row % 9)) for row in range(60)]
    posts = pd.DataFrame({"y": np.arange(60) % 7, "x": np.arange(60) % 5, "id": ids})
    with pytest.warns(iad.GuessWarning, match="'id' holds whole numbers .* rounded"):
        iad.regress("y ~ x | id", posts)
    with pytest.warns(iad.GuessWarning, match="'id' holds whole numbers .* rounded"):
        iad.regress("y ~ x", posts, vcov={"cluster": "id"})


def _outlets(seed: int, levels: int, coded: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    outlet, effect = random.integers(0, levels, 2000), random.normal(size=levels)
    truth = (random.random(2000) < 1 / (1 + np.exp(-effect[outlet] / 2))) * 1.0
    frame = pd.DataFrame(
        {"outlet": outlet, "pred": np.where(random.random(2000) < 0.85, truth, 1 - truth)}
    )
    frame["y"] = 0.8 * truth + effect[outlet] + random.normal(size=2000)
    frame["weight"] = np.exp(0.5 * random.normal(size=2000))
    frame["gold"] = pd.Series(truth).where(frame.index < coded)
    # A third of the rows is alone in its level.
    frame.loc[::3, "outlet"] += levels + np.arange(len(frame.loc[::3]))
    return frame


@pytest.mark.parametrize("options", [{}, {"weights": "weight"}, {"vcov": {"cluster": "outlet"}}])
def test_a_predicted_explanation_with_few_gold_rows_in_each_level(options: Any) -> None:
    # The means of levels vary with the gold rows drawn: without that, the estimate is 0.3 too large.
    options = {**options, "gold": {"pred": "gold"}, "sample_prob": None}
    found = [
        iad.regress("y ~ pred | outlet", _outlets(seed, 60, 300), **options) for seed in range(24)
    ]
    estimates = np.array([one.params["pred"] for one in found])
    errors = np.array([one.bse["pred"] for one in found])
    assert abs(estimates.mean() - 0.8) < 3.0 * estimates.std() / np.sqrt(len(found))
    assert 0.7 < errors.mean() / estimates.std() < 1.4
    assert (np.abs(estimates - 0.8) < 2.0 * errors).mean() > 0.8
