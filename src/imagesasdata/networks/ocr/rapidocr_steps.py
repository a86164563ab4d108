"""RapidOCR's three networks, each as a function of pixels: detector, classifier, recognizer.

The package's own functions lay down each crop that is higher than wide, compute in 64 bits, and read
characters of all scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from imagesasdata.networks.ocr.scripts import Script, fitting

Pixels = UInt8[np.ndarray, "h w 3"]
# The detector's network halves its input five times.
_STRIDE = 32
# The recognizer's narrowest input is this many times as wide as high.
_NARROWEST = 2.0


class Line(NamedTuple):
    """A piece as read: its text, the mean score, and where the letters were seen."""

    text: str
    score: float
    places: Any


class Steps:
    """The networks of one engine, for text in some scripts; several threads may use them at once."""

    def __init__(self, engine: Any, scripts: frozenset[Script]) -> None:
        # The package loads its networks at first use.
        self._detector = engine._load_det_model()
        self._classifier = engine._load_cls_model()
        self._recognizer = engine._load_rec_model()
        self._other = ~fitting(self._recognizer.postprocess_op.character, scripts)

    def find(self, pixels: Pixels, short_side: int) -> Float[np.ndarray, "n 4 2"]:
        """The boxes of text, found on the picture scaled to a shorter side.

        The corners begin at the upper left of each box as it lies in the picture.
        """
        height, width = pixels.shape[:2]
        scale = short_side / min(height, width)
        size = tuple(max(round(side * scale / _STRIDE), 1) * _STRIDE for side in (width, height))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        found, _ = self._detector.postprocess_op(
            self._detector.session(_normal(cv2.resize(pixels, size, interpolation=way))),
            (height, width),
        )
        if not len(found):
            return np.zeros((0, 4, 2))
        return self._detector.sorted_boxes(found).astype(np.float64)

    def crop(self, pixels: Pixels, box: Float[np.ndarray, "4 2"]) -> Pixels:
        """The part of the picture in a box, as it lies."""
        sides = np.linalg.norm(box - np.roll(box, -1, axis=0), axis=1)
        width, height = (int(max(sides[k], sides[k + 2])) for k in (0, 1))
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        return cv2.warpPerspective(
            pixels,
            cv2.getPerspectiveTransform(box.astype(np.float32), corners),
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def upside_down(self, crops: Sequence[Pixels]) -> Bool[np.ndarray, " n"]:
        """Which crops the classifier takes for upside down, where it is sure."""
        found = self._classifier(list(crops)).cls_res
        least = self._classifier.cls_thresh
        return np.array([label == "180" and sure > least for label, sure in found], bool)

    def read(self, crop: Pixels) -> Line:
        """The text of a crop whose text runs to the right."""
        height, width = crop.shape[:2]
        # Crops are read one at a time and hardly padded. On labeled receipts this reads slightly more
        # correctly than batches padded to 320 columns, in about half the time.
        ratio = max(width / height, _NARROWEST)
        seen = self._recognizer.session(self._recognizer.resize_norm_img(crop, ratio)[None])
        seen[:, :, self._other] = 0
        [(text, score)], [places] = self._recognizer.postprocess_op(
            seen, True, wh_ratio_list=[width / height], max_wh_ratio=ratio
        )
        return Line(text, float(score), places)


def _normal(pixels: Pixels) -> Float[np.ndarray, "1 3 h w"]:
    """The detector's input: values from -1 to 1."""
    scaled = pixels.astype(np.float32)
    scaled *= np.float32(2 / 255)
    scaled -= np.float32(1)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
