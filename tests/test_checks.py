"""The checks of arguments: what they let through, what they give, and what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from imagesasdata.checks import (
    check_amount,
    check_choice,
    check_count,
    check_flag,
    check_only_for,
    check_share,
    check_whole,
    number,
    seed_of,
    span,
    whole,
)
from imagesasdata.errors import ArgumentError, ArgumentTypeError, UnknownNameError

A, T = ArgumentError, ArgumentTypeError


@pytest.mark.parametrize(
    ("check", "value", "options"),
    [
        (check_count, None, {}),
        (check_count, 1, {}),
        (check_count, 0, {"least": 0}),
        (check_whole, 0, {}),
        (check_whole, 10**9, {}),
        (check_whole, 5, {"most": 5}),
        (check_share, 0, {}),
        (check_share, 1, {}),
        (check_share, 0.999, {"under_one": True}),
        (check_amount, 0, {}),
        (check_amount, 0.5, {"over_zero": True}),
    ],
)
def test_what_is_let_through(check: Callable[..., None], value: Any, options: Any) -> None:
    check("x", value, **options)


@pytest.mark.parametrize(
    ("check", "value", "options", "error", "message"),
    [
        (check_count, 1.0, {}, T, "x must be a whole number, got 1.0.\nHint: for example x=8."),
        (check_count, True, {}, T, "x must be a whole number, got True."),
        (check_count, 0, {}, A, "x must be at least 1, got 0.\nHint: for example x=8."),
        (check_count, 1, {"least": 2}, A, "x must be at least 2, got 1."),
        (check_whole, "1", {}, T, "x must be a whole number from 0, got '1'."),
        (check_whole, False, {}, T, "x must be a whole number from 0, got False."),
        (
            check_whole,
            -1,
            {},
            A,
            "x must be a whole number from 0, got -1.\nHint: for example x=1.",
        ),
        (check_whole, 6, {"most": 5}, A, "x must be a whole number from 0 to 5, got 6."),
        (
            check_share,
            "a",
            {},
            T,
            "x must be a number from 0 to 1, got 'a'.\nHint: for example x=0.5",
        ),
        (check_share, 1.1, {}, A, "x must be from 0 to 1, got 1.1."),
        (check_share, math.nan, {}, A, "x must be from 0 to 1, got nan."),
        (check_share, 1, {"under_one": True}, A, "x must be from 0 to under 1, got 1."),
        (check_amount, None, {}, T, "x must be a number, got None.\nHint: for example x=1."),
        (
            check_amount,
            -1,
            {"example": 3},
            A,
            "x must be at least 0, got -1.\nHint: for example x=3.",
        ),
        (check_amount, 0, {"over_zero": True}, A, "x must be over 0, got 0."),
        (check_amount, math.nan, {}, A, "x must be finite, got nan."),
        (check_amount, math.inf, {}, A, "x must be finite, got inf."),
    ],
)
def test_what_is_refused(
    check: Callable[..., None], value: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        check("x", value, **options)
    assert str(raised.value).startswith(message)


def test_counts() -> None:
    for value in (None, 1, 10**9):
        check_count("k", value)
    with pytest.raises(ArgumentTypeError) as wrong_type:
        check_count("k", "3")  # type: ignore[arg-type]
    assert str(wrong_type.value) == "k must be a whole number, got '3'.\nHint: for example k=8."
    with pytest.raises(ArgumentError) as wrong:
        check_count("k", -1)
    assert str(wrong.value) == "k must be at least 1, got -1.\nHint: for example k=8."


def test_shares() -> None:
    for value in (0, 0.5, 1.0):
        check_share("s", value)
    for value in (-0.1, 1.1, float("nan")):
        with pytest.raises(ArgumentError) as wrong:
            check_share("s", value)
        assert str(wrong.value) == f"s must be from 0 to 1, got {value}.\nHint: for example s=0.5."
    for other in (True, "0.5"):
        with pytest.raises(ArgumentTypeError) as wrong_type:
            check_share("s", other)  # type: ignore[arg-type]
        assert str(wrong_type.value) == (
            f"s must be a number from 0 to 1, got {other!r}.\nHint: for example s=0.5."
        )


def test_words_and_flags() -> None:
    assert check_choice("method", "otsu", ("otsu", "fixed")) == "otsu"
    assert check_flag("expand", False) is False
    for value in ("osu", None, ["otsu"]):
        with pytest.raises(UnknownNameError) as wrong:
            check_choice("method", value, ("otsu", "fixed"))
        assert str(wrong.value).startswith(f"Unknown method {value!r}.\nHint: ")
    with pytest.raises(ArgumentTypeError) as no_flag:
        check_flag("expand", 1)
    assert str(no_flag.value) == (
        "expand must be True or False, got 1.\nHint: for example expand=True."
    )


def test_arguments_of_another_method() -> None:
    check_only_for("canny", low=None, high=None)
    with pytest.raises(ArgumentError) as wrong:
        check_only_for("canny", low=None, high=5)
    assert str(wrong.value) == (
        "high is only for method='canny', got 5.\nHint: leave high out, or write method='canny'."
    )


@pytest.mark.parametrize(
    ("value", "plain"), [(3, 3), (np.int64(3), 3), (np.float32(0.5), 0.5), (10, 10), (0.0, 0.0)]
)
def test_numpys_numbers_become_plain_ones(value: Any, plain: float) -> None:
    found = number("x", value, 0, 10, hint="x=1.")
    assert found == plain
    assert type(found) is type(plain)
    if isinstance(plain, int):
        assert type(whole("x", value, 0, 10, hint="x=1.")) is int


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: number("x", "1", 0, 9, hint="x=1."), T, "x must be a number, got '1'."),
        (lambda: number("x", True, 0, 9, hint="x=1."), T, "x must be a number, got True."),
        (lambda: number("x", 10, 0, 9.5, hint="x=1."), A, "x must be from 0 to 9.5, got 10."),
        (lambda: number("x", math.nan, 0, 9, hint="x=1."), A, "x must be from 0 to 9, got nan."),
        (lambda: whole("x", 1.5, 0, 9, hint="x=1."), T, "x must be a whole number, got 1.5."),
        (
            lambda: whole("x", 65_536, 1, 65_535, hint="x=1."),
            A,
            "x must be from 1 to 65,535, got 65536.",
        ),
        (lambda: span("x", 1, 0, 9, hint="x=1."), T, "x must be two numbers, got 1."),
        (lambda: span("x", (2, 1), 0, 9, hint="x=1."), A, "x must have its lower bound first"),
        (lambda: span("x", (2, 10), 0, 9, hint="x=1."), A, "x must be from 0 to 9, got 10."),
        (lambda: seed_of(-1), A, "seed must be from 0 to 9,223,372,036,854,775,807, got -1."),
    ],
)
def test_what_has_no_plain_value(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value).startswith(message)
    assert "\nHint: " in str(raised.value)


def test_bounds_of_a_random_draw() -> None:
    assert span("x", [np.float64(0.5), 2], 0, 9, hint="x=1.") == (0.5, 2)
