"""DINOv2: its model's card, and how it is read from the published safetensors file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.dinov2 import DINOv2

_CARD = ModelCard(
    name="dinov2_small",
    title="DINOv2 ViT-S/14",
    architecture="Vision Transformer",
    tasks=("embed",),
    weights=(
        WeightFile(
            "dinov2-small.safetensors",
            "ae1e99fcefd534ed978cdeb8326f08030c96e28b7a81ffcbc98a957c84d14be1",
            88_249_960,
            (
                Download(
                    "https://huggingface.co/facebook/dinov2-small/resolve/"
                    "ed25f3a31f01632728cabb09d1542f84ab7b0056/model.safetensors"
                ),
            ),
        ),
    ),
    preprocess=Preprocess(224, 224 / 256, "bicubic", mean=imagenet.MEAN, sd=imagenet.SD),
    embedding_size=384,
    parameters=21_628_800,
    license="Apache-2.0",
    training_data="LVD-142M, 142 million photographs from the web without labels, chosen by "
    "similarity to several public collections",
    score={"ImageNet k-NN top-1": 79.0, "ImageNet linear top-1": 81.1},
    score_source="the authors' page",
    limits=(
        "Has no classes: its vectors are for similarity, clusters and as predictors.",
        "Position vectors are resized once for pictures of 224 pixels; it was trained at up to 518.",
        "Its distinctions depend on the pictures on the web and on the collections that they were "
        "chosen by; the authors find it less accurate for pictures from Africa and from poorer "
        "households.",
        "The file's hash is the one stated by its host, read from a public repository that pins it.",
        imagenet.NOT_RUN,
    ),
    citation="Oquab, M. et al. (2024). DINOv2: Learning Robust Visual Features without Supervision. "
    "TMLR. doi:10.48550/arXiv.2304.07193",
)


def _build(card: ModelCard) -> DINOv2:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.dinov2 import DINOv2

    return DINOv2(rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> DINOv2:
    from imagesasdata.networks.weights.safetensors import read_safetensors
    from imagesasdata.networks.zoo.names.dinov2 import load

    model = shapes(_build, card)
    load(model, read_safetensors(files[0]))
    return model


def _inference(model: DINOv2) -> Inference:
    from imagesasdata.networks.zoo.architectures import dinov2

    return Inference(*dinov2.inference(model))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference)
