"""How often something is tried again, and after which pauses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imagesasdata.files import retry
from imagesasdata.files.retry import with_retries


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", found.append)
    return found


def call(*answers: int | Exception) -> tuple[list[int], Callable[[], int]]:
    left, asked = list(answers), []

    def what() -> int:
        asked.append(1)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asked, what


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_a_later_try_may_do(pauses: list[float], failures: int) -> None:
    _, what = call(*[ConnectionError()] * failures, 7)
    assert with_retries(what, tries=4, pause=0.5, passes=lambda error: True) == 7
    assert pauses == [0.5, 1.0, 2.0][:failures]


def test_the_last_error_is_raised(pauses: list[float]) -> None:
    asked, what = call(ConnectionError("one"), ConnectionError("two"), ConnectionError("three"))
    with pytest.raises(ConnectionError, match="three"):
        with_retries(what, tries=3, pause=1.0, passes=lambda error: True)
    assert (len(asked), pauses) == (3, [1.0, 2.0])


def test_an_error_that_stays_is_raised_at_once(pauses: list[float]) -> None:
    asked, what = call(ValueError("wrong"), 7)
    with pytest.raises(ValueError, match="wrong"):
        with_retries(what, tries=5, pause=1.0, passes=lambda error: isinstance(error, OSError))
    assert (len(asked), pauses) == (1, [])
