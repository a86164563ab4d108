"""A user's own network as a model of the registry: a Flax module, or an ONNX file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ArgumentError, ArgumentTypeError, WeightsError, short
from imagesasdata.machine import usual_rules
from imagesasdata.networks.program import HostFunction
from imagesasdata.networks.weights.onnx_external import fingerprint
from imagesasdata.networks.zoo.card import ModelCard, Preprocess, Task
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.onnx_file import open_onnx
from imagesasdata.networks.zoo.registry import Model, normalized


@usual_rules()
def from_module(name: str, module: Any, preprocess: Preprocess, labels: Labels | None) -> Model:
    """A model from a Flax module, whose call returns logits and whose ``features`` embeddings.

    Raises
    ------
    ArgumentTypeError, ArgumentError
        When it is not such a module, or its outputs do not match the labels.
    """
    import jax
    from flax import nnx

    _check(module)
    # In evaluation mode, whatever its current mode: no dropout, and fixed normalization.
    evaluated = nnx.view(
        module, raise_if_not_found=False, deterministic=True, use_running_average=True
    )
    graph, params = nnx.split(evaluated)

    def forward(params: Any, x: Any) -> dict[str, Any]:
        network: Any = nnx.merge(graph, params)
        outputs = {}
        if hasattr(network, "features"):
            outputs["embedding"] = network.features(x)
        if labels is not None:
            outputs["logits"] = network(x)
        return outputs

    size = preprocess.size
    shaped = jax.eval_shape(
        forward, params, jax.ShapeDtypeStruct((1, size, size, 3), np.dtype(np.float32))
    )
    count = sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(nnx.state(module, nnx.Param)))
    sizes = {output: one.shape for output, one in shaped.items()}
    card = _card(name, type(module).__name__, preprocess, labels, sizes, count)
    digest = hashlib.sha256()
    for leaf in jax.tree.leaves(params):
        values = jax.random.key_data(leaf) if _is_key(leaf) else leaf
        digest.update(np.asarray(values).tobytes())
    return _model(card, params, normalized(forward, card), digest.hexdigest(), labels)


def from_onnx(name: str, path: Path, preprocess: Preprocess, labels: Labels | None) -> Model:
    """A model from an ONNX file with one picture input, float32 (batch, 3, height, width).

    Its first output is logits if there are labels, else an embedding.

    Raises
    ------
    MissingPackageError
        When onnxruntime is not installed.
    WeightsError
        When the file is missing, or is not such a network, or keeps weights outside its folder.
    """
    if not path.is_file():
        raise WeightsError(f"There is no file {str(path)!r}.")
    # Before the session, which would follow a name to any file.
    identity = fingerprint(path)
    session = open_onnx(path)
    takes = session.get_inputs()
    if len(takes) != 1 or len(takes[0].shape) != 4 or takes[0].shape[1] not in (3, "3"):
        shapes = [one.shape for one in takes]
        raise WeightsError(
            f"The network takes {shapes}, not one batch of pictures (batch, 3, height, width)."
        )
    output = "embedding" if labels is None else "logits"
    one_by_one = takes[0].shape[0] == 1
    if isinstance(takes[0].shape[0], int) and not one_by_one:
        raise WeightsError(
            f"The network takes {takes[0].shape[0]} pictures at a time.",
            "export it for a batch of any size (dynamic axes).",
        )
    mean, sd = (np.asarray(one, np.float32) for one in (preprocess.mean, preprocess.sd))

    def run(_: Any, pixels: np.ndarray) -> dict[str, np.ndarray]:
        x = np.ascontiguousarray(((pixels - mean) / sd).transpose(0, 3, 1, 2), np.float32)
        parts = np.split(x, len(x)) if one_by_one else [x]
        outputs = [np.asarray(session.run(None, {takes[0].name: part})[0]) for part in parts]
        return {output: np.concatenate(outputs).reshape(len(x), -1)}

    blank = np.zeros((1, preprocess.size, preprocess.size, 3), np.uint8)
    try:
        shape = run(None, blank)[output].shape
    except Exception as error:  # as above
        raise WeightsError(
            f"The network cannot take pictures of {preprocess.size} pixels ({error})."
        ) from error
    card = _card(name, "ONNX", preprocess, labels, {output: shape}, 0)
    return _model(card, None, HostFunction(run), identity, labels)


def fill(module: Any, path: Path) -> None:
    """Load a file's arrays into a module, by its own parameter names, such as ``stem.kernel``.

    Raises
    ------
    WeightsError
        When the file is damaged or does not fit.
    """
    from flax import nnx

    from imagesasdata.networks.weights.assign import Slot, assign
    from imagesasdata.networks.weights.formats import read_tensors

    _check(module)
    state = nnx.to_flat_state(nnx.state(module, nnx.Any(nnx.Param, nnx.BatchStat)))
    slots = [Slot(".".join(map(str, name)), parameter) for name, parameter in state]
    assign(slots, read_tensors(path))
    nnx.update(module, nnx.from_flat_state((name, parameter) for name, parameter in state))


def _check(module: Any) -> None:
    from flax import nnx

    if not isinstance(module, nnx.Module):
        raise ArgumentTypeError(
            f"network must be a Flax NNX module or the path of an .onnx file, got {short(module)}.",
            "build it from flax.nnx.Module.",
        )


def own_labels(names: Sequence[str]) -> Labels:
    """Labels whose ids are their numbers, from 0.

    Raises
    ------
    ArgumentError
        When there are none, or one is given twice.
    """
    if not names or len(set(names)) < len(names):
        raise ArgumentError(
            "labels must be the classes' names, each once, in the order of the outputs.",
            'for example labels=["no protest", "protest"].',
        )
    return Labels(tuple(names), tuple(str(number) for number in range(len(names))))


def _model(
    card: ModelCard,
    params: Any,
    apply: Callable[[Any, Any], dict[str, Any]],
    fingerprint: str,
    labels: Labels | None,
) -> Model:
    return Model(card, params, apply, fingerprint, lambda: labels or Labels((), ()))


def _card(
    name: str,
    architecture: str,
    preprocess: Preprocess,
    labels: Labels | None,
    shapes: dict[str, tuple[int, ...]],
    parameters: int,
) -> ModelCard:
    tasks: list[Task] = []
    if labels is not None:
        if shapes["logits"] != (1, len(labels.names)):
            raise ArgumentError(
                f"There are {len(labels.names)} labels, but for a picture the network gives an output "
                f"of shape {shapes['logits'][1:]}.",
                "give a label for each output, in their order.",
            )
        tasks.append("classify")
    if "embedding" in shapes:
        if len(shapes["embedding"]) != 2:
            raise ArgumentError(
                "The embedding of a picture must be a vector, but the network gives an output of "
                f"shape {shapes['embedding'][1:]}.",
                "take the mean over positions.",
            )
        tasks.append("embed")
    if not tasks:
        raise ArgumentError(
            "The network has no method features, and there are no labels: it can do nothing.",
            "give labels, or a network with features(x).",
        )
    return ModelCard(
        name=name,
        title=name,
        architecture=architecture,
        tasks=tuple(tasks),
        weights=(),
        preprocess=preprocess,
        labels="own" if labels is not None else "",
        classes=0 if labels is None else len(labels.names),
        embedding_size=shapes["embedding"][1] if "embedding" in shapes else 0,
        parameters=parameters,
        license="your own",
        training_data="your own",
        score={},
        score_source="not stated",
        limits=("Registered by the user; nothing more is known of it here.",),
        citation="your own",
    )


def _is_key(leaf: Any) -> bool:
    import jax

    return jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)
