"""The grid of designs and verbs: ways to choose, code and predict rows, by each verb with intervals.

A study is a population of 2,000 posts with a known truth, a classifier that errs more in one group, and
300 posts drawn to be coded by hand. All verbs see the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import imagesasdata as iad
from tests.verbs.trust.coverage import Interval, is_told

ROWS, CODED, MANY = 2000, 300, 400_000
SHARE, OUTLETS = 0.4, 30
# Of a class with a share of 0.4: shows ~ score, and y ~ shows.
SLOPE, EFFECT = 0.15, 0.5
METHODS = ("dsl", "ppi", "cross_ppi", "ptd", "imputation", "gold")
PRED, PROB, GOLD = "shows_pred", "shows_prob", "shows"
CODERS = ("ann", "ben")


class Study(NamedTuple):
    """A table as a researcher has it, the errors by, and what is true of all posts."""

    table: pd.DataFrame
    truths: dict[str, float]
    slope: float
    cluster: str | None = None


def population(seed: int, rows: int = ROWS, share: float = SHARE) -> pd.DataFrame:
    """Posts with a score, a group, a year, a truth that the score explains, predictions and codes."""
    random = np.random.default_rng(seed)
    score, group = random.uniform(-1, 1, rows), (random.random(rows) < 0.4) * 1.0
    truth = (random.random(rows) < share + SLOPE * share / SHARE * score) * 1.0
    posts = pd.DataFrame({"score": score, "group": group, "truth": truth})
    return _measured(posts, share, random)


def _measured(posts: pd.DataFrame, share: float, random: np.random.Generator) -> pd.DataFrame:
    """With predictions, an outcome, a year, and what two coders would say."""
    rows, truth, group = len(posts), posts.truth.to_numpy(), posts.group.to_numpy()
    missed = random.random(rows) < np.where(group == 1, 0.25, 0.10)
    invented = random.random(rows) < np.where(group == 1, 0.15, 0.05) * share / SHARE
    certain = random.uniform(0.5, 1.0, rows)
    said = np.where(truth == 1, ~missed, invented) * 1.0
    return posts.assign(
        **{PRED: said, PROB: np.where(said == 1, certain, 1.0 - certain)},
        year=np.where(random.random(rows) < 0.5, "2020", "2021"),
        path=[f"{row}.jpg" for row in range(rows)],
        y=1.0 + EFFECT * truth + 0.3 * posts.score + 0.2 * group + random.normal(size=rows),
        ann=np.where(random.random(rows) < 0.03, 1.0 - truth, truth),
        ben=np.where(random.random(rows) < 0.06, 1.0 - truth, truth),
    )


def truths(posts: pd.DataFrame) -> dict[str, float]:
    """What is true of these posts."""
    truth, said = posts.truth == 1, posts[PRED] == 1
    right, first = truth == said, posts.group == 1
    ranks = posts[PROB].rank()
    n_true, n_false = truth.sum(), (~truth).sum()
    codes = posts[list(CODERS)]
    mean = codes.to_numpy().mean()
    return {
        "accuracy": right.mean(),
        "precision": truth[said].mean(),
        "recall": said[truth].mean(),
        "f1": 2.0 * (truth & said).sum() / (truth.sum() + said.sum()),
        "auc": (ranks[truth].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false),
        "error_rate": 1.0 - right[first].mean(),
        "false_negative_rate": 1.0 - said[truth & first].mean(),
        "share": truth.mean(),
        "alpha": 1.0 - (codes.ann != codes.ben).mean() / (2.0 * mean * (1.0 - mean)),
    }


@cache
def _expected(share: float) -> dict[str, float]:
    return truths(population(-1 % 2**32, MANY, share))


def coded(posts: pd.DataFrame, sample: pd.DataFrame, answered: np.ndarray) -> pd.DataFrame:
    """The posts with what is known of the sample, of which those ``answered`` were coded."""
    known = sample[["sample_prob", "is_sampled"]].assign(
        **{GOLD: sample.truth.where(answered)},
        **{name: sample[name].where(answered) for name in CODERS},
    )
    return posts.drop(columns=list(CODERS)).join(known)


def _study(
    seed: int, share: float = SHARE, answers: Callable[[Any], Any] | None = None, **how: Any
) -> Study:
    posts = population(seed, share=share)
    sample = iad.sample_for_labels(posts, CODED, seed=seed, **how)
    answered = np.ones(len(sample), bool)
    if answers is not None:
        answered = np.random.default_rng((seed, 1)).random(len(sample)) < answers(sample)
    table = coded(posts, sample, answered)
    return Study(table, _expected(share), SLOPE * share / SHARE)


def simple(seed: int) -> Study:
    """A simple random sample."""
    return _study(seed)


def by_prediction(seed: int) -> Study:
    """As many of each predicted class."""
    return _study(seed, by=PRED)


def uncertain(seed: int) -> Study:
    """More of those that the model is not certain of."""
    return _study(seed, strategy="uncertain", prob=PROB)


def unfinished(seed: int) -> Study:
    """As many of each predicted class; a third is never coded, more of one class than of the other."""
    return _study(seed, by=PRED, answers=lambda rows: np.where(rows[PRED] == 1, 0.9, 0.5))


def class_of_2(seed: int) -> Study:
    """A class of 2%, in a simple random sample."""
    return _study(seed, 0.02)


def class_of_4(seed: int) -> Study:
    """A class of 4%, in a simple random sample."""
    return _study(seed, 0.04)


def class_of_4_by_prediction(seed: int) -> Study:
    """A class of 4%, as many of each predicted class."""
    return _study(seed, 0.04, by=PRED)


def clustered(seed: int) -> Study:
    """Thirty outlets whose levels differ, a simple random sample of their posts."""
    random = np.random.default_rng((seed, 2))
    outlet = random.integers(0, OUTLETS, ROWS)
    level, of_y = random.normal(size=(2, OUTLETS))[:, outlet]
    score, group = random.uniform(-1, 1, ROWS), (random.random(ROWS) < 0.4) * 1.0
    chance = np.clip(SHARE + SLOPE * score + 0.08 * level, 0.0, 1.0)
    posts = pd.DataFrame({"score": score, "group": group, "outlet": outlet})
    posts = _measured(posts.assign(truth=(random.random(ROWS) < chance) * 1.0), SHARE, random)
    posts["y"] += 0.3 * of_y
    table = coded(posts, iad.sample_for_labels(posts, CODED, seed=seed), np.ones(CODED, bool))
    return Study(table, truths(posts), SLOPE, "outlet")


def folds(seed: int, columns: int = 60, ridge: float = 5.0) -> Study:
    """Predictions of a model that was trained on the coded rows, which have those of other folds."""
    random = np.random.default_rng((seed, 3))
    posts = population(seed)
    embedding = random.normal(size=(ROWS, columns))
    embedding[:, 0] += 2.0 * posts.truth
    embedding[:, 1] += 0.8 * posts.score
    embedding = np.c_[np.ones(ROWS), embedding]

    def chance(train: np.ndarray, rows: np.ndarray) -> np.ndarray:
        some, outcome = embedding[train], posts.truth.to_numpy()[train]
        head = np.linalg.solve(some.T @ some + ridge * np.eye(columns + 1), some.T @ outcome)
        return np.clip(embedding[rows] @ head, 0.001, 0.999)

    sample = iad.sample_for_labels(posts, CODED, seed=seed)
    trained, every = sample.index.to_numpy(), np.arange(ROWS)
    prob = chance(trained, every)
    final = posts.assign(**{PROB: prob, PRED: (prob > 0.5) * 1.0})
    fold = random.permutation(CODED) % 5
    for one in range(5):
        prob[trained[fold == one]] = chance(trained[fold != one], trained[fold == one])
    posts = posts.assign(**{PROB: prob, PRED: (prob > 0.5) * 1.0}, shows_trained=False)
    posts.loc[trained, "shows_trained"] = True
    rest = final.drop(index=trained)
    # Of the model, in rows that it has not seen; the share and the coders' alpha are those of all.
    true = truths(rest) | {name: _expected(SHARE)[name] for name in ("share", "alpha")}
    return Study(coded(posts, sample, np.ones(CODED, bool)), true, SLOPE)


def regressions(study: Study) -> Iterator[tuple[str, Interval]]:
    """The intervals of each method, for the truth as outcome and as explanation."""
    vcov: Any = "HC2" if study.cluster is None else {"cluster": study.cluster}
    formulas = (
        ("outcome", f"{PRED} ~ score + group", study.slope),
        ("explanation", f"y ~ {PRED} + score + group", EFFECT),
    )
    for method in METHODS:
        for kind, formula, truth in formulas:
            if method in ("ppi", "cross_ppi") and kind == "explanation":
                continue
            try:
                found = iad.regress(
                    formula,
                    study.table,
                    gold={PRED: GOLD},
                    method=method,  # type: ignore[arg-type]
                    vcov=vcov,
                )
            except iad.ArgumentError:
                continue
            row = found.tidy().iloc[1]
            interval = Interval(row.conf_low, row.conf_high, truth, is_told(found.notes))
            yield f"{method}, {kind}", interval


def _validated(study: Study) -> Iterator[tuple[str, Interval]]:
    found = iad.validate(study.table, GOLD, PRED, prob=PROB, rounds=200)
    tidy, glance = found.tidy().iloc[1], found.glance().iloc[0]
    told = is_told(found.notes)
    for name in ("accuracy", "precision", "recall", "f1", "auc"):
        row = glance if name == "accuracy" else tidy
        ends = row[f"{name}_low"], row[f"{name}_high"]
        yield f"validate, {name}", Interval(*ends, study.truths[name], told)


def _audited(study: Study) -> Iterator[tuple[str, Interval]]:
    found = iad.audit(study.table, GOLD, PRED, by="group")
    tidy = found.tidy()
    for name in ("error_rate", "false_negative_rate"):
        row = tidy[(tidy.measure == name) & (tidy.group == "1")].iloc[0]
        interval = Interval(row.conf_low, row.conf_high, study.truths[name], is_told(found.notes))
        yield f"audit, {name}", interval


def _shares(study: Study) -> Iterator[tuple[str, Interval]]:
    found = iad.prevalence(study.table, GOLD, PRED, by="year")
    row = found.tidy().query("label == 1").iloc[0]
    truth = study.truths["share"]
    yield "prevalence, share", Interval(row.conf_low, row.conf_high, truth, is_told(found.notes))


def _agreed(study: Study) -> Iterator[tuple[str, Interval]]:
    found = iad.agreement(study.table.dropna(subset=list(CODERS)), coders=list(CODERS), rounds=200)
    row = found.tidy().iloc[0]
    truth = study.truths["alpha"]
    yield "agreement, alpha", Interval(row.conf_low, row.conf_high, truth, is_told(found.notes))


_VERBS = (regressions, _validated, _audited, _shares, _agreed)
_DESIGNS = (
    simple,
    by_prediction,
    uncertain,
    unfinished,
    class_of_2,
    class_of_4,
    class_of_4_by_prediction,
    clustered,
    folds,
)


def _of_all_verbs(make: Callable[[int], Study]) -> Callable[[int], dict[str, Interval]]:
    """The intervals of all verbs in a study; a verb that refuses has none."""

    def intervals(seed: int) -> dict[str, Interval]:
        study, found = make(seed), {}
        for verb in _VERBS:
            try:
                found |= verb(study)
            except iad.ArgumentError:
                continue
        return found

    intervals.__doc__ = make.__doc__
    return intervals


GRID = {make.__name__: _of_all_verbs(make) for make in _DESIGNS}
