"""One step of training: the gradients of a batch over all devices, then the weight update."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array

from imagesasdata.machine import usual_rules
from imagesasdata.networks.nn.compile import cpu_compiler_options
from imagesasdata.training.batches import Batch
from imagesasdata.training.loss import Params, penalty, row_losses
from imagesasdata.training.network import Split
from imagesasdata.training.optimizer import Optimizer
from imagesasdata.training.outcome import Outcome


@dataclass(frozen=True, eq=False, kw_only=True)
class Objective:
    """The objective: the weighted mean of the rows' losses, and the penalty.

    ``codes`` and ``weights`` have an entry for each row of the table.
    """

    outcome: Outcome
    codes: np.ndarray
    weights: np.ndarray
    smoothing: float = 0.0
    l1: float = 0.0
    l2: float = 0.0


class Summed(NamedTuple):
    """Sums over the rows of a batch, and the outputs of each row."""

    loss: Any
    weight: Any
    outputs: Any


@dataclass(eq=False)
class Trainer:
    """Compiled steps of a network on some devices.

    On a single CPU, a batch of pictures is processed in parts of ``part`` rows, one part per core at
    a time: the activations of a few pictures stay in the core's cache, and those of the whole batch
    are never in memory together. On several devices, each gets a share of the batch, and the compiled
    program sums their gradients. Gradients are sums over rows, so the result is the same.
    """

    network: Split
    objective: Objective
    devices: Sequence[Any]
    cores: int
    part: int | None
    seed: int
    _sharded: NamedSharding | None = field(init=False, default=None)
    _everywhere: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        on_cpu = self.devices[0].platform == "cpu"
        if len(self.devices) > 1:
            mesh = Mesh(np.array(self.devices), ("rows",))
            self._sharded = NamedSharding(mesh, PartitionSpec("rows"))
            self._everywhere = NamedSharding(mesh, PartitionSpec())
        else:
            self._everywhere = self.devices[0]
        self._in_parts = self.part is not None and on_cpu and len(self.devices) == 1
        options = cpu_compiler_options() if self._in_parts else None
        self.fixed = jax.device_put(self.network.fixed, self._everywhere)
        self._gradients = jax.jit(jax.grad(self._loss, has_aux=True), compiler_options=options)
        self._forward = jax.jit(self._plain, compiler_options=options)
        self._add = jax.jit(lambda a, b: jax.tree.map(jnp.add, a, b))

    def start(self) -> Params:
        """The trained parameters, on the devices."""
        return jax.device_put(self.network.trained, self._everywhere)

    def size(self, batch_size: int) -> int:
        """``batch_size``, rounded up to a number that devices or parts divide evenly."""
        step = self.part if self._in_parts and self.part else len(self.devices)
        return -(-batch_size // step) * step

    def update(self, optimizer: Optimizer) -> Callable[..., tuple[Params, Any]]:
        """A compiled function: applies summed gradients and returns new parameters and state."""
        objective = self.objective
        l2 = 0.0 if optimizer.decoupled else objective.l2

        @usual_rules()
        def update(trained: Params, state: Any, gradients: Params, weight: Array) -> Any:
            slope = jax.grad(penalty)(trained, objective.l1, l2)
            mean = jax.tree.map(lambda g, p: g / weight + p, gradients, slope)
            changes, state = optimizer.transform.update(mean, state, trained)
            return optax.apply_updates(trained, changes), state

        return jax.jit(update)

    def gradients(self, trained: Params, batch: Batch, epoch: int) -> tuple[Params, Summed]:
        """The gradients of a batch's summed loss, and the sums themselves."""
        key = jax.random.fold_in(jax.random.key(self.seed), epoch)

        def one(part: Batch) -> tuple[Params, Summed]:
            return self._gradients(trained, self.fixed, *self._arrays(part), key)

        if not self._in_parts:
            return one(batch)
        parts = self._parts(batch)
        sums: list[Any] = [None] * min(self.cores, len(parts))

        def lane(number: int) -> list[Any]:
            # Parts are assigned to lanes in a fixed way, so that sums do not depend on their speed.
            outputs = []
            for part in parts[number :: len(sums)]:
                gradients, summed = jax.block_until_ready(one(part))
                outputs.append(summed.outputs)
                new = (gradients, summed._replace(outputs=jnp.zeros(())))
                sums[number] = new if sums[number] is None else self._add(sums[number], new)
            return outputs

        with ThreadPoolExecutor(len(sums)) as pool:
            by_lane = list(pool.map(lane, range(len(sums))))
        total = sums[0]
        for other in sums[1:]:
            total = self._add(total, other)
        outputs = [by_lane[n % len(sums)][n // len(sums)] for n in range(len(parts))]
        gradients, summed = total
        return gradients, summed._replace(outputs=jnp.concatenate(outputs))

    def outputs(self, trained: Params, batch: Batch) -> np.ndarray:
        """Outputs of a batch, in evaluation mode."""
        if not self._in_parts:
            (inputs,) = self._put(batch.inputs)
            return np.asarray(self._forward(trained, self.fixed, inputs))
        parts = [part.inputs for part in self._parts(batch)]
        with ThreadPoolExecutor(self.cores) as pool:
            found = pool.map(
                lambda inputs: np.asarray(self._forward(trained, self.fixed, inputs)), parts
            )
            return np.concatenate(list(found))

    @usual_rules()
    def losses(self, outputs: np.ndarray, rows: np.ndarray) -> float:
        """The weighted mean loss of some rows, without the penalty."""
        objective = self.objective
        each = row_losses(
            objective.outcome.kind, jnp.asarray(outputs), jnp.asarray(objective.codes[rows])
        )
        weights = objective.weights[rows]
        return float((np.asarray(each) * weights).sum() / weights.sum())

    @usual_rules()
    def penalty(self, trained: Params) -> float:
        """The penalty of the current weights."""
        return float(penalty(trained, self.objective.l1, self.objective.l2))

    @usual_rules()
    def _loss(
        self,
        trained: Params,
        fixed: Params,
        inputs: Array,
        codes: Array,
        weights: Array,
        rows: Array,
        key: Array,
    ) -> tuple[Array, Summed]:
        keys = jax.vmap(lambda row: jax.random.fold_in(key, row))(rows)
        outputs = self.network.forward(trained, fixed, inputs, keys)
        losses = row_losses(
            self.objective.outcome.kind, outputs, codes, smoothing=self.objective.smoothing
        )
        total = (losses * weights).sum()
        return total, Summed(total, weights.sum(), outputs)

    @usual_rules()
    def _plain(self, trained: Params, fixed: Params, inputs: Array) -> Array:
        return self.network.forward(trained, fixed, inputs, None)

    def _arrays(self, batch: Batch) -> tuple[Any, ...]:
        rows = np.maximum(batch.rows, 0)
        weights = np.where(batch.rows < 0, 0, self.objective.weights[rows]).astype(np.float32)
        codes = self.objective.codes[rows]
        return self._put(batch.inputs, codes, weights, rows.astype(np.uint32))

    def _put(self, *arrays: np.ndarray) -> tuple[Any, ...]:
        if self._sharded is None:
            return arrays if self._in_parts else tuple(jax.device_put(arrays, self.devices[0]))
        return tuple(jax.device_put(arrays, self._sharded))

    def _parts(self, batch: Batch) -> list[Batch]:
        assert self.part is not None, "only a trainer with parts is asked"
        starts = range(0, len(batch.rows), self.part)
        return [Batch(*(values[i : i + self.part] for values in batch)) for i in starts]
