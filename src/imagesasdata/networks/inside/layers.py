"""Each layer of a network: its shape, its weights, its operations, and its receptive field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from imagesasdata.errors import ArgumentError
from imagesasdata.machine import usual_rules
from imagesasdata.networks.inside.tape import Call, Tape, original, run

REST = "(not run)"
_OTHER = "parameters"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A row of the table; ``sees`` is the receptive field's side, ``None`` if it has none."""

    name: str
    kind: str
    output: tuple[int, ...]
    weights: int = 0
    formula: str = ""
    biases: int = 0
    multiply_adds: int = 0
    sees: int | None = None

    @property
    def values(self) -> int:
        """The number of values that it outputs for one picture."""
        return math.prod(self.output) if self.output else 0


@dataclass(frozen=True)
class _Sight:
    """The receptive field of a value of a map: side in pixels, and distance between neighbors."""

    side: int
    step: int

    def through(self, side: int, stride: int) -> _Sight:
        return _Sight(self.side + (side - 1) * self.step, self.step * stride)


def layers(network: nnx.Module, size: int) -> list[Layer]:
    """The layers that a picture of ``size`` x ``size`` pixels passes through, the input first.

    The network is only traced, so its weights need no values.

    Raises
    ------
    ArgumentError
        When the network cannot take pictures of that size.
    """
    tape = trace(network, size)
    sights = _Sights(tape, size)
    rows = [Layer(name="input", kind="input", output=(size, size, 3), sees=1)]
    seen: set[int] = set()
    called = {id(call.module) for call in tape.flat()}
    last_map: tuple[int, ...] = ()
    for call in tape.flat():
        output = _shape(call.y)
        if call.step is not None:
            rows.append(
                Layer(
                    name=call.path,
                    kind=_step_kind(call),
                    output=output,
                    multiply_adds=call.step.multiply_adds,
                    sees=sights.of(call),
                )
            )
        elif call.module is not None:
            own = _own(call.module, seen)
            if own or isinstance(call.module, nnx.Linear | nnx.BatchNorm | nnx.LayerNorm):
                rows.append(_layer(call, own, last_map, sights.of(call)))
            rows += _silent(call, called, seen, sights.of(call))
        if len(output) == 3:
            last_map = output
    total = _count(nnx.state(network, nnx.Param))
    rest = total - sum(row.weights + row.biases for row in rows)
    if rest:
        rows.append(Layer(name=REST, kind=_OTHER, output=(), weights=rest))
    return rows


@usual_rules()
def trace(network: nnx.Module, size: int) -> Tape:
    """Trace the network on a picture's shape, without values.

    Raises
    ------
    ArgumentError
        When the network cannot take pictures of that size.
    """
    tape = Tape()
    picture = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
    graph, state = nnx.split(network)
    hint = "give the input_size that the network was made for."
    try:
        jax.eval_shape(lambda state, x: run(nnx.merge(graph, state), x, tape), state, picture)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"The network cannot take pictures of {size} x {size} pixels.", hint
        ) from error
    if any(0 in _shape(call.y) for call in tape.flat()):
        raise ArgumentError(
            f"Pictures of {size} x {size} pixels are too small: a layer has nothing left.", hint
        )
    return tape


class _Sights:
    """The receptive field of each call, found by following arrays from layer to layer.

    A module's output gets the largest receptive field inside it, because a shortcut's is smaller than
    that of the layers it bypasses.
    """

    def __init__(self, tape: Tape, size: int) -> None:
        self._size = size
        self._known: dict[int, _Sight] = {}
        self._of: dict[int, _Sight] = {}
        self._last = _Sight(1, 1)
        for call in tape.calls:
            self._follow(call)

    def of(self, call: Call) -> int | None:
        rank = len(_shape(call.y))
        if rank == 3:
            return self._of[id(call)].side
        return self._size if rank == 1 else None

    def _follow(self, call: Call) -> _Sight:
        before = self._known.get(id(call.x), self._last)
        side, stride = _window(call)
        sight = before.through(side, stride)
        self._known.setdefault(id(call.x), before)
        # Layers inside come after the module's own kernel.
        self._last = sight
        inner = [self._follow(one) for one in call.inner]
        if inner:
            furthest = max([sight, *inner], key=lambda one: one.side)
            # All paths through a module end with the same stride.
            sight = _Sight(furthest.side, max(one.step for one in [sight, *inner]))
        self._known[id(call.y)] = self._of[id(call)] = self._last = sight
        return sight


