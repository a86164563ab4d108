"""The direction of a page, with an engine whose answers are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from imagesasdata.networks.ocr.rapidocr_page import FEW, Page
from imagesasdata.networks.ocr.rapidocr_steps import Line


class Steps:
    """Reads well what has its dark row above, and takes all for upright, or for what it is."""

    def __init__(self, blind: bool) -> None:
        self.blind, self.reads = blind, 0

    def upside_down(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        return np.array([not self.blind and crop[0, 0, 0] > 0 for crop in crops])

    def read(self, crop: np.ndarray) -> Line:
        self.reads += 1
        upright = (crop[0] == 0).all() and (crop[1:] > 0).all()
        return Line("right" if upright else "wrong", 0.99 if upright else 0.8, None)


def crops(long: int, short: int, turn: int) -> list[np.ndarray]:
    """Long pieces and lone letters, of a page turned by some quarter turns."""
    made = []
    for width in [70] * long + [15] * short:
        crop = np.full((20, width, 3), 255, np.uint8)
        crop[0] = 0
        made.append(np.ascontiguousarray(np.rot90(crop, turn)))
    return made


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize(("long", "short"), [(1, 12), (2, 0), (FEW - 1, 30), (1, 0)])
def test_few_words_show_how_a_page_lies(long: int, short: int, blind: bool, turn: int) -> None:
    steps: Any = Steps(blind)
    lines = Page(steps, crops(long, short, turn)).lines()
    assert [line.text for _, line in lines] == ["right"] * (long + short)
    assert {turns for turns, _ in lines} == {-turn % 4}


def test_a_page_of_many_upright_lines_is_read_once() -> None:
    steps = Steps(blind=False)
    anything: Any = steps
    Page(anything, crops(FEW, 4, 0)).lines()
    assert steps.reads == FEW + 4
