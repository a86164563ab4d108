"""Splits: shares, strata, groups and near copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.training.deal import check_folds, deal, deal_as_told, usual_folds
from imagesasdata.training.outcome import find_outcome
from imagesasdata.training.split import (
    check_shares,
    kept_together,
    merge_groups,
    split_rows,
    strata_of,
)

SHARES = (0.8, 0.1, 0.1)


def test_each_part_gets_its_share_of_every_class() -> None:
    strata = np.repeat([0, 1, 2], [700, 200, 100])
    split = split_rows(strata, np.arange(1000), SHARES, seed=1)
    for part, share in enumerate(SHARES):
        counts = np.bincount(strata[split.rows(part)])
        np.testing.assert_array_equal(counts, (np.array([700, 200, 100]) * share).round())
    assert split.moved == 0


def test_the_seed_decides() -> None:
    strata, groups = np.zeros(50, int), np.arange(50)
    one, two, three = (split_rows(strata, groups, SHARES, seed).parts for seed in (1, 1, 2))
    assert (one == two).all()
    assert (one != three).any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=80),
    st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0, 0.5), (0.6, 0.2, 0.2)]),
    st.integers(0, 5),
)
def test_groups_are_kept_whole_and_no_row_is_lost(
    rows: list[tuple[int, int]], shares: tuple[float, ...], seed: int
) -> None:
    strata, groups = np.array(rows).T
    parts = split_rows(strata, groups, shares, seed).parts
    assert ((parts >= 0) & (parts < len(shares))).all()
    assert not (parts == 1).any() or shares[1] > 0
    for group in np.unique(groups):
        assert len(np.unique(parts[groups == group])) == 1


def test_rows_that_groups_move_are_counted() -> None:
    groups = np.arange(100) // 10
    split = split_rows(np.zeros(100, int), groups, SHARES, seed=1)
    assert [len(split.rows(part)) for part in range(3)] == [80, 10, 10]
    # Split row by row, about a fifth of each ten would be elsewhere than most of them.
    assert 10 <= split.moved <= 30


def test_strata() -> None:
    assert strata_of(np.array([2, 0, 1], np.int32)).tolist() == [2, 0, 1]
    assert np.bincount(strata_of(np.arange(100, dtype=np.float32))).tolist() == [20] * 5
    labels = np.array([[1, 0], [1, 1], [0, 0], [1, 0]], np.float32)
    assert strata_of(labels).tolist() == [0, 1, 2, 0]


def test_groupings_are_merged() -> None:
    merged = merge_groups(np.array([0, 0, 1, 2, 3]), np.array([5, 6, 6, 7, 7]))
    assert len(set(merged[:3])) == 1
    assert len(set(merged[3:])) == 1
    assert merged[0] != merged[3]


def test_copies_and_names_keep_rows_together() -> None:
    one = ["0" * 16, "0" * 15 + "7", "f" * 16, "0" * 16, "a" * 16]
    other = ["0" * 16, "0" * 15 + "3", "f" * 16, "f" * 16, "a" * 16]
    copies = kept_together([one, other], None)
    assert copies[0] == copies[1]
    assert len(set(copies)) == 4
    # The second is a copy of the first, and of the third's outlet; rows without one stay apart.
    groups = kept_together([one, other], [None, 1.0, np.int64(1), None, None])
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups)) == 3


@pytest.mark.parametrize(
    ("split", "error", "message"),
    [
        ((0.8, 0.2), ArgumentTypeError, "split must be three shares"),
        ("0.8", ArgumentTypeError, "split must be three shares"),
        ((0.8, 0.1, "x"), ArgumentTypeError, "split must be three shares"),
        ((0.8, 0.1, 0.2), ArgumentError, "must be 0 or more and sum to 1"),
        ((1.2, -0.1, -0.1), ArgumentError, "must be 0 or more and sum to 1"),
        ((0, 0.5, 0.5), ArgumentError, "leaves nothing to train on"),
        ((0.9, 0.1, 0), ArgumentError, "leaves nothing to test with"),
    ],
)
def test_shares_that_cannot_be(split: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_shares(split)


@pytest.mark.parametrize(
    ("folds", "error", "message"),
    [(1, ArgumentError, "at least 2"), (2.5, ArgumentTypeError, "whole number")],
)
def test_folds_that_cannot_be(folds: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_folds(folds, None)


def outcome_of(cells: list[str]) -> tuple[object, np.ndarray]:
    outcome = find_outcome("y", cells)
    return outcome, outcome.codes(cells)


def test_every_row_is_tested_once_with_folds() -> None:
    outcome, values = outcome_of(["a", "b"] * 20)
    dealt = deal(outcome, values, np.arange(40), SHARES, folds=5, stratify=True, seed=1)  # type: ignore[arg-type]
    tested = np.concatenate([turn.test for turn in dealt.turns])
    assert sorted(tested) == list(range(40))
    for turn in dealt.turns[:-1]:
        assert not set(turn.test) & {*turn.train, *turn.validation}
        assert np.bincount(values[turn.test]).tolist() == [4, 4]
    model = dealt.turns[-1]
    assert sorted([*model.train, *model.validation]) == list(range(40))


def test_few_codes_are_cross_validated() -> None:
    assert [usual_folds(np.arange(rows)) for rows in (1, 4, 40, 999, 1000)] == [None, 4, 5, 5, None]
    assert usual_folds(np.repeat([0, 1, 2], 10)) == 3
    assert usual_folds(np.zeros(10, int)) is None


def test_a_told_split_needs_each_class() -> None:
    outcome, values = outcome_of(["a", "b", "a", "b"])
    rows = np.arange(4)
    dealt = deal_as_told(outcome, values, rows, np.array([0, 0, 2, 2]), rows)  # type: ignore[arg-type]
    assert [part.tolist() for part in dealt.turns[0]] == [[0, 1], [], [2, 3]]
    with pytest.raises(ArgumentError, match="The training part has no row of the class 'b'"):
        deal_as_told(outcome, values, rows, np.array([0, 2, 0, 2]), rows)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="The test part of the split has no row whose picture"):
        deal_as_told(outcome, values, rows, np.array([0, 0, 1, 1]), rows)  # type: ignore[arg-type]


def test_a_part_without_a_class_is_told() -> None:
    outcome, values = outcome_of(["a"] * 18 + ["b"] * 2)
    groups = np.array([*range(18), 18, 18])
    with pytest.raises(ArgumentError, match="part has no row of the class 'b'.*2 usable rows"):
        deal(outcome, values, groups, SHARES, folds=None, stratify=True, seed=1)  # type: ignore[arg-type]


def test_an_empty_part_and_too_many_folds_are_told() -> None:
    outcome, values = outcome_of(["a", "b"] * 3)
    one = np.zeros(6, int)
    with pytest.raises(ArgumentError, match="The validation part of the split has no row"):
        deal(outcome, values, one, SHARES, folds=None, stratify=True, seed=1)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="folds=3 needs at least 3 groups"):
        deal(outcome, values, one, SHARES, folds=3, stratify=True, seed=1)  # type: ignore[arg-type]
