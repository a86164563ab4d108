"""What faces look like, by networks other than the default ones: FairFace and FER+."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.families.onnx_graph import Network, inference, read
from imagesasdata.networks.zoo.family import Family, Inference

# The order of FER+'s outputs, by the names of the columns.
_FERPLUS = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt")

APPEARANCE = (
    "Estimates what a face looks like, from labels given by strangers. It does not measure who a "
    "person is or how they see themselves; error differs between groups of people: check your own "
    "pictures with labels of your own."
)
EXPRESSION = (
    "Names the expression that a picture shows, not what a person feels; the two often differ, and the "
    "difference varies by culture and situation (Barrett et al. 2019)."
)
OWN_PROBABILITIES = (
    "Its probabilities are the network's own, not calibrated here: the most probable label is always "
    "given."
)

_FAIRFACE = ModelCard(
    name="fairface",
    title="FairFace (ResNet-34; age group, gender, seven races)",
    architecture="ResNet",
    tasks=("analyze_faces",),
    weights=(
        WeightFile(
            "fairface.onnx",
            "9c8c47d437cd310538d233f2465f9ed0524cb7fb51882a37f74e8bc22437fdbf",
            0,
            (
                Download(
                    "https://github.com/yakhyo/fairface-onnx/releases/download/weights/fairface.onnx"
                ),
            ),
        ),
    ),
    preprocess=Preprocess(
        224, interpolation="bilinear", mean=imagenet.MEAN, sd=imagenet.SD, fit="eyes"
    ),
    labels="race",
    classes=7,
    parameters=21_290_000,
    license="CC BY 4.0 (the authors' data and weights); the conversion to ONNX (yakhyo/fairface-onnx) is "
    "under MIT",
    training_data="FairFace: 108,501 faces, most from photographs on Flickr (YFCC-100M), drawn to hold "
    "seven races alike, labeled by crowd workers",
    score={},
    score_source="none for this file; the authors' paper has figures by group for other collections",
    limits=(
        APPEARANCE,
        OWN_PROBABILITIES,
        "Knows two genders, nine age groups, and seven races as its makers drew them.",
        "Faces are aligned by the eyes, as dlib's alignment of its training pictures does, but by "
        "another detector.",
        "The file's source is a release that is not pinned to a revision; its hash, from public "
        "repositories that pin it, is.",
        imagenet.NOT_RUN,
    ),
    citation="Kärkkäinen, K. and Joo, J. (2021). FairFace: Face Attribute Dataset for Balanced Race, "
    "Gender, and Age for Bias Measurement and Mitigation. WACV. doi:10.1109/WACV48630.2021.00159",
)

_FER = ModelCard(
    name="ferplus",
    title="FER+ (eight expressions)",
    architecture="VGG of 13 layers",
    tasks=("analyze_faces",),
    weights=(
        WeightFile(
            "emotion-ferplus-8.onnx",
            "a2a2ba6a335a3b29c21acb6272f962bd3d47f84952aaffa03b60986e04efa61c",
            35_040_571,
            (
                Download(
                    "https://huggingface.co/onnxmodelzoo/emotion-ferplus-8/resolve/"
                    "4d016bfebdb4122b1f37511c5a9d40b5c87054a8/emotion-ferplus-8.onnx"
                ),
                Download(
                    "https://media.githubusercontent.com/media/onnx/models/"
                    "4c46cd00fbdb7cd30b6c1c17ab54f2e1f4f7b177/validated/vision/body_analysis/"
                    "emotion_ferplus/model/emotion-ferplus-8.onnx"
                ),
            ),
        ),
    ),
    # The graph itself subtracts a mean and divides.
    preprocess=Preprocess(64, interpolation="bilinear", fit="face"),
    labels="expression",
    classes=8,
    parameters=8_750_000,
    license="MIT (ONNX model zoo)",
    training_data="FER+: the 35,887 small gray faces of FER-2013, found on the web by words for "
    "emotions, each labeled anew by ten crowd workers",
    score={},
    score_source="none stated with the file",
    limits=(
        EXPRESSION,
        OWN_PROBABILITIES,
        "Few of its training faces show disgust, fear or contempt.",
        "The file's hash is from public repositories that pin it.",
        imagenet.NOT_RUN,
    ),
    citation="Barsoum, E. et al. (2016). Training Deep Networks for Facial Expression Recognition with "
    "Crowd-Sourced Label Distribution. ICMI. doi:10.1145/2993148.2993165",
)


def in_order(probabilities: Any, names: tuple[str, ...], wanted: tuple[str, ...]) -> Any:
    """Probabilities of classes in the order of the columns."""
    return probabilities[..., [names.index(name) for name in wanted]]


def _fairface(outputs: Mapping[str, Any]) -> dict[str, Any]:
    import jax

    race, gender, age = (
        jax.nn.softmax(outputs[f"{name}_output"][0]) for name in ("race", "gender", "age")
    )
    return {"race": race, "gender": gender[:1], "age_group": age}


def _ferplus(outputs: Mapping[str, Any]) -> dict[str, Any]:
    import jax

    from imagesasdata.arrays.faces.columns import EXPRESSIONS

    (logits,) = outputs.values()
    wanted = (*EXPRESSIONS, "contempt")
    return {"expression": in_order(jax.nn.softmax(logits[0]), _FERPLUS, wanted)}


def _gray(pixels: Any) -> Any:
    from jax import numpy as jnp

    return pixels @ jnp.asarray([[0.299], [0.587], [0.114]], pixels.dtype)


_Function = Callable[[Any], Any]
_ENDS: dict[str, tuple[_Function, _Function]] = {
    "fairface": (lambda pixels: pixels, _fairface),
    "ferplus": (_gray, _ferplus),
}


def _inference(network: Network) -> Inference:
    begin, end = _ENDS[network.card.name]
    return inference(network, end, begin)


FAMILY = Family(cards=(_FAIRFACE, _FER), read=read, inference=_inference)
