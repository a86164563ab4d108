"""Reads safetensors files: a JSON header that says what lies where, then plain numbers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape, widen

_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}
_LONGEST_HEADER = 100_000_000


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the tensors of a safetensors file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        From name to array; bfloat16 becomes float32.

    Raises
    ------
    WeightsError
        When the file is of another kind, cut off or contradicts itself.
    """
    data = memoryview(Path(path).read_bytes())
    try:
        return _read(data)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error


def _read(data: memoryview) -> dict[str, np.ndarray]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(_LONGEST_HEADER, len(data) - 8):
        raise WeightsError("is not a safetensors file, or is cut off.")
    header, values = _header(bytes(data[8 : 8 + length])), data[8 + length :]
    header.pop("__metadata__", None)
    places = {}
    tensors = {}
    for name, entry in header.items():
        places[name], tensors[name] = _tensor(entry, values)
    # As the format demands: no holes where other things could be hidden, no value used twice.
    end = 0
    for start, stop in sorted(places.values()):
        if start != end:
            raise WeightsError("has values that overlap or belong to no tensor.")
        end = stop
    if end != len(values):
        raise WeightsError("has values that belong to no tensor.")
    return tensors


def _header(text: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise WeightsError("names a tensor twice.")
        return dict(pairs)

    try:
        header = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise WeightsError("is not a safetensors file: its header is not JSON.") from error
    if not isinstance(header, dict):
        raise WeightsError("is not a safetensors file: its header lists no tensors.")
    return header


def _tensor(entry: Any, values: memoryview) -> tuple[tuple[int, int], np.ndarray]:
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(start), int(stop)]}:
            pass
        case _:
            raise WeightsError("describes a tensor in a way that is not understood.")
    if kind not in _DTYPES:
        raise WeightsError(f"has numbers of the kind {kind!r}, which cannot be read.")
    if not 0 <= start <= stop <= len(values):
        raise WeightsError("is cut off, or a tensor reaches beyond its end.")
    array = np.frombuffer(values[start:stop], np.uint8)
    dtype = np.dtype(_DTYPES[kind])
    shape = check_shape(shape, array.size)
    if array.size != dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise WeightsError("has a tensor whose shape and values differ in size.")
    tensor = array.copy().view(dtype).reshape(shape)
    return (start, stop), widen(tensor) if kind == "BF16" else tensor
