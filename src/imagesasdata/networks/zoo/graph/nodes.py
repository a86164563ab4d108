"""A graph: its nodes in the order of their work, its inputs and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# The kinds of nodes that compute nothing: a value that is given, and one that is stored.
INPUT, STORED = "Placeholder", "Const"


class Tensor(NamedTuple):
    """One output of a node."""

    node: str
    output: int


@dataclass(frozen=True, eq=False)
class Node:
    """One operation: its name, its kind, its inputs and its attributes.

    An optional input that is left out is ``None``.
    """

    name: str
    op: str
    inputs: tuple[Tensor | None, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute: a number, text, a truth value, an array, or a list of these."""
        return self.attributes.get(name, default)


@dataclass(frozen=True, eq=False)
class Graph:
    """A network's nodes in topological order, and the names of its inputs and outputs."""

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: Mapping[str, Tensor]
