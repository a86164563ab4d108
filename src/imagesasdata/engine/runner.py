"""Runs a model's function on batches of one static shape, on CPU, GPU or TPU alike."""

from __future__ import annotations

import functools
import math
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from imagesasdata.engine.compiled import use_compilation_cache
from imagesasdata.errors import DeviceError, SmallerBatchWarning
from imagesasdata.machine import (
    accelerator_batch,
    begin_network,
    cores,
    find_devices,
    free_memory,
    usual_rules,
)
from imagesasdata.networks.nn.compile import cpu_compiler_options
from imagesasdata.networks.program import Apply, HostFunction, Network, Several

if TYPE_CHECKING:
    import jax

# Measured: on a CPU a network's activations for two pictures stay in the cache, and one thread per
# core with small batches is faster than one large batch spread over all cores.
CPU_BATCH = 2

COMPILING = "compiling the network for this machine"


class Runner:
    """A function of ``(parameters, batch)``, compiled once and run on every device.

    A lane is a slot in which one thread runs one batch at a time on one device. A CPU has a lane for
    each core; an accelerator has two, so that one batch is transferred while another is computed.
    Every batch has the same static shape, so a picture's numbers do not depend on the other pictures
    in its batch. Each device runs whole batches, so they do not depend on the number of devices,
    either.

    When a batch does not fit into a device's memory, all later batches are halved, repeatedly if
    necessary.

    Parameters
    ----------
    network
        A pure function of parameters and a uint8 batch, which returns arrays with a row for each
        sample; and the parameters.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"``, one of several as in ``"gpu:1"``, or ``None`` for all
        devices of the best kind.
    batch_size
        Samples in a batch; ``None`` means the size that was measured fastest on a CPU, or that fits
        into the memory of an accelerator.

    Attributes
    ----------
    precision
        The type of the computation: ``"float32"`` or ``"bfloat16"``.
    note
        Called with what is under way while a program is compiled, and with an empty text after it.
    """

    def __init__(
        self, network: Network, *, device: str | None = None, batch_size: int | None = None
    ) -> None:
        import jax

        self._devices = find_devices(device)
        use_compilation_cache()
        on_cpu = self._devices[0].platform == "cpu"
        usual = (network.cpu_batch or CPU_BATCH) if on_cpu else accelerator_batch(self._devices)
        self.batch_size = batch_size or usual
        self._each = max(1, -(-cores() // len(self._devices))) if on_cpu else 2
        self.lanes = self._each * len(self._devices)
        self.precision = "bfloat16" if network.half and not on_cpu else "float32"
        params = network.params if self.precision == "float32" else halved(network.params)
        self._params = [jax.device_put(params, device) for device in self._devices]
        self.note: Callable[[str], None] = _unseen
        self._function = _compiled(network.apply, on_cpu)
        self._first = threading.Lock()
        # Keyed by the device's index and the batch's shape.
        self._programs: dict[tuple[int, tuple[int, ...]], Callable[..., dict[str, Any]]] = {}
        # For each shape of a sample: how many fit at once, if that is fewer than a batch.
        self._fitting: dict[tuple[int, ...], int] = {}

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one batch on a lane's device and wait for the result.

        Raises
        ------
        DeviceError
            When not even one sample fits into the device's memory.
        """
        device_index = lane % len(self._devices)
        while True:
            size = min(len(batch), self._fitting.get(batch.shape[1:], len(batch)))
            try:
                return self._in_parts(batch, size, device_index)
            except Exception as error:
                if not _out_of_memory(error):
                    raise
                self._halve(batch, size, error)

    def _in_parts(self, batch: np.ndarray, size: int, device_index: int) -> dict[str, np.ndarray]:
        if size == len(batch):
            return self._part(batch, device_index)
        parts = [
            self._part(_filled(batch[start : start + size], size), device_index)
            for start in range(0, len(batch), size)
        ]
        return {
            name: np.concatenate([part[name] for part in parts])[: len(batch)] for name in parts[0]
        }

    @usual_rules()
    def _part(self, batch: np.ndarray, device_index: int) -> dict[str, np.ndarray]:
        key = (device_index, batch.shape)
        program = self._programs.get(key)
        if program is not None:
            return self._run(program, batch, device_index)
        # One lane compiles; the others wait for it.
        with self._first:
            program = self._programs.get(key)
            if program is not None:
                return self._run(program, batch, device_index)
            self.note(COMPILING)
            try:
                program = self._program(batch, device_index)
                outputs = self._run(program, batch, device_index)
            finally:
                self.note("")
            self._programs[key] = program
        return outputs

    def _run(
        self, program: Callable[..., dict[str, Any]], batch: np.ndarray, device_index: int
    ) -> dict[str, np.ndarray]:
        # JAX moves the batch to the device of the parameters.
        outputs = program(self._params[device_index], batch)
        return {name: _single(np.asarray(values)) for name, values in outputs.items()}

    def _program(self, batch: np.ndarray, device_index: int) -> Callable[..., dict[str, Any]]:
        """The compiled function for such batches.

        If a device reports its free memory, the program is compiled before it is called, because the
        compiler reports how much memory it needs. A `MemoryError` says that the lanes together need
        more than is free.
        """
        free = free_memory(self._devices[device_index])
        if free is None:
            return self._function
        compiled = self._function.lower(self._params[device_index], batch).compile()
        needs = compiled.memory_analysis()
        if needs is not None:
            each = needs.temp_size_in_bytes + needs.output_size_in_bytes + batch.nbytes
            if each * self._each > free:
                raise MemoryError(f"{each * self._each:,} bytes are needed and {free:,} are free")
        return compiled

    def _halve(self, batch: np.ndarray, size: int, error: Exception) -> None:
        half = -(-size // 2)
        with self._first:
            if self._fitting.get(batch.shape[1:], size + 1) < size:
                return  # another lane has halved it meanwhile
            if size == 1:
                raise DeviceError(
                    f"The memory of {self._devices[0]} does not hold even one picture of this model: "
                    f"{str(error).splitlines()[0]}.",
                    'close other programs on it, take a smaller model, or give device="cpu".',
                ) from error
            self._fitting[batch.shape[1:]] = half
        warnings.warn(
            f"{size} pictures at once do not fit into the memory of {self._devices[0]}; continuing "
            f"with {half}. Give batch_size={half} to start with that.",
            SmallerBatchWarning,
            stacklevel=2,
        )


def _unseen(text: str) -> None:
    pass


def halved(params: Any) -> Any:
    """Parameters in bfloat16; whole numbers stay as they are."""
    import jax
    import jax.numpy as jnp

    def half(leaf: Any) -> Any:
        return leaf.astype(jnp.bfloat16) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf

    return jax.tree.map(half, params)


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32) if values.dtype.name == "bfloat16" else values


def _filled(part: np.ndarray, size: int) -> np.ndarray:
    if len(part) == size:
        return part
    return np.concatenate([part, np.zeros((size - len(part), *part.shape[1:]), part.dtype)])


def _out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


class HostRunner:
    """Runs a `HostFunction` on batches, with a lane for each core.

    Parameters
    ----------
    network
        The function and its parameters.
    device
        ``"cpu"`` or ``None``.
    batch_size
        Samples in a batch.

    Raises
    ------
    DeviceError
        When a device other than the CPU is asked for.
    """

    precision = "float32"

    def __init__(
        self, network: Network, *, device: str | None = None, batch_size: int | None = None
    ) -> None:
        if device not in {None, "cpu"}:
            raise DeviceError(
                f"This model runs on the CPU alone, not on {device!r}.", "leave device=None."
            )
        begin_network()
        self._apply, self._params = network.apply, network.params
        self.batch_size = batch_size or CPU_BATCH
        self.lanes = cores()

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one batch and wait for the result."""
        return self._apply(self._params, batch)


class SeveralRunner:
    """Runs several networks on each batch, one after the other: see `Several`.

    Each is compiled by itself, so that no combination of them needs a program of its own.
    """

    def __init__(
        self, several: Several, *, device: str | None = None, batch_size: int | None = None
    ) -> None:
        self._shapes = several.shapes
        self._runners = [
            Runner(network, device=device, batch_size=batch_size) for network in several.networks
        ]
        self.batch_size = min(runner.batch_size for runner in self._runners)
        self.lanes = self._runners[0].lanes
        self.note: Callable[[str], None] = _unseen
        halves = {runner.precision for runner in self._runners} - {"float32"}
        self.precision = halves.pop() if halves else "float32"

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one batch of samples that are `side_by_side` and wait for the results."""
        outputs, start = {}, 0
        for number, (runner, shape) in enumerate(zip(self._runners, self._shapes, strict=True)):
            runner.note = self.note
            end = start + math.prod(shape)
            own = runner(batch[:, start:end].reshape(len(batch), *shape), lane)
            outputs |= {f"{number}.{name}": values for name, values in own.items()}
            start = end
        return outputs


def runner_for(
    network: Network | Several, *, device: str | None, batch_size: int | None
) -> Runner | HostRunner | SeveralRunner:
    """The runner of a network."""
    if isinstance(network, Several):
        return SeveralRunner(network, device=device, batch_size=batch_size)
    kind = HostRunner if isinstance(network.apply, HostFunction) else Runner
    return kind(network, device=device, batch_size=batch_size)


@functools.lru_cache(maxsize=32)
def _compiled(apply: Apply, on_cpu: bool) -> jax.stages.Wrapped:
    import jax

    return jax.jit(apply, compiler_options=cpu_compiler_options() if on_cpu else None)