def _window(call: Call) -> tuple[int, int]:
    """Side and stride of the window that a call moves over a map."""
    if call.step is not None:
        return call.step.side, call.step.stride
    kernel = getattr(call.module, "kernel", None)
    if kernel is None or len(kernel.shape) < 3 or len(_shape(call.x)) != 3:
        return 1, 1
    return kernel.shape[0], getattr(call.module, "stride", 1)


def _layer(call: Call, own: dict[str, int], last_map: tuple[int, ...], sees: int | None) -> Layer:
    module, output = call.module, _shape(call.y)
    biases = own.get("bias", 0)
    weights = sum(own.values()) - biases
    kernel = getattr(module, "kernel", None)
    kind, formula, products = _other_kind(module), "", 0
    if kernel is not None:
        shape = tuple(kernel.shape)
        positions = math.prod(output[:-1])
        products = positions * math.prod(shape)
        if len(shape) == 4:
            kind = f"conv {shape[0]}x{shape[1]}, {shape[3]}"
            formula = f"({shape[0]}*{shape[1]}*{shape[2]})*{shape[3]}"
        elif len(shape) == 3:
            kind = f"depthwise conv {shape[0]}x{shape[1]}, {shape[2]}"
            formula = f"({shape[0]}*{shape[1]})*{shape[2]}"
        else:
            kind = f"dense, {shape[1]}"
            flattened = len(_shape(call.x)) == 1 and math.prod(last_map) == shape[0]
            inputs = f"({'*'.join(map(str, last_map))})" if flattened else f"{shape[0]}"
            formula = f"{inputs}*{shape[1]}"
    return Layer(
        name=call.path or "(network)",
        kind=kind,
        # The last layer inside a module has a row with the module's output.
        output=() if kind == _OTHER else output,
        weights=weights,
        formula=formula if weights else "",
        biases=biases,
        multiply_adds=products,
        sees=sees,
    )


def _silent(call: Call, called: set[int], seen: set[int], sees: int | None) -> list[Layer]:
    """Normalizations that a layer applies itself, without calling the module that holds them."""
    found = []
    for name, child in vars(call.module).items():
        module = original(child)
        if isinstance(module, nnx.BatchNorm | nnx.LayerNorm) and id(module) not in called:
            own = _own(module, seen)
            biases = own.get("bias", 0)
            found.append(
                Layer(
                    name=f"{call.path}.{name}",
                    kind=_other_kind(module),
                    output=_shape(call.y),
                    weights=sum(own.values()) - biases,
                    biases=biases,
                    sees=sees,
                )
            )
    return found


def _other_kind(module: Any) -> str:
    kinds = {nnx.BatchNorm: "batch norm", nnx.LayerNorm: "layer norm"}
    return kinds.get(type(module), _OTHER)


def _step_kind(call: Call) -> str:
    step = call.step
    assert step is not None, "asked of steps only"
    return f"{step.kind} {step.side}x{step.side}" if step.side > 1 else step.kind


def _own(module: nnx.Module, seen: set[int]) -> dict[str, int]:
    """The sizes of a module's own parameters, without those counted for an earlier layer."""
    found = {}
    for name, value in vars(module).items():
        if isinstance(value, nnx.Param) and id(value) not in seen:
            seen.add(id(value))
            found[name] = math.prod(value.shape)
    return found


def _shape(values: Any) -> tuple[int, ...]:
    """The shape for one picture."""
    return tuple(values.shape[1:]) if hasattr(values, "shape") else ()


def _count(tree: Any) -> int:
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(tree))
