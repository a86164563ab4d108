"""CLIP's tokenizer, from its published file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from imagesasdata.errors import ArgumentError
from imagesasdata.networks.zoo.words.tokenizer import number_of, open_tokenizer

# CLIP's end token; the network ignores tokens after it.
_END = "<|endoftext|>"


def read_tokenizer(path: Path, length: int) -> Callable[[Sequence[str]], np.ndarray]:
    """A function from texts to their token ids, int32 (n, length).

    Parameters
    ----------
    path
        The file ``tokenizer.json``.
    length
        Number of token ids for each text. Shorter texts are padded with end tokens; a longer text
        raises `ArgumentError`.

    Raises
    ------
    MissingPackageError
        When the package ``tokenizers`` is not installed.
    WeightsError
        When the file is not a tokenizer's, or has no end token.
    """
    tokenizer = open_tokenizer(path, "clip")
    end = number_of(tokenizer, _END, path)
    tokenizer.enable_truncation(max_length=length)
    tokenizer.enable_padding(length=length, pad_id=end, pad_token=_END)

    def tokenize(texts: Sequence[str]) -> np.ndarray:
        cut = tokenizer.encode_batch(list(texts))
        for text, one in zip(texts, cut, strict=True):
            if one.overflowing:
                raise ArgumentError(
                    f"The text {text!r} is too long: the model reads {length - 2} parts of words.",
                    "say it in fewer words; a rare word is several parts.",
                )
        return np.array([one.ids for one in cut], np.int32)

    return tokenize
