"""One statement that a service makes about a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Task = Literal["label", "object", "face", "celebrity", "text", "moderation", "caption"]
Unit = Literal["pixel", "share"]
_ROUNDING = 1e-6  # services compute with few digits


@dataclass(frozen=True, kw_only=True)
class Statement:
    """``attribute`` is the trait of a face; ``box`` is left, top, width, height in ``unit``.

    Raises
    ------
    ValueError
        When ``label_prob`` is not from 0 to 1, or ``label_id`` is not text.
    """

    task: Task
    label: str
    attribute: str | None = None
    label_id: str | None = None
    label_prob: float | None = None
    likelihood: str | None = None
    face_id: int | None = None
    box: tuple[float, float, float, float] | None = None
    unit: Unit | None = None

    def __post_init__(self) -> None:
        if self.label_prob is not None and not 0 <= self.label_prob <= 1 + _ROUNDING:
            raise ValueError(f"{self.label_prob:g} is not a confidence from 0 to 1")
        if self.label_id is not None:
            text(self.label_id)


def number(value: Any, scale: float = 1.0) -> float | None:
    """The value as a number, or ``None`` when the service gave none.

    Raises
    ------
    ValueError
        When it is not a number, or not a finite one.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    try:
        plain = float(value)
    except OverflowError:
        plain = math.inf
    if not math.isfinite(plain):
        raise ValueError(f"{str(value)[:20]} is not a finite number")
    return plain / scale


def text(value: Any) -> str:
    """The value as text.

    Raises
    ------
    ValueError
        When it is not text.
    """
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value
