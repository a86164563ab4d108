"""Small files of every format, written by hand, so that they can be made to lie."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import h5py
import numpy as np

TENSORS = {
    "a": np.arange(12, dtype=np.float32).reshape(3, 4),
    "deep/b": np.array([1.5, -2.0], np.float16),
    "c": np.array([[1, -1]], np.int64),
    "scalar": np.array(7.0),
    "empty": np.zeros((0, 3), np.float32),
}
_SAFE = {"float32": "F32", "float16": "F16", "int64": "I64", "float64": "F64"}


def safetensors(path: Path, tensors: dict[str, np.ndarray] = TENSORS) -> Path:
    header, data = {"__metadata__": {"by": "hand"}}, b""
    for name, array in tensors.items():
        offsets = [len(data), len(data) + array.nbytes]
        kind = _SAFE[array.dtype.name]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}  # type: ignore[dict-item]
        data += array.tobytes()
    return safetensors_of(path, header, data)


def safetensors_of(path: Path, header: Any, data: bytes) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def npz(path: Path, tensors: dict[str, np.ndarray] = TENSORS) -> Path:
    with path.open("wb") as file:
        np.savez(file, **tensors)  # type: ignore[arg-type]
    return path


def h5(path: Path, tensors: dict[str, np.ndarray] = TENSORS, **options: Any) -> Path:
    with h5py.File(path, "w", **options) as file:
        file.attrs["layer_names"] = [b"a", b"deep"]
        for name, array in tensors.items():
            file.create_dataset(name, data=array)
    return path


_ONNX = {"float32": 1, "float16": 10, "int64": 7, "float64": 11}


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def onnx(path: Path, tensors: dict[str, np.ndarray] = TENSORS) -> Path:
    return onnx_of(path, *(onnx_tensor(name, array) for name, array in tensors.items()))


def onnx_tensor(name: str, array: np.ndarray) -> bytes:
    dims = b"".join(field(1, length) for length in array.shape)
    kind = field(2, _ONNX[array.dtype.name])
    return dims + kind + field(8, name.encode()) + field(9, array.tobytes())


def onnx_of(path: Path, *tensors: bytes) -> Path:
    graph = field(2, b"graph") + b"".join(field(5, tensor) for tensor in tensors)
    path.write_bytes(field(1, 8) + field(7, graph))
    return path
