"""RapidOCR as an engine: PP-OCRv6's detector and recognizer, whose files are inside the package.

The package's steps are called one by one, to record the rotation of each piece: the reading order
needs it, but the package's own result lacks it.
"""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from imagesasdata.arrays.text.legible import Sides
from imagesasdata.arrays.text.pieces import Piece, Word, along, letter_height, letters, moved
from imagesasdata.arrays.text.tiles import in_tiles
from imagesasdata.extras import optional
from imagesasdata.networks.ocr.rapidocr_page import Page
from imagesasdata.networks.ocr.rapidocr_steps import Steps
from imagesasdata.networks.ocr.scripts import Script

# The longest side of the detector's input; a longer picture is read in tiles.
LONG_SIDE = 2000
SIDES = Sides(longer=LONG_SIDE, shorter=1000, illegible=20, legible=32, largest=3 * LONG_SIDE)
# A picture whose shorter side is under this is enlarged for the detector. A smaller detector's input is
# faster on receipts, but very small print is then missed without a word.
SHORT_SIDE = 736
# The letters of a tightly cropped word would then be larger than any the detector was trained on, and a
# long strip would become huge.
SMALL, MOST_ELONGATED = 320, 4
# Text at least this high, as a share of the picture's shorter side, is read better when made smaller.
LARGE, SHRINK = 0.25, 3


class RapidOcr:
    """The engine; it may be called from several threads at once."""

    def __init__(self, steps: Steps, threads: int, scripts: frozenset[Script]) -> None:
        self._steps = steps
        self._arguments = threads, scripts

    def __reduce__(self) -> tuple[Any, ...]:
        # In another process, the engine is loaded again instead of being sent there.
        return load, self._arguments

    def __call__(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        """Every piece of text, in no particular order."""
        return in_tiles(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), LONG_SIDE, self._tile)

    def _tile(self, pixels: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        pieces = self._read(pixels)
        height, width = pixels.shape[:2]
        if not pieces or np.median([letter_height(piece) for piece in pieces]) < LARGE * min(
            height, width
        ):
            return pieces
        size = (max(width // SHRINK, 1), max(height // SHRINK, 1))
        smaller = self._read(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
        if letters(smaller) <= letters(pieces):
            return pieces
        scale = np.array([width / size[0], height / size[1]])
        return [moved(piece, scale, np.zeros(2)) for piece in smaller]

    def _read(self, pixels: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        framed, corner = _framed(pixels)
        boxes = self._steps.find(framed, max(min(framed.shape[:2]), SHORT_SIDE))
        if not len(boxes):
            return []
        crops = [self._steps.crop(framed, box) for box in boxes]
        pieces = []
        lines = Page(self._steps, crops).lines()
        for box, (turns, line) in zip(boxes - corner, lines, strict=True):
            if not line.text.strip():
                continue
            quad = np.roll(box, -turns, axis=0)
            pieces.append(
                Piece(line.text.strip(), line.score, quad, _words(line.text, line.places, quad))
            )
        return pieces


@functools.lru_cache(maxsize=2)
def load(threads: int, scripts: frozenset[Script]) -> RapidOcr:
    """The engine with ``threads`` threads for one picture, for text in some scripts.

    Raises
    ------
    MissingPackageError
        When RapidOCR or onnxruntime is not installed.
    """
    optional("onnxruntime", "text", 'read_text(engine="rapidocr")')
    package = optional("rapidocr", "text", 'read_text(engine="rapidocr")')
    engine = package.RapidOCR(
        params={
            "Global.log_level": "critical",  # no warning when there is no text
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            # Without it, the detector asks the system for fresh memory at each layer.
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        }
    )
    return RapidOcr(Steps(engine, scripts), threads, scripts)


def _framed(
    pixels: UInt8[np.ndarray, "h w 3"],
) -> tuple[UInt8[np.ndarray, "hh ww 3"], Float[np.ndarray, 2]]:
    """The picture, padded in its border's color if small or very long, and its offset therein."""
    height, width = pixels.shape[:2]
    least = max(SMALL, -(-max(height, width) // MOST_ELONGATED))
    longest = 2 * MOST_ELONGATED * min(height, width)
    if min(height, width) >= SMALL and max(height, width) <= longest:
        return pixels, np.zeros(2)
    down, right = max(least - height, 0) // 2, max(least - width, 0) // 2
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    color = [int(value) for value in np.median(border, axis=0)]
    framed = cv2.copyMakeBorder(pixels, down, down, right, right, cv2.BORDER_CONSTANT, value=color)
    return framed, np.array([right, down], np.float64)


def _words(text: str, info: Any, quad: Float[np.ndarray, "4 2"]) -> tuple[Word, ...]:
    """The words of a piece, split at spaces; their position is where the recognizer saw their letters."""
    columns = [column for word in info.word_cols for column in word]
    inked = [index for index, letter in enumerate(text) if not letter.isspace()]
    middles = (np.array(columns) + 0.5) / info.line_txt_len
    half = (middles[-1] - middles[0]) / (2 * max(len(middles) - 1, 1)) if len(middles) > 1 else 0.5
    where = dict(zip(inked, middles.tolist(), strict=True))
    words = []
    start = 0
    for part in text.split():
        first = text.index(part, start)
        start = first + len(part)
        left, right = (max(where[first] - half, 0.0), min(where[start - 1] + half, 1.0))
        score = float(np.mean(info.confs[first:start]))
        words.append(Word(part, score, along(quad, left, right)))
    return tuple(words)
