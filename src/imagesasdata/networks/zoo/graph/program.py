"""Runs a graph: each node in its turn, on the values of the nodes before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import INPUT, STORED, Graph, Node, Tensor

# The errors of arrays whose shapes, axes or types do not match.
_MISFITS = (
    TypeError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    ZeroDivisionError,
    OverflowError,
    MemoryError,
    NotImplementedError,
)

# Computes a node's outputs, from an array module and its inputs. If all inputs are known before the
# network runs (shapes, axes, sizes), the module is NumPy, so that values computed from shapes stay
# plain numbers; otherwise it is jax.numpy.
Compute = Callable[[Node, Any, list[Any]], Any]


class Program(NamedTuple):
    """A graph as parameters and a pure function of parameters and one input with a batch axis."""

    params: dict[str, np.ndarray]
    apply: Callable[[Mapping[str, Any], Any], dict[str, Any]]


def check_known(graph: Graph, known: Collection[str], hint: str) -> None:
    """Raise, naming them, when a graph has operations that are not known.

    Raises
    ------
    WeightsError
        As said.
    """
    unknown = sorted({node.op for node in graph.nodes} - set(known) - {INPUT, STORED})
    if unknown:
        raise WeightsError(
            f"The graph needs operations that are not known here: {', '.join(unknown)}.", hint
        )


def run(graph: Graph, compute: Compute, values: Mapping[str, Any]) -> dict[str, Any]:
    """A graph's outputs by name, from the values of its inputs and of what it stores.

    Raises
    ------
    WeightsError
        When a node cannot be computed, or uses an output that another does not have.
    """
    computed: dict[str, tuple[Any, ...]] = {}
    for node in graph.nodes:
        if node.op in {INPUT, STORED}:
            computed[node.name] = (values[node.name],)
        else:
            inputs = [None if one is None else take(computed, one) for one in node.inputs]
            computed[node.name] = outputs_of(node, compute, inputs)
    return {name: take(computed, tensor) for name, tensor in graph.outputs.items()}


def outputs_of(node: Node, compute: Compute, inputs: list[Any]) -> tuple[Any, ...]:
    """A node's outputs from its inputs.

    Raises
    ------
    WeightsError
        When it cannot be computed.
    """
    static = all(one is None or isinstance(one, (np.ndarray, np.generic)) for one in inputs)
    try:
        value = compute(node, np if static else jnp, inputs)
    except WeightsError:
        raise
    except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
        raise WeightsError(
            f"The graph's node {node.name!r} ({node.op}) takes a shape or an index that is known only "
            "once a picture is seen, which a compiled network cannot follow."
        ) from error
    except _MISFITS as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"The graph's node {node.name!r} ({node.op}) cannot be computed: {why}"
        ) from error
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def take(computed: Mapping[str, tuple[Any, ...]], tensor: Tensor) -> Any:
    """One output of a node that was computed.

    Raises
    ------
    WeightsError
        When the node has no such output.
    """
    outputs = computed[tensor.node]
    if tensor.output >= len(outputs):
        raise WeightsError(
            f"The graph uses output {tensor.output} of {tensor.node!r}; it has none."
        )
    return outputs[tensor.output]


def one_by_one(
    run: Callable[[Mapping[str, Any], Any], dict[str, Any]],
) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """The function over a batch of one that takes one picture at a time."""

    def apply(params: Mapping[str, Any], x: Any) -> dict[str, Any]:
        single = jax.vmap(lambda one: run(params, one[None]))(x)
        return {
            name: values[:, 0] if values.ndim > 1 else values for name, values in single.items()
        }

    return apply
