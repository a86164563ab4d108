"""Runs a graph: each node in its turn, on the values of the nodes before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
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

# A gigabyte in 32 bits: more than a network makes for a picture, and less than a small file can ask for.
MOST_VALUES = 1 << 28

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


def sized(shape: Iterable[int], times: int = 1) -> tuple[int, ...]:
    """A shape, after a check that it is not out of all proportion; ``times`` pictures may share it.

    Raises
    ------
    WeightsError
        When it has more than 2^28 values for each picture.
    """
    shape = tuple(int(length) for length in shape)
    if math.prod(shape) > MOST_VALUES * times:
        raise WeightsError(f"The graph makes an array of {' x '.join(map(str, shape))} values.")
    return shape


class Made:
    """Counts the values that follow from what a graph stores, all of which are kept at once."""

    def __init__(self, stored: int = 0) -> None:
        self._left = MOST_VALUES + 8 * stored

    def add(self, outputs: Iterable[Any]) -> None:
        """Count a node's outputs.

        Raises
        ------
        WeightsError
            When all of them are more than a graph can need that stores so little.
        """
        self._left -= sum(one.size for one in outputs if is_static(one))
        if self._left < 0:
            raise WeightsError("The graph makes far more values than it stores.")


def run(graph: Graph, compute: Compute, values: Mapping[str, Any]) -> dict[str, Any]:
    """A graph's outputs by name, from the values of its inputs and of what it stores.

    Raises
    ------
    WeightsError
        When a node cannot be computed, or uses an output that another does not have.
    """
    computed: dict[str, tuple[Any, ...]] = {}
    inputs = [_shape(values[node.name]) for node in graph.nodes if node.op == INPUT]
    pictures = max((shape[0] for shape in inputs if shape), default=1)
    made = Made()
    for node in graph.nodes:
        if node.op in {INPUT, STORED}:
            computed[node.name] = (values[node.name],)
        else:
            inputs = [None if one is None else take(computed, one) for one in node.inputs]
            computed[node.name] = outputs_of(node, compute, inputs, max(pictures, 1))
            made.add(computed[node.name])
    return {name: take(computed, tensor) for name, tensor in graph.outputs.items()}


def outputs_of(
    node: Node, compute: Compute, inputs: list[Any], pictures: int = 1
) -> tuple[Any, ...]:
    """A node's outputs from its inputs.

    Raises
    ------
    WeightsError
        When it cannot be computed, or makes arrays out of all proportion.
    """
    static = all(one is None or is_static(one) for one in inputs)
    if static:
        _foresee(node, compute, inputs)
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
    outputs = _several(value)
    for one in outputs:
        sized(_shape(one), pictures)
    return outputs


def is_static(value: Any) -> bool:
    """Whether a value is known before the network runs."""
    return isinstance(value, (np.ndarray, np.generic))


def _foresee(node: Node, compute: Compute, inputs: list[Any]) -> None:
    """Check how large the outputs of large inputs are before they are computed."""
    arrays = {place: one for place, one in enumerate(inputs) if one is not None}
    sizes = [one.size for one in arrays.values()]
    if len(sizes) < 2 or sum(sizes) * max(sizes) <= MOST_VALUES:
        return

    def shapes(arrays: dict[int, Any]) -> list[Any]:
        values = compute(node, jnp, [arrays.get(place) for place in range(len(inputs))])
        return [getattr(one, "values", one) for one in _several(values)]

    try:
        foreseen = jax.eval_shape(shapes, arrays)
    except (*_MISFITS, WeightsError, jax.errors.JAXTypeError):
        return  # it takes a shape, and so checks its size itself, or cannot be computed
    for one in foreseen:
        sized(_shape(one))


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _shape(value: Any) -> tuple[int, ...]:
    return np.shape(getattr(value, "values", value))


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
