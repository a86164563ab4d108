"""MobileNetV2: its model's card, and how it is read from torchvision's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.mobilenet_v2 import MobileNetV2

_CARD = ModelCard(
    name="mobilenet_v2",
    title="MobileNetV2",
    architecture="MobileNetV2",
    tasks=("classify", "embed"),
    weights=(
        imagenet.torchvision_file(
            "mobilenet_v2-b0353104.pth",
            "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
            0,
        ),
    ),
    preprocess=Preprocess(224, 224 / 256, "bilinear", mean=imagenet.MEAN, sd=imagenet.SD),
    labels="imagenet",
    classes=1000,
    embedding_size=1280,
    parameters=3_504_872,
    license=imagenet.TORCHVISION_LICENSE,
    training_data=imagenet.TRAINING_DATA,
    score={"ImageNet top-1": 71.878, "ImageNet top-5": 90.286},
    score_source="torchvision's table, IMAGENET1K_V1",
    limits=(*imagenet.LIMITS, imagenet.TORCHVISION_HASH, imagenet.NOT_RUN),
    citation="Sandler, M., Howard, A., Zhu, M., Zhmoginov, A. and Chen, L.-C. (2018). MobileNetV2: "
    "Inverted Residuals and Linear Bottlenecks. CVPR. doi:10.1109/CVPR.2018.00474",
)


def _build(card: ModelCard) -> MobileNetV2:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.mobilenet_v2 import MobileNetV2

    return MobileNetV2(classes=card.classes, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> MobileNetV2:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.mobilenet_v2 import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: MobileNetV2) -> Inference:
    from imagesasdata.networks.nn import mobile_net

    return Inference(*mobile_net.inference(model))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference)
