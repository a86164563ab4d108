"""Which values of a graph of pictures are its classes' logits and a picture's embedding."""

from __future__ import annotations

from collections.abc import Container, Mapping

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Graph, Node, Tensor

# What changes nothing but the shape, between the last layer and an output.
_SAME = {"Identity", "Flatten", "Reshape", "Squeeze", "Cast"}


def classifier_ends(graph: Graph, stored: Container[str]) -> dict[str, Tensor]:
    """The logits, and the embedding if the last layer is a product of a vector and stored weights.

    A network that ends in a softmax gives probabilities; its logits are what the softmax is of.

    Parameters
    ----------
    graph
        Its first output is that of the classes.
    stored
        The names of the stored values.

    Raises
    ------
    WeightsError
        When the network ends in a sigmoid: its classes do not exclude each other.
    """
    nodes = {node.name: node for node in graph.nodes}
    logits = next(iter(graph.outputs.values()))
    end = _before(nodes, logits)
    node = nodes[end.node]
    if node.op in {"Sigmoid", "HardSigmoid"}:
        raise WeightsError(
            "The network ends in a sigmoid: its classes do not exclude each other, but classify gives "
            "probabilities that sum to one.",
            "export it without the sigmoid if one class holds for each picture; else register it "
            "without labels: embed then gives the probabilities.",
        )
    if node.op in {"Softmax", "LogSoftmax"}:
        logits = node.inputs[0] or logits
    embedding = _into_last(nodes, _before(nodes, logits), stored)
    return {"logits": logits} if embedding is None else {"logits": logits, "embedding": embedding}


def _before(nodes: Mapping[str, Node], tensor: Tensor) -> Tensor:
    """The value that only gets another shape on the way to a tensor."""
    node = nodes[tensor.node]
    while node.op in _SAME:
        before = next(iter(node.inputs), None)
        if before is None:
            return tensor
        tensor = before
        node = nodes[tensor.node]
    return tensor


def _into_last(nodes: Mapping[str, Node], logits: Tensor, stored: Container[str]) -> Tensor | None:
    """What the last layer, a product with stored weights, takes."""
    node = nodes[logits.node]
    if node.op == "Add":
        parts = [one for one in node.inputs if one is not None and one.node not in stored]
        if len(parts) != 1:
            return None
        node = nodes[parts[0].node]
    if node.op not in {"Gemm", "MatMul"} or len(node.inputs) < 2:
        return None
    vector, weights = node.inputs[:2]
    return vector if weights is not None and weights.node in stored else None
