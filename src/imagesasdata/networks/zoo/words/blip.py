"""BLIP's tokenizer: encodes a prompt to token ids, and decodes token ids to a text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imagesasdata.errors import ArgumentError
from imagesasdata.networks.zoo.architectures.blip import BLANK, END, MARKS
from imagesasdata.networks.zoo.family import Words
from imagesasdata.networks.zoo.words.tokenizer import number_of, open_tokenizer


def read_words(path: Path, *, words: int, places: int, answers: bool) -> Words:
    """The tokenizer of a network.

    Parameters
    ----------
    path
        The file ``tokenizer.json``.
    words
        Size of the vocabulary, including the network's two own tokens.
    places
        Tokens of the longest text that it writes or reads.
    answers
        Whether a prompt is a question; otherwise it is the beginning of the text.

    Raises
    ------
    MissingPackageError
        When the package ``tokenizers`` is not installed.
    WeightsError
        When the file is not the tokenizer of such a network.
    """
    tokenizer = open_tokenizer(path, "captions")
    number_of(tokenizer, "[SEP]", path)
    start = words - MARKS

    def begin(prompt: str | None, room: int) -> dict[str, np.ndarray]:
        # These ids include the start and end tokens.
        given = [] if prompt is None else tokenizer.encode(prompt).ids
        text = [start] if answers else [start, *given[1:-1]]
        if max(len(text) + room, len(given)) > places:
            raise ArgumentError(
                f"The prompt and the text may have {places} parts of words together; "
                f"{len(given)} and {room} are asked for.",
                "shorten the prompt, or give a smaller max_words.",
            )
        begun = {"text": np.array([*text, *[BLANK] * room], np.int32)}
        return {**begun, "question": np.array(given, np.int32)} if answers else begun

    def write(numbers: Sequence[int]) -> str:
        written = [int(number) for number in numbers[1:] if number != BLANK]
        if END in written:
            written = written[: written.index(END)]
        return tokenizer.decode(written, skip_special_tokens=True).strip()

    return Words(begin, write, answers)
