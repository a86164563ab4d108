"""`prevalence`: shares by period whose predictions err, each kind of table, and bad input by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind

SHARES = {"2019": 0.05, "2020": 0.3, "2021": 0.6}


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    random = np.random.default_rng(1)
    year = np.repeat(list(SHARES), 2000)
    truth = pd.Series(random.random(6000) < pd.Series(year).map(SHARES).to_numpy())
    said = np.where(truth, random.random(6000) < 0.8, random.random(6000) < 0.1)
    names = {True: "yes", False: "no"}
    frame = pd.DataFrame({"year": year, "truth": truth.map(names), "pred": said})
    frame["pred"] = frame.pred.map(names)
    frame["x"] = np.arange(6000)
    # Codes of the first two years alone.
    return frame.assign(gold=frame.truth.where((frame.index % 10 == 0) & (frame.year < "2021")))


def of_yes(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.label == "yes"].set_index("group")


def test_shares_by_year_without_codes_in_each(posts: pd.DataFrame) -> None:
    result = iad.prevalence(posts, "gold", "pred", by="year", weights=None)
    found = of_yes(result.tidy())
    for year in SHARES:
        own = posts[posts.year == year]
        row = found.to_dict("index")[year]
        assert row["n"] == 2000
        assert row["predicted_share"] == pytest.approx((own.pred == "yes").mean())
        assert row["conf_low"] < (own.truth == "yes").mean() < row["conf_high"]
        coded = posts.dropna()
        right, false = ((coded[coded.gold == one].pred == "yes").mean() for one in ("yes", "no"))
        by_hand = (row["predicted_share"] - false) / (right - false)
        assert row["share"] == pytest.approx(min(max(by_hand, 0.0), 1.0))
    # As predicted, the first year has three times its share.
    assert found.predicted_share["2019"] > 2 * SHARES["2019"]
    both = result.tidy().groupby("group")["share"].sum()
    np.testing.assert_allclose(both, 1.0)
    assert result.notes == ()
    assert result.n_coded == 400


def test_tables_of_each_kind(kind: Kind, posts: pd.DataFrame) -> None:
    plain = {
        name: [None if pd.isna(cell) else cell for cell in posts[name].tolist()]
        for name in ("year", "gold", "pred")
    }
    found = iad.prevalence(kind.make(plain), "gold", "pred", by="year").tidy()
    assert kind.is_kind(found)
    columns = kind.columns(found)
    want = iad.prevalence(posts, "gold", "pred", by="year").tidy()
    assert list(columns) == want.columns.tolist()
    np.testing.assert_allclose(columns["share"], want["share"])
    np.testing.assert_allclose(columns["conf_low"], want.conf_low)


def test_all_rows_numbers_and_the_picture(posts: pd.DataFrame) -> None:
    numbers = posts.assign(
        **{name: posts[name].map({"yes": 1, "no": 0}) for name in ("gold", "pred")}
    )
    whole = iad.prevalence(numbers, "gold", "pred")
    assert whole.tidy().group.isna().all()
    assert whole.tidy().label.tolist() == [0, 1]
    assert "Prevalence" in str(whole)
    figure = iad.prevalence(posts, "gold", "pred", by="year").plot()
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.get_yticklabels()] == list(SHARES)
    paragraph = iad.cite(whole)
    assert "by the error rates in 400 hand-coded rows" in str(paragraph)
    assert "Saerens" in str(paragraph)


def test_rows_sampled_by_prediction_are_weighted(posts: pd.DataFrame) -> None:
    sample = iad.sample_for_labels(posts, 600, by="pred", seed=0)
    coded = posts.drop(columns="gold").join(
        sample.assign(gold=sample.truth)[["gold", "sample_prob", "is_sampled"]]
    )
    found = of_yes(iad.prevalence(coded, "gold", "pred", by="year").tidy())
    for year, share in SHARES.items():
        assert found.conf_low[year] < share < found.conf_high[year]
    unweighted = of_yes(iad.prevalence(coded, "gold", "pred", by="year", weights=None).tidy())
    gap = (unweighted["share"] - found["share"]).abs()
    assert (gap > 0.0).any()


def test_error_rates_that_differ_are_told(posts: pd.DataFrame) -> None:
    random = np.random.default_rng(1)
    blind = (posts.year == "2020") & (posts.truth == "yes") & (random.random(6000) < 0.6)
    coded = posts.assign(
        pred=posts.pred.where(~blind, "no"), gold=posts.truth.where(posts.index % 5 == 0)
    )
    result = iad.prevalence(coded, "gold", "pred", by="year")
    assert any("What is predicted of yes differs by year" in note for note in result.notes)


def test_labels_that_the_truth_does_not_have_are_told(posts: pd.DataFrame) -> None:
    as_is = {"yes": "yes", "no": "no"}
    for names, message in (
        ({"yes": "Yes", "no": "no"}, "'Yes' .* and 'yes' .* differ only in case or blanks"),
        (
            {"yes": "protest", "no": "none"},
            "No prediction is one of the labels of the truth: 'pred'",
        ),
    ):
        with pytest.warns(iad.GuessWarning, match=message):
            iad.prevalence(posts.assign(pred=posts.pred.map(names)), "gold", "pred")
    for truth, said in (
        (as_is, {"yes": 1, "no": 0}),
        ({"yes": "1", "no": "0"}, {"yes": 1, "no": 0}),
    ):
        given = posts.assign(gold=posts.gold.map(truth), pred=posts.pred.map(said))
        with pytest.raises(iad.ArgumentTypeError, match="both text .* and numbers"):
            iad.prevalence(given, "gold", "pred")


def _of_probabilities(seed: int) -> pd.DataFrame:
    """Two years of 5 and 50%, probabilities that are not calibrated, codes of the second year."""
    random = np.random.default_rng(seed)
    year = np.repeat(["2019", "2020"], 600)
    truth = (random.random(1200) < np.where(year == "2019", 0.05, 0.5)) * 1
    sign = random.normal(np.where(truth == 1, 1.2, -1.2))
    prob = 1.0 / (1.0 + np.exp(-0.6 * sign - 0.5))
    posts = pd.DataFrame({"year": year, "pred": (prob > 0.5) * 1, "prob": prob})
    coded = (year == "2020") & (posts.index % 3 == 0)
    return posts.assign(truth=truth, gold=pd.Series(truth).where(coded))


def test_shares_from_probabilities_are_right_and_more_certain() -> None:
    posts = _of_probabilities(0)
    of_class = iad.prevalence(posts, "gold", "pred", by="year").tidy().query("label == 1")
    result = iad.prevalence(posts, "gold", "pred", by="year", prob="prob")
    found = result.tidy().query("label == 1")
    assert (found["share"].to_numpy() > found.conf_low.to_numpy() - 1e-12).all()
    assert ((found.conf_low < [0.05, 0.5]) & (found.conf_high > [0.05, 0.5])).all()
    assert ((found.conf_high - found.conf_low) < (of_class.conf_high - of_class.conf_low)).all()
    assert "calibrated on 200 hand-coded rows" in str(iad.cite(result))
    mapped = iad.prevalence(posts, "gold", "pred", by="year", prob={1: "prob"}).tidy()
    np.testing.assert_allclose(mapped.query("label == 1")["share"], found["share"])


def test_each_of_three_classes_needs_a_probability() -> None:
    posts = _of_probabilities(0).assign(other=0.1)
    posts.loc[posts.index[600:610], "gold"] = 2.0
    for prob in ("prob", {0: "prob", 1: "other"}):
        with pytest.raises(iad.ArgumentError, match="prob gives no probability of"):
            iad.prevalence(posts, "gold", "pred", by="year", prob=prob)


def test_a_probability_of_the_predicted_class_is_refused() -> None:
    posts = _of_probabilities(0)
    for prob in (np.maximum(posts.prob, 1.0 - posts.prob), 1.0 - posts.prob):
        with pytest.raises(iad.ArgumentError, match="seems to be that of something else"):
            iad.prevalence(posts.assign(prob=prob), "gold", "pred", prob="prob")


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"gold": None}, {}, iad.ArgumentError, "No row has both a truth"),
        ({"gold": "no"}, {}, iad.ArgumentError, "All 6,000 coded rows have gold = 'no'"),
        ({"year": None}, {"by": "year"}, iad.ArgumentError, "has a value of 'year'"),
        ({}, {"by": "month"}, iad.ColumnError, "by names 'month'"),
        ({}, {"weights": "p"}, iad.ColumnError, "weights names 'p'"),
    ],
)
def test_misuse(
    posts: pd.DataFrame, change: dict[str, Any], options: Any, error: Any, message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.prevalence(posts.assign(**change), "gold", "pred", **options)
