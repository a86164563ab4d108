"""An ONNX graph as a Flax module, whose layers can be trained and looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.zoo.graph.nodes import STORED, Node
from imagesasdata.networks.zoo.graph.onnx import layout
from imagesasdata.networks.zoo.graph.onnx.compile import OnnxProgram
from imagesasdata.networks.zoo.graph.program import one_by_one, run

# The layers with weights, and the names of their inputs after the first.
_LAYERS: Mapping[str, tuple[str, ...]] = {
    "BatchNormalization": ("scale", "bias", "mean", "variance"),
    "Conv": ("kernel", "bias"),
    "ConvTranspose": ("kernel", "bias"),
    "Gemm": ("kernel", "bias"),
    "GroupNormalization": ("scale", "bias"),
    "InstanceNormalization": ("scale", "bias"),
    "LayerNormalization": ("scale", "bias"),
    "MatMul": ("kernel",),
}
# Parts that can be trained separately: the last quarter of the layers, the last two, and so on.
_STAGES = 4


class Layer(nnx.Module):
    """A node and its weights.

    Parameters
    ----------
    node
        A node of one of the kinds of layers.
    weights
        Its weights by the names of its inputs.
    """

    def __init__(self, node: Node, weights: Mapping[str, np.ndarray]) -> None:
        self.node = node
        self.names = tuple(weights)
        for name, values in weights.items():
            setattr(self, name, nnx.Param(jnp.asarray(values)))
        steps = node.get("strides") or [1]
        self.stride = steps[0]

    def __call__(self, x: Array, *, maps: bool = False) -> Array:
        """Apply the layer; ``maps`` says that the channels of ``x`` come last."""
        weights = [getattr(self, name)[...] for name in self.names]
        y = layout.compute(self.node, jnp, [layout.Maps(x) if maps else x, *weights])
        y = y[0] if isinstance(y, tuple) else y
        return y.values if isinstance(y, layout.Maps) else y


class OnnxNetwork(nnx.Module):
    """A network of pictures from an ONNX file; its call gives the first of its outputs.

    Parameters
    ----------
    program
        The compiled graph, whose only input is a batch of pictures.
    last
        Whether the graph's own pictures have their channels last.
    single
        Whether the graph takes one picture at a time.
    """

    def __init__(self, program: OnnxProgram, *, last: bool, single: bool) -> None:
        self.program = _Held(program)
        self.last, self.single = last, single
        layers = [
            _layer(node, program) for node in program.graph.nodes if _has_weights(node, program)
        ]
        own = {name for node, layer in layers for name in _weights(node)}
        parts = np.array_split(np.arange(len(layers)), min(_STAGES, len(layers)) or 1)
        self.stages = nnx.List([nnx.List([layers[number][1] for number in part]) for part in parts])
        self.places = {
            node.name: (stage, place)
            for stage, part in enumerate(parts)
            for place, (node, _) in enumerate(layers[number] for number in part)
        }
        rest = {name: values for name, values in program.params.items() if name not in own}
        self.others = tuple(rest)
        self.rest = nnx.List([nnx.Param(jnp.asarray(values)) for values in rest.values()])

    def __call__(self, x: Float[Array, "b h w 3"]) -> Array:
        """The first output: the classes' logits, or the embedding if there are no classes."""
        return self._output(x, next(iter(self.program.value.graph.outputs)))

    def _output(self, x: Array, name: str) -> Array:
        return (one_by_one(self._run) if self.single else self._run)({}, x)[name]

    def _run(self, _: Any, x: Array) -> dict[str, Array]:
        program = self.program.value
        values: dict[str, Any] = {
            name: values for name, values in program.stored.items() if name not in program.params
        }
        values |= {name: value[...] for name, value in zip(self.others, self.rest, strict=True)}
        # A layer has its own weights.
        values |= {
            node.name: None
            for node in program.graph.nodes
            if node.op == STORED and node.name not in values
        }
        values[program.graph.inputs[0]] = x if self.last else layout.Maps(x)
        outputs = run(program.graph, self._compute, values)
        return {name: layout.plain(value) for name, value in outputs.items()}

    def _compute(self, node: Node, m: Any, inputs: list[Any]) -> Any:
        if node.name not in self.places:
            return layout.compute(node, m, inputs)
        stage, place = self.places[node.name]
        x = inputs[0]
        if node.op in layout.OF_MAPS:
            return layout.Maps(self.stages[stage][place](layout.last(x), maps=True))
        return self.stages[stage][place](layout.plain(x))


class OnnxEmbedder(OnnxNetwork):
    """The same for a graph that has an output ``"embedding"``."""

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b n"]:
        """The embedding of normalized pictures."""
        embedding = self._output(x, "embedding")
        return embedding.reshape(embedding.shape[0], -1)


class _Held:
    """Holds a value that Flax is to leave as it is."""

    def __init__(self, value: OnnxProgram) -> None:
        self.value = value


def _weights(node: Node) -> list[str]:
    return [one.node for one in node.inputs[1:] if one is not None]


def _has_weights(node: Node, program: OnnxProgram) -> bool:
    """Whether a node is a layer: all inputs but the first are parameters, and nothing is left out."""
    if node.op not in _LAYERS or len(node.inputs) < 2 or None in node.inputs:
        return False
    first = node.inputs[0]
    return (
        first is not None
        and first.node not in program.stored
        and set(_weights(node)) <= set(program.params)
        and node.get("outputs", 1) == 1
    )


def _layer(node: Node, program: OnnxProgram) -> tuple[Node, Layer]:
    names = _LAYERS[node.op]
    weights = [program.params[name] for name in _weights(node)]
    return node, Layer(node, dict(zip(names, weights, strict=False)))


def embeds(program: OnnxProgram, size: int, *, last: bool) -> bool:
    """Whether the graph's output ``"embedding"`` is a vector for each picture."""
    if "embedding" not in program.graph.outputs:
        return False
    network = OnnxNetwork(program, last=last, single=False)
    picture = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
    return len(jax.eval_shape(lambda x: network._run(None, x), picture)["embedding"].shape) == 2
