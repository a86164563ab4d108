"""Codes of several coders to one: Dawid and Skene's equations, ties, what is not identified."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.settling import dawid_skene, repeated, settle
from imagesasdata.errors import ArgumentError

# 45 patients, as in the example of Dawid and Skene (1979): the first observer coded each three times (the
# first three digits), the other four once.
PATIENTS = (
    "1111111 3334343 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 "
    "1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 "
    "1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 "
    "2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222"
)


def anesthetists() -> np.ndarray:
    given = np.zeros((5, 45, 4))
    for patient, digits in enumerate(PATIENTS.split()):
        for place, digit in enumerate(digits):
            given[max(place - 2, 0), patient, int(digit) - 1] += 1
    return given


def test_estimates_solve_dawid_and_skenes_equations() -> None:
    given = anesthetists()
    found = dawid_skene(given)
    # Their equation 2.5, in logarithms: the chance of each class, given all codes of a patient.
    log_chance = np.zeros((45, 4))
    for patient in range(45):
        for true in range(4):
            log_chance[patient, true] = np.log(found.share[true])
            for observer in range(5):
                for value in range(4):
                    times = given[observer, patient, value]
                    if times:
                        rate = max(found.rates[observer, true, value], 1e-300)
                        log_chance[patient, true] += times * np.log(rate)
    chance = np.exp(log_chance - log_chance.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.prob, chance, atol=1e-4)
    # Their equations 2.3 and 2.4: shares and error rates, given these chances.
    np.testing.assert_allclose(found.share, chance.mean(axis=0), atol=1e-4)
    for observer in range(5):
        for true in range(4):
            counts = chance[:, true] @ given[observer]
            np.testing.assert_allclose(
                found.rates[observer, true], counts / counts.sum(), atol=1e-3
            )


def simulated(seed: int, items: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A truth, codes by four coders who are right with their own rates, some missing."""
    random = np.random.default_rng(seed)
    truth = (random.random(items) < 0.3).astype(int)
    right = np.array([[0.95, 0.9], [0.8, 0.7], [0.9, 0.6], [0.7, 0.85]])
    codes = np.where(random.random((4, items)) < right[:, truth], truth, 1 - truth)
    return truth, np.where(random.random((4, items)) < 0.2, -1, codes), right


def test_error_rates_are_found_again() -> None:
    truth, codes, right = simulated(0)
    some = codes.max(axis=0) >= 0
    found = dawid_skene(repeated(codes[:, some], 2))
    assert found.share[1] == pytest.approx(0.3, abs=0.03)
    np.testing.assert_allclose(
        np.stack([found.rates[:, v, v] for v in (0, 1)], 1), right, atol=0.05
    )
    # Of those with a probability of 0.7 to 0.9, as many are right.
    by_model = settle(codes[:, some], 2, "model")
    sure = (by_model.prob > 0.7) & (by_model.prob < 0.9)
    hits = by_model.value == truth[some]
    assert hits[sure].mean() == pytest.approx(by_model.prob[sure].mean(), abs=0.06)
    by_majority = settle(codes[:, some], 2, "majority")
    assert hits.mean() > (by_majority.value == truth[some]).mean()


def test_a_tie_has_no_value_unless_a_coder_decides() -> None:
    codes = np.array([[0, 1, 1, -1], [1, 1, 0, 0], [-1, 0, 2, -1]])
    found = settle(codes, 3, "majority")
    assert found.value.tolist() == [-1, 1, -1, 0]
    assert found.open == 2
    np.testing.assert_allclose(found.share, [np.nan, 2 / 3, np.nan, 1.0])
    assert found.coders.tolist() == [2, 3, 3, 1]
    assert found.is_disputed.tolist() == [True, True, True, False]
    decided = settle(codes, 3, "coder", 2)
    assert decided.value.tolist() == [-1, 0, 2, 0]
    np.testing.assert_allclose(decided.share, [np.nan, 1 / 3, 1 / 3, 1.0])
    assert np.isnan(decided.prob).all()


def test_the_model_needs_three_codes_of_an_item() -> None:
    codes = np.array([[0, 1, -1], [1, -1, 1], [-1, 0, 0]])
    with pytest.raises(
        ArgumentError, match="here none has more than 2.*\nHint: let a third person"
    ):
        settle(codes, 2, "model")
