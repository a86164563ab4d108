"""Depth Anything V2: its model's card, and how it is read from the published safetensors file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagesasdata.networks.weights.file import Download, WeightFile
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.families import imagenet
from imagesasdata.networks.zoo.family import Family, Inference, shapes

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.architectures.depth_anything import DepthAnything

_CARD = ModelCard(
    name="depth_anything_v2_small",
    title="Depth Anything V2 Small",
    architecture="Vision Transformer (DINOv2 ViT-S/14) and DPT head",
    tasks=("measure_depth",),
    weights=(
        WeightFile(
            "depth-anything-v2-small.safetensors",
            "3152477ce0d8d6978d76b995120de97cb5b928701fd0f817769f59e249a16b70",
            99_173_660,
            (
                Download(
                    "https://huggingface.co/depth-anything/Depth-Anything-V2-Small-hf/resolve/"
                    "5426e4f0f36572d16453bbda7a8389317b1bef99/model.safetensors"
                ),
            ),
        ),
    ),
    preprocess=Preprocess(
        518, interpolation="bicubic", mean=imagenet.MEAN, sd=imagenet.SD, fit="shape", multiple=14
    ),
    parameters=24_710_849,
    license="Apache-2.0 (the small model; its makers' larger ones are for non-commercial use)",
    training_data="595,000 made pictures whose depth is known (BlendedMVS, Hypersim, IRS, TartanAir, "
    "VKITTI 2), by way of a larger model that labeled 62 million photographs from public collections",
    score={},
    score_source="none taken over here",
    limits=(
        "Gives nearness (inverse depth) without a unit, and with a zero and a scale of its own in each "
        "picture: values of two pictures cannot be compared, and no meters can be had from them.",
        "Takes drawings, screens and pictures within pictures for the scenes that they show, and is "
        "unsure about mirrors, glass and sky.",
        "A picture over twice as long as wide is seen at a smaller scale, so that memory is bounded.",
        "The file's hash is the one stated by its host, read from public repositories that pin it.",
        imagenet.NOT_RUN,
    ),
    citation="Yang, L. et al. (2024). Depth Anything V2. NeurIPS. doi:10.48550/arXiv.2406.09414",
    cpu_batch=1,
)


def _build(card: ModelCard) -> DepthAnything:
    from flax import nnx

    from imagesasdata.networks.zoo.architectures import depth_anything

    return depth_anything.DepthAnything(depth_anything.SMALL, rngs=nnx.Rngs(0))


def _read(card: ModelCard, files: Sequence[Path]) -> DepthAnything:
    from imagesasdata.networks.weights.safetensors import read_safetensors
    from imagesasdata.networks.zoo.names.depth_anything import load

    model = shapes(_build, card)
    load(model, read_safetensors(files[0]))
    return model


def _inference(model: DepthAnything) -> Inference:
    from imagesasdata.networks.zoo.architectures import depth_anything

    return Inference(*depth_anything.inference(model))


FAMILY = Family(cards=(_CARD,), build=_build, read=_read, inference=_inference)
