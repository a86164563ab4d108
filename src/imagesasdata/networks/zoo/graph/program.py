"""Compiles a TensorFlow.js graph and its weights to a pure JAX function and its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.tfjs import TfjsModel
from imagesasdata.networks.zoo.graph.nodes import Graph, Node, Tensor, parse
from imagesasdata.networks.zoo.graph.ops import OPS

# The errors of arrays whose shapes, axes or types do not match.
_MISFITS = (TypeError, ValueError, IndexError, KeyError, AttributeError, ZeroDivisionError)


class Program(NamedTuple):
    """A graph as parameters and a pure function of parameters and one input with a batch axis."""

    params: dict[str, np.ndarray]
    apply: Callable[[Mapping[str, Any], Any], dict[str, Any]]


def compile_graph(model: TfjsModel) -> Program:
    """Turn a graph into a function that ``jax.jit`` compiles as a whole.

    Floating-point weights become parameters. Whole numbers (shapes, axes, sizes) stay constants, and
    everything computed from them is evaluated before the network runs.

    Parameters
    ----------
    model
        A graph model with one input, from `imagesasdata.networks.weights.tfjs.read_tfjs`.

    Returns
    -------
    Program
        ``apply(params, x)`` returns the outputs by their names in the signature. A graph whose input
        is fixed to one picture is run picture by picture over the batch.

    Raises
    ------
    WeightsError
        When the graph has operations that are not in the table (the message names them), lacks a
        weight, or is not a graph; when it is traced, if its shapes do not match.
    """
    graph = parse(model.topology, model.signature)
    unknown = sorted({node.op for node in graph.nodes} - set(OPS) - {"Const", "Placeholder"})
    if unknown:
        raise WeightsError(
            f"The graph needs operations that are not known here: {', '.join(unknown)}.",
            "graphs with loops, branches or their own non-maximum suppression cannot be run.",
        )
    if len(graph.inputs) != 1:
        raise WeightsError(f"The graph has {len(graph.inputs)} inputs; one is supported.")
    params: dict[str, np.ndarray] = {}
    constants: dict[str, np.ndarray] = {}
    for node in graph.nodes:
        if node.op == "Const":
            if node.name not in model.weights:
                raise WeightsError(f"The weights have no {node.name!r}, which the graph needs.")
            values = model.weights[node.name]
            (params if values.dtype.kind == "f" else constants)[node.name] = values

    def run(params: Mapping[str, Any], x: Any) -> dict[str, Any]:
        return _run(graph, {**constants, **params}, x)

    def one_by_one(params: Mapping[str, Any], x: Any) -> dict[str, Any]:
        single = jax.vmap(lambda one: run(params, one[None]))(x)
        return {
            name: values[:, 0] if values.ndim > 1 else values for name, values in single.items()
        }

    return Program(params, one_by_one if _is_for_one(graph) else run)


def _is_for_one(graph: Graph) -> bool:
    """Whether the input's shape says that the graph takes one picture at a time."""
    (placeholder,) = (node for node in graph.nodes if node.op == "Placeholder")
    size = placeholder.get("shape")
    return isinstance(size, list) and size[:1] == [1]


def _run(graph: Graph, constants: Mapping[str, Any], x: Any) -> dict[str, Any]:
    computed: dict[str, tuple[Any, ...]] = {}
    for node in graph.nodes:
        if node.op == "Placeholder":
            value = x
        elif node.op == "Const":
            value = constants[node.name]
        else:
            value = _compute(node, [_take(computed, tensor) for tensor in node.inputs])
        computed[node.name] = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return {name: _take(computed, tensor) for name, tensor in graph.outputs.items()}


def _compute(node: Node, inputs: list[Any]) -> Any:
    static = all(isinstance(one, (np.ndarray, np.generic)) for one in inputs)
    try:
        return OPS[node.op](node, np if static else jnp, *inputs)
    except WeightsError:
        raise
    except _MISFITS as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"The graph's node {node.name!r} ({node.op}) cannot be computed: {why}"
        ) from error


def _take(computed: Mapping[str, tuple[Any, ...]], tensor: Tensor) -> Any:
    outputs = computed[tensor.node]
    if tensor.output >= len(outputs):
        raise WeightsError(
            f"The graph uses output {tensor.output} of {tensor.node!r}; it has none."
        )
    return outputs[tensor.output]
