"""Compiles an ONNX model to a pure JAX function and its parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.networks.weights.onnx import OnnxModel
from imagesasdata.networks.zoo.graph.nodes import INPUT, STORED, Graph, Node, Tensor
from imagesasdata.networks.zoo.graph.onnx import layout
from imagesasdata.networks.zoo.graph.onnx.parse import needed, parse
from imagesasdata.networks.zoo.graph.onnx.windows import KERNEL_LAST
from imagesasdata.networks.zoo.graph.program import Made, check_known, outputs_of, run

# Numbers with a point that are settings, not weights: they are needed before the network runs.
_SETTINGS: Mapping[str, frozenset[int]] = {
    "Clip": frozenset({1, 2}),
    "NonMaxSuppression": frozenset({3, 4}),
    "OneHot": frozenset({2}),
    "Pad": frozenset({2}),
    "Range": frozenset({0, 1, 2}),
    "Resize": frozenset({1, 2}),
    "Upsample": frozenset({1}),
}
Ends = Callable[[Graph, Mapping[str, np.ndarray]], Mapping[str, Tensor]]

# What follows from the stored values alone is computed once, unless it would fill the memory.
_MOST_FOLDED = 1 << 26


class OnnxProgram(NamedTuple):
    """A graph as parameters and a pure function of parameters and the graph's inputs by name.

    An input that is a `layout.Maps` has its channels last.
    """

    params: dict[str, np.ndarray]
    apply: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]
    graph: Graph
    stored: dict[str, np.ndarray]


def compile_onnx(model: OnnxModel, ends: Ends | None = None) -> OnnxProgram:
    """Turn an ONNX model into a function that ``jax.jit`` compiles as a whole.

    What follows from stored values alone is computed beforehand, batch normalization after a
    convolution becomes part of it, and kernels are turned to have their channels last. Stored numbers
    with a point become parameters; whole numbers, single numbers and settings (limits, factors of
    size) stay constants.

    Parameters
    ----------
    model
        From `imagesasdata.networks.weights.onnx.read_onnx_model`.
    ends
        Chooses the outputs, from the graph and the names of what it stores; by default they are those
        of the file.

    Raises
    ------
    WeightsError
        When the graph has operations that are not known (the message names them) or contradicts
        itself; when it is traced, if its shapes do not match.
    """
    graph, stored = parse(model)
    if ends is not None:
        graph = needed(replace(graph, outputs=ends(graph, stored)))
    check_known(
        graph,
        layout.KNOWN,
        'runtime="onnxruntime" runs it on the CPU; it needs pip install "imagesasdata[onnx]".',
    )
    graph, stored = _fold_constants(graph, stored)
    graph, stored = _fold_norms(graph, stored)
    graph, stored = _turn_kernels(graph, stored)
    graph = needed(graph)
    settings = _settings(graph)
    here = {node.name for node in graph.nodes if node.op == STORED}
    stored = {name: values for name, values in stored.items() if name in here}
    params = {
        name: values
        for name, values in stored.items()
        if values.dtype.kind == "f" and values.ndim and name not in settings
    }
    constants = {name: values for name, values in stored.items() if name not in params}

    def apply(params: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        outputs = run(graph, layout.compute, {**constants, **params, **inputs})
        return {name: layout.plain(values) for name, values in outputs.items()}

    return OnnxProgram(params, apply, graph, stored)


def _fold_constants(
    graph: Graph, stored: dict[str, np.ndarray]
) -> tuple[Graph, dict[str, np.ndarray]]:
    """Compute what follows from the stored values alone."""
    known = dict(stored)
    made = Made(sum(values.size for values in stored.values()))
    places: dict[Tensor, Tensor] = {}
    nodes = []
    for node in graph.nodes:
        node = replace(node, inputs=tuple(one and places.get(one, one) for one in node.inputs))
        if node.op in {INPUT, STORED} or not _is_known(node, known):
            nodes.append(node)
            continue
        inputs = [None if one is None else known[one.node] for one in node.inputs]
        outputs = outputs_of(node, layout.compute, inputs)
        outputs = tuple(np.asarray(layout.plain(one)) for one in outputs)
        made.add(outputs)
        if sum(one.size for one in outputs) > _MOST_FOLDED:
            nodes.append(node)
            continue
        for number, values in enumerate(outputs):
            name = f"{node.name} ({number})"
            known[name] = values
            nodes.append(Node(name, STORED, ()))
            places[Tensor(node.name, number)] = Tensor(name, 0)
    outputs = {name: places.get(one, one) for name, one in graph.outputs.items()}
    return Graph(tuple(nodes), graph.inputs, outputs), known


def _is_known(node: Node, known: Mapping[str, np.ndarray]) -> bool:
    return all(one is None or one.node in known for one in node.inputs)


def _fold_norms(graph: Graph, stored: dict[str, np.ndarray]) -> tuple[Graph, dict[str, np.ndarray]]:
    """Make the normalization after a convolution part of its kernel and bias."""
    uses = _uses(graph)
    convolutions = {node.name: node for node in graph.nodes if node.op == "Conv"}
    stored = dict(stored)
    folded: dict[str, Node] = {}
    instead: dict[Tensor, Tensor] = {}
    added: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if (
            node.op != "BatchNormalization"
            or node.get("training_mode", 0)
            or node.inputs[0] is None
        ):
            continue
        before = convolutions.get(node.inputs[0].node)
        weights = [one.node for one in node.inputs[1:] if one is not None]
        if before is None or uses[node.inputs[0]] > 1 or not set(weights) <= set(stored):
            continue
        parts = [one.node for one in before.inputs[1:] if one is not None]
        if not set(parts) <= set(stored) or len(weights) != 4:
            continue
        scale, offset, mean, variance = (stored[name].astype(np.float64) for name in weights)
        factor = scale / np.sqrt(variance + node.get("epsilon", 1e-5))
        kernel = stored[parts[0]]
        bias = stored[parts[1]].astype(np.float64) if len(parts) > 1 else 0.0
        new_kernel = kernel * factor.reshape(-1, *[1] * (kernel.ndim - 1))
        names = f"{before.name} kernel", f"{before.name} bias"
        stored[names[0]] = new_kernel.astype(kernel.dtype)
        stored[names[1]] = ((bias - mean) * factor + offset).astype(kernel.dtype)
        inputs = (before.inputs[0], Tensor(names[0], 0), Tensor(names[1], 0))
        folded[before.name] = replace(before, inputs=inputs)
        added[before.name] = [Node(name, STORED, ()) for name in names]
        instead[Tensor(node.name, 0)] = node.inputs[0]
    nodes = []
    for node in graph.nodes:
        nodes += added.get(node.name, [])
        node = folded.get(node.name, node)
        nodes.append(
            replace(node, inputs=tuple(one and instead.get(one, one) for one in node.inputs))
        )
    outputs = {name: instead.get(one, one) for name, one in graph.outputs.items()}
    return needed(Graph(tuple(nodes), graph.inputs, outputs)), stored


def _turn_kernels(
    graph: Graph, stored: dict[str, np.ndarray]
) -> tuple[Graph, dict[str, np.ndarray]]:
    """Turn the weights that are used by such layers alone, once for all pictures."""
    uses, turning = _uses(graph), Counter[tuple[Tensor, str]]()
    for node in graph.nodes:
        weights = node.inputs[1] if len(node.inputs) > 1 else None
        if weights is not None and (
            node.op == "Conv" or (node.op == "Gemm" and node.get("transB"))
        ):
            turning[weights, node.op] += 1
    turned = {
        one.node: kind
        for (one, kind), count in turning.items()
        if one.node in stored and uses[one] == count
    }
    stored = {
        name: np.ascontiguousarray(np.moveaxis(values, (1, 0), (-2, -1)))
        if name in turned
        else values
        for name, values in stored.items()
    }
    settings = {"Conv": {KERNEL_LAST: True}, "Gemm": {"transB": 0}}
    nodes = [
        replace(node, attributes={**node.attributes, **settings[node.op]})
        if len(node.inputs) > 1
        and node.inputs[1] is not None
        and turned.get(node.inputs[1].node) == node.op
        else node
        for node in graph.nodes
    ]
    return replace(graph, nodes=tuple(nodes)), stored


def _uses(graph: Graph) -> Counter[Tensor]:
    """How often each value is used, as an input or as an output of the graph."""
    uses = Counter(one for node in graph.nodes for one in node.inputs if one is not None)
    uses.update(graph.outputs.values())
    return uses


def _settings(graph: Graph) -> set[str]:
    return {
        one.node
        for node in graph.nodes
        for place, one in enumerate(node.inputs)
        if one is not None and place in _SETTINGS.get(node.op, ())
    }
