"""SigLIP 2: its model's card, and how it is read from the published file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, TextSide, shapes, text_side

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.siglip import SigLIP

_PAGE = (
    "https://huggingface.co/google/siglip2-base-patch16-224/resolve/"
    "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"
)

_CARD = ModelCard(
    name="siglip2_b16",
    title="SigLIP 2 B/16",
    architecture="Vision Transformer and text transformer",
    tasks=("embed", "zero_shot"),
    extra="clip",
    weights=(
        WeightFile(
            "siglip2-base-patch16-224.safetensors",
            "612923381c76ec5a9bed335d1c48827e3f2e506ac31b044b63b2031fadee6a0b",
            1_500_800_904,
            (Download(f"{_PAGE}/model.safetensors"),),
        ),
        WeightFile(
            "siglip2-base-patch16-224-tokenizer.json",
            "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
            34_363_039,
            (Download(f"{_PAGE}/tokenizer.json"),),
        ),
    ),
    preprocess=Preprocess(
        224,
        interpolation="bilinear",
        mean=(127.5, 127.5, 127.5),
        sd=(127.5, 127.5, 127.5),
        fit="stretch",
    ),
    embedding_size=768,
    parameters=375_187_970,
    license="Apache-2.0",
    training_data="WebLI: pictures and texts of 109 languages from the web, not published",
    score={"ImageNet zero-shot top-1": 78.2},
    score_source="Tschannen et al. (2025), table 1, B/16 at 224 pixels",
    limits=(
        "Reads many languages, most of all English; how well was not measured here.",
        "The whole picture is pressed into a square, which changes shapes in long pictures.",
        "With several=True each label has a probability of its own, which can be low for all; it is "
        "not calibrated, so check a threshold against pictures coded by hand.",
        "The wording of a label moves the result; compare several.",
        "Learned from the web, with its stereotypes: its makers filtered some of them in training, and "
        "do not say which remain.",
        "The file's hash is the one stated by its host, read from public repositories that pin it.",
        imagenet.NOT_RUN,
    ),
    citation="Tschannen, M. et al. (2025). SigLIP 2: Multilingual Vision-Language Encoders with Improved "
    "Semantic Understanding, Localization, and Dense Features. doi:10.48550/arXiv.2502.14786",
)


def _build(card: ModelCard) -> SigLIP:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures import siglip

    return siglip.SigLIP(siglip.FORM, words=siglip.WORDS, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> SigLIP:
    from imagesasdata.networks.weights.safetensors import read_safetensors
    from imagesasdata.networks.zoo.names.siglip import load

    model = shapes(_build, card)
    load(model, read_safetensors(files[0]))
    return model


def _inference(model: SigLIP) -> Inference:
    from imagesasdata.networks.zoo.architectures import siglip

    return Inference(*siglip.image_inference(model))


def _text(model: SigLIP, files: Sequence[Path]) -> TextSide:
    from imagesasdata.networks.zoo.architectures import siglip
    from imagesasdata.networks.zoo.words.siglip import read_tokenizer

    return text_side(
        read_tokenizer(files[1], siglip.LENGTH),
        siglip.text_inference(model),
        float(model.scale[...][0]),
        float(model.bias[...][0]),
    )


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference, text=_text)
