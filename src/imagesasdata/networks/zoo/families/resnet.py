"""ResNet: its models' cards, and how one is read from a PyTorch file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet, places365
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.resnet import ResNet

_CITATION = (
    "He, K., Zhang, X., Ren, S. and Sun, J. (2016). Deep Residual Learning for Image Recognition. "
    "CVPR. doi:10.1109/CVPR.2016.90"
)
_EMBEDDING = {18: 512, 50: 2048, 101: 2048}


def _imagenet(
    number: int, *, sha256: str, length: int, parameters: int, top1: float, top5: float
) -> ModelCard:
    file = f"resnet{number}-{sha256[:8]}.pth"
    return ModelCard(
        name=f"resnet{number}",
        title=f"ResNet-{number}",
        architecture="ResNet",
        tasks=("classify", "embed"),
        weights=(imagenet.torchvision_file(file, sha256, length),),
        preprocess=Preprocess(224, 224 / 256, "bilinear", mean=imagenet.MEAN, sd=imagenet.SD),
        labels="imagenet",
        classes=1000,
        embedding_size=_EMBEDDING[number],
        parameters=parameters,
        license=imagenet.TORCHVISION_LICENSE,
        training_data=imagenet.TRAINING_DATA,
        score={"ImageNet top-1": top1, "ImageNet top-5": top5},
        score_source="torchvision's table, IMAGENET1K_V1",
        limits=(*imagenet.LIMITS, imagenet.TORCHVISION_HASH, imagenet.NOT_RUN),
        citation=_CITATION,
    )


def _places(number: int, *, sha256: str, length: int, parameters: int) -> ModelCard:
    file = f"resnet{number}_places365.pth.tar"
    source = Download(f"http://places2.csail.mit.edu/models_places365/{file}")
    return ModelCard(
        name=f"resnet{number}_places365",
        title=f"ResNet-{number} for scenes (Places365)",
        architecture="ResNet",
        tasks=("classify", "embed"),
        weights=(WeightFile(file, sha256, length, (source,)), places365.LABELS),
        preprocess=Preprocess(
            224, 224 / 256, "bilinear", mean=imagenet.MEAN, sd=imagenet.SD, fit="stretch"
        ),
        labels="places365",
        classes=365,
        embedding_size=_EMBEDDING[number],
        parameters=parameters,
        license=places365.LICENSE,
        training_data=places365.TRAINING_DATA,
        score=places365.SCORE,
        score_source=places365.SCORE_SOURCE,
        limits=(*places365.LIMITS, imagenet.NOT_RUN),
        citation=places365.CITATION,
    )


_CARDS = (
    _imagenet(
        18,
        sha256="f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
        length=46_830_571,
        parameters=11_689_512,
        top1=69.758,
        top5=89.078,
    ),
    _imagenet(
        50,
        sha256="0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
        length=102_530_333,
        parameters=25_557_032,
        top1=76.13,
        top5=92.862,
    ),
    _imagenet(
        101,
        sha256="63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a",
        length=0,
        parameters=44_549_160,
        top1=77.374,
        top5=93.546,
    ),
    _places(
        18,
        sha256="2f4759217d470da2b803f8f66cd4488a066406b555a5fb95ee9a4663f9f05588",
        length=45_506_139,
        parameters=11_363_757,
    ),
    _places(
        50,
        sha256="46529c86902bd0cfb0ea562a30b2850c28d2620d96282b3db9c318e1d774f6c5",
        length=0,
        parameters=24_255_917,
    ),
)


def _build(card: ModelCard) -> ResNet:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures import resnet

    form = {"resnet18": resnet.RESNET18, "resnet50": resnet.RESNET50, "resnet101": resnet.RESNET101}
    return resnet.ResNet(form[card.name.partition("_")[0]], classes=card.classes, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> ResNet:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.resnet import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: ResNet) -> Inference:
    from imagesasdata.networks.zoo.architectures import resnet

    return Inference(*resnet.inference(model))


FAMILY = Family(cards=_CARDS, build=_build, read=_read, inference=_inference)
