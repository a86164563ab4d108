"""Intervals hold the truth as often as they say, or the result says that they may not.

The fast tests look at few studies, and find gross faults alone. `make soak` runs 200 of each design and
prints the table; `benchmarks/coverage.py` writes that of the grid.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.verbs.trust.coverage import Interval, Summary, summarize
from tests.verbs.trust.designs import DESIGNS
from tests.verbs.trust.grid import GRID

# The coverage of 200 studies has a standard error of 1.5 points; quick designs have more studies.
STUDIES, QUICK = 200, {"few_rows": 1000}
# Intervals that are cautious by design: the truth is at an end of what is possible, or the number of
# events is so small that Jeffreys' prior counts, or coded rows are of the rows that are described.
CAUTIOUS = {"calibration error, right", "false_negative_rate, test", "recall", "share of 2020"}
# Of rare classes and of folds, whose intervals are wide on purpose, and of what is known of all rows.
CAUTIOUS_DESIGNS = {
    "class_of_2",
    "class_of_4",
    "class_of_4_by_prediction",
    "clustered",
    "folds",
}


def assert_holds(name: str, found: Summary, least: float, most: float) -> None:
    """Coverage between two limits, or a note or a refusal in the studies."""
    if found.told > 0.9 or found.refused > 0.9:
        return
    assert found.untold >= least, (name, found)
    if name not in CAUTIOUS:
        assert found.coverage <= most, (name, found)


def test_the_grid_has_no_gross_fault() -> None:
    # Of three studies, 57 intervals of a coverage of 95%, of which those of one study go together.
    studies = [GRID["by_prediction"](seed) for seed in range(3)]
    assert all(len(study) == 19 for study in studies)
    held = [one.holds for study in studies for one in study.values()]
    assert sum(held) >= 47


@pytest.mark.parametrize("design", ["validation", "audited", "few_rows"])
def test_gross_faults_of_a_few_studies(design: str) -> None:
    # Of 12 studies with a coverage of 95%, 8 or fewer hold the truth once in 30,000.
    for name, found in summarize([DESIGNS[design](seed) for seed in range(12)]).items():
        assert_holds(name, found, least=0.67, most=1.0)


@pytest.mark.soak
@pytest.mark.parametrize("design", list(DESIGNS))
def test_intervals_hold_the_truth(design: str) -> None:
    found = summarize([DESIGNS[design](seed) for seed in range(QUICK.get(design, STUDIES))])
    for name, one in found.items():
        print(
            f"{design:18} {name:28} coverage {one.coverage:.3f}, "
            f"where nothing was said {one.untold:.3f}, said in {one.told:.2f}, refused {one.refused:.2f}"
        )
    for name, one in found.items():
        most = 1.0 if design in CAUTIOUS_DESIGNS else 0.985
        assert_holds(name, one, least=0.9, most=most)


def test_a_narrow_interval_is_found() -> None:
    narrow = Summary(coverage=0.8, untold=0.8, told=0.0)
    with pytest.raises(AssertionError, match="a slope"):
        assert_holds("a slope", narrow, least=0.9, most=0.98)
    assert_holds("a slope", Summary(coverage=0.8, untold=float("nan"), told=1.0), 0.9, 0.98)
    with pytest.raises(AssertionError, match="a slope"):
        assert_holds("a slope", Summary(coverage=1.0, untold=1.0, told=0.0), 0.9, 0.98)


def test_an_interval_that_is_not_given_is_a_refusal() -> None:
    nan = float("nan")
    studies = [{"rate": Interval(*ends, 0.5)} for ends in ((0.4, 0.6), (None, None), (nan, nan))]
    found = summarize([*studies, {}])["rate"]
    assert (found.coverage, found.told, found.refused) == (1.0, 0.0, 0.75)
    none = summarize(studies[1:])["rate"]
    assert np.isnan(none.coverage)
    assert none.refused == 1.0
