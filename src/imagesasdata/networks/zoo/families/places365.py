"""The shared parts of cards of networks trained on Places365."""

from __future__ import annotations

from imagesasdata.networks.weights.file import Download, WeightFile

LABELS = WeightFile(
    "categories_places365.txt",
    "2affba635eb657e7ca95f4e6cc69bd9fac29ef4c32aeb83cafdfcd06ec6a1ea6",
    6_833,
    (
        Download(
            "https://raw.githubusercontent.com/CSAILVision/places365/"
            "5260c7f668d6c4d5bb7a0588b90405aed3a8eec1/categories_places365.txt"
        ),
    ),
)
LICENSE = "CC-BY (as the authors' page says; no version is named)"
TRAINING_DATA = "Places365-Standard, 1.8 million photographs of 365 kinds of scenes"
SCORE: dict[str, float] = {}
SCORE_SOURCE = "the authors publish no figure for this network"
LIMITS = (
    "Knows 365 kinds of scenes, indoors and outdoors; a portrait or a chart still gets one of them.",
    "Several kinds can fit one picture (a street, a crosswalk, downtown); the first guess is often "
    "close to the label that a coder would choose, so look at the top 5.",
    "The photographs were found on the web by searching for the name of the scene, in English.",
    "Probabilities are not calibrated.",
    "The authors publish no hash; the ones here are from public repositories that use the files, "
    "and the address has no encryption, so only the hash protects the download.",
)
CITATION = (
    "Zhou, B., Lapedriza, A., Khosla, A., Oliva, A. and Torralba, A. (2018). Places: A 10 Million "
    "Image Database for Scene Recognition. IEEE TPAMI 40(6). doi:10.1109/TPAMI.2017.2723009"
)
