"""A graph, parsed from TensorFlow.js's JSON, checked and put in order."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import INPUT, STORED, Graph, Node, Tensor


def parse(topology: Mapping[str, Any], signature: Mapping[str, Any]) -> Graph:
    """Read a graph from ``modelTopology`` and ``signature`` of a ``model.json``.

    The signature names the outputs; without one, the nodes that no other node uses are outputs.

    Raises
    ------
    WeightsError
        When it is not a graph, has no input, names a missing node, or has a cycle.
    """
    listed = topology.get("node")
    if not isinstance(listed, list) or not listed:
        raise WeightsError(
            "The file holds no graph.",
            "layers models (from Keras) have weights alone; graphs say graph-model in their format.",
        )
    nodes = [_node(one) for one in listed]
    by_name = {node.name: node for node in nodes}
    if len(by_name) < len(nodes):
        raise WeightsError("Two nodes of the graph have one name.")
    inputs = tuple(node.name for node in nodes if node.op == INPUT)
    if not inputs:
        raise WeightsError("The graph has no input.")
    outputs = _outputs(nodes, signature)
    for tensor in [*outputs.values(), *(one for node in nodes for one in node.inputs if one)]:
        if tensor.node not in by_name:
            raise WeightsError(f"The graph uses a node {tensor.node!r} that it does not have.")
    wanted = [tensor.node for tensor in outputs.values()]
    return Graph(tuple(_ordered(by_name, wanted)), inputs, outputs)


def _outputs(nodes: Sequence[Node], signature: Mapping[str, Any]) -> dict[str, Tensor]:
    named = signature.get("outputs")
    if isinstance(named, dict) and named:
        try:
            return {str(name): _tensor(one.get("name") or name) for name, one in named.items()}
        except AttributeError:
            raise WeightsError("The graph's signature is not understood.") from None
    used = {tensor.node for node in nodes for tensor in node.inputs if tensor}
    ends = [n.name for n in nodes if n.name not in used and n.op not in {STORED, "NoOp"}]
    return {name: Tensor(name, 0) for name in ends}


def _node(one: Any) -> Node:
    if not isinstance(one, dict):
        raise WeightsError("The graph has a node that is not understood.")
    name, op = one.get("name"), one.get("op")
    inputs, attributes = one.get("input") or [], one.get("attr") or {}
    if not (
        isinstance(name, str)
        and isinstance(op, str)
        and isinstance(inputs, list)
        and isinstance(attributes, dict)
    ):
        raise WeightsError(f"The graph's node {name!r} is not understood.")
    # A name after ^ only sets an order of execution, which does not matter for pure functions.
    data = (text for text in inputs if not (isinstance(text, str) and text.startswith("^")))
    return Node(
        name,
        op,
        tuple(_tensor(text) for text in data),
        {key: _setting(name, value) for key, value in attributes.items()},
    )


def _tensor(text: Any) -> Tensor:
    if not isinstance(text, str):
        raise WeightsError("The graph has an input that is not understood.")
    name, colon, number = text.rpartition(":")
    if not colon:
        return Tensor(text, 0)
    if not number.isdecimal() or len(number) > 4:
        raise WeightsError(f"The graph has an input that is not understood: {text!r}.")
    return Tensor(name, int(number))


def _setting(node: str, value: Any) -> Any:
    """One attribute of TensorFlow's JSON as a plain value."""
    try:
        match value:
            case {"list": dict(inner)}:
                return [_plain(kind, one) for kind, many in inner.items() for one in many]
            case dict() if len(value) == 1:
                (kind, one), *_ = value.items()
                return _plain(kind, one)
    except (ValueError, TypeError, KeyError):  # binascii.Error is a ValueError
        pass
    raise WeightsError(f"The graph's node {node!r} has a setting that is not understood.")


def _plain(kind: str, value: Any) -> Any:
    if kind == "i":
        return int(value)
    if kind == "f":
        return float(value)
    if kind == "b":
        return bool(value)
    if kind == "s":
        return base64.b64decode(value, validate=True).decode("ascii")
    if kind == "shape" and isinstance(value, dict):
        return [int(one["size"]) for one in value.get("dim", [])]
    return value


def _ordered(by_name: Mapping[str, Node], wanted: Iterable[str]) -> list[Node]:
    """The nodes that the wanted ones need, each after its own inputs."""
    ordered: dict[str, Node] = {}
    open_: set[str] = set()
    # An explicit stack, because a graph may be deeper than Python's limit.
    stack = [(name, False) for name in wanted]
    while stack:
        name, inputs_done = stack.pop()
        if name in ordered:
            continue
        if inputs_done:
            open_.discard(name)
            ordered[name] = by_name[name]
            continue
        if name in open_:
            raise WeightsError(f"The graph goes in circles at {name!r}; loops are not supported.")
        open_.add(name)
        stack.append((name, True))
        stack += [
            (one.node, False) for one in by_name[name].inputs if one and one.node not in ordered
        ]
    return list(ordered.values())
