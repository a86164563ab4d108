"""One statement that a service makes about a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Task = Literal["label", "object", "face", "text", "moderation", "caption"]
Unit = Literal["pixel", "share"]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """``attribute`` is the trait of a face; ``box`` is left, top, width, height in ``unit``."""

    task: Task
    label: str
    attribute: str | None = None
    label_id: str | None = None
    label_prob: float | None = None
    likelihood: str | None = None
    face_id: int | None = None
    box: tuple[float, float, float, float] | None = None
    unit: Unit | None = None


def number(value: Any, scale: float = 1.0) -> float | None:
    """The value as a number, or ``None`` when the service gave none.

    Raises
    ------
    ValueError
        When it is not a number.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    return float(value) / scale


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
