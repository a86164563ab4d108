"""Simulated studies: a known truth, a classifier that errs differently in two groups, gold rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from imagesasdata.arrays.stats.crossfit import cross_fit, splits
from imagesasdata.arrays.stats.dsl import Variables, dsl, median_of
from imagesasdata.arrays.stats.fits import Fit, fit
from imagesasdata.arrays.stats.ppi import Gold, Rest, ppi

ROWS, CODED = 5000, 500
SLOPES = {"ols": (0.4, 0.1, 0.1), "logit": (-0.5, 0.6, 0.4)}
COVARIATE = (0.2, 0.5, 0.3, -0.4)


@dataclass(frozen=True)
class Study:
    """The estimates of each method, and the true coefficients."""

    fits: dict[str, Fit]
    truth: np.ndarray


def predicted_outcome(seed: int, family: str) -> Study:
    """A binary outcome with the classifier's errors depending on both explanations."""
    random = np.random.default_rng(seed)
    group = (random.random(ROWS) < 0.5).astype(float)
    score = random.uniform(-2.0, 2.0, ROWS)
    design = np.column_stack([np.ones(ROWS), score, group])
    truth = np.array(SLOPES[family])
    linear = design @ truth
    chance = linear if family == "ols" else expit(linear)
    outcome = (random.random(ROWS) < chance).astype(float)
    predicted = misclassified(random, outcome, group, score)
    coded = sample(random)
    ones = np.ones(CODED)
    rest = Rest(design[~coded], predicted[~coded], np.ones(ROWS - CODED))
    gold = Gold(design[coded], outcome[coded], predicted[coded], ones)
    truths = Variables(design[coded], outcome[coded])
    fits = {
        "naive": fit(design, predicted, family),
        "gold": fit(design[coded], outcome[coded], family),
        "ppi": ppi(gold, rest, family),
        "dsl": median_of(
            [
                dsl(
                    Variables(
                        design,
                        cross_fit(
                            outcome[coded],
                            predicted[:, None],
                            design[:, 1:],
                            coded,
                            ones,
                            seed=(seed, split),
                        ),
                    ),
                    truths,
                    coded,
                    np.full(CODED, CODED / ROWS),
                    family,
                )
                for split in range(splits(CODED))
            ]
        ),
    }
    return Study(fits, truth)


def predicted_covariate(seed: int, family: str) -> Study:
    """A binary explanation that is misclassified, more often in one group."""
    random = np.random.default_rng(seed)
    group = (random.random(ROWS) < 0.5).astype(float)
    score = random.uniform(-2.0, 2.0, ROWS)
    shown = (random.random(ROWS) < expit(0.5 * group - 0.3)).astype(float)
    predicted = misclassified(random, shown, group, score)
    truth = np.array(COVARIATE)
    ones = np.ones(ROWS)
    design = np.column_stack([ones, shown, score, group])
    linear = design @ truth
    outcome = {
        "ols": lambda: linear + random.normal(size=ROWS),
        "logit": lambda: (random.random(ROWS) < expit(linear)).astype(float),
    }[family]()
    coded = sample(random)
    others = np.column_stack([score, group, outcome])
    as_predicted = np.column_stack([ones, predicted, score, group])

    def improved(split: int) -> Variables:
        sharper = cross_fit(
            shown[coded],
            predicted[:, None],
            others,
            coded,
            np.ones(CODED),
            seed=(seed, split),
        )
        return Variables(np.column_stack([ones, sharper, score, group]), outcome)

    fits = {
        "naive": fit(as_predicted, outcome, family),
        "gold": fit(design[coded], outcome[coded], family),
        "dsl": median_of(
            [
                dsl(
                    improved(split),
                    Variables(design[coded], outcome[coded]),
                    coded,
                    np.full(CODED, CODED / ROWS),
                    family,
                )
                for split in range(splits(CODED))
            ]
        ),
    }
    return Study(fits, truth)


def misclassified(
    random: np.random.Generator, truth: np.ndarray, group: np.ndarray, score: np.ndarray
) -> np.ndarray:
    """Misses 10% of the ones, 25% in the group; sees ones in 5% of the zeros, 15% at high scores."""
    wrong = np.where(truth == 1.0, 0.10 + 0.15 * group, 0.05 + 0.10 * (score > 0.0))
    return np.where(random.random(ROWS) < wrong, 1.0 - truth, truth)


def sample(random: np.random.Generator) -> np.ndarray:
    """A simple random sample of the rows to code."""
    coded = np.zeros(ROWS, bool)
    coded[random.choice(ROWS, CODED, replace=False)] = True
    return coded


@dataclass(frozen=True)
class Summary:
    """Of one method over many studies, for each coefficient."""

    coverage: np.ndarray
    width: np.ndarray
    bias: np.ndarray


def summarize(studies: list[Study]) -> dict[str, Summary]:
    """How often the 95% intervals hold the truth, how wide they are, how far off on average."""
    found = {}
    for method in studies[0].fits:
        estimate = np.stack([study.fits[method].estimate for study in studies])
        error = np.sqrt([np.diag(study.fits[method].covariance) for study in studies])
        off = estimate - np.stack([study.truth for study in studies])
        inside = np.abs(off) < 1.959963984540054 * error
        found[method] = Summary(
            inside.mean(axis=0), 2 * 1.959963984540054 * error.mean(axis=0), off.mean(axis=0)
        )
    return found
