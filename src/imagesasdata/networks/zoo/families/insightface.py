"""Face networks of the InsightFace project, from its ONNX files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.families.onnx_graph import (
    ALIGNED,
    FACE_112,
    Network,
    embedding,
    inference,
    read,
)
from imagesasdata.networks.zoo.family import Family, Inference

_PACK = "https://github.com/deepinsight/insightface/releases/download/v0.7/buffalo_l.zip"
_LICENSE = "for non-commercial research only (InsightFace's terms for its networks)"
_HASH = "The file's hash is from public repositories that pin it; the publisher states none."


def _file(name: str, sha256: str, length: int) -> WeightFile:
    return WeightFile(name, sha256, length, (Download(_PACK, name),))


_CARDS = (
    ModelCard(
        name="scrfd_10g",
        title="SCRFD-10G with key points",
        architecture="SCRFD",
        tasks=("detect_faces",),
        weights=(
            _file(
                "det_10g.onnx",
                "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91",
                16_923_827,
            ),
        ),
        preprocess=Preprocess(
            640,
            interpolation="bilinear",
            mean=(127.5, 127.5, 127.5),
            sd=(128.0, 128.0, 128.0),
            fit="letterbox",
        ),
        parameters=4_230_000,
        license=_LICENSE,
        training_data="WIDER FACE (32,000 photographs from the web, 394,000 faces)",
        score={"WIDER FACE easy": 95.40, "WIDER FACE medium": 94.01, "WIDER FACE hard": 82.80},
        score_source="InsightFace's table for SCRFD_10G_KPS",
        limits=(
            "Does not locate ears: their columns are null.",
            _HASH,
            imagenet.NOT_RUN,
        ),
        citation="Guo, J. et al. (2022). Sample and Computation Redistribution for Efficient Face "
        "Detection. ICLR. doi:10.48550/arXiv.2105.04714",
    ),
    ModelCard(
        name="arcface_r50",
        title="ArcFace (ResNet-50, WebFace600K)",
        architecture="Residual network (IResNet-50)",
        tasks=("embed_faces",),
        weights=(
            _file(
                "w600k_r50.onnx",
                "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
                174_383_860,
            ),
        ),
        preprocess=FACE_112,
        embedding_size=512,
        parameters=43_590_000,
        license=_LICENSE,
        training_data="WebFace600K (600,000 people's pictures from the web, collected without asking "
        "them)",
        score={"IJB-C (E4)": 97.25},
        score_source="InsightFace's table for R50@WebFace600K",
        limits=(
            "No distance threshold for one person is known here: choose it on pairs of your own.",
            ALIGNED,
            _HASH,
            imagenet.NOT_RUN,
        ),
        citation="Deng, J. et al. (2019). ArcFace: Additive Angular Margin Loss for Deep Face "
        "Recognition. CVPR. doi:10.1109/CVPR.2019.00482",
    ),
)


def _scrfd(outputs: Mapping[str, Any], card: ModelCard) -> dict[str, Any]:
    """Scores, sides and points by anchor, from nine outputs that are recognized by their shapes."""
    from jax import numpy as jnp

    from imagesasdata.arrays.faces.scrfd import ANCHORS, STRIDES

    found = {}
    for output in outputs.values():
        rows = output.reshape(-1, output.shape[-1])
        found[rows.shape[1], len(rows)] = rows
    counts = [ANCHORS * (card.preprocess.size // stride) ** 2 for stride in STRIDES]
    for width, count in [(width, count) for width in (1, 4, 10) for count in counts]:
        if (width, count) not in found:
            raise WeightsError(
                f"The network is not one of {card.title}: there is no output of the shape "
                f"{(count, width)}."
            )
    scores, sides, points = (
        jnp.concatenate([found[width, count] for count in counts]) for width in (1, 4, 10)
    )
    return {"scores": scores[:, 0], "sides": sides, "points": points}


def _inference(network: Network) -> Inference:
    card = network.card
    if "embed_faces" in card.tasks:
        return inference(network, embedding(card))
    return inference(network, lambda outputs: _scrfd(outputs, card))


FAMILY = Family(cards=_CARDS, read=read, inference=_inference)
