"""SigLIP 2's tokenizer, from its published file: Gemma's, of texts in small letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from imagesasdata.errors import ArgumentError
from imagesasdata.networks.zoo.words.tokenizer import number_of, open_tokenizer


def read_tokenizer(path: Path, length: int) -> Callable[[Sequence[str]], np.ndarray]:
    """A function from texts to their token ids, int32 (n, length): the words, an end, and padding.

    A longer text raises `ArgumentError`.

    Raises
    ------
    MissingPackageError
        When the package ``tokenizers`` is not installed.
    WeightsError
        When the file is not a tokenizer's, or has no tokens for the end and for padding.
    """
    tokenizer = open_tokenizer(path, "clip")
    end, padding = (number_of(tokenizer, mark, path) for mark in ("<eos>", "<pad>"))

    def tokenize(texts: Sequence[str]) -> np.ndarray:
        ids = np.full((len(texts), length), padding, np.int32)
        for row, text in zip(ids, texts, strict=True):
            # It learned from texts in small letters.
            words = tokenizer.encode(text.lower(), add_special_tokens=False).ids
            if len(words) >= length:
                raise ArgumentError(
                    f"The text {text!r} is too long: the model reads {length - 1} parts of words.",
                    "say it in fewer words; a rare word is several parts.",
                )
            row[: len(words) + 1] = [*words, end]
        return ids

    return tokenize
