"""DETR: its model's card, and how it is read from the file of its authors' model page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.resnet import ResNet

_CARD = ModelCard(
    name="detr_resnet50",
    title="DETR (ResNet-50)",
    architecture="DETR on ResNet-50",
    tasks=("detect_objects",),
    weights=(
        WeightFile(
            "detr-resnet-50.safetensors",
            "830f5e2eeaada8c8c8281779dcc8ab12833972eb8514ed0a35be6c1d4420ad81",
            166_587_896,
            (
                Download(
                    "https://huggingface.co/facebook/detr-resnet-50/resolve/"
                    "1d5f47bd3bdd2c4bbfa585418ffe6da5028b4c0b/model.safetensors"
                ),
            ),
        ),
    ),
    # With this size, the shorter side of a 4:3 photo has about 800 pixels, as in the authors' setting.
    preprocess=Preprocess(
        1088, interpolation="bilinear", mean=imagenet.MEAN, sd=imagenet.SD, fit="letterbox"
    ),
    labels="coco",
    classes=80,
    threshold=0.7,
    parameters=41_501_895,
    license="Apache-2.0",
    training_data="COCO 2017 (118,000 photographs from Flickr, 80 kinds of things)",
    score={"mAP": 0.420},
    score_source="the authors' table, COCO val 2017, with 800 pixels on the shorter side",
    limits=(
        "Knows 80 kinds of everyday things. It does not detect others, such as flags, banners, "
        "police shields or weapons.",
        "Finds 100 things in a picture at most, and small ones badly.",
        "Slow without an accelerator: about twenty-five times as slow as centernet.",
        "Trained on photographs from Flickr, mostly from North America and Europe.",
        "The file's hash is from public repositories that pin it and name it as the host's.",
        imagenet.NOT_RUN,
    ),
    citation="Carion, N. et al. (2020). End-to-End Object Detection with Transformers. ECCV. "
    "doi:10.1007/978-3-030-58452-8_13",
)


class Network(NamedTuple):
    """The convolutional backbone, and the other parameters."""

    backbone: ResNet
    params: dict[str, Any]


def _backbone(card: ModelCard) -> ResNet:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.resnet import RESNET50, ResNet

    return ResNet(RESNET50, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> Network:
    from imagesasdata.networks.weights.formats import read_tensors
    from imagesasdata.networks.zoo.names.detr import load_backbone, parameters

    tensors = read_tensors(files[0])
    backbone = shapes(_backbone, card)
    load_backbone(backbone, tensors)
    return Network(backbone, parameters(tensors))


def _inference(network: Network) -> Inference:
    import numpy as np

    from imagesasdata.networks.zoo.architectures import detr, resnet

    own, maps = resnet.body(network.backbone)
    mean, sd = _CARD.preprocess.mean, _CARD.preprocess.sd
    black = (0.5 - np.asarray(mean, np.float32)) / np.asarray(sd, np.float32)

    def apply(params: Any, x: Any) -> dict[str, Any]:
        return detr.detections(params, maps, detr.without_margin(x, black))._asdict()

    return Inference({**network.params, "backbone": own}, apply)


FAMILY = Family(cards=(_CARD,), read=_read, inference=_inference)
