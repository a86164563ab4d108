"""CLIP: its model's card, and how it is read from the published PyTorch file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, TextSide, shapes, text_side

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.clip import CLIP

_PAGE = (
    "https://huggingface.co/openai/clip-vit-base-patch32/resolve/"
    "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
)

TOKENIZER = WeightFile(
    "clip-vit-base-patch32-tokenizer.json",
    "b556ac8c99757ffb677208af34bc8c6721572114111a6e0aaf5fa69ff0b8d842",
    2_224_041,
    (Download(f"{_PAGE}/tokenizer.json"),),
)
MEAN = (122.7709383, 116.7460125, 104.09373615)
SD = (68.5005327, 66.6321375, 70.32316305)

_CARD = ModelCard(
    name="clip_vit_b32",
    title="CLIP ViT-B/32",
    architecture="Vision Transformer and text transformer",
    tasks=("embed", "zero_shot"),
    extra="clip",
    weights=(
        WeightFile(
            "clip-vit-base-patch32.bin",
            "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            605_247_071,
            (Download(f"{_PAGE}/pytorch_model.bin"),),
        ),
        TOKENIZER,
    ),
    preprocess=Preprocess(224, 1.0, "bicubic", mean=MEAN, sd=SD),
    embedding_size=512,
    parameters=151_277_313,
    license="MIT (OpenAI's code and weights; the page that holds this file states none)",
    training_data="400 million pairs of a picture and a text from the web (WIT), not published",
    score={"ImageNet zero-shot top-1": 63.2},
    score_source="Radford et al. (2021), table 11",
    limits=(
        "Reads English; words of other languages are split into letters and carry little meaning.",
        "Probabilities are shares among the labels given: one of them is highest even where none "
        "fits, so give a label for the rest, and check against pictures coded by hand.",
        "The wording of a label moves the result; compare several.",
        "Does not count, read clocks or distinguish left from right, and takes written words in a "
        "picture for things (Goh et al. 2021).",
        "The authors found that it puts people of some groups into demeaning or criminal categories "
        "more often than others; they advise against its use on faces and for surveillance.",
        "The file's hash is the one stated by its host, read from public repositories that pin it.",
        imagenet.NOT_RUN,
    ),
    citation="Radford, A. et al. (2021). Learning Transferable Visual Models From Natural Language "
    "Supervision. ICML. doi:10.48550/arXiv.2103.00020",
)


def _build(card: ModelCard) -> CLIP:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.clip import CLIP

    return CLIP(rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> CLIP:
    from imagesasdata.networks.weights.pth import read_pth
    from imagesasdata.networks.zoo.names.clip import load

    model = shapes(_build, card)
    load(model, read_pth(files[0]))
    return model


def _inference(model: CLIP) -> Inference:
    from imagesasdata.networks.zoo.architectures import clip

    return Inference(*clip.image_inference(model))


def _text(model: CLIP, files: Sequence[Path]) -> TextSide:
    from imagesasdata.networks.zoo.architectures import clip

    return read_text(model, files[1], clip.LENGTH)


def read_text(model: CLIP, tokenizer: Path, length: int) -> TextSide:
    """The text encoder for texts of up to ``length`` tokens."""
    from imagesasdata.networks.zoo.architectures import clip
    from imagesasdata.networks.zoo.words.clip import read_tokenizer

    tokenize = read_tokenizer(tokenizer, length)
    return text_side(tokenize, clip.text_inference(model), float(model.scale[...]))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference, text=_text)
