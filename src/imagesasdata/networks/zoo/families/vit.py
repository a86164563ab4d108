"""ViT: its model's card, and how it is read from torchvision's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.vit import ViT

_CARD = ModelCard(
    name="vit_b16",
    title="ViT-B/16",
    architecture="Vision Transformer",
    tasks=("classify", "embed"),
    weights=(
        imagenet.torchvision_file(
            "vit_b_16-c867db91.pth",
            "c867db91d3e12c6cbadabb610d73c24a546bf82d8c03a9fea34f43a712ddb0e9",
            346_328_529,
        ),
    ),
    preprocess=Preprocess(224, 224 / 256, "bilinear", mean=imagenet.MEAN, sd=imagenet.SD),
    labels="imagenet",
    classes=1000,
    embedding_size=768,
    parameters=86_567_656,
    license=imagenet.TORCHVISION_LICENSE,
    training_data=imagenet.TRAINING_DATA,
    score={"ImageNet top-1": 81.072, "ImageNet top-5": 95.318},
    score_source="torchvision's table, IMAGENET1K_V1",
    limits=(*imagenet.LIMITS, imagenet.TORCHVISION_HASH, imagenet.NOT_RUN),
    citation="Dosovitskiy, A. et al. (2021). An Image is Worth 16x16 Words: Transformers for Image "
    "Recognition at Scale. ICLR. doi:10.48550/arXiv.2010.11929",
)


def _build(card: ModelCard) -> ViT:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.vit import ViT

    return ViT(classes=card.classes, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> ViT:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.vit import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: ViT) -> Inference:
    from imagesasdata.networks.zoo.architectures import vit

    return Inference(*vit.inference(model))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference)
