"""Runs a model's function on batches of one static shape, on CPU, GPU or TPU alike."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.errors import ArgumentError, DeviceError

Apply = Callable[[Any, Any], dict[str, Any]]

# Measured: on a CPU a network's activations for two pictures stay in the cache, and a thread for
# each core with small batches outruns one call with a large batch spread over all cores.
CPU_BATCH = 2
ACCELERATOR_BATCH = 64

_most_cores: int | None = None


class Network(NamedTuple):
    """A function of (parameters, batch), its parameters, and the best batch on a CPU if unusual."""

    apply: Apply
    params: Any
    cpu_batch: int | None = None


class Runner:
    """A function of ``(parameters, batch)``, compiled once and run on every device.

    A lane is a thread's right to run one batch at a time on one device: on a CPU there are as many
    as cores, on an accelerator two for each device, so that one batch travels while another is
    computed. Every batch has the same static shape, so that a picture's numbers do not depend on
    the company it is in.

    Parameters
    ----------
    apply
        Pure function of the parameters and a uint8 batch, giving arrays with a row for each sample.
    params
        Pytree of arrays.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"``, one of several as in ``"gpu:1"``, or ``None`` for all
        devices of the best kind there is.
    batch_size
        Samples in a batch; ``None`` takes what was measured best for the kind of device.
    cpu_batch
        What that is on a CPU for this function, where it is not what is usual.
    """

    def __init__(
        self,
        apply: Apply,
        params: Any,
        *,
        device: str | None = None,
        batch_size: int | None = None,
        cpu_batch: int | None = None,
    ) -> None:
        import jax

        use_compilation_cache()
        self._devices = find_devices(device)
        on_cpu = self._devices[0].platform == "cpu"
        self.batch_size = batch_size or ((cpu_batch or CPU_BATCH) if on_cpu else ACCELERATOR_BATCH)
        each = max(1, -(-cores() // len(self._devices))) if on_cpu else 2
        self.lanes = each * len(self._devices)
        self._params = [jax.device_put(params, device) for device in self._devices]
        self._function = _compiled(apply, on_cpu)
        self._first = threading.Lock()
        self._ready: set[tuple[int, tuple[int, ...]]] = set()

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one batch on a lane's device and wait for the result."""
        place = lane % len(self._devices)
        key = (place, batch.shape)
        if key in self._ready:
            return self._run(batch, place)
        # Of several lanes one compiles; the others wait for it rather than compile it, too.
        with self._first:
            outputs = self._run(batch, place)
            self._ready.add(key)
        return outputs

    def _run(self, batch: np.ndarray, place: int) -> dict[str, np.ndarray]:
        # The batch goes where the parameters are.
        outputs = self._function(self._params[place], batch)
        return {name: np.asarray(values) for name, values in outputs.items()}


class HostFunction(NamedTuple):
    """A function of ``(parameters, batch)`` that is not JAX's: it is called as it is, on the CPU."""

    call: Apply

    def __call__(self, params: Any, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Run it."""
        return self.call(params, batch)


class HostRunner:
    """Runs a `HostFunction` on batches; a lane is one of as many threads as there are cores.

    Parameters
    ----------
    apply
        The function.
    params
        What it takes first.
    device
        ``"cpu"`` or ``None``.
    batch_size
        Samples in a batch.

    Raises
    ------
    DeviceError
        When another device is asked for.
    """

    def __init__(
        self, apply: HostFunction, params: Any, *, device: str | None, batch_size: int | None
    ) -> None:
        if device not in {None, "cpu"}:
            raise DeviceError(
                f"This model runs on the CPU alone, not on {device!r}.", "leave device=None."
            )
        self._apply, self._params = apply, params
        self.batch_size = batch_size or CPU_BATCH
        self.lanes = cores()

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one batch and wait for the result."""
        return self._apply(self._params, batch)


def limit_cores(count: int) -> None:
    """Let this process use no more than so many cores, for others of the machine have their own work."""
    global _most_cores
    _most_cores = count


def cores() -> int:
    """How many cores this process may use (less than the machine's in a container or a queue)."""
    return _own_cores() if _most_cores is None else min(_most_cores, _own_cores())


def _own_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_devices(device: str | None) -> Sequence[Any]:
    """The local devices that a ``device=`` argument means.

    Raises
    ------
    ArgumentError
        When it is not of the form ``"cpu"`` or ``"gpu:1"``.
    DeviceError
        When this machine has no such device, or jax was installed without support for it.
    """
    import jax

    if device is None:
        return jax.local_devices()
    kind, _, number = device.partition(":")
    if kind not in {"cpu", "gpu", "cuda", "rocm", "tpu"} or (number and not number.isdigit()):
        raise ArgumentError(
            f"Unknown device {device!r}.",
            'give "cpu", "gpu", "tpu", one of several as "gpu:1", or None.',
        )
    try:
        found = jax.local_devices(backend=kind)
    except RuntimeError:
        here = sorted({device.platform for device in jax.local_devices()})
        raise DeviceError(
            f"No {kind} is available to JAX on this machine; it has: {', '.join(here)}.",
            'leave device=None, or install jax for it, such as pip install "jax[cuda12]".',
        ) from None
    if not number:
        return found
    if int(number) >= len(found):
        raise DeviceError(
            f"There is no device {device!r}: this machine has {len(found)} of the kind {kind}.",
            f'numbers start at 0, so the last is "{kind}:{len(found) - 1}".',
        )
    return [found[int(number)]]


def use_compilation_cache() -> None:
    """Keep compiled programs on disk, so that a second process starts at once.

    JAX's own setting wins where the user has made one.
    """
    import jax

    from imagesasdata.weights.store import home

    if jax.config.jax_compilation_cache_dir is None:  # pyright: ignore[reportAttributeAccessIssue]
        jax.config.update("jax_compilation_cache_dir", str(home() / "compiled"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


@functools.lru_cache(maxsize=32)
def _compiled(apply: Apply, on_cpu: bool) -> Callable[..., dict[str, Any]]:
    import jax

    from imagesasdata.nn.compile import cpu_compiler_options

    return jax.jit(apply, compiler_options=cpu_compiler_options() if on_cpu else None)
