"""Reads PyTorch ``.pth`` files (the older, non-zip form) in numpy, running nothing that is in them.

Such a file is a pickle, and a pickle can name any function to be called. The unpickler here knows
five names, each of which makes a tensor or a dictionary, and refuses all others.
"""

from __future__ import annotations

import io
import os
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("i1"),
    "ByteStorage": np.dtype("u1"),
    "BoolStorage": np.dtype("?"),
}


def read_pth(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the tensors of a PyTorch state dict.

    Parameters
    ----------
    path
        A file that ``torch.save(module.state_dict(), path)`` wrote before PyTorch 1.6, or since then
        with ``_use_new_zipfile_serialization=False``.

    Returns
    -------
    dict
        From parameter name to array.

    Raises
    ------
    WeightsError
        When the file is of another kind, cut off, contradicts itself, or asks for anything but
        tensors. Nothing in it is run.
    """
    data = Path(path).read_bytes()
    try:
        return _read(data)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error


@dataclass
class _Storage:
    """A block of numbers that tensors are views of; its values come later in the file."""

    dtype: np.dtype[Any]
    size: int
    values: np.ndarray | None = None


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage, in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> np.ndarray:
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


def _read(data: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(data)
    storages: dict[str, _Storage] = {}
    if _load(file, storages) != _MAGIC or _load(file, storages) != _PROTOCOL:
        raise WeightsError("is not a PyTorch file of the older, non-zip form.")
    system = _load(file, storages)
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise WeightsError("was written on a machine with another byte order.")
    state = _load(file, storages)
    keys = _load(file, storages)
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
        raise WeightsError("the list of storages does not match the tensors.")
    for key in keys:
        _fill(storages[str(key)], file, len(data))
    if not isinstance(state, dict):
        raise WeightsError("does not hold a state dict.")
    tensors = {
        name: value.array()
        for name, value in state.items()
        if isinstance(name, str) and isinstance(value, _Tensor)
    }
    if len(tensors) != len(state):
        raise WeightsError("holds things that are not tensors.")
    return tensors


def _fill(storage: _Storage, file: io.BytesIO, total: int) -> None:
    head = file.read(8)
    size = int.from_bytes(head, "little", signed=True)
    length = size * storage.dtype.itemsize
    if len(head) < 8 or size != storage.size or not 0 <= length <= total - file.tell():
        raise WeightsError("is cut off, or a storage's size is wrong.")
    storage.values = np.frombuffer(file.read(length), storage.dtype)


def _load(file: io.BytesIO, storages: dict[str, _Storage]) -> Any:
    try:
        return _Unpickler(file, storages).load()
    except WeightsError:
        raise
    except Exception as error:  # damaged pickles raise any kind; all mean the same
        raise WeightsError(f"cannot be read as a PyTorch file ({type(error).__name__}).") from error


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _rebuild_parameter
        if module == "torch" and name in _DTYPES:
            return _StorageKind(name)
        raise WeightsError(
            f"asks for {module}.{name}, which is not needed to hold numbers.",
            "do not use this file: it may have been made to run code.",
        )

    def persistent_load(self, pid: Any, /) -> _Storage:
        match pid:
            case ("storage", _StorageKind(name=kind), str(key), str(), int(size), None) if (
                size >= 0
            ):
                storage = _Storage(_DTYPES[kind], size)
            case _:
                raise WeightsError("names its values in a way that is not understood.")
        known = self._storages.setdefault(key, storage)
        if (known.dtype, known.size) != (storage.dtype, storage.size):
            raise WeightsError("describes the same values in two ways.")
        return known


@dataclass(frozen=True)
class _StorageKind:
    name: str


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _Tensor:
    numbers = [offset, *_sequence(shape), *_sequence(strides)]
    if not isinstance(storage, _Storage) or not all(
        type(number) is int and number >= 0 for number in numbers
    ):
        raise WeightsError("has a tensor of impossible shape.")
    shape, strides = tuple(shape), tuple(strides)
    count = 1
    for length in shape:
        count *= length
    # A step of zero repeats values; without a limit a small file could ask for all memory.
    if len(shape) != len(strides) or len(shape) > 8 or count > storage.size:
        raise WeightsError("has a tensor with more elements than values.")
    return _Tensor(storage, offset, shape, strides)


def _rebuild_parameter(tensor: Any, *_: Any) -> _Tensor:
    if not isinstance(tensor, _Tensor):
        raise WeightsError("has a parameter that is not a tensor.")
    return tensor


def _sequence(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (None,)
