"""A user's own ONNX file as a model of the registry: in JAX, or run by onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.machine import usual_rules
from imagesasdata.networks.program import HostFunction
from imagesasdata.networks.weights.onnx import TensorInfo, read_onnx_model
from imagesasdata.networks.weights.onnx_external import fingerprint
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.onnx_file import open_onnx
from imagesasdata.networks.zoo.own import (
    are_probabilities,
    card_of,
    from_module,
    model_of,
    trial_pictures,
)
from imagesasdata.networks.zoo.registry import Added, Model

Runtime = Literal["jax", "onnxruntime"]


def from_onnx(
    name: str, path: Path, preprocess: Preprocess, labels: Labels | None, runtime: Runtime
) -> Added:
    """A model from an ONNX file with one input: float32 pictures (batch, 3, height, width).

    With labels its first output is their logits, else an embedding.

    Raises
    ------
    MissingPackageError
        When onnxruntime is asked for and not installed.
    WeightsError
        When the file is missing, or is not such a network, or keeps weights outside its folder, or
        has operations that are not known here.
    """
    if not path.is_file():
        raise WeightsError(f"There is no file {str(path)!r}.")
    if runtime == "onnxruntime":
        return Added(_by_onnxruntime(name, path, preprocess, labels), None)
    return _in_jax(name, path, preprocess, labels)


@usual_rules()
def _in_jax(name: str, path: Path, preprocess: Preprocess, labels: Labels | None) -> Added:
    from imagesasdata.networks.zoo.graph.onnx.compile import compile_onnx
    from imagesasdata.networks.zoo.graph.onnx.ends import classifier_ends
    from imagesasdata.networks.zoo.graph.onnx.network import OnnxEmbedder, OnnxNetwork, embeds

    model = read_onnx_model(path)
    last, single = _input(model.inputs, preprocess.size)

    def first(graph: Any, _: Any) -> Mapping[str, Any]:
        return {"embedding": next(iter(graph.outputs.values()))}

    try:
        program = compile_onnx(model, first if labels is None else classifier_ends)
        vector = labels is None or embeds(program, preprocess.size, last=last)
        kind = OnnxEmbedder if vector else OnnxNetwork
        network = kind(program, last=last, single=single)
        return from_module(name, network, preprocess, labels, fingerprint(path))
    except WeightsError as error:
        if "cannot be computed" in error.message:
            raise WeightsError(
                f"The network cannot take pictures of {preprocess.size} pixels: {error.message}",
                error.hint,
            ) from error
        raise


def _input(inputs: tuple[TensorInfo, ...], size: int) -> tuple[bool, bool]:
    """Whether the channels of its pictures come last, and whether it takes one at a time."""
    shape = inputs[0].shape if len(inputs) == 1 else None
    if shape is None or len(shape) != 4 or 3 not in (shape[1], shape[3]):
        raise _no_pictures([one.shape for one in inputs])
    last = shape[1] != 3
    height, width = shape[1:3] if last else shape[2:4]
    if {height, width} - {None, size} and min(height or size, width or size) > 0:
        raise WeightsError(
            f"The network cannot take pictures of {size} pixels: it is made for {height} x {width}.",
            f"size={height}.",
        )
    return last, _takes_one(shape[0])


def _no_pictures(shapes: Sequence[object]) -> WeightsError:
    return WeightsError(
        f"The network takes {shapes}, not one batch of pictures (batch, 3, height, width)."
    )


def _takes_one(batch: object) -> bool:
    """Whether a network takes one picture at a time; a batch of any size is no number."""
    if isinstance(batch, int) and batch != 1:
        raise WeightsError(
            f"The network takes {batch} pictures at a time.",
            "export it for a batch of any size (dynamic axes).",
        )
    return batch == 1


def _by_onnxruntime(name: str, path: Path, preprocess: Preprocess, labels: Labels | None) -> Model:
    from imagesasdata.networks.zoo.graph.onnx.ends import classifier_ends
    from imagesasdata.networks.zoo.graph.onnx.parse import parse

    # Before the session, which would follow a name to any file.
    identity = fingerprint(path)
    session = open_onnx(path)
    takes = session.get_inputs()
    if len(takes) != 1 or len(takes[0].shape) != 4 or takes[0].shape[1] not in (3, "3"):
        raise _no_pictures([one.shape for one in takes])
    output = "embedding" if labels is None else "logits"
    one_by_one = _takes_one(takes[0].shape[0])
    if labels is not None:
        classifier_ends(*parse(read_onnx_model(path)))  # refuses one that ends in a sigmoid
    mean, sd = (np.asarray(one, np.float32) for one in (preprocess.mean, preprocess.sd))

    def values_of(pixels: np.ndarray) -> np.ndarray:
        x = np.ascontiguousarray(((pixels - mean) / sd).transpose(0, 3, 1, 2), np.float32)
        parts = np.split(x, len(x)) if one_by_one else [x]
        outputs = [np.asarray(session.run(None, {takes[0].name: part})[0]) for part in parts]
        return np.concatenate(outputs).reshape(len(x), -1)

    try:
        tried = values_of(trial_pictures(preprocess.size))
    except Exception as error:  # onnxruntime has an error for each kind of misfit, without a base
        raise WeightsError(
            f"The network cannot take pictures of {preprocess.size} pixels ({error})."
        ) from error
    probable = labels is not None and are_probabilities(tried)

    def run(_: Any, pixels: np.ndarray) -> dict[str, np.ndarray]:
        values = values_of(pixels)
        # Logits are the logarithms of probabilities, up to a constant.
        return {output: np.log(np.maximum(values, 1e-30)) if probable else values}

    card = card_of(name, "ONNX", preprocess, labels, {output: (1, tried.shape[1])}, 0)
    return model_of(card, None, HostFunction(run), identity, labels)
