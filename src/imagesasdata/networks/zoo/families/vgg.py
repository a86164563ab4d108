"""VGG: its models' cards, and how one is read from Keras's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.vgg import VGG

_RELEASE = "https://github.com/fchollet/deep-learning-models/releases/download/v0.1"
# The same files, from which Keras itself takes them.
_BUCKET = "https://storage.googleapis.com/tensorflow/keras-applications"


def _vgg(
    number: int, *, md5: str, length: int, parameters: int, top1: float, top5: float
) -> ModelCard:
    file = f"vgg{number}_weights_tf_dim_ordering_tf_kernels.h5"
    sources = (Download(f"{_RELEASE}/{file}"), Download(f"{_BUCKET}/vgg{number}/{file}"))
    return ModelCard(
        name=f"vgg{number}",
        title=f"VGG{number}",
        architecture="VGG",
        tasks=("classify", "embed"),
        weights=(WeightFile(file, "", length, sources, md5=md5),),
        # The mean color that the authors subtracted, in the order red, green, blue.
        preprocess=Preprocess(224, 224 / 256, "bilinear", mean=(123.68, 116.779, 103.939)),
        labels="imagenet",
        classes=1000,
        embedding_size=4096,
        parameters=parameters,
        license="CC-BY-4.0 (the authors' weights); Keras's conversion is published under MIT",
        training_data=imagenet.TRAINING_DATA,
        score={"ImageNet top-1": top1, "ImageNet top-5": top5},
        score_source="Keras Applications' table, center crop",
        limits=(
            *imagenet.LIMITS,
            "Large and slow for its accuracy; useful for teaching, and where an earlier study used "
            "it.",
            "Only the file's md5 is published (by Keras), which detects damage but not forgery.",
            imagenet.NOT_RUN,
        ),
        citation="Simonyan, K. and Zisserman, A. (2015). Very Deep Convolutional Networks for "
        "Large-Scale Image Recognition. ICLR. doi:10.48550/arXiv.1409.1556",
        # Larger than usual, because the large matrices are read from memory once per batch.
        cpu_batch=4,
    )


_CARDS = (
    _vgg(
        16,
        md5="64373286793e3c8b2b4e3219cbf3544b",
        length=553_467_096,
        parameters=138_357_544,
        top1=71.3,
        top5=90.1,
    ),
    _vgg(
        19,
        md5="cbe5617147190e668d6c5d5026f83318",
        length=574_710_816,
        parameters=143_667_240,
        top1=71.3,
        top5=90.0,
    ),
)


def _build(card: ModelCard) -> VGG:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures import vgg

    return vgg.VGG(vgg.VGG16 if card.name == "vgg16" else vgg.VGG19, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> VGG:
    from imagesasdata.networks.weights.h5 import read_h5
    from imagesasdata.networks.zoo.names.vgg import load

    model = shapes(_build, card)
    load(model, read_h5(files[0]))
    return model


def _inference(model: VGG) -> Inference:
    from imagesasdata.networks.zoo.architectures import vgg

    return Inference(*vgg.inference(model))


FAMILY = Family(cards=_CARDS, build=_build, read=_read, inference=_inference)
