"""`register_model`: a network of your own, under a name that every verb takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from imagesasdata.arrays.pixels import Interpolation
from imagesasdata.checks import check_choice, check_count
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo import own, registry
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.own_onnx import Runtime, from_onnx

Colors = Sequence[float]


def register_model(
    name: str,
    network: Any,
    *,
    labels: Sequence[str] | None = None,
    weights: PathLike | None = None,
    size: int = 224,
    share: float = 1.0,
    interpolation: Interpolation = "bicubic",
    mean: Colors = (0.0, 0.0, 0.0),
    sd: Colors = (1.0, 1.0, 1.0),
    runtime: Runtime = "jax",
) -> ModelCard:
    """Register your own network under a name that `classify`, `embed` and other verbs then take.

    The name is known until Python ends; register the model again in each script. A second model of
    the same name replaces the first.

    Parameters
    ----------
    name
        An identifier, such as ``"protest_net"``.
    network
        A Flax NNX module that takes float32 pictures (batch, height, width, 3) and returns logits when
        called; its method ``features``, if it has one, returns the embedding. Or the path of an
        ``.onnx`` file that takes (batch, 3, height, width) and whose first output is used; with
        ``labels`` what its last layer takes is the embedding, and a softmax at its end is left out.
    labels
        The classes' names in the order of the outputs. Without them, the model can embed but not
        classify.
    weights
        A file of arrays for a Flax module (safetensors or .npz), named by the parameters' paths, as in
        ``stem.kernel``. By default the module keeps its current values.
    size
        Side of the network's input in pixels.
    share
        Side of the square that is cut from a picture's center, as a share of its shorter side: for
        a resize to 256 and a crop of 224, 224 / 256.
    interpolation
        ``"bicubic"`` or ``"bilinear"``.
    mean
        Subtracted from the values 0 to 255 of red, green and blue; (123.675, 116.28, 103.53) is
        usual for networks that were trained on ImageNet.
    sd
        What the differences are divided by; with that mean, usually (58.395, 57.12, 57.375).
    runtime
        What runs an ``.onnx`` file: ``"jax"``, as a JAX function on every device, whose layers can be
        trained, looked at and explained; or ``"onnxruntime"``, on the CPU, for operations that are not
        known here. The latter needs ``pip install "imagesasdata[onnx]"``.

    Returns
    -------
    ModelCard
        Its card; ``iad.models()`` lists it, too.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        When the name is one of the library's, or an argument cannot be used.
    WeightsError
        When a file is damaged or does not fit the network.
    MissingPackageError
        For an ONNX file, when onnxruntime is not installed.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from flax import nnx
    >>> class MeanColor(nnx.Module):
    ...     def features(self, x):
    ...         return x.mean(axis=(1, 2))
    >>> card = iad.register_model("mean_color", MeanColor(), size=64, sd=(255, 255, 255))
    >>> color = iad.embed("examples/photos/chelsea.jpg", model="mean_color").embedding[0]
    >>> [f"{part:.1f}" for part in color]
    ['0.6', '0.4', '0.3']
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ArgumentError(
            f"name={name!r} cannot stand in a formula.",
            'use letters, digits and underscores, as in name="protest_net".',
        )
    check_choice("runtime", runtime, get_args(Runtime))
    preprocess = _preprocess(size, share, interpolation, mean, sd)
    known = None if labels is None else own.own_labels(list(labels))
    if isinstance(network, (str, os.PathLike)):
        if weights is not None:
            raise ArgumentError("An ONNX file has its weights inside.", "leave out weights.")
        added = from_onnx(name, Path(network).expanduser(), preprocess, known, runtime)
    else:
        if weights is not None:
            own.fill(network, Path(weights).expanduser())
        added = own.from_module(name, network, preprocess, known)
    registry.add(added)
    return added.model.card


def _preprocess(
    size: int, share: float, interpolation: Interpolation, mean: Colors, sd: Colors
) -> Preprocess:
    check_count("size", size)
    if not 0 < share <= 1:
        raise ArgumentError(f"share must be above 0 and at most 1, got {share}.", "share=1.0.")
    check_choice("interpolation", interpolation, get_args(Interpolation))
    return Preprocess(size, share, interpolation, mean=_colors("mean", mean), sd=_divisor(sd))


def _divisor(sd: Colors) -> tuple[float, float, float]:
    three = _colors("sd", sd)
    if min(three) <= 0:
        raise ArgumentError(f"sd must be above 0, got {three}.", "sd=(255, 255, 255).")
    return three


def _colors(name: str, values: Colors) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(value) for value in values)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(
            f"{name} must be three numbers, for red, green and blue, got {values!r}.",
            f"for example {name}=(127.5, 127.5, 127.5).",
        ) from error
    return red, green, blue
