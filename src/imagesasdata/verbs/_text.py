"""Texts as vectors in the space of a model's pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imagesasdata.runner import Network, Runner
from imagesasdata.zoo.registry import load_text

_BATCH = 8


def embed_text(model: str, texts: Sequence[str], *, device: str | None = None) -> np.ndarray:
    """The vectors of texts, beside those that ``embed`` gives for pictures under the same model.

    Parameters
    ----------
    model
        The name of a model that reads texts.
    texts
        What to describe.
    device
        As in ``embed``.

    Returns
    -------
    numpy.ndarray
        float32, (texts, d); not scaled to length one.

    Raises
    ------
    UnknownNameError, ArgumentError, WeightsError, MissingPackageError, DeviceError
        When there is no such model, or it reads no texts, or something that it needs is not here.
    """
    side = load_text(model)
    runner = Runner(Network(side.apply, side.params), device=device, batch_size=_BATCH)
    # Every batch has the same shape, so that nothing is compiled twice.
    count = -(-len(texts) // _BATCH) * _BATCH
    ids = side.tokenize([*texts, *[""] * (count - len(texts))])
    parts = [
        runner(ids[start : start + _BATCH], 0)["embedding"] for start in range(0, count, _BATCH)
    ]
    return np.concatenate(parts)[: len(texts)]
