"""Networks as OpenCV's model zoo publishes them: small ONNX files under permissive terms."""

from __future__ import annotations

from collections.abc import Callable

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.families.onnx_graph import (
    ALIGNED,
    End,
    Network,
    embedding,
    inference,
    read,
)
from imagesasdata.networks.zoo.family import Family, Inference

_ZOO = (
    "https://media.githubusercontent.com/media/opencv/opencv_zoo/"
    "47534e27c9851bb1128ccc0102f1145e27f23f98/models"
)
_HASH = (
    "The file's hash is from public repositories that pin it; the publisher states it only in git."
)


def _file(path: str, sha256: str, length: int, elsewhere: str = "") -> WeightFile:
    """A file at a fixed revision of the zoo, and at another address if there is one."""
    addresses = [f"{_ZOO}/{path}", *([elsewhere] if elsewhere else [])]
    return WeightFile(path.rsplit("/")[-1], sha256, length, tuple(map(Download, addresses)))


_SFACE = ModelCard(
    name="sface",
    title="SFace (MobileFaceNet)",
    architecture="MobileFaceNet",
    tasks=("embed_faces",),
    weights=(
        _file(
            "face_recognition_sface/face_recognition_sface_2021dec.onnx",
            "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            38_696_353,
            "https://huggingface.co/opencv/face_recognition_sface/resolve/"
            "3d7082438a6e4551e840c9b2bb60b71e8da4b524/face_recognition_sface_2021dec.onnx",
        ),
    ),
    # The graph itself subtracts a mean and divides.
    preprocess=Preprocess(112, interpolation="bilinear", fit="points"),
    embedding_size=128,
    parameters=9_670_000,
    license="Apache-2.0 by OpenCV's model zoo, which converted it; its authors' repository states no "
    "license of the weights, and their terms were questioned there without an answer",
    training_data="not stated for this file; its authors name CASIA-WebFace, VGGFace2 and MS1MV2, "
    "collections of pictures of celebrities from the web",
    score={"LFW accuracy": 0.8205},
    score_source="OpenCV's model zoo, by its own evaluation",
    limits=(
        "No distance threshold for one person is known here. OpenCV takes distances up to 1.128 (a "
        "cosine from 0.363) as one person: check it on pairs of your own.",
        ALIGNED,
        _HASH,
        imagenet.NOT_RUN,
    ),
    citation="Zhong, Y. et al. (2021). SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face "
    "Recognition. IEEE Transactions on Image Processing 30. doi:10.1109/TIP.2020.3048632",
)

_ENDS: dict[str, Callable[[ModelCard], End]] = {"sface": embedding}


def _inference(network: Network) -> Inference:
    return inference(network, _ENDS[network.card.name](network.card))


FAMILY = Family(cards=(_SFACE,), read=read, inference=_inference)
