"""Reads a pickle of tensors without running code in it.

A pickle can call any function by name. Only the few names that make tensors and dictionaries are
allowed; all others are refused.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape, widen
from imagesasdata.networks.weights.opcodes import Machine, dictionary

# What people call the state dict in a checkpoint.
_NAMES = ("state_dict", "model_state_dict", "model")
# DataParallel adds this to all names.
_SPREAD = "module."
_BFLOAT16 = "BFloat16Storage"
# How often each number may be in several tensors: layers that share weights name them twice.
_MOST_SHARED = 8
_DTYPES = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    _BFLOAT16: np.dtype("<u2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
}


@dataclass
class Storage:
    """A block of numbers that tensors view; its values are stored elsewhere in the file."""

    kind: str
    size: int
    values: np.ndarray | None = None

    @property
    def bytes(self) -> int:
        """The number of bytes of the values."""
        return self.size * _DTYPES[self.kind].itemsize

    def fill(self, data: bytes | memoryview) -> None:
        """Set the values."""
        values = np.frombuffer(data, _DTYPES[self.kind])
        self.values = widen(values) if self.kind == _BFLOAT16 else values


@dataclass(frozen=True)
class Tensor:
    """A view of a storage, in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
        """Its numbers; the storage must have been filled."""
        values = self.storage.values
        if values is None:
            raise WeightsError("a tensor's values are missing from the file.")
        reach = sum(
            (length - 1) * step for length, step in zip(self.shape, self.strides, strict=True)
        )
        if 0 not in self.shape and self.offset + reach >= len(values):
            raise WeightsError("a tensor reaches beyond its values.")
        if 0 in self.shape:
            return np.zeros(self.shape, values.dtype)
        step = values.dtype.itemsize
        view = np.lib.stride_tricks.as_strided(
            values[self.offset :], self.shape, [step * stride for stride in self.strides]
        )
        return view.copy()


def load(file: io.BytesIO, storages: dict[str, Storage]) -> Any:
    """Load one pickle, and add the storages that it names to ``storages``.

    Raises
    ------
    WeightsError
        When it is damaged, or asks for anything but tensors.
    """
    try:
        return Machine(file, _find, lambda pid: _stored(pid, storages)).run()
    except WeightsError:
        raise
    except Exception as error:  # damaged pickles raise any exception; all mean the same
        raise WeightsError(f"cannot be read as a PyTorch file ({type(error).__name__}).") from error


def arrays(state: Any) -> dict[str, np.ndarray]:
    """The arrays of a state dict, or of the one in a checkpoint (see `_NAMES`).

    Names of a network that was trained on several GPUs lose the ``module.`` before all of them.

    Raises
    ------
    WeightsError
        When there is none, or it holds anything but tensors.
    """
    inner = [state.get(name) for name in _NAMES] if isinstance(state, dict) else []
    state = next((one for one in inner if isinstance(one, dict)), state)
    if not isinstance(state, dict):
        raise WeightsError("does not hold a state dict.")
    tensors = {name: value for name, value in state.items() if isinstance(value, Tensor)}
    if len(tensors) != len(state) or not all(isinstance(name, str) for name in tensors):
        raise WeightsError("holds things that are not tensors.")
    _check_memory(tensors.values())
    spread = len(tensors) > 0 and all(name.startswith(_SPREAD) for name in tensors)
    start = _SPREAD if spread else ""
    return {name.removeprefix(start): value.array() for name, value in tensors.items()}


def _check_memory(tensors: Collection[Tensor]) -> None:
    """Refuse many tensors of the same few numbers, whose copies would fill the memory."""
    storages = {id(tensor.storage): tensor.storage.size for tensor in tensors}
    if sum(math.prod(tensor.shape) for tensor in tensors) > _MOST_SHARED * sum(storages.values()):
        raise WeightsError("asks for more memory than its tensors can need.")


def _find(module: str, name: str) -> Any:
    if (module, name) == ("collections", "OrderedDict"):
        return dictionary
    # PyTorch before 0.4 has the first of these.
    if module == "torch._utils" and name in {"_rebuild_tensor", "_rebuild_tensor_v2"}:
        return _rebuild_tensor
    if (module, name) == ("torch._utils", "_rebuild_parameter"):
        return _rebuild_parameter
    if module == "torch" and name in _DTYPES:
        return _StorageKind(name)
    raise WeightsError(
        f"asks for {module}.{name}, which is not needed to hold numbers.",
        "do not use this file: it may have been made to run code. Of a network of your own save the "
        'numbers alone: torch.save(network.state_dict(), "FILE.pth").',
    )


def _stored(pid: Any, storages: dict[str, Storage]) -> Storage:
    match pid:
        case ("storage", _StorageKind(name=kind), str(key), str(), int(size), *rest) if (
            size >= 0 and rest in ([], [None])
        ):
            storage = Storage(kind, size)
        case _:
            raise WeightsError("names its values in a way that is not understood.")
    known = storages.setdefault(key, storage)
    if (known.kind, known.size) != (storage.kind, storage.size):
        raise WeightsError("describes the same values in two ways.")
    return known


@dataclass(frozen=True)
class _StorageKind:
    name: str


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
    numbers = [offset, *_sequence(shape), *_sequence(strides)]
    if not isinstance(storage, Storage) or not all(
        type(number) is int and number >= 0 for number in numbers
    ):
        raise WeightsError("has a tensor of impossible shape.")
    if len(shape) != len(strides):
        raise WeightsError("has a tensor of impossible shape.")
    # A stride of zero repeats values; without a limit, a small file could fill the memory.
    return Tensor(storage, offset, check_shape(shape, storage.size), tuple(strides))


def _rebuild_parameter(tensor: Any, *_: Any) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise WeightsError("has a parameter that is not a tensor.")
    return tensor


def _sequence(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (None,)
