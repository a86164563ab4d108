"""An ONNX model as a graph: nodes in the order of the file, which must be that of their work."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.onnx import OnnxModel
from imagesasdata.networks.zoo.graph.nodes import INPUT, STORED, Graph, Node, Tensor


class Parsed(NamedTuple):
    """A graph, and the values that it stores by the names of their nodes."""

    graph: Graph
    stored: dict[str, np.ndarray]


def parse(model: OnnxModel) -> Parsed:
    """The graph of an ONNX model, without the nodes that its outputs do not need.

    Raises
    ------
    WeightsError
        When a value is used before it is computed (loops are not supported) or has two sources.
    """
    sources: dict[str, Tensor] = {}
    nodes: list[Node] = []

    def add(node: Node, gives: tuple[str, ...]) -> None:
        nodes.append(node)
        for number, name in enumerate(gives):
            if name in sources:
                raise WeightsError(f"Two nodes of the graph give {name!r}.")
            if name:
                sources[name] = Tensor(node.name, number)

    for info in model.inputs:
        add(Node(info.name, INPUT, (), {"shape": info.shape}), (info.name,))
    for name in model.weights:
        add(Node(name, STORED, ()), (name,))
    for number, one in enumerate(model.operations):
        missing = [name for name in one.inputs if name and name not in sources]
        if missing:
            raise WeightsError(
                f"The graph uses {missing[0]!r} before it is computed; loops are not supported."
            )
        used = len(one.outputs)
        node = Node(
            # Names may be missing and need not be unique.
            f"{number}: {one.name or one.kind}",
            one.kind,
            tuple(sources[name] if name else None for name in one.inputs),
            {**one.attributes, "opset": model.opset, "outputs": used},
        )
        add(node, one.outputs)
    outputs = {}
    for info in model.outputs:
        if info.name not in sources:
            raise WeightsError(f"The graph does not compute its output {info.name!r}.")
        outputs[info.name] = sources[info.name]
    if not outputs:
        raise WeightsError("The graph has no output.")
    graph = Graph(tuple(nodes), tuple(info.name for info in model.inputs), outputs)
    return Parsed(needed(graph), dict(model.weights))


def needed(graph: Graph) -> Graph:
    """The graph without the nodes that its outputs do not need; the inputs stay."""
    wanted = {tensor.node for tensor in graph.outputs.values()}
    kept = []
    for node in reversed(graph.nodes):
        if node.name in wanted or node.op == INPUT:
            kept.append(node)
            wanted.update(one.node for one in node.inputs if one is not None)
    return Graph(tuple(reversed(kept)), graph.inputs, graph.outputs)
