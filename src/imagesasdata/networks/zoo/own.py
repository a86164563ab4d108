"""A user's own network, a Flax module, as a model of the registry."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ArgumentError, ArgumentTypeError, short
from imagesasdata.machine import usual_rules
from imagesasdata.networks.zoo.card import ModelCard, Preprocess, Task
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.registry import Added, Model, normalized


@usual_rules()
def from_module(
    name: str,
    module: Any,
    preprocess: Preprocess,
    labels: Labels | None,
    about: str = "",
) -> Added:
    """A model from a Flax module, whose call returns logits and whose ``features`` embeddings.

    ``about`` identifies what the module does, if its class does not.

    Raises
    ------
    ArgumentTypeError, ArgumentError
        When it is not such a module, or its outputs do not match the labels or are probabilities.
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
    card = card_of(name, type(module).__name__, preprocess, labels, sizes, count)
    apply = normalized(forward, card)
    if labels is not None and are_probabilities(
        jax.jit(apply)(params, trial_pictures(size))["logits"]
    ):
        raise ArgumentError(
            "The network gives probabilities, where classify takes logits and makes probabilities of "
            "them.",
            "let it return what goes into its softmax.",
        )
    digest = hashlib.sha256(about.encode())
    for leaf in jax.tree.leaves(params):
        values = jax.random.key_data(leaf) if _is_key(leaf) else leaf
        digest.update(np.asarray(values).tobytes())
    model = model_of(card, params, apply, digest.hexdigest(), labels)
    return Added(
        model, module, lambda trained: from_module(name, trained, preprocess, labels, about).model
    )


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


def trial_pictures(size: int) -> np.ndarray:
    """A black picture and one of noise, to see what a network gives."""
    noise = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    return np.stack([np.zeros_like(noise), noise])


def are_probabilities(outputs: Any) -> bool:
    """Whether a network's values for the trial pictures sum to one, as those of logits do not."""
    values = np.asarray(outputs, np.float64).reshape(len(outputs), -1)
    sums = np.allclose(values.sum(axis=1), 1, rtol=0, atol=1e-3)
    return bool(values.shape[1] > 1 and sums and (values >= 0).all())


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


def model_of(
    card: ModelCard,
    params: Any,
    apply: Callable[[Any, Any], dict[str, Any]],
    fingerprint: str,
    labels: Labels | None,
) -> Model:
    """A loaded model from its parts; ``fingerprint`` identifies its weights."""
    return Model(card, params, apply, fingerprint, lambda: labels or Labels((), ()))


def card_of(
    name: str,
    architecture: str,
    preprocess: Preprocess,
    labels: Labels | None,
    shapes: dict[str, tuple[int, ...]],
    parameters: int,
) -> ModelCard:
    """The card of a user's model, from the shapes of its outputs for one picture.

    Raises
    ------
    ArgumentError
        When these do not match the labels, or there is nothing that it can do.
    """
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
