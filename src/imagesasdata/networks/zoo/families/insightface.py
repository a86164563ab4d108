"""Face networks of the InsightFace project: ONNX files, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.program import HostFunction
from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
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
            "Runs only on the CPU, by onnxruntime.",
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
        preprocess=Preprocess(
            112,
            interpolation="bilinear",
            mean=(127.5, 127.5, 127.5),
            sd=(127.5, 127.5, 127.5),
            fit="face",
        ),
        embedding_size=512,
        parameters=43_590_000,
        license=_LICENSE,
        training_data="WebFace600K (600,000 people's pictures from the web, collected without asking "
        "them)",
        score={"IJB-C (E4)": 97.25},
        score_source="InsightFace's table for R50@WebFace600K",
        limits=(
            "No distance threshold for one person is known here: choose it on pairs of your own.",
            "Faces have to be aligned by eyes, nose and mouth, as embed_faces does.",
            "Runs only on the CPU, by onnxruntime.",
            _HASH,
            imagenet.NOT_RUN,
        ),
        citation="Deng, J. et al. (2019). ArcFace: Additive Angular Margin Loss for Deep Face "
        "Recognition. CVPR. doi:10.1109/CVPR.2019.00482",
    ),
)


class Network(NamedTuple):
    """An open file and its card."""

    card: ModelCard
    session: Any


def _read(card: ModelCard, files: Sequence[Path]) -> Network:
    from imagesasdata.networks.zoo.onnx_file import open_onnx

    return Network(card, open_onnx(files[0]))


def _inference(network: Network) -> Inference:
    card, session = network
    given, size = session.get_inputs()[0].name, card.preprocess.size
    mean, sd = (np.asarray(one, np.float32) for one in (card.preprocess.mean, card.preprocess.sd))

    def run(_: Any, pixels: np.ndarray) -> dict[str, np.ndarray]:
        x = np.ascontiguousarray(((pixels - mean) / sd).transpose(0, 3, 1, 2), np.float32)
        found = [_one(card, session.run(None, {given: one[None]}), size) for one in x]
        return {name: np.stack([one[name] for one in found]) for name in found[0]}

    return Inference(None, HostFunction(run))


def _one(card: ModelCard, outputs: Sequence[np.ndarray], size: int) -> dict[str, np.ndarray]:
    """The outputs for one picture; these files take one at a time."""
    from imagesasdata.arrays.faces import scrfd

    if "embed_faces" in card.tasks:
        return {"embedding": outputs[0].reshape(-1)}
    try:
        scores, sides, points = scrfd.in_order(outputs, size)
    except ValueError as error:
        raise WeightsError(f"The network is not one of {card.title}: {error}.") from error
    return {"scores": scores, "sides": sides, "points": points}


FAMILY = Family(cards=_CARDS, read=_read, inference=_inference, kept=False)
