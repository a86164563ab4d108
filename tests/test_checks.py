"""The checks of arguments that verbs share: what they let through and what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.options import check_amount, check_count, check_share, check_whole

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
