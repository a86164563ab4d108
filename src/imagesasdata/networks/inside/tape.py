"""Runs a network and records the input and output of each layer, without changing the network.

It works on any Flax NNX module that calls its layers: in a copy, each layer is wrapped in a stand-in
that passes everything through and records it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
from flax import nnx

from imagesasdata.networks.nn.watch import Step, watching


@dataclass(eq=False)
class Call:
    """One use of a layer (or, with a ``step``, of a function without weights)."""

    path: str
    module: nnx.Module | None
    x: Any
    y: Any = None
    step: Step | None = None
    inner: list[Call] = field(default_factory=list)


class Tape:
    """The calls of one run, from first to last; a call's ``inner`` holds those made inside it.

    Parameters
    ----------
    add
        Maps a layer's path to an array that is added to its output, to compute derivatives.
    """

    def __init__(self, add: Mapping[str, jax.Array] | None = None) -> None:
        self.calls: list[Call] = []
        self._add = dict(add or {})
        self._open: list[list[Call]] = [self.calls]

    def start(self, path: str, module: nnx.Module, x: Any) -> Call:
        """Record that a layer is being called."""
        call = Call(path, module, x)
        self._open[-1].append(call)
        self._open.append(call.inner)
        return call

    def end(self, call: Call, y: Any) -> Any:
        """Record its output."""
        self._open.pop()
        if call.path in self._add:
            y = y + self._add[call.path]
        call.y = y
        return y

    def step(self, step: Step) -> None:
        """Record a function without weights."""
        path = f"{step.kind.replace(' ', '_')}_{1 + self._count(self.calls, step.kind)}"
        self._open[-1].append(Call(path, None, step.x, step.y, step))

    def _count(self, calls: list[Call], kind: str) -> int:
        return sum(
            (call.step is not None and call.step.kind == kind) + self._count(call.inner, kind)
            for call in calls
        )

    def flat(self) -> list[Call]:
        """All calls in the order in which they began."""
        calls: list[Call] = []
        waiting = list(reversed(self.calls))
        while waiting:
            call = waiting.pop()
            calls.append(call)
            waiting += reversed(call.inner)
        return calls


def run(network: nnx.Module, x: Any, tape: Tape) -> Any:
    """A network's output in evaluation mode, with each layer recorded on a tape.

    When this is traced by JAX, the arrays on the tape are part of the traced program.
    """
    # A private copy, so that its layers can be replaced.
    copy = nnx.merge(*nnx.split(network))
    copy.eval()
    with watching(tape.step):
        return _stand_in("", copy, tape)(x)


class _StandIn:
    """Replaces a layer: records its calls and passes them and attributes on to it."""

    def __init__(self, path: str, module: nnx.Module, tape: Tape) -> None:
        self._path, self._module, self._tape = path, module, tape

    def __call__(self, x: Any, *rest: Any, **options: Any) -> Any:
        call = self._tape.start(self._path, self._module, x)
        return self._tape.end(call, self._module(x, *rest, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def original(module: Any) -> Any:
    """The layer behind a stand-in; anything else unchanged."""
    return vars(module)["_module"] if isinstance(module, _StandIn) else module


def _stand_in(path: str, module: nnx.Module, tape: Tape) -> Any:
    for name, child in list(vars(module).items()):
        if isinstance(child, nnx.Module) or type(child) in {nnx.List, nnx.Dict}:
            inside = f"{path}.{name}" if path else name
            # Not by assignment, which Flax guards: a stand-in is not part of the network.
            vars(module)[name] = _stand_in(inside, child, tape)
    return _StandIn(path, module, tape) if callable(module) else module
