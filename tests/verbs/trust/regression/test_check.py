"""`Regression.check`: each line, when it is good and when something has to be done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.stats.diagnosis import agreement_with_gold, balance
from tests.conftest import Kind
from tests.verbs.trust.designs import coded, population

GOLD = {"pred": "gold"}


def checked(table: Any, formula: str = "y ~ pred + score", **options: Any) -> pd.DataFrame:
    return iad.regress(formula, table, gold=GOLD, **options).check().set_index("check")


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    frame = population(0)
    return coded(frame, iad.sample_for_labels(frame, 300, by="pred", seed=0))


def test_a_sample_as_it_should_be(posts: pd.DataFrame) -> None:
    found = checked(posts)
    assert found.is_good.all()
    assert found.advice.isna().all()
    assert found.found["sum of 1 / p"] == "gold rows stand for 2,000 of 2,000 rows"
    assert found.found["response"].startswith("150 of 150 coded with p ")
    right = (posts.pred == posts.gold)[posts.gold.notna()].mean()
    assert found.found["accuracy of pred"] == f"{right:.3f} in gold rows"
    assert found.found["rows of training"] == "none that is marked"


@pytest.mark.parametrize(
    ("columns", "options", "line", "found", "advice"),
    [
        (
            {},
            {"sample_prob": None},
            "sampling",
            "no probabilities: 300 of 2,000 rows",
            "join sample",
        ),
        (
            {"gold": lambda f: f.gold.where(f.index % 3 > 0)},
            {},
            "response",
            "of 150 coded with p",
            "code the rest",
        ),
        (
            {"sample_prob": lambda f: f.sample_prob * 1.4, "is_sampled": True},
            {"method": "gold"},
            "sum of 1 / p",
            "of 2,000 rows",
            "give the probabilities of a sample from this table",
        ),
        (
            {
                "gold": lambda f: f.truth.where(f.score > 0.7),
                "sample_prob": 0.15,
                "is_sampled": None,
            },
            {"sample_prob": None},
            "balance",
            "'score' in gold rows, weighted, is \\+1",
            "not a random sample",
        ),
        (
            {"gold": lambda f: f.gold.where((f.gold == 0) | (f.index < 100))},
            {},
            "coded classes of gold",
            "of 0; .* of 1",
            "code more of the rare class",
        ),
        (
            {"pred": lambda f: 1.0 - f.pred},
            {},
            "accuracy of pred",
            "0.1",
            "predictions add little",
        ),
        (
            {"outlet": lambda f: f.index % 12},
            {"vcov": {"cluster": "outlet"}},
            "clusters",
            "12",
            "intervals may be too narrow",
        ),
        (
            {"gold": lambda f: f.gold.where(f.index < 100)},
            {},
            "gold rows",
            "for 3 terms",
            "code more",
        ),
    ],
)
def test_what_has_to_be_done(
    posts: pd.DataFrame, columns: Any, options: Any, line: str, found: str, advice: str
) -> None:
    table = checked(posts.assign(**columns), **options)
    row = table.loc[line]
    assert not row.is_good
    assert pd.Series([row.found]).str.contains(found).all(), row.found
    assert advice in row.advice


def test_levels_and_tables_of_each_kind(kind: Kind, posts: pd.DataFrame) -> None:
    names = {0.0: "no", 1.0: "yes"}
    text = posts.assign(pred=posts.pred.map(names), gold=posts.gold.map(names))
    plain = {
        name: [None if pd.isna(cell) else cell for cell in text[name].tolist()]
        for name in ("pred", "gold", "y", "score", "sample_prob", "is_sampled")
    }
    found = iad.regress("y ~ pred + score", kind.make(plain), gold=GOLD).check()
    assert kind.is_kind(found)
    columns = kind.columns(found)
    assert list(columns) == ["check", "found", "is_good", "advice"]
    at = columns["check"].index("accuracy of pred")
    assert columns["found"][at] == checked(posts).found["accuracy of pred"]


def test_without_gold_values() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(15, 2)), columns=["y", "x"])
    found = iad.regress("y ~ x", frame).check()
    assert found.check.tolist() == ["rows"]
    assert found.found[0] == "15 rows for 2 terms"
    assert not found.is_good[0]


def test_figures_by_hand() -> None:
    design = np.column_stack([np.ones(4), [0.0, 0.0, 2.0, 2.0]])
    place, away, far = balance(
        np.repeat(design, 10, axis=0),
        np.repeat([True, True, False, True], 10),
        np.repeat([1.0, 1, 2], 10),
        np.ones(40),
    ) or (0, 0.0, True)
    assert (place, far) == (1, False)
    assert away == pytest.approx(0.0)
    assert balance(design[:, :1], np.ones(4, bool), np.ones(4), np.ones(4)) is None
    one = np.repeat([[0.0], [1.0]], 50, axis=0)
    first = np.arange(100) < 50
    assert balance(one, first, np.ones(50), np.ones(100)) == (0, pytest.approx(-1.0), True)
    # As one of two clusters, it is no surprise.
    clusters = np.repeat([0, 1], 50)
    assert balance(one, first, np.ones(50), np.ones(100), clusters) == (
        0,
        pytest.approx(-1.0),
        False,
    )
    numbers = np.linspace(0, 1, 30)
    assert agreement_with_gold(numbers, 1 - numbers) == ("correlation", pytest.approx(-1.0))
    assert np.isnan(agreement_with_gold(np.ones(30), numbers)[1])
    assert agreement_with_gold(np.array([0.0, 1]), np.array([0.0, 0])) == ("accuracy", 0.5)


def _swapped(frame: pd.DataFrame) -> pd.Series:
    low, high = sorted(frame.sample_prob.dropna().unique())
    return frame.sample_prob.replace({low: high, high: low})


@pytest.mark.parametrize(
    ("columns", "options", "told"),
    [
        # What fits: no note.
        ({}, {}, None),
        ({}, {"method": "gold"}, None),
        # Drawn by prediction, and taken as a simple random sample.
        (
            {},
            {"sample_prob": None},
            "The gold rows are not like all rows: the mean of 'pred' is [+]",
        ),
        # Each stratum has the probability of the other: the sum of 1 / p fits.
        (
            {"sample_prob": _swapped},
            {},
            "weighted by 'sample_prob', are not like all rows: the mean of 'pred'",
        ),
        # Chosen by what is explained.
        (
            {"gold": lambda f: f.truth.where(f.score > 0.5)},
            {"sample_prob": None},
            "the mean of 'score' is [+]1.* look at how the gold rows were chosen",
        ),
    ],
)
def test_gold_rows_that_are_unlike_all_rows(
    posts: pd.DataFrame, columns: Any, options: Any, told: str | None
) -> None:
    for formula in ("y ~ pred + score", "pred ~ score"):
        notes = iad.regress(formula, posts.assign(**columns), gold=GOLD, **options).notes
        found = [note for note in notes if "not like all rows" in note]
        assert len(found) == (told is not None)
        assert told is None or pd.Series(found).str.contains(told).all(), found


def test_a_mean_looks_at_its_predictions(posts: pd.DataFrame) -> None:
    found = iad.regress("pred ~ 1", posts, gold=GOLD, sample_prob=None).notes
    assert any("the mean of 'pred'" in note for note in found)


def test_simple_random_samples_are_rarely_called_unlike() -> None:
    told = 0
    for seed in range(40):
        frame = population(seed)
        drawn = iad.sample_for_labels(frame, 100, seed=seed)
        table = coded(frame, drawn)
        notes = iad.regress("y ~ pred + score + np.exp(score)", table, gold=GOLD, method="gold")
        told += any("not like all rows" in note for note in notes.notes)
    assert told <= 1


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("method", ["dsl", "ppi", "gold"])
def test_a_predicted_class_without_codes(posts: pd.DataFrame, method: Any, text: bool) -> None:
    table = posts.assign(gold=posts.truth.where((posts.pred == 0) & (posts.index < 400)))
    if text and method != "ppi":
        names = {0.0: "no", 1.0: "yes"}
        table = table.assign(pred=table.pred.map(names), gold=table.gold.map(names))
    formula = "pred ~ score" if method == "ppi" or not text else "y ~ pred"
    with pytest.raises(
        iad.ArgumentError, match=r"None of the \d+ rows with pred = ('yes'|1) was coded"
    ):
        iad.regress(formula, table, gold=GOLD, method=method, sample_prob=None)


def test_few_rows_of_a_class_may_be_left_without_codes(posts: pd.DataFrame) -> None:
    table = posts.assign(pred=(posts.index > 1980) * 1.0, gold=posts.truth.where(posts.index < 300))
    iad.regress("pred ~ score", table, gold=GOLD, sample_prob=None)


@pytest.mark.parametrize("method", ["gold", "ppi"])
def test_clusters_too_few_for_what_varies_between_them(posts: pd.DataFrame, method: Any) -> None:
    table = posts.assign(outlet=posts.index % 3, gold=posts.truth.where(posts.index % 3 > 0))
    table["size"] = table.outlet.map({0: 1.0, 1: 2.0, 2: 5.0})
    options: Any = {"gold": GOLD, "sample_prob": None, "vcov": {"cluster": "outlet"}}
    with pytest.raises(
        iad.ArgumentError, match="'size' does not vary within clusters, and the gold rows"
    ):
        iad.regress("pred ~ size", table, method=method, **options)
    two = table[table.outlet > 0]
    with pytest.raises(iad.ArgumentError, match="and the rows are in 2 clusters, which is too few"):
        iad.regress("y ~ size", two, vcov={"cluster": "outlet"})


def test_ppi_needs_terms_to_vary_where_nothing_was_coded(posts: pd.DataFrame) -> None:
    place = posts.index % 4 == 0
    table = posts.assign(here=place * 1.0, gold=posts.truth.where(place | (posts.index < 200)))
    with pytest.raises(
        iad.ArgumentError, match="without a gold value, and in these .* are collinear"
    ):
        iad.regress("pred ~ here", table, gold=GOLD, sample_prob=None, method="ppi")


@pytest.mark.parametrize("options", [{}, {"method": "gold"}, {"vcov": {"cluster": "id"}}])
@pytest.mark.parametrize("path", [False, True])
def test_gold_rows_that_repeat_others(options: Any, path: bool) -> None:
    frame = population(0).assign(id=lambda f: f.index)
    frame["gold"] = frame.truth.where(frame.index < 100)
    frame["vector"] = [np.arange(3)] * len(frame)
    if path:
        frame = frame[["pred", "gold", "id"]].assign(path=frame.id.astype(str))
    twice = pd.concat([frame, frame[frame.gold.notna()]], ignore_index=True)
    told = ["100 of the 200 gold rows have the same" in note for note in _notes(twice, **options)]
    assert sum(told) == ("vcov" not in options)
    assert not any("as an earlier one" in note for note in _notes(frame, **options))
    # Of columns with few values many rows are alike by chance.
    plain = frame[["pred", "gold", "id"]].assign(id=frame.id % 50)
    assert not any("as an earlier one" in note for note in _notes(plain, **options))


def _notes(table: pd.DataFrame, **options: Any) -> tuple[str, ...]:
    return iad.regress("pred ~ 1", table, gold=GOLD, sample_prob=None, **options).notes


@pytest.mark.parametrize("family", ["ols", "poisson"])
def test_effects_of_the_clusters_have_no_error_and_the_others_theirs(family: Any) -> None:
    random = np.random.default_rng(3)
    account = np.repeat(np.arange(12), 20)
    x = random.normal(size=240)
    y = random.poisson(np.exp(0.3 * x + 0.1 * account))
    data = pd.DataFrame({"account": [f"a{one:02}" for one in account], "x": x, "y": y})
    clustered = {"cluster": "account"}
    found = iad.regress("y ~ x + C(account)", data, family=family, vcov=clustered)
    table = found.tidy().set_index("term")
    dummies = table.index.str.startswith("C(account)")
    assert dummies.sum() == 11
    assert (
        table.loc[dummies, ["std_error", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
    )
    assert table.loc["x", "std_error"] > 0
    assert any("12 terms stand for the clusters themselves" in note for note in found.notes)
    if family == "ols":
        within = iad.regress("y ~ x | account", data, vcov=clustered).tidy().set_index("term")
        assert table.loc["x", "estimate"] == pytest.approx(within.loc["x", "estimate"])
        assert table.loc["x", "std_error"] == pytest.approx(within.loc["x", "std_error"], rel=0.05)


def test_coefficients_are_drawn() -> None:
    random = np.random.default_rng(0)
    data = pd.DataFrame(random.normal(size=(60, 3)), columns=["y", "x", "z"])
    found = iad.regress("y ~ x + z", data)
    (axis,) = found.plot(conf_level=0.9).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["x", "z"]
    table = found.tidy(conf_level=0.9).set_index("term").loc[["x", "z"]]
    lines = [line.get_xdata() for line in axis.lines if len(line.get_xdata()) == 2][:2]
    np.testing.assert_allclose(lines, table[["conf_low", "conf_high"]])
    points = [line.get_xdata()[0] for line in axis.lines if len(line.get_xdata()) == 1]
    np.testing.assert_allclose(points, table["estimate"])
    with pytest.raises(iad.ArgumentError, match="conf_level"):
        found.plot(conf_level=2)
