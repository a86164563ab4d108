"""ConvNeXt: its model's card, and how it is read from torchvision's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.convnext import ConvNeXt

_CARD = ModelCard(
    name="convnext_tiny",
    title="ConvNeXt-Tiny",
    architecture="ConvNeXt",
    tasks=("classify", "embed"),
    weights=(
        imagenet.torchvision_file(
            "convnext_tiny-983f1562.pth",
            "983f1562536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d",
            114_419_221,
        ),
    ),
    preprocess=Preprocess(224, 224 / 236, "bilinear", mean=imagenet.MEAN, sd=imagenet.SD),
    labels="imagenet",
    classes=1000,
    embedding_size=768,
    parameters=28_589_128,
    license=imagenet.TORCHVISION_LICENSE,
    training_data=imagenet.TRAINING_DATA,
    score={"ImageNet top-1": 82.52, "ImageNet top-5": 96.146},
    score_source="torchvision's table, IMAGENET1K_V1",
    limits=(*imagenet.LIMITS, imagenet.TORCHVISION_HASH, imagenet.NOT_RUN),
    citation="Liu, Z., Mao, H., Wu, C.-Y., Feichtenhofer, C., Darrell, T. and Xie, S. (2022). A "
    "ConvNet for the 2020s. CVPR. doi:10.1109/CVPR52688.2022.01167",
)


def _build(card: ModelCard) -> ConvNeXt:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.convnext import ConvNeXt

    return ConvNeXt(classes=card.classes, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> ConvNeXt:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.convnext import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: ConvNeXt) -> Inference:
    from imagesasdata.networks.zoo.architectures import convnext

    return Inference(*convnext.inference(model))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference)
