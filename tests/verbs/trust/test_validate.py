"""`validate` and `audit`: tables of each kind, numbers, figures, and what cannot be used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

import imagesasdata as iad
from tests.conftest import Kind


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = 600
    frame = pd.DataFrame(
        {
            "gender": random.choice(["f", "m"], rows),
            "region": random.choice(
                np.array(["north", "south", None], object), rows, p=[0.6, 0.3, 0.1]
            ),
            "truth": random.integers(0, 2, rows),
        }
    )
    wrong = random.random(rows) < np.where(frame.gender == "f", 0.3, 0.1)
    frame["pred"] = np.where(wrong, 1 - frame.truth, frame.truth)
    frame["prob"] = np.clip(frame.pred * 0.6 + random.uniform(0, 0.4, rows), 0, 1)
    frame["sample_prob"] = np.where(frame.gender == "f", 0.5, 0.2)
    return frame


def test_each_kind_of_table(kind: Kind, coded: pd.DataFrame) -> None:
    plain = {n: [None if pd.isna(c) else c for c in coded[n].tolist()] for n in coded.columns}
    plain["truth"][0] = None
    table = kind.make(plain)
    found = iad.validate(table, "truth", "pred", prob="prob", rounds=50)
    assert kind.is_kind(found.tidy())
    columns = kind.columns(found.tidy())
    assert columns["label"] == [0, 1]
    assert columns["auc"][0] == pytest.approx(columns["auc"][1])
    assert kind.columns(found.glance())["n_dropped"] == [1]
    checked = iad.audit(table, "truth", "pred", by=["gender", "region"])
    assert kind.is_kind(checked.tidy())
    assert kind.is_kind(checked.gaps())
    assert checked.n_dropped == 1
    groups = kind.columns(checked.tidy())
    assert list(dict.fromkeys(groups["grouping"])) == ["all", "gender", "region", "gender x region"]
    assert "m x missing" in groups["group"]


def test_overall_numbers(coded: pd.DataFrame) -> None:
    weight = 1 / coded.sample_prob
    for weights, used in ((None, np.ones(600)), ("sample_prob", weight)):
        got = iad.validate(coded, "truth", "pred", prob="prob", weights=weights, rounds=200)
        one = got.glance().iloc[0]
        assert one.accuracy == pytest.approx(
            metrics.accuracy_score(coded.truth, coded.pred, sample_weight=used)
        )
        assert one.f1 == pytest.approx(
            metrics.f1_score(coded.truth, coded.pred, average="macro", sample_weight=used)
        )
        assert one.brier == pytest.approx(
            metrics.brier_score_loss(coded.truth, coded.prob, sample_weight=used)
        )
        for name in ("accuracy", "f1", "auc", "brier", "calibration_error"):
            assert one[f"{name}_low"] <= one[f"{name}_high"]
        assert one.auc_low < one.auc < one.auc_high


def test_more_classes_and_their_probabilities() -> None:
    random = np.random.default_rng(0)
    truth = random.choice(["cat", "dog", "owl"], 300)
    frame = pd.DataFrame(
        {"truth": truth, "label": np.where(random.random(300) < 0.2, "cat", truth)}
    )
    frame["label_prob"] = random.uniform(0.4, 1.0, 300)
    frame["p_dog"] = np.where(truth == "dog", 0.9, 0.2)
    right = iad.validate(frame, "truth", "label", prob="label_prob", rounds=50)
    assert right.glance().brier[0] == pytest.approx(
        np.mean((frame.label_prob - (frame.truth == frame.label)) ** 2)
    )
    assert right.tidy().brier.isna().all()
    dog = iad.validate(frame, "truth", "label", prob={"dog": "p_dog"}, rounds=50).tidy()
    assert dog.auc.isna().tolist() == [True, False, True]
    assert dog.auc[1] == 1.0
    assert len(right.plot().axes) == 2
    assert len(iad.validate(frame, "truth", "label", rounds=5).plot().axes) == 1


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_hold_the_truth(weighted: bool) -> None:
    """In 80 samples of a population the 95% intervals hold its measures nearly always."""
    random = np.random.default_rng(0)
    truth = (random.random(20_000) < 0.3).astype(int)
    hard = random.random(20_000) < 0.3
    pred = np.where(random.random(20_000) < np.where(hard, 0.35, 0.05), 1 - truth, truth)
    whole = pd.DataFrame({"truth": truth, "pred": pred})
    whole["sample_prob"] = np.where(hard, 0.03, 0.01) if weighted else 0.015
    names = ["precision", "recall", "f1"]
    target = iad.validate(whole, "truth", "pred", weights=None, rounds=1).tidy().loc[1, names]
    inside = np.zeros(3)
    for _ in range(80):
        sample = whole[random.random(20_000) < whole.sample_prob]
        got = iad.validate(sample, "truth", "pred", rounds=60).tidy().loc[1]
        inside += [got[f"{n}_low"] <= target[n] <= got[f"{n}_high"] for n in names]
    assert (inside / 80 > 0.87).all()


def test_gaps_by_hand(coded: pd.DataFrame) -> None:
    found = iad.audit(coded, "truth", "pred", by=["gender", "region"], weights=None)
    rates = (coded.truth != coded.pred).groupby(coded.gender).mean()
    gap = found.gaps().iloc[0]
    assert (gap.lowest, gap.highest) == ("m", "f")
    assert gap.difference == pytest.approx(rates.f - rates.m)
    assert gap.ratio == pytest.approx(rates.m / rates.f)
    tidy = found.tidy()
    row = tidy[(tidy.group == "f") & (tidy.measure == "error_rate")].iloc[0]
    assert row.ratio == pytest.approx(rates.f / rates.m)
    assert row.p_value <= row.p_adjusted < 0.001
    small = iad.audit(coded, "truth", "pred", by=["gender", "region"], min_group=100).tidy()
    missing = small[small.group == "f x missing"]
    assert (missing.n < 100).all()
    assert missing[["estimate", "gap", "p_value"]].isna().all(axis=None)
    axis = found.plot("false_negative_rate").axes[0]
    assert len(axis.get_yticks()) == 10  # two intersections are too small


def test_a_class_may_be_called_positive(coded: pd.DataFrame) -> None:
    turned = iad.audit(coded, "truth", "pred", by="gender", positive=0).tidy()
    usual = iad.audit(coded, "truth", "pred", by="gender").tidy()
    one = turned[turned.measure == "false_positive_rate"].estimate
    other = usual[usual.measure == "false_negative_rate"].estimate
    np.testing.assert_array_equal(one, other)
    text = coded.replace({"truth": {0: "a", 1: "b"}, "pred": {0: "a", 1: "c"}})
    assert set(iad.audit(text, "truth", "pred", by="gender").tidy().measure) == {"error_rate"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda f: iad.validate(f, "trut", "pred"),
            iad.ColumnError,
            "truth names 'trut'.*\nHint: did you mean 'truth'",
        ),
        (
            lambda f: iad.validate(f.assign(truth=None), "truth", "pred"),
            iad.ArgumentError,
            "No row has both a truth \\('truth'\\) and a prediction",
        ),
        (
            lambda f: iad.validate(f, "truth", "prob"),
            iad.ArgumentTypeError,
            "'prob' holds fractions, not classes.\nHint: give prob='prob'",
        ),
        (
            lambda f: iad.validate(f, "truth", "gender"),
            iad.ArgumentTypeError,
            "hold both text \\('.'\\) and numbers",
        ),
        (
            lambda f: iad.validate(f.assign(prob=f.prob * 2), "truth", "pred", prob="prob"),
            iad.ArgumentError,
            "in 'prob' must be from 0 to 1",
        ),
        (
            lambda f: iad.validate(f, "truth", "pred", prob="gender"),
            iad.ArgumentTypeError,
            "'gender' does not hold numbers",
        ),
        (
            lambda f: iad.validate(f, "truth", "pred", prob=["prob"]),  # type: ignore[arg-type]
            iad.ArgumentTypeError,
            "prob must be a column or a mapping",
        ),
        (
            lambda f: iad.validate(f, "truth", "pred", prob={7: "prob"}),
            iad.ArgumentError,
            "prob names the class 7, which is .*\nHint: the classes are: 0, 1",
        ),
        (
            lambda f: iad.validate(f.assign(sample_prob=0.0), "truth", "pred"),
            iad.ArgumentError,
            "'sample_prob' must be above 0 and at most 1 in rows with labels; one has 0",
        ),
        (
            lambda f: iad.validate(f, "truth", "pred", weights="gender"),
            iad.ArgumentTypeError,
            "The column 'gender' does not hold numbers",
        ),
        (
            lambda f: iad.audit(f, "truth", "pred", by=[]),
            iad.ArgumentError,
            "by= names no column",
        ),
        (
            lambda f: iad.audit(f.assign(pred=None), "truth", "pred", by="gender"),
            iad.ArgumentError,
            "No row has both a truth",
        ),
        (
            lambda f: iad.audit(f, "truth", "pred", by="gender", correction="bonferroni"),  # type: ignore[arg-type]
            iad.UnknownNameError,
            "Unknown correction 'bonferroni'",
        ),
        (
            lambda f: iad.audit(f, "truth", "pred", by="gender", positive="yes"),
            iad.ArgumentError,
            "positive='yes' is neither",
        ),
        (
            lambda f: iad.audit(f, "truth", "pred", by="gender").plot("errors"),
            iad.UnknownNameError,
            "Unknown measure 'errors'",
        ),
    ],
)
def test_misuse_is_named(
    coded: pd.DataFrame, call: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(coded)


def test_the_second_class_is_that_of_a_category() -> None:
    """R's factors say which level is the second: a fitted model's probability is of that one."""
    truth = pd.Categorical(["yes", "no"] * 20, ["yes", "no"])
    data = pd.DataFrame({"truth": truth, "said": ["yes", "no"] * 20, "p_no": [0.1, 0.8] * 20})
    assert iad.validate(data, "truth", "said", prob="p_no", rounds=5).glance().auc[0] == 1.0
    assert iad.validate(data, "truth", "said", rounds=5).tidy().label.tolist() == ["yes", "no"]
    wrong = data.assign(said="yes", group="a")
    rates = iad.audit(wrong, "truth", "said", by="group").tidy().set_index("measure").estimate
    assert rates["false_negative_rate"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "ask",
    [
        lambda data: iad.validate(data, "y", "said", rounds=5),
        lambda data: iad.audit(data, "said", "said", by="y"),
        lambda data: iad.agreement(data, coder="coder", item="item", value="y", rounds=5),
        lambda data: iad.regress("z ~ y", data),
    ],
)
def test_labels_that_are_alike_are_told(ask: Any) -> None:
    data = pd.DataFrame({"y": ["yes", "Yes", "no", "no "] * 10, "said": ["yes", "no"] * 20})
    data = data.assign(coder=["ann", "ben"] * 20, item=[n // 2 for n in range(40)], z=range(40))
    with pytest.warns(iad.GuessWarning, match="differ only in case or blanks"):
        ask(data)


def test_a_group_named_missing_is_not_one_with_rows_without_a_group() -> None:
    data = pd.DataFrame({"y": [0, 1] * 20, "said": [0, 1] * 20})
    data["group"] = ["missing"] * 30 + [None] * 10
    found = iad.audit(data, "y", "said", by="group", min_group=1).tidy()
    sizes = found[found.measure == "error_rate"].set_index("group").n
    assert sizes.to_dict() == {"all": 40, "missing": 30, "no value": 10}


@pytest.mark.parametrize(
    "call",
    [
        lambda data: iad.validate(data, "cells", "said"),
        lambda data: iad.audit(data, "said", "said", by="cells"),
        lambda data: iad.sample_for_labels(data, 2, by="cells"),
        lambda data: iad.agreement(data, item="path", coder="said", value="cells"),
        lambda data: iad.contact_sheet(data, by="cells"),
    ],
)
def test_columns_of_lists_are_no_labels(call: Any) -> None:
    data = pd.DataFrame({"path": ["a", "b"], "said": [0, 1], "cells": [[1], [2]]})
    with pytest.raises(iad.ArgumentTypeError, match="'cells' should hold one label in each row"):
        call(data)


@pytest.mark.parametrize("wrong", [False, True])
def test_f1_and_auc_of_0_and_1_have_an_interval(wrong: bool) -> None:
    truth = np.repeat([0, 1], [30, 10])
    said = 1 - truth if wrong else truth
    table = pd.DataFrame({"truth": truth, "pred": said, "prob": np.where(said, 0.9, 0.1)})
    result = iad.validate(table, "truth", "pred", prob="prob", rounds=50)
    found, overall = result.tidy(), result.glance()
    for name, value in (("f1", 0.0 if wrong else 1.0), ("auc", 0.0 if wrong else 1.0)):
        for rows in (found, overall):
            assert (rows[name] == value).all()
            width = rows[f"{name}_high"] - rows[f"{name}_low"]
            assert ((width > 0.02) & (width < 0.5)).all()
    # All right: F1 = 2 J / (1 + J), with Wilson's lower end for 10 of 10 (0.7225).
    if not wrong:
        assert found.f1_low[1] == pytest.approx(2 * 0.72247 / 1.72247, abs=1e-4)


@pytest.mark.parametrize(
    "check",
    [
        lambda table: iad.validate(table, truth="y", prediction="p"),
        lambda table: iad.audit(table, truth="y", prediction="p", by="group"),
        lambda table: iad.prevalence(table, "p", "y"),
    ],
)
def test_codes_that_count_from_another_number_are_told(check: Any) -> None:
    codes = np.tile([1, 2], 30)
    table = pd.DataFrame({"y": codes, "p": codes - 1, "group": ["a"] * 30 + ["b"] * 30})
    with pytest.warns(iad.GuessWarning, match="one may count from another number"):
        check(table)


def test_pictures_that_are_repeated_are_told() -> None:
    table = pd.DataFrame({"path": list("abcdefghij"), "truth": [0, 1] * 5, "pred": [0, 1] * 5})
    twice = pd.concat([table, table.iloc[:3]])
    told = "3 of the 13 rows with a truth have the same 'path' as an earlier one"
    assert told in iad.validate(twice, "truth", "pred", weights=None, rounds=5).notes[0]
    assert told in iad.audit(twice.assign(g="x"), "truth", "pred", by="g", weights=None).notes[0]
    assert iad.validate(table, "truth", "pred", weights=None, rounds=5).notes == ()
