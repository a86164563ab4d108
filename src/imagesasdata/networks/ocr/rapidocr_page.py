"""The pieces of one page, read by RapidOCR in the direction that the page as a whole shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int, UInt8

from imagesasdata.arrays.text.direction import Shapes
from imagesasdata.networks.ocr.rapidocr_steps import Line, Steps

# A piece against the direction of its page is believed if it is read with a score better by this.
AGAINST = 0.1
# This many pieces, the longest, are read in several directions where that of the page is in doubt.
WITNESSES = 12
# With fewer long pieces, all of which the classifier may take for upright, reading decides, too.
FEW = 6
# How much better a single piece must be read turned, if no long piece shows the direction.
DOUBT = 0.3


class Page:
    """The crops of the pieces of one page, as they lie in the picture."""

    def __init__(self, steps: Steps, crops: Sequence[UInt8[np.ndarray, "h w 3"]]) -> None:
        self._steps = steps
        self._crops = crops
        self._shapes = Shapes(np.array([crop.shape[1::-1] for crop in crops], np.float64))
        self._read: dict[tuple[int, int], Line] = {}

    def lines(self) -> list[tuple[int, Line]]:
        """Each piece's text, after how many quarter turns to the left of its crop it was read."""
        shapes = self._shapes
        half = self._seems_turned()
        page = self._page(half)
        turns = np.full(len(self._crops), page)
        short = np.flatnonzero(~shapes.clear)
        # On a page of text from top to bottom, letters stand upright beside it or lie with it.
        if shapes.lies and self._mean(short, 0) > self._mean(short, page) + AGAINST:
            turns[short] = 0
        for piece in np.flatnonzero(shapes.clear & ~shapes.along).tolist():
            first = int(shapes.high[piece])
            turns[piece] = max((first, first + 2), key=lambda turn: self._line(piece, turn).score)
        for piece in np.flatnonzero(shapes.along & (half != (page >= 2))).tolist():
            other = (page + 2) % 4
            if self._line(piece, other).score > self._line(piece, page).score + AGAINST:
                turns[piece] = other
        return [(int(turn), self._line(piece, turn)) for piece, turn in enumerate(turns)]

    def _page(self, half: Bool[np.ndarray, " n"]) -> int:
        """The quarter turns to the left that set the page upright."""
        shapes = self._shapes
        witnesses = np.argsort(-shapes.length, kind="stable")[:WITNESSES]
        if not shapes.along.any():
            best = max(range(4), key=lambda turn: self._mean(witnesses, turn))
            against = self._mean(witnesses, best) - self._mean(witnesses, 0)
            # Of one letter, both directions look right: the fewer, the clearer it must be.
            return best if against > DOUBT / len(witnesses) else 0
        first, share = int(shapes.lies), shapes.turned_share(half)
        if not shapes.lies and share <= 0.5 and shapes.along.sum() >= FEW:
            return 0
        # That a page is upside down is believed if it is read better that way; that it is upright, if it
        # is not read clearly better upside down.
        likely = first + 2 * (share > 0.5)
        other = (likely + 2) % 4
        lead = self._mean(witnesses, likely) - self._mean(witnesses, other)
        return likely if lead > (0.0 if likely == 2 else -AGAINST) else other

    def _seems_turned(self) -> Bool[np.ndarray, " n"]:
        """Which pieces the classifier takes for upside down; lone letters are not asked about."""
        shapes = self._shapes
        asked = np.flatnonzero(shapes.along)
        half = np.zeros(len(self._crops), bool)
        if not len(asked):
            return half
        lying = int(shapes.lies)
        half[asked] = self._steps.upside_down([self._turned(i, lying) for i in asked.tolist()])
        return half

    def _mean(self, pieces: Int[np.ndarray, " k"], turn: int) -> float:
        """The mean score of some pieces in a direction, weighted by length."""
        if not len(pieces):
            return 0.0
        scores = [self._line(int(piece), turn).score for piece in pieces]
        return float(np.average(scores, weights=self._shapes.length[pieces]))

    def _turned(self, piece: int, turn: int) -> UInt8[np.ndarray, "h w 3"]:
        return np.ascontiguousarray(np.rot90(self._crops[piece], turn))

    def _line(self, piece: int, turn: int) -> Line:
        known = (int(piece), int(turn))
        if known not in self._read:
            self._read[known] = self._steps.read(self._turned(*known))
        return self._read[known]
