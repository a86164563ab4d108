"""Tesseract as an engine, for scripts that RapidOCR lacks; the program runs once per picture."""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from imagesasdata.arrays.text.legible import Sides
from imagesasdata.arrays.text.pieces import Piece, Word
from imagesasdata.errors import ImageError, MissingPackageError, WeightsError
from imagesasdata.networks.ocr.languages import LANGUAGES

# Well below the library's limit of 32,767 pixels.
LONG_SIDE = 20_000
SIDES = Sides(longer=LONG_SIDE, shorter=0, illegible=0, legible=0, largest=LONG_SIDE)
_FRAME = 10
_INSTALL = "on Debian and Ubuntu: apt-get install tesseract-ocr"
_SECONDS = 600


class Tesseract:
    """The program with its languages; it may be called from several threads at once."""

    def __init__(self, program: str, names: Sequence[str]) -> None:
        self._command = [program, "stdin", "stdout", "-l", "+".join(names), "--psm", "3", "tsv"]

    def __call__(self, rgb: UInt8[np.ndarray, "h w 3"]) -> list[Piece]:
        """Every line of text, in Tesseract's order."""
        height, width = rgb.shape[:2]
        # Tesseract needs a margin around the text.
        framed = Image.new("RGB", (width + 2 * _FRAME, height + 2 * _FRAME), "white")
        framed.paste(Image.fromarray(rgb), (_FRAME, _FRAME))
        buffer = io.BytesIO()
        framed.save(buffer, "PPM")
        done = subprocess.run(
            self._command,
            input=buffer.getvalue(),
            capture_output=True,
            timeout=_SECONDS,
            # Pictures are read in parallel, so one thread for each program is enough.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=False,
        )
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise ImageError(f"Tesseract failed: {why[-1] if why else done.returncode}")
        return list(_lines(done.stdout.decode("utf-8")))


def load(languages: Sequence[str]) -> Tesseract:
    """The program, with the files of these languages.

    Raises
    ------
    MissingPackageError
        When the program is not installed.
    WeightsError
        When it lacks a language's file.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise MissingPackageError(
            'read_text(engine="tesseract") needs the program tesseract, which is not installed.',
            f"{_INSTALL}; on macOS: brew install tesseract.",
        )
    here = _installed(program)
    names = [LANGUAGES[code].tesseract for code in languages]
    for code, name in zip(languages, names, strict=True):
        if name not in here:
            raise WeightsError(
                f"Tesseract has no file for {LANGUAGES[code].name} ({name}.traineddata).",
                f"{_INSTALL}-{name.replace('_', '-')}.",
            )
    return Tesseract(program, names)


@functools.lru_cache(maxsize=1)
def _installed(program: str) -> frozenset[str]:
    done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    return frozenset(done.stdout.split())


def _lines(table: str) -> Iterator[Piece]:
    """The lines in Tesseract's table, which has a row for each word."""
    words: dict[tuple[str, ...], list[Word]] = {}
    for row in table.splitlines()[1:]:
        level, *numbers, left, top, width, height, sure, text = row.split("\t", 11)
        if level == "5" and text.strip():
            box = [float(value) for value in (left, top, width, height)]
            # `numbers` are those of page, block, paragraph, line and word.
            words.setdefault(tuple(numbers[:-1]), []).append(
                Word(text.strip(), float(sure) / 100, _quad(box))
            )
    for line in words.values():
        corners = np.concatenate([word.quad for word in line])
        low, high = corners.min(axis=0), corners.max(axis=0)
        quad = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        letters = [len(word.text) for word in line]
        score = float(np.average([word.score for word in line], weights=letters))
        yield Piece(" ".join(word.text for word in line), score, quad, tuple(line))


def _quad(box: Sequence[float]) -> Float[np.ndarray, "4 2"]:
    left, top, width, height = box[0] - _FRAME, box[1] - _FRAME, box[2], box[3]
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
