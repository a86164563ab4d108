"""AuraFace: ArcFace's form and loss, trained on other pictures, under terms that allow any use."""

from __future__ import annotations

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard
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

_CARD = ModelCard(
    name="auraface",
    title="AuraFace v1 (ResNet-100)",
    architecture="Residual network (IResNet-100)",
    tasks=("embed_faces",),
    weights=(
        WeightFile(
            "glintr100.onnx",
            "a7933ea5330113b01c9b60351d8f4c33003f145d8470ac5f0e52ee2effe25c60",
            260_694_151,
            (
                Download(
                    "https://huggingface.co/fal/AuraFace-v1/resolve/"
                    "af6d057c9b0ec4071d4c49c80e3539258798b609/glintr100.onnx"
                ),
            ),
        ),
    ),
    preprocess=FACE_112,
    embedding_size=512,
    parameters=65_170_000,
    license="Apache-2.0",
    training_data="commercially and publicly available pictures, by its publisher (fal), who names no "
    "collection",
    score={
        "LFW accuracy": 0.9965,
        "CFP-FP accuracy": 0.9519,
        "AgeDB accuracy": 0.9610,
        "CALFW accuracy": 0.9470,
        "CPLFW accuracy": 0.9093,
    },
    score_source="its publisher's page",
    limits=(
        "No distance threshold for one person is known here: choose it on pairs of your own.",
        ALIGNED,
        "Less accurate than ArcFace on faces in profile and years apart (its publisher's figures).",
        "The other files on its publisher's page are InsightFace's, for non-commercial research only.",
        "The file's hash is the one stated by its host, read from public repositories that pin it.",
        imagenet.NOT_RUN,
    ),
    citation="fal (2024). AuraFace v1. Hugging Face. https://huggingface.co/fal/AuraFace-v1",
)


def _inference(network: Network) -> Inference:
    return inference(network, embedding(network.card))


FAMILY = Family(cards=(_CARD,), read=read, inference=_inference)
