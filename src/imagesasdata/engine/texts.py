"""Texts as vectors in a model's embedding space, and checks of the user's labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imagesasdata.engine.runner import Runner
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.networks.program import Network
from imagesasdata.networks.zoo.card import Task
from imagesasdata.networks.zoo.registry import load_text

_BATCH = 8


def embed_text(
    model: str, texts: Sequence[str], *, task: Task = "zero_shot", device: str | None = None
) -> np.ndarray:
    """The vectors of texts, comparable with those that ``embed`` gives with the same model.

    Parameters
    ----------
    model
        The name of a model that reads texts.
    texts
        What to embed.
    task
        What the vectors are for.
    device
        As in ``embed``.

    Returns
    -------
    numpy.ndarray
        float32, (texts, d); not scaled to length one.

    Raises
    ------
    UnknownNameError, ArgumentError, WeightsError, MissingPackageError, DeviceError
        When there is no such model, it does not read texts, or something that it needs is missing.
    """
    side = load_text(model, task=task)
    runner = Runner(Network(side.apply, side.params), device=device, batch_size=_BATCH)
    # Every batch has the same shape, so the function is compiled once.
    count = -(-len(texts) // _BATCH) * _BATCH
    ids = side.tokenize([*texts, *[""] * (count - len(texts))])
    parts = [
        runner(ids[start : start + _BATCH], 0)["embedding"] for start in range(0, count, _BATCH)
    ]
    return np.concatenate(parts)[: len(texts)]


def check_labels(labels: Sequence[str]) -> list[str]:
    """The labels as a list, checked.

    Raises
    ------
    ArgumentTypeError, ArgumentError
        When they are not a list of texts, or one is empty or given twice.
    """
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise ArgumentTypeError(
            f"labels must be a list of texts, got {labels!r}.",
            'for example labels=["a protest", "something else"].',
        )
    names = list(labels)
    if not all(label.strip() for label in names):
        raise ArgumentError("One of the labels is empty.", "leave it out.")
    twice = sorted({label for label in names if names.count(label) > 1})
    if twice:
        raise ArgumentError(f"The label {twice[0]!r} is given twice.", "leave one of them out.")
    return names


def check_template(template: str) -> str:
    """The template, checked.

    Raises
    ------
    ArgumentError
        When it does not have exactly one placeholder for a label.
    """
    if not isinstance(template, str) or template.count("{}") != 1:
        raise ArgumentError(
            f"template={template!r} must contain one {{}} for the label.",
            'for example template="a photo of {}."; "{}" takes the labels as they are.',
        )
    return template
