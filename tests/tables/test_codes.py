"""Labels of people and of models as numbers, and the weights of a sample."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imagesasdata.errors import ArgumentError, ArgumentTypeError, ColumnError, GuessWarning
from imagesasdata.tables.codes import (
    label_cells,
    name_of_missing,
    number_or_text,
    numbered,
    numbers,
    python_value,
    row_weights,
    sampling_column,
    tell_alike,
    tell_shifted,
)
from imagesasdata.tables.table import open_data
from tests.conftest import Kind


def test_the_column_of_sampling_probabilities(kind: Kind) -> None:
    with_it = open_data(kind.make({"sample_prob": [0.5], "p": [0.1]}))
    without = open_data(kind.make({"p": [0.1]}))
    assert sampling_column(with_it, "sample_prob", "weights") == "sample_prob"
    assert sampling_column(with_it, "p", "weights") == "p"
    assert sampling_column(with_it, None, "weights") is None
    assert sampling_column(without, "sample_prob", "weights") is None
    with pytest.raises(ColumnError, match="'q'"):
        sampling_column(without, "q", "weights")


def test_the_weights_of_some_rows(kind: Kind) -> None:
    table = open_data(kind.make({"p": [0.5, None, 0.25]}))
    weights, notes = row_weights(table, "p", [0, 2], "p")
    np.testing.assert_allclose(weights, np.array([2, 4]) / 3)
    assert notes == []
    weights, notes = row_weights(table, None, [0, 2], None)
    np.testing.assert_array_equal(weights, [1, 1])
    assert notes == []
    # The second row was sampled and not coded, so the third stands for it, too.
    table = open_data(
        kind.make({"p": [0.5, 0.25, 0.25, 0.25], "is_sampled": [True, True, True, None]})
    )
    weights, notes = row_weights(table, "p", [0, 2], "p")
    np.testing.assert_allclose(weights, np.array([2, 8]) / 5)
    assert notes[0].startswith(
        "1 of the 3 sampled rows were not coded (coded: 1 of 2 with p 0.25; 1"
    )


def test_cells_as_numbers() -> None:
    np.testing.assert_array_equal(numbers([1, None, 0.5, True], "x"), [1, np.nan, 0.5, 1])
    with pytest.raises(ArgumentTypeError, match="^The column 'x' does not hold numbers.$"):
        numbers([1, "a"], "x")


@pytest.mark.parametrize(
    ("cells", "shown"), [([0.5, None], "none"), ([0.0], "0"), ([-0.5], "-0.5"), ([0.5, 1.5], "1.5")]
)
def test_probabilities_that_are_none(cells: list[Any], shown: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        row_weights(open_data(pd.DataFrame({"p": cells})), "p", range(len(cells)), "p")
    assert str(caught.value) == (
        "The sampling probability 'p' must be above 0 and at most 1 in rows with labels; "
        f"one has {shown}.\n"
        "Hint: join the sample that has 'p', or give None for a simple random sample."
    )


def test_probabilities_that_are_text() -> None:
    with pytest.raises(ArgumentTypeError, match="^The column 'p' does not hold numbers.$"):
        row_weights(open_data(pd.DataFrame({"p": ["half"]})), "p", [0], "p")


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        (True, 1),
        (np.bool_(False), 0),
        (1.0, 1),
        (np.float32(2.0), 2),
        (np.int64(3), 3),
        (1.5, 1.5),
        (np.float64(0.25), 0.25),
        ("yes", "yes"),
    ],
)
def test_a_label_is_text_or_a_number(cell: Any, clean: Any) -> None:
    found = number_or_text(cell)
    assert found == clean
    assert type(found) is type(clean)


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        (True, True),
        (np.bool_(False), False),
        (1.0, 1),
        (np.float32(2.0), 2),
        (np.int64(3), 3),
        (float("inf"), float("inf")),
        (np.str_("yes"), "yes"),
        (None, None),
    ],
)
def test_a_bool_stays_one_as_a_value(cell: Any, clean: Any) -> None:
    found = python_value(cell)
    assert found == clean
    assert type(found) is type(clean)


def test_labels_become_their_places() -> None:
    labels, (truth, said) = numbered(["yes", "no", "yes"], ["maybe", "no", "no"])
    assert labels == ["maybe", "no", "yes"]
    assert truth.tolist() == [2, 1, 2]
    assert said.tolist() == [0, 1, 1]
    labels, (first, second) = numbered([True, False], [1.0, np.int64(0)])
    assert labels == [0, 1]
    assert first.tolist() == second.tolist() == [1, 0]
    labels, (empty,) = numbered([])
    assert (labels, empty.shape, empty.dtype) == ([], (0,), np.int64)


def test_text_and_numbers_never_agree() -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        numbered(["yes", "no"], [1, 0])
    message, hint = str(caught.value).split("\nHint: ")
    assert message.startswith("The columns hold both text (")
    assert message.endswith("), which never agree.")
    assert hint == "write the labels in one way in all columns."


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([b"1"], [1], "both numbers (1) and values of the type bytes (b'1')"),
        (
            ["2020-01-01"],
            [dt.date(2020, 1, 1)],
            "both text ('2020-01-01') and values of the type date",
        ),
        (
            [Decimal(1)],
            [dt.date(2020, 1, 1)],
            "both numbers (Decimal('1')) and values of the type date",
        ),
    ],
)
def test_labels_of_other_kinds_never_agree(first: list, second: list, message: str) -> None:
    with pytest.raises(ArgumentTypeError, match=re.escape(message)):
        numbered(first, second)
    assert numbered([Decimal(1)], [1, 0.5])[0] == [0.5, 1]


def test_labels_in_the_order_of_a_category() -> None:
    labels, codes = numbered(["yes", "no", "maybe"], ["no", "no"], order=["yes", "never", "no"])
    assert labels == ["yes", "no", "maybe"]
    assert [part.tolist() for part in codes] == [[0, 1, 2], [1, 1]]
    assert numbered([True, False], order=[1, 0])[0] == [1, 0]


@pytest.mark.parametrize("cells", [["a", "b", "a b", "a-b"], [1, 2, None], [True, "True"], []])
def test_labels_that_are_not_alike(cells: list[Any]) -> None:
    tell_alike("'y'", cells)  # a warning would be an error here


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["a", "A"], r"'A' \(1 row\) and 'a' \(1 row\) of the column 'y'.*\nHint: if they are one"),
        (["a b", "a  b"], "'a  b' .* and 'a b'"),
        (["a", "a\u00a0"], "and count as two labels"),
        (["\u00e9", "e\u0301"], "and count as two labels"),
        (["a", " "], "an empty text in 1 row,"),
    ],
)
def test_labels_that_are_alike(cells: list[Any], told: str) -> None:
    with pytest.warns(GuessWarning, match=told):
        tell_alike("'y'", cells)


@pytest.mark.parametrize(
    ("true", "predicted", "step"),
    [
        ([1, 2, 2], [0, 1, 1], "+ 1"),
        ([1.0, 2.0], [False, True], "+ 1"),
        ([0, 1], [1, 2], "- 1"),
        ([1, 2, 3, 4], [0, 1, 3], "+ 1"),
    ],
)
def test_codes_that_count_from_another_number(
    true: list[Any], predicted: list[Any], step: str
) -> None:
    with pytest.warns(GuessWarning, match=rf"may count .*\nHint: .*data\['p'\] \{step}"):
        tell_shifted(true, predicted, "y", "p")


@pytest.mark.parametrize(
    ("true", "predicted"),
    [
        ([0, 1, 1], [0, 0, 1]),
        ([1, 2], [1, 1]),
        ([0, 1, 2, 5], [0, 1, 2, 3]),  # rare classes
        ([1, 2, 3], [2, 3]),
        ([0.5, 1.5], [1.5, 2.5]),
        (["1", "2"], ["0", "1"]),
        ([], []),
    ],
)
def test_codes_that_count_alike(true: list[Any], predicted: list[Any]) -> None:
    tell_shifted(true, predicted, "y", "p")  # a warning is an error in these tests


@pytest.mark.parametrize("cell", [[1, 2], np.array([1]), {"a": 1}])
def test_a_label_is_one_value(cell: Any) -> None:
    table = open_data(pd.DataFrame({"y": pd.Series(["a", cell], dtype=object)}))
    match = f"column 'y' should hold one label in each row, but row 1 has a {type(cell).__name__}"
    with pytest.raises(ArgumentTypeError, match=match):
        label_cells(table, "y")
    with pytest.raises(ColumnError, match="by names 'z'"):
        label_cells(table, "z", "by")


def test_the_name_of_rows_without_a_label_is_no_label() -> None:
    assert name_of_missing(["a", None], "missing", "none") == "missing"
    assert name_of_missing(["missing", 1], "missing", "none") == "none"
    assert name_of_missing(["missing", "none"], "missing", "none") == "no value (2)"
