"""The machine's cores, devices and memory, and the folder for the library's files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imagesasdata.errors import ArgumentError, DeviceError

# A first guess at the memory that a picture needs on an accelerator; `Runner` checks the actual need.
_SHARE = 128 * 2**20
_LARGEST, _USUAL = 256, 64

_most_cores: int | None = None


def limit_cores(count: int) -> None:
    """Limit the cores that this process uses, to leave the others to other processes."""
    global _most_cores
    _most_cores = count


def cores() -> int:
    """How many cores this process may use; in a container or batch job, fewer than the machine has."""
    return _own_cores() if _most_cores is None else min(_most_cores, _own_cores())


def _own_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_forked = False
_watched = False


def begin_network() -> None:
    """Note that a network runs in this process, so that processes forked from it are told apart.

    Raises
    ------
    DeviceError
        In a process that was forked after a network ran. It has the locks of threads that it does
        not have, and would wait for ever.
    """
    global _watched
    if _forked:
        raise DeviceError(
            "This process was forked from one in which a network had run, and networks cannot run in "
            "such a copy: it would wait for ever.",
            'start new processes: multiprocessing.get_context("spawn").Pool(), joblib\'s "loky", or '
            "makeCluster() in place of mclapply() in R. One process uses all cores, too.",
        )
    if not _watched and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)
        _watched = True


def _after_fork() -> None:
    global _forked
    _forked = True


def find_devices(device: str | None) -> Sequence[Any]:
    """The local devices that a ``device=`` argument refers to.

    Raises
    ------
    ArgumentError
        When it is not of the form ``"cpu"`` or ``"gpu:1"``.
    DeviceError
        When this machine has no such device, jax was installed without support for it, or the
        process was forked after a network ran.
    """
    begin_network()
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
        devices = jax.local_devices(backend=kind)
    except RuntimeError:
        here = sorted({device.platform for device in jax.local_devices()})
        raise DeviceError(
            f"No {kind} is available to JAX on this machine; it has: {', '.join(here)}.",
            'leave device=None, or install JAX for it, for example pip install "jax[cuda12]".',
        ) from None
    if not number:
        return devices
    if int(number) >= len(devices):
        raise DeviceError(
            f"There is no device {device!r}: this machine has {len(devices)} of the kind {kind}.",
            f'numbers start at 0, so the last is "{kind}:{len(devices) - 1}".',
        )
    return [devices[int(number)]]


def accelerator_batch(devices: Sequence[Any]) -> int:
    """The batch size for accelerators: a power of two that fits the one with the least memory."""
    sizes = [memory for device in devices if (memory := _memory(device)) is not None]
    if not sizes:
        return _USUAL
    fitting = max(1, min(total for total, _ in sizes) // _SHARE)
    return min(_LARGEST, 1 << (fitting.bit_length() - 1))


def free_memory(device: Any) -> int | None:
    """Free bytes on a device, or ``None`` if it does not report them, such as a CPU."""
    memory = _memory(device)
    return None if memory is None else memory[0] - memory[1]


def _memory(device: Any) -> tuple[int, int] | None:
    """Total bytes and bytes in use."""
    stats = device.memory_stats()
    if not stats or "bytes_limit" not in stats:
        return None
    return stats["bytes_limit"], stats.get("bytes_in_use", 0)


@contextmanager
def usual_rules() -> Iterator[None]:
    """JAX's own rules for shapes and types, whatever the user has set for their own code.

    A setting holds for one thread, so this goes around what each thread runs.
    """
    import jax

    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield


def home() -> Path:
    """The folder for weights and compiled programs: ``IMAGESASDATA_HOME``, or the user's cache."""
    chosen = os.environ.get("IMAGESASDATA_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "imagesasdata"
