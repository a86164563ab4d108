"""Compiles a TensorFlow.js graph and its weights to a pure JAX function and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.tfjs import TfjsModel
from imagesasdata.networks.zoo.graph.nodes import INPUT, STORED, Graph, Node
from imagesasdata.networks.zoo.graph.program import Program, check_known, one_by_one, run
from imagesasdata.networks.zoo.graph.tensorflow.ops import OPS
from imagesasdata.networks.zoo.graph.tensorflow.parse import parse


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
    check_known(
        graph,
        OPS,
        "graphs with loops, branches or their own non-maximum suppression cannot be run.",
    )
    if len(graph.inputs) != 1:
        raise WeightsError(f"The graph has {len(graph.inputs)} inputs; one is supported.")
    params: dict[str, np.ndarray] = {}
    constants: dict[str, np.ndarray] = {}
    for node in graph.nodes:
        if node.op == STORED:
            if node.name not in model.weights:
                raise WeightsError(f"The weights have no {node.name!r}, which the graph needs.")
            values = model.weights[node.name]
            (params if values.dtype.kind == "f" else constants)[node.name] = values

    def apply(params: Mapping[str, Any], x: Any) -> dict[str, Any]:
        return run(graph, _compute, {**constants, **params, graph.inputs[0]: x})

    return Program(params, one_by_one(apply) if _is_for_one(graph) else apply)


def _compute(node: Node, m: Any, inputs: list[Any]) -> Any:
    return OPS[node.op](node, m, *inputs)


def _is_for_one(graph: Graph) -> bool:
    """Whether the input's shape says that the graph takes one picture at a time."""
    placeholder = next((node for node in graph.nodes if node.op == INPUT), None)
    if placeholder is None:
        raise WeightsError("No output of the graph depends on its input.")
    size = placeholder.get("shape")
    return isinstance(size, list) and size[:1] == [1]
