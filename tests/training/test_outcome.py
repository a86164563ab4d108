"""Kinds of outcomes, and the errors for invalid columns."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.errors import ArgumentError, ArgumentTypeError, GuessWarning, UnknownNameError
from imagesasdata.tables.categories import Categories
from imagesasdata.training.outcome import find_outcome, identifier

LOW_TO_HIGH = Categories(("lo", "mid", "hi"), True)
FACTOR = Categories(("yes", "no"), False)


@pytest.mark.parametrize(
    ("cells", "options", "kind", "levels"),
    [
        (["no", "yes", "no", "yes"], {}, "binary", ("no", "yes")),
        ([True, False, True, False], {}, "binary", (False, True)),
        ([0, 1, 1, 0], {}, "binary", (0, 1)),
        ([0.0, 1.0, 1.0, 0.0], {}, "binary", (0, 1)),
        ([np.int64(3), np.int64(5), 3, 5], {}, "binary", (3, 5)),
        (["b", "a", "c"] * 2, {}, "multiclass", ("a", "b", "c")),
        ([3, 1, 2] * 2, {"kind": "numeric"}, "numeric", ()),
        ([1.5, 1, 2] * 2, {}, "numeric", ()),
        (list(range(11)) * 2, {}, "numeric", ()),
        ([3, 1, 2] * 2, {"kind": "multiclass"}, "multiclass", (1, 2, 3)),
        ([3, 1, 2] * 2, {"kind": "ordered"}, "ordered", (1, 2, 3)),
        (["lo", "hi", "mid"] * 2, {"categories": LOW_TO_HIGH}, "ordered", LOW_TO_HIGH.values),
        (["lo", "hi"] * 2, {"categories": LOW_TO_HIGH}, "ordered", ("lo", "hi")),
        (["yes", "no"] * 2, {"categories": FACTOR}, "binary", ("yes", "no")),
        (
            ["yes", "no"] * 2,
            {"categories": FACTOR, "levels": ["no", "yes"]},
            "binary",
            ("no", "yes"),
        ),
        (
            [0, 1, 2] * 2,
            {"categories": Categories((2, 1, 0), False)},
            "multiclass",
            (2, 1, 0),
        ),
        (["yes", "no"] * 2, {"levels": ["yes", "no"]}, "binary", ("yes", "no")),
        ([["a"], ["a", "b"], [], ["b"]], {}, "multilabel", ("a", "b")),
        ([0.5, 2.25, 7.0], {}, "numeric", ()),
    ],
)
def test_kinds_are_told(
    cells: list[object], options: dict[str, object], kind: str, levels: tuple[object, ...]
) -> None:
    found = find_outcome("y", cells, **options)  # type: ignore[arg-type]
    assert (found.kind, found.levels) == (kind, levels)
    assert len(found.codes(cells)) == len(cells)


def test_codes_taken_as_amounts_are_told() -> None:
    with pytest.warns(
        GuessWarning, match=r"numbers 0, 1, 2, which are .*\nHint: give kind=.multic"
    ):
        assert find_outcome("y", [0, 1, 2.0] * 2).kind == "numeric"


def test_an_order_that_is_not_said_is_told() -> None:
    cells, enum = ["lo", "hi", "mid"] * 2, LOW_TO_HIGH._replace(is_said=False)
    with pytest.warns(
        GuessWarning, match="go from low to high.*'lo', 'mid', 'hi'.\nHint: give kind="
    ):
        assert find_outcome("y", cells, categories=enum).kind == "ordered"
    assert find_outcome("y", cells, kind="ordered", categories=enum).levels == LOW_TO_HIGH.values
    assert find_outcome("y", cells, kind="multiclass", categories=enum).kind == "multiclass"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["yes", "Yes", "no"] * 2, r"'Yes' \(2 rows\) and 'yes' \(2 rows\) of the column 'y'"),
        (["yes", "yes ", "no"] * 2, "'yes' .* and 'yes ' .* differ only in case or blanks"),
        (["yes", "", "no"] * 2, "'y' holds an empty text in 2 rows.*\nHint: .* make it missing"),
    ],
)
def test_labels_that_look_like_slips_are_told(cells: list[str], told: str) -> None:
    with pytest.warns(GuessWarning, match=told):
        assert len(find_outcome("y", cells).levels) == 3


def test_codes() -> None:
    assert find_outcome("y", ["b", "a", "b", "a"]).codes(["b", "a"]).tolist() == [1, 0]
    labels = find_outcome("y", [["a"], ["a", "b"], [], ["b"]])
    assert labels.codes([["b", "a"], []]).tolist() == [[1, 1], [0, 0]]
    assert find_outcome("y", [1.5, 2.5, 9.0]).codes([1.5]).tolist() == [1.5]


@pytest.mark.parametrize(
    ("cells", "options", "error", "message"),
    [
        (["a", None, "b", float("nan")], {}, ArgumentError, "missing in 2 of 4 rows .rows 1, 3."),
        ([], {}, ArgumentError, "no row with a coded 'y'"),
        (["a", "a"], {}, ArgumentError, "is 'a' in every row; there is nothing to learn"),
        ([2.5, 2.5], {"kind": "numeric"}, ArgumentError, "is 2.5 in every row"),
        (["a", "b", "b"], {}, ArgumentError, "The class 'a' of 'y' has only row 0"),
        ([["a"], ["b"], ["b"], []], {}, ArgumentError, "The class 'a' of 'y' has only row 0"),
        ([["a"], ["a"], ["a"]], {}, ArgumentError, "Every row of 'y' has the label 'a'"),
        ([[], []], {}, ArgumentError, "No row of 'y' has a label"),
        (["a", 1, "a", 1], {}, ArgumentTypeError, "mixes text and numbers"),
        (["a", {}, "a"], {"kind": "multiclass"}, ArgumentTypeError, "row 1 has {}"),
        (["a", "b", "c"], {"kind": "numeric"}, ArgumentTypeError, "should be a finite number"),
        ([1, 2, 3] * 2, {"kind": "binary"}, ArgumentError, 'kind="binary" takes two classes'),
        (["a", "b"] * 2, {"kind": "yesno"}, UnknownNameError, "Unknown kind 'yesno'"),
        (["a", "b"] * 2, {"levels": ["a", "c"]}, ArgumentError, "levels= does not list: b"),
        ([str(n) for n in range(300)], {}, ArgumentError, "is it an identifier"),
        ([["a", 1], ["a"]], {}, ArgumentTypeError, "a list of labels"),
    ],
)
def test_columns_that_make_no_sense(
    cells: list[object], options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        find_outcome("y", cells, **options)  # type: ignore[arg-type]


def test_names_fit_a_formula() -> None:
    outcome = find_outcome("Type of protest", ["sit-in", "sit in", "march!", "1"] * 2)
    assert outcome.stem == "Type_of_protest"
    assert outcome.level_names() == ("1", "march", "sit_in_2", "sit_in_3")
    assert identifier("2nd wave") == "y_2nd_wave"
