"""Simulated studies by the public verbs: a known truth, a classifier that errs, rows coded by hand.

`grid` has those that every verb is tried on; these are of one verb, or of clusters, levels and few rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import imagesasdata as iad
from tests.verbs.trust.coverage import Interval, is_told
from tests.verbs.trust.grid import GRID

ROWS, CODED = 2000, 300
# What is measured of a binary truth with a share of 0.4: outcome ~ score, and y ~ truth.
SLOPE, EFFECT = 0.15, 0.5


def population(seed: int, rows: int = ROWS, share: float = 0.4) -> pd.DataFrame:
    """Posts with a score, a group, a truth that the score explains, a prediction, and an outcome."""
    random = np.random.default_rng(seed)
    score, group = random.uniform(-1, 1, rows), (random.random(rows) < 0.4) * 1.0
    slope = SLOPE * share / 0.4
    truth = (random.random(rows) < share + slope * score) * 1.0
    missed = random.random(rows) < np.where(group == 1, 0.25, 0.10)
    invented = random.random(rows) < np.where(group == 1, 0.15, 0.05) * share / 0.4
    certain = random.uniform(0.5, 1.0, rows)
    predicted = np.where(truth == 1, ~missed, invented) * 1.0
    return pd.DataFrame(
        {
            "score": score,
            "group": group,
            "truth": truth,
            "pred": predicted,
            "prob": np.where(predicted == 1, certain, 1 - certain),
            "y": 1 + EFFECT * truth + 0.3 * score + 0.2 * group + random.normal(size=rows),
        }
    )


def coded(posts: pd.DataFrame, sample: pd.DataFrame, response: Any = 1.0, seed: int = 0) -> Any:
    """The posts with the sample joined, of which a share was coded."""
    random = np.random.default_rng(seed + 10_000)
    answered = random.random(len(sample)) < (
        response(sample) if callable(response) else np.full(len(sample), response)
    )
    columns = sample[["sample_prob", "is_sampled"]].assign(gold=sample.truth.where(answered))
    return posts.join(columns)


def _of(result: Any, term: int, truth: float) -> Interval:
    row = result.tidy().iloc[term]
    return Interval(row.conf_low, row.conf_high, truth, is_told(result.notes))


def regressions(
    table: pd.DataFrame, slope: float = SLOPE, methods: tuple[str, ...] = ("dsl", "ppi", "gold")
) -> Iterator[tuple[str, Interval]]:
    """The intervals of each method, for the truth as outcome and as explanation."""
    gold = {"pred": "gold"}
    for method in methods:
        found = iad.regress("pred ~ score + group", table, gold=gold, method=method)  # type: ignore[arg-type]
        yield f"outcome, {method}", _of(found, 1, slope)
    for method in (name for name in methods if name != "ppi"):
        found = iad.regress("y ~ pred + score + group", table, gold=gold, method=method)  # type: ignore[arg-type]
        yield f"explanation, {method}", _of(found, 1, EFFECT)


def rare(seed: int, share: float = 0.02) -> dict[str, Interval]:
    """A class of 2%."""
    posts = population(seed, share=share)
    table = coded(posts, iad.sample_for_labels(posts, CODED, seed=seed))
    found = {}
    for method in ("gold", "dsl", "ptd", "imputation"):
        try:
            found |= regressions(table, SLOPE * share / 0.4, (method,))
        except iad.ArgumentError as refused:
            # No gold row of the class, or none that is predicted to be of it.
            if "gold values" not in refused.message and "of gold rows" not in refused.message:
                raise
    return found


def rare_of_4(seed: int) -> dict[str, Interval]:
    """A class of 4%."""
    return rare(seed, 0.04)


def five_clusters(seed: int) -> dict[str, Interval]:
    """Five outlets of unequal size, whose levels differ; some of the rows are coded."""
    random = np.random.default_rng(seed)
    posts = population(seed, rows=1000)
    outlet = random.choice(5, 1000, p=np.arange(5, 10) / 35)
    pull, level = random.normal(size=(2, 5))[:, outlet]
    truth = (random.random(1000) < np.clip(0.4 + SLOPE * posts.score + 0.12 * level, 0, 1)) * 1.0
    posts = posts.assign(
        outlet=outlet,
        pull=pull,
        truth=truth,
        pred=np.where(random.random(1000) < 0.12, 1.0 - truth, truth),
        y=posts.y + 0.5 * level,
    )
    table = coded(posts, iad.sample_for_labels(posts, CODED, seed=seed))
    found = {}
    for method in ("dsl", "ppi", "ptd"):
        for formula, term, truth in (("pred ~ score + pull", 2, 0.0), ("y ~ pred + pull", 2, 0.0)):
            if method == "ppi" and formula.startswith("y"):
                continue
            result = iad.regress(
                formula,
                table,
                gold={"pred": "gold"},
                method=method,  # type: ignore[arg-type]
                vcov={"cluster": "outlet"},
            )
            found[f"{formula}, {method}"] = _of(result, term, truth)._replace(told=False)
    return found


def full_stratum(seed: int) -> dict[str, Interval]:
    """A class of 5%; of those predicted to be of it, all are coded."""
    posts = population(seed, rows=3000, share=0.05)
    sample = iad.sample_for_labels(posts, 500, by="pred", seed=seed)
    return dict(regressions(coded(posts, sample), SLOPE * 0.05 / 0.4))


def between_clusters(seed: int) -> dict[str, Interval]:
    """Thirty outlets with levels of their own; the explanation varies between outlets."""
    random = np.random.default_rng(seed)
    posts = population(seed)
    outlet = random.integers(0, 30, ROWS)
    pull, level = random.normal(size=30)[outlet], 0.5 * random.normal(size=30)[outlet]
    posts = posts.assign(outlet=outlet, pull=pull, y=posts.y + level)
    table = coded(posts, iad.sample_for_labels(posts, 600, seed=seed))
    vcov = {"cluster": "outlet"}
    gold = {"pred": "gold"}
    found = {
        method: iad.regress("y ~ pred + pull", table, gold=gold, method=method, vcov=vcov)  # type: ignore[arg-type]
        for method in ("dsl", "gold")
    }
    naive = iad.regress("y ~ truth + pull", posts, vcov=vcov)
    return {
        "all coded": _of(naive, 2, 0.0),
        **{f"between outlets, {method}": _of(one, 2, 0.0) for method, one in found.items()},
    }


def few_clusters(seed: int) -> dict[str, Interval]:
    """Eight outlets of unequal size, all coded."""
    random = np.random.default_rng(seed)
    outlet = random.choice(8, 400, p=np.arange(1, 9) / 36)
    pull, level = random.normal(size=8)[outlet], 0.5 * random.normal(size=8)[outlet]
    posts = pd.DataFrame({"outlet": outlet, "pull": pull, "y": level + random.normal(size=400)})
    found = iad.regress("y ~ pull", posts, vcov={"cluster": "outlet"})
    return {"between outlets": _of(found, 1, 0.0)._replace(told=False)}


def few_rows(seed: int) -> dict[str, Interval]:
    """Twenty pictures, and a regression as if nothing were predicted."""
    random = np.random.default_rng(seed)
    posts = pd.DataFrame(random.normal(size=(20, 3)), columns=list("yxz"))
    return {"a slope": _of(iad.regress("y ~ x + z", posts), 1, 0.0)}


def fixed_effects(seed: int, outlets: int = 200) -> dict[str, Interval]:
    """Two hundred outlets and 250 coded posts."""
    random = np.random.default_rng(seed)
    posts = population(seed)
    outlet = random.integers(0, outlets, ROWS)
    posts = posts.assign(outlet=outlet, y=posts.y + random.normal(size=outlets)[outlet])
    table = coded(posts, iad.sample_for_labels(posts, 250, seed=seed))
    gold = {"pred": "gold"}
    one = iad.regress("y ~ pred + score + group | outlet", table, gold=gold)
    other = iad.regress("pred ~ score + group | outlet", table, gold=gold)
    return {"explanation": _of(one, 0, EFFECT), "outcome": _of(other, 0, SLOPE)}


def large_levels(seed: int) -> dict[str, Interval]:
    """Thirty outlets."""
    return fixed_effects(seed, outlets=30)


def validation(seed: int) -> dict[str, Interval]:
    """A class of 5%, as many coded of each predicted class."""
    random = np.random.default_rng(seed)
    truth = (random.random(8000) < 0.05) * 1
    predicted = np.where(truth == 1, random.random(8000) < 0.8, random.random(8000) < 0.02) * 1
    posts = pd.DataFrame({"truth": truth, "pred": predicted})
    sample = iad.sample_for_labels(posts, 400, by="pred", seed=seed)
    tidy = iad.validate(sample, "truth", "pred", rounds=2).tidy().iloc[1]
    glance = iad.validate(sample, "truth", "pred", rounds=2).glance().iloc[0]
    precision = 0.05 * 0.8 / (0.05 * 0.8 + 0.95 * 0.02)
    f1 = 2 * precision * 0.8 / (precision + 0.8)
    right = 0.05 * 0.8 + 0.95 * 0.98
    return {
        "recall": Interval(tidy.recall_low, tidy.recall_high, 0.8),
        "precision": Interval(tidy.precision_low, tidy.precision_high, precision),
        "f1": Interval(tidy.f1_low, tidy.f1_high, f1),
        "accuracy": Interval(glance.accuracy_low, glance.accuracy_high, right),
    }


def calibrated(seed: int) -> dict[str, Interval]:
    """Probabilities that are right, and some that are too extreme."""
    random = np.random.default_rng(seed)
    prob = random.uniform(0, 1, 400)
    table = pd.DataFrame({"truth": (random.random(400) < prob) * 1, "pred": (prob > 0.5) * 1})
    # Of a mean of 0.05, 0.15, ... the shrunken truth is 0.5 + 0.6 (p - 0.5): off by 0.4 |p - 0.5|.
    shrunken = (random.random(400) < 0.5 + 0.6 * (prob - 0.5)) * 1
    found = {}
    for name, truth, error in (("right", table.truth, 0.0), ("extreme", shrunken, 0.1)):
        tidy = iad.validate(
            table.assign(truth=truth, prob=prob), "truth", "pred", prob="prob", rounds=2
        ).tidy()
        found[f"calibration error, {name}"] = Interval(
            tidy.calibration_error_low[1], tidy.calibration_error_high[1], error
        )
    return found


def audited(seed: int) -> dict[str, Interval]:
    """Two groups with the same rates, sampled by prediction; whether they are told to differ."""
    random = np.random.default_rng(seed)
    truth = (random.random(8000) < 0.1) * 1
    predicted = np.where(truth == 1, random.random(8000) < 0.7, random.random(8000) < 0.05) * 1
    group = random.choice(["a", "b"], 8000, p=[0.6, 0.4])
    posts = pd.DataFrame({"truth": truth, "pred": predicted, "group": group})
    sample = iad.sample_for_labels(posts, 600, by="pred", seed=seed)
    tidy = iad.audit(sample, "truth", "pred", by="group").tidy()
    rates = {"error_rate": 0.1 * 0.3 + 0.9 * 0.05, "false_negative_rate": 0.3}
    found = {}
    for name, rate in rates.items():
        rows = tidy[(tidy.measure == name) & (tidy.grouping == "group")]
        found[name] = Interval(rows.conf_low.iloc[0], rows.conf_high.iloc[0], rate)
        # A test that rejects is an interval that does not hold the truth.
        found[f"{name}, test"] = Interval(0.05, 1.0, float(rows.p_value.iloc[0]))
    return found


SHARES = {"2019": 0.02, "2020": 0.2, "2021": 0.5}


def _by_year(posts: pd.DataFrame, seed: int, prob: str | None = None) -> dict[str, Interval]:
    """Coded rows are of the second year alone, as many of each prediction."""
    sample = iad.sample_for_labels(posts[posts.year == "2020"], 400, by="pred", seed=seed)
    table = posts.join(sample[["sample_prob", "is_sampled"]].assign(gold=sample.truth))
    tidy = iad.prevalence(table, "gold", "pred", by="year", prob=prob).tidy()
    found = tidy[tidy.label == 1].set_index("group")
    return {
        f"share of {one}": Interval(found.conf_low[one], found.conf_high[one], share)
        for one, share in SHARES.items()
    }


def shifted(seed: int) -> dict[str, Interval]:
    """Three years of 2, 20 and 50%."""
    random = np.random.default_rng(seed)
    year = np.repeat(list(SHARES), 2000)
    truth = (random.random(6000) < np.repeat(list(SHARES.values()), 2000)) * 1
    predicted = np.where(truth == 1, random.random(6000) < 0.8, random.random(6000) < 0.1) * 1
    return _by_year(pd.DataFrame({"year": year, "truth": truth, "pred": predicted}), seed)


def shifted_by_prob(seed: int) -> dict[str, Interval]:
    """The same from probabilities, which are too extreme and say yes too often."""
    random = np.random.default_rng(seed)
    year = np.repeat(list(SHARES), 2000)
    truth = (random.random(6000) < np.repeat(list(SHARES.values()), 2000)) * 1
    score = 2.0 * (2.0 * truth - 1.0 + random.normal(size=6000)) + 0.5
    posts = pd.DataFrame({"year": year, "truth": truth, "prob": 1.0 / (1.0 + np.exp(-1.5 * score))})
    return _by_year(posts.assign(pred=(posts.prob > 0.5) * 1), seed, "prob")


def agreed(seed: int) -> dict[str, Interval]:
    """Two coders of 30 pictures who err in 5%, so that their alpha is 0.81."""
    random = np.random.default_rng(seed)
    truth = random.random(30) < 0.5
    codes = pd.concat(
        pd.DataFrame(
            {
                "path": [f"{number}.jpg" for number in range(30)],
                "coder": name,
                "value": (truth ^ (random.random(30) < 0.05)).astype(int),
            }
        )
        for name in ("ann", "ben")
    )
    row = iad.agreement(codes, rounds=300).tidy().iloc[0]
    return {"alpha": Interval(row.conf_low, row.conf_high, 0.81)}


def agreed_by_prediction(seed: int) -> dict[str, Interval]:
    """Two coders of 1,200 pictures drawn by the prediction of a class of 3%; alpha in all 40,000."""
    random = np.random.default_rng(seed)
    truth = random.random(40_000) < 0.03
    posts = pd.DataFrame({"path": range(40_000)})
    posts["pred"] = np.where(truth, random.random(40_000) < 0.8, random.random(40_000) < 0.01) * 1
    for name in ("ann", "ben"):
        posts[name] = (truth ^ (random.random(40_000) < 0.02)).astype(int)
    share = posts[["ann", "ben"]].to_numpy().mean()
    alpha = 1.0 - (posts.ann != posts.ben).mean() / (2.0 * share * (1.0 - share))
    sample = iad.sample_for_labels(posts, 1200, by="pred", seed=seed)
    row = iad.agreement(sample, coders=["ann", "ben"], rounds=200).tidy().iloc[0]
    return {"alpha": Interval(row.conf_low, row.conf_high, float(alpha))}


_SPECIAL = (
    rare,
    rare_of_4,
    full_stratum,
    between_clusters,
    five_clusters,
    few_clusters,
    few_rows,
    fixed_effects,
    large_levels,
    validation,
    calibrated,
    audited,
    shifted,
    shifted_by_prob,
    agreed,
    agreed_by_prediction,
)
DESIGNS: dict[str, Callable[[int], dict[str, Interval]]] = {
    **GRID,
    **{one.__name__: one for one in _SPECIAL},
}
