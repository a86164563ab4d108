"""BLIP: its models' cards, and how one is read from the files of the authors' model pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, Words

_HOST = "https://huggingface.co/Salesforce"
_CAPTIONS = f"{_HOST}/blip-image-captioning-base/resolve/82a37760796d32b1411fe092ab5d4e227313294b"
_ANSWERS = f"{_HOST}/blip-vqa-base/resolve/787b3d35d57e49572baabd22884b3d5a05acf072"

# BERT's tokenizer, the same for both models.
_TOKENIZER = WeightFile(
    "blip-tokenizer.json",
    "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
    711_396,
    (Download(f"{_CAPTIONS}/tokenizer.json"), Download(f"{_ANSWERS}/tokenizer.json")),
)
# As for CLIP.
_PREPROCESS = Preprocess(
    384,
    1.0,
    "bicubic",
    mean=(122.7709383, 116.7460125, 104.09373615),
    sd=(68.5005327, 66.6321375, 70.32316305),
    fit="stretch",
)
_TRAINING = (
    "129 million pictures with texts: COCO, Visual Genome, and collections from the web, which a network "
    "filtered and recaptioned in part (CapFilt)"
)
_LIMITS = (
    "Writes English captions in the style of COCO: what is visible, seldom why it matters. Names of "
    "people, parties and places are guesses, if they occur at all.",
    "Mentions things that are not in the picture as confidently as those that are (Rohrbach et al. "
    "2018, Object Hallucination in Image Captioning).",
    "Guesses gender and kinship from clothes and setting, and carries the stereotypes of captions on "
    "the web (Zhao et al. 2021, Understanding and Evaluating Racial Biases in Image Captioning).",
    "The files' hashes are from public repositories that pin them and name them as the host's.",
    imagenet.NOT_RUN,
)
_CITATION = (
    "Li, J., Li, D., Xiong, C. and Hoi, S. (2022). BLIP: Bootstrapping Language-Image Pre-training for "
    "Unified Vision-Language Understanding and Generation. ICML. doi:10.48550/arXiv.2201.12086"
)
_LICENSE = "BSD-3-Clause"

_CARDS = (
    ModelCard(
        name="blip_base",
        title="BLIP base, captions",
        architecture="Vision Transformer and text transformer",
        tasks=("caption",),
        extra="captions",
        weights=(
            WeightFile(
                "blip-image-captioning-base.bin",
                "d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767",
                989_820_849,
                (Download(f"{_CAPTIONS}/pytorch_model.bin"),),
            ),
            _TOKENIZER,
        ),
        preprocess=_PREPROCESS,
        parameters=223_971_644,
        license=_LICENSE,
        training_data=f"{_TRAINING}; then COCO's captions",
        score={},
        score_source="none for this file; the paper has CIDEr 133.3 on COCO for its base model",
        limits=_LIMITS,
        citation=_CITATION,
    ),
    ModelCard(
        name="blip_vqa_base",
        title="BLIP base, answers to questions",
        architecture="Vision Transformer and two text transformers",
        tasks=("caption",),
        extra="captions",
        weights=(
            WeightFile(
                "blip-vqa-base.safetensors",
                "33786eed34def0c95fa948128cb4386be9b9219aa2c2e25f1c9c744692121bb7",
                1_538_800_584,
                (Download(f"{_ANSWERS}/model.safetensors"),),
            ),
            _TOKENIZER,
        ),
        preprocess=_PREPROCESS,
        parameters=361_230_140,
        license=_LICENSE,
        training_data=f"{_TRAINING}; then questions and answers on pictures (VQA 2.0, Visual Genome)",
        score={},
        score_source="none for this file; the paper has 78.2 on VQA 2.0 (test-dev) for its base model",
        limits=(
            "Always answers, in a word or two: also where the picture does not show the answer.",
            "Counts badly beyond a few things, and leans to yes.",
            *_LIMITS,
        ),
        citation=_CITATION,
    ),
)


def _read(card: ModelCard, files: Sequence[Path]) -> dict[str, Any]:
    from imagesasdata.networks.weights.formats import read_tensors
    from imagesasdata.networks.zoo.names.blip import parameters

    return parameters(read_tensors(files[0]))


def _inference(params: dict[str, Any]) -> Inference:
    from imagesasdata.networks.zoo.architectures import blip

    return Inference(params, blip.apply)


def _words(params: dict[str, Any], files: Sequence[Path]) -> Words:
    from imagesasdata.networks.zoo.words.blip import read_words

    writes = params["writes"]
    return read_words(
        files[1],
        words=len(writes.words),
        places=len(writes.places),
        answers="reads" in params,
    )


FAMILY = Family(cards=_CARDS, read=_read, inference=_inference, words=_words, kept=False)
