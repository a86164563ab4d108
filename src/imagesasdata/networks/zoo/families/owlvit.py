"""OWL-ViT: its model's card, and how it is read from the file of its authors' model page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import clip, imagenet
from imagesasdata.networks.zoo.family import Family, Inference, TextSide, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.owlvit import OWLViT

_CARD = ModelCard(
    name="owlvit_b32",
    title="OWL-ViT B/32",
    architecture="OWL-ViT on CLIP ViT-B/32",
    tasks=("detect_objects",),
    extra="clip",
    weights=(
        WeightFile(
            "owlvit-base-patch32.safetensors",
            "4dbe0399f0b7d7c8dddf1535a98769cc30743bebc877aea681998c8d984ce52b",
            612_983_940,
            (
                Download(
                    "https://huggingface.co/google/owlvit-base-patch32/resolve/"
                    "cbc355fb364588351c5d51c7f74465e8e7ec6f72/model.safetensors"
                ),
            ),
        ),
        clip.TOKENIZER,
    ),
    preprocess=Preprocess(768, interpolation="bicubic", mean=clip.MEAN, sd=clip.SD, fit="stretch"),
    threshold=0.1,
    parameters=153_231_879,
    license="Apache-2.0",
    training_data="CLIP's pairs of a picture and a text, then the photographs with boxes of Objects365 "
    "and Visual Genome",
    score={"LVIS AP": 0.193, "LVIS AP of rare things": 0.169},
    score_source="the authors' table, LVIS 1.0 val, zero-shot for rare things",
    limits=(
        "Finds only what is named in a few words. Check whether it recognizes a thing at all: draw "
        "the boxes on some pictures first.",
        "Scores are low and differ between texts: the usual threshold is 0.1, and counts of two "
        "texts at one threshold are not comparable.",
        "A box goes to the text that fits best, so adding a text can take boxes from another.",
        "Boxes of one text that overlap by more than half count as one thing; the authors leave "
        "this to the user.",
        "Reads English, and 14 parts of words at most.",
        "Slow without an accelerator: 1.1 s a picture on two cores, about twelve times as long as "
        "centernet.",
        "It has inherited what CLIP learned about people from the web: do not let it name people.",
        "The file's hash is stated by three public repositories; the one that documents its source "
        "(kurtvalcorza/owlvit-detection-pipeline) found it equal to the host's own.",
        imagenet.NOT_RUN,
    ),
    citation="Minderer, M. et al. (2022). Simple Open-Vocabulary Object Detection with Vision "
    "Transformers. ECCV. doi:10.48550/arXiv.2205.06230",
)


def _build(card: ModelCard) -> OWLViT:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures.owlvit import OWLViT

    return OWLViT(rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> OWLViT:
    from imagesasdata.networks.weights.formats import read_tensors
    from imagesasdata.networks.zoo.names.owlvit import load

    model = shapes(_build, card)
    load(model, read_tensors(files[0]))
    return model


def _inference(model: OWLViT) -> Inference:
    from imagesasdata.networks.zoo.architectures import owlvit

    params, apply = owlvit.inference(model)
    return Inference(params, lambda params, x: apply(params, x)._asdict())


def _text(model: OWLViT, files: Sequence[Path]) -> TextSide:
    from imagesasdata.networks.zoo.architectures import owlvit

    return clip.read_text(model.clip, files[1], owlvit.LENGTH)


# Not kept on disk, because the queries are added to the parameters.
FAMILY = Family(cards=(_CARD,), read=_read, inference=_inference, text=_text, kept=False)
