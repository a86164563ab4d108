"""RapidOCR as an engine: PP-OCRv6's detector and recognizer, whose files are inside the package.

The package's steps are called one by one, to record the rotation of each piece: the reading order
needs it, but the package's own result lacks it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from imagesasdata.arrays.text.legible import Sides
from imagesasdata.arrays.text.pieces import Piece, Word, along
from imagesasdata.arrays.text.tiles import in_tiles
from imagesasdata.extras import optional
from imagesasdata.networks.ocr.rapidocr_page import Page

# The longest side of the detector's input; a longer picture is read in tiles.
LONG_SIDE = 2000
SIDES = Sides(longer=LONG_SIDE, shorter=1000, illegible=12, legible=24)
# The detector enlarges a picture whose shorter side is under 736 pixels. The letters of a tightly
# cropped word would then be larger than any it was trained on, and a long strip would become huge.
SMALL, MOST_ELONGATED = 320, 4
# Text at least this high, as a share of the picture's shorter side, is read better when made smaller.
LARGE, SHRINK = 0.25, 3


class RapidOcr:
    """The engine; it may be called from several threads at once."""

    def __init__(self, engine: Any, threads: int) -> None:
        self._engine = engine
        self._threads = threads

    def __reduce__(self) -> tuple[Any, ...]:
        # In another process, the engine is loaded again instead of being sent there.
        return load, (self._threads,)

    def __call__(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        """Every piece of text, in no particular order."""
        return in_tiles(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), LONG_SIDE, self._tile)

    def _tile(self, pixels: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        pieces = self._read(pixels)
        height, width = pixels.shape[:2]
        if not pieces or np.median([_height(piece) for piece in pieces]) < LARGE * min(
            height, width
        ):
            return pieces
        size = (max(width // SHRINK, 1), max(height // SHRINK, 1))
        smaller = self._read(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
        if _letters(smaller) <= _letters(pieces):
            return pieces
        return [
            _enlarged(piece, np.array([width / size[0], height / size[1]])) for piece in smaller
        ]

    def _read(self, pixels: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        from rapidocr.main import RapidOCRError

        framed, corner = _framed(pixels)
        scaled, record = self._engine.preprocess_img(framed)
        try:
            crops, found = self._engine.detect_and_crop(scaled, record)
        except RapidOCRError:  # raised when there is no text
            return []
        # The package lays down each crop that is higher than wide: here they are as in the picture.
        crops = [
            np.rot90(crop, -1) if _quarter(box) else crop
            for crop, box in zip(crops, found.boxes, strict=True)
        ]
        quads = _on_picture(found.boxes, record, framed.shape[:2]) - corner
        pieces = []
        for quad, (turns, line) in zip(quads, Page(self._engine, crops).lines(), strict=True):
            if not line.text.strip():
                continue
            turned = np.roll(quad, -turns, axis=0)
            words = _words(line.text, line.places, turned)
            pieces.append(Piece(line.text.strip(), line.score, turned, words))
        return pieces


@functools.lru_cache(maxsize=2)
def load(threads: int) -> RapidOcr:
    """The engine with ``threads`` threads for one picture.

    Raises
    ------
    MissingPackageError
        When RapidOCR or onnxruntime is not installed.
    """
    optional("onnxruntime", "text", 'read_text(engine="rapidocr")')
    package = optional("rapidocr", "text", 'read_text(engine="rapidocr")')
    return RapidOcr(
        package.RapidOCR(
            params={
                "Global.log_level": "critical",  # no warning when there is no text
                "Global.return_word_box": True,
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                # Pieces are read one at a time and hardly padded. On labeled receipts this reads
                # slightly more correctly than batches padded to 320 columns, in about half the time.
                "Rec.rec_batch_num": 1,
                "Rec.rec_img_shape": [3, 48, 96],
            }
        ),
        threads,
    )


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


def _height(piece: Piece) -> float:
    return float(np.linalg.norm(piece.quad[3] - piece.quad[0]))


def _letters(pieces: Sequence[Piece]) -> float:
    """The number of letters read, weighted by score."""
    return sum(piece.score * len(piece.text) for piece in pieces)


def _enlarged(piece: Piece, factor: Float[np.ndarray, 2]) -> Piece:
    words = tuple(word._replace(quad=word.quad * factor) for word in piece.words)
    return piece._replace(quad=piece.quad * factor, words=words)


def _on_picture(
    boxes: np.ndarray, record: dict[str, Any], size: tuple[int, ...]
) -> Float[np.ndarray, "n 4 2"]:
    from rapidocr.utils.process_img import map_boxes_to_original

    return map_boxes_to_original(boxes.astype(np.float64), record, size[0], size[1])


def _quarter(box: Float[np.ndarray, "4 2"]) -> bool:
    """Whether the package rotated the crop of a box by a quarter turn to the left."""
    sides = np.linalg.norm(box - np.roll(box, -1, axis=0), axis=1)
    across, down = int(max(sides[0], sides[2])), int(max(sides[1], sides[3]))
    return down >= 1.5 * across


def _words(text: str, info: Any, quad: Float[np.ndarray, "4 2"]) -> tuple[Word, ...]:
    """The words of a piece, split at spaces; their position is where the recognizer saw their letters."""
    columns = [column for word in info.word_cols for column in word]
    letters = [index for index, letter in enumerate(text) if not letter.isspace()]
    middles = (np.array(columns) + 0.5) / info.line_txt_len
    half = (middles[-1] - middles[0]) / (2 * max(len(middles) - 1, 1)) if len(middles) > 1 else 0.5
    where = dict(zip(letters, middles.tolist(), strict=True))
    words = []
    start = 0
    for part in text.split():
        first = text.index(part, start)
        start = first + len(part)
        left, right = (max(where[first] - half, 0.0), min(where[start - 1] + half, 1.0))
        score = float(np.mean(info.confs[first:start]))
        words.append(Word(part, score, along(quad, left, right)))
    return tuple(words)
