"""`plan_labels`: by guesses and by a pilot, and what studies of that size give by the public verbs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.stats import planning
from tests.conftest import Kind

ROWS, SHARE, RIGHT, GROUP = 3000, 0.3, 0.85, 0.4
STUDIES = 200


def posts(seed: int, effect: float = 0.0) -> pd.DataFrame:
    """Posts of two groups, a class whose share differs between them, and a prediction of it."""
    random = np.random.default_rng(seed)
    group = (random.random(ROWS) < GROUP) * 1.0
    truth = (random.random(ROWS) < SHARE + effect * (group - GROUP)) * 1.0
    right = random.random(ROWS) < RIGHT
    return pd.DataFrame({"group": group, "truth": truth, "pred": np.where(right, truth, 1 - truth)})


def study(plan: Any, formula: str, seed: int, effect: float = 0.0) -> Any:
    """The row of a regression for the share or the difference, with as many coded as planned."""
    table = posts(seed, effect)
    by = "pred" if plan.design == "stratified" else None
    sample = iad.sample_for_labels(table, int(plan.n), by=by, seed=seed)
    coded = table.join(sample[["sample_prob", "is_sampled"]].assign(gold=sample.truth))
    return iad.regress(formula, coded, gold={"pred": "gold"}, method=plan.method).tidy().iloc[-1]


def test_intervals_are_as_wide_as_planned() -> None:
    for plan in iad.plan_labels(ROWS, width=0.07, share=SHARE, accuracy=RIGHT).tidy().itertuples():
        rows = [study(plan, "pred ~ 1", seed) for seed in range(4)]
        # In 12 studies of each the mean was within 2%.
        wide = np.mean([row.conf_high - row.conf_low for row in rows])
        assert wide == pytest.approx(0.07, rel=0.05), plan


@pytest.mark.soak
def test_differences_are_found_as_often_as_planned() -> None:
    found = iad.plan_labels(
        ROWS, effect=0.12, power=0.8, group=GROUP, share=SHARE, accuracy=RIGHT
    ).tidy()
    for plan in found.itertuples():
        rows = [study(plan, "pred ~ group", seed, 0.12) for seed in range(STUDIES)]
        power = np.mean([row.p_value < 0.05 for row in rows])
        covered = np.mean([row.conf_low <= 0.12 <= row.conf_high for row in rows])
        print(
            f"{plan.design:10} {plan.method:4} n {plan.n:5} power {power:.3f} cover {covered:.3f}"
        )
        # The standard error of 200 studies is 2.8 points.
        assert power == pytest.approx(0.8, abs=0.1), plan
        assert covered > 0.9, plan


def test_each_kind_of_table_with_a_pilot(kind: Kind) -> None:
    table = posts(0)
    table["gold"] = table.truth.where(table.index < 200)
    plain = {name: [None if cell != cell else cell for cell in table[name]] for name in table}
    plan = iad.plan_labels(kind.make(plain), width=0.06, truth="gold", prediction="pred")
    tidy = plan.tidy()
    assert kind.is_kind(tidy)
    found = kind.columns(tidy)
    assert found["method"] == ["gold", "ppi", "dsl"] * 2
    assert found["power"] == [None] * 6
    guessed = iad.plan_labels(ROWS, width=0.06, share=SHARE, accuracy=RIGHT).tidy()
    np.testing.assert_allclose(found["n"], guessed.n, rtol=0.2)
    assert "By a pilot of 200 coded rows" in plan.notes[0]


def test_a_pilot_drawn_by_prediction_counts_by_its_probabilities() -> None:
    table = posts(1).assign(
        pred=lambda t: np.where(t.index % 3 == 0, 0.0, t.pred)
    )  # fewer predicted
    sample = iad.sample_for_labels(table, 800, by="pred", seed=1)
    pilot = table.join(sample[["sample_prob", "is_sampled"]].assign(gold=sample.truth))
    found = iad.plan_labels(pilot, width=0.06, truth="gold", prediction="pred").outcomes[None]
    assert isinstance(found, planning.Classes)
    true = table.groupby("pred").truth.mean()
    np.testing.assert_allclose(found.true, true, atol=0.05)
    np.testing.assert_allclose(found.size, table.pred.value_counts(normalize=True)[[0.0, 1.0]])
    assert found.share == pytest.approx(SHARE, abs=0.04)


def rated(seed: int, coded: int) -> pd.DataFrame:
    """Ratings with a mean of 5 and a standard deviation of 1.5, and predictions of them."""
    random = np.random.default_rng(seed)
    truth = 5.0 + 1.5 * random.normal(size=ROWS)
    noise = 1.05 * np.sqrt(1.0 - 0.7**2) * random.normal(size=ROWS)
    table = pd.DataFrame({"truth": truth, "pred": 5.0 + 0.7**2 * (truth - 5.0) + noise})
    return table.assign(gold=table.truth.where(table.index < coded))


def test_means_of_numbers_have_intervals_as_wide_as_planned() -> None:
    plan = iad.plan_labels(ROWS, width=0.3, sd=1.5, correlation=0.7)
    assert plan.tidy().n_class.isna().all()
    assert "an interval of a mean that is 0.3 wide" in str(plan)
    for one in plan.tidy().itertuples():
        rows = []
        for seed in range(4):
            table = rated(seed, int(one.n))
            fit = iad.regress("pred ~ 1", table, gold={"pred": "gold"}, method=one.method)
            rows.append(fit.tidy().iloc[0])
        wide = np.mean([row.conf_high - row.conf_low for row in rows])
        assert wide == pytest.approx(0.3, rel=0.08), one
    pilot = iad.plan_labels(rated(1, 600), width=0.3, truth="gold", prediction="pred")
    assert pilot.tidy().n.tolist() == pytest.approx(plan.tidy().n.tolist(), rel=0.2)
    assert "standard deviation of 1.4" in pilot.notes[0]
    assert pilot.plot().axes[0].get_ylabel() == "width of the interval"


def test_each_of_several_classes_has_a_plan() -> None:
    random = np.random.default_rng(0)
    truth = random.choice(["a", "b", "c"], ROWS, p=[0.1, 0.3, 0.6])
    said = np.where(random.random(ROWS) < 0.8, truth, random.choice(["a", "b", "c"], ROWS))
    table = pd.DataFrame({"truth": truth, "pred": said})
    table["gold"] = table.truth.where(table.index < 500)
    plan = iad.plan_labels(table, width=0.06, truth="gold", prediction="pred")
    tidy = plan.tidy()
    assert tidy.label.tolist() == [label for label in "abc" for _ in range(3)]
    assert set(tidy.design) == {"simple"}
    for label in "abc":
        own = table.assign(
            gold=(table.gold == label).where(table.gold.notna()).astype("boolean"),
            pred=table.pred == label,
        )
        alone = iad.plan_labels(own, width=0.06, truth="gold", prediction="pred").tidy()
        expected = alone[alone.design == "simple"].n.tolist()
        assert tidy[tidy.label == label].n.tolist() == expected
    (axis,) = plan.plot().axes
    assert axis.get_title() == tidy.loc[tidy.n.idxmax(), "label"]
    assert len(axis.lines) == 4


def test_a_plan_shows_itself() -> None:
    plan = iad.plan_labels(ROWS, effect=0.1, group=0.5, share=0.03, recall=0.8, precision=0.5)
    assert str(plan).startswith("Pictures to code for a power of 0.8 for a difference of 0.1\n")
    assert "fewer than 20 coded pictures of the class" in str(plan)
    assert "stratified" in plan._repr_html_()
    (axis,) = plan.plot().axes
    assert axis.get_ylabel() == "power"
    assert len(axis.lines) == 7
    wide = iad.plan_labels(ROWS, width=0.02, share=0.3)
    assert "coding all 3,000 is not enough" in str(wide)
    assert wide.tidy().n.isna().all()
    assert len(wide.tidy()) == 1
    assert wide.plot().axes[0].get_ylabel() == "width of the interval"


CODED = pd.DataFrame({"gold": [0, 1, None] * 10, "pred": [0, 1, 1] * 10, "p": [0.1, 0.9, 0.5] * 10})


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (900, {"share": 0.3}, "needs width= or effect=.\nHint: for example width=0.05"),
        (900, {"share": 0.3, "width": 0.1, "effect": 0.1}, "width= or effect=, not both"),
        (
            900,
            {"share": 0.3, "effect": 0.1},
            "needs the share of one of them.\nHint: for example gr",
        ),
        (900, {"share": 0.3, "width": 0.1, "power": 0.8}, "power=0.8 needs the difference"),
        (900, {"share": 0.3, "width": 1.5}, "width must be from 0 to under 1, got 1.5"),
        (900, {"share": 0.3, "width": 0.0}, "width must be over 0"),
        (900, {"share": 1.0, "width": 0.1}, "share must be from 0 to under 1"),
        (900, {"width": 0.1}, "needs a guess of the class's share, or a pilot"),
        (
            900,
            {"width": 0.1, "share": 0.2, "recall": 0.5},
            "recall and precision are needed together",
        ),
        (
            900,
            {"width": 0.1, "share": 0.2, "recall": 0.5, "precision": 0.5, "accuracy": 0.9},
            "accuracy stands in place of recall and precision",
        ),
        (5, {"width": 0.1, "share": 0.2}, "5 pictures, too few for a sample"),
        (2.5, {"width": 0.1, "share": 0.2}, "data must be a whole number"),
        (
            "photos",
            {"width": 0.1, "share": 0.2},
            "data must be a table or the number of pictures, got 'photos'",
        ),
        (CODED, {"width": 0.1, "truth": "gold"}, "A pilot needs truth= and prediction="),
        (
            CODED,
            {"width": 0.1, "truth": "gold", "prediction": "pred", "share": 0.2},
            "share is a guess",
        ),
        (CODED, {"width": 0.1, "truth": "gold", "prediction": "p"}, "'p' holds fractions"),
        (CODED, {"width": 0.1, "truth": "gold", "prediction": "x"}, "prediction names 'x', but"),
        (
            CODED.assign(gold=1),
            {"width": 0.1, "truth": "gold", "prediction": "gold"},
            "A plan needs two classes; 'gold' and 'gold' have 1 in 30 coded rows",
        ),
        (900, {"width": 0.1, "sd": 1.0, "share": 0.2}, "sd and correlation are of a number"),
        (900, {"width": 0.1, "correlation": 0.5}, "sd and correlation are of a number"),
        (900, {"width": 0.1, "sd": 0.0}, "sd must be over 0"),
        (900, {"width": 0.1, "sd": 1.0, "correlation": 1.5}, "correlation must be from 0 to 1"),
        (
            CODED,
            {"width": 0.1, "truth": "gold", "prediction": "pred", "sd": 1.0},
            "sd is a guess",
        ),
    ],
)
def test_misuse_is_named(data: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(iad.ImagesAsDataError, match=message):
        iad.plan_labels(data, **options)
