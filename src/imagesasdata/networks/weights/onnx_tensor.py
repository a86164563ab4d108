"""Reads a tensor of an ONNX file: its name, its shape and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape, widen
from imagesasdata.networks.weights.protobuf import (
    Value,
    as_message,
    as_text,
    fields_of,
    integers,
    last,
)

# The numbers of fields and kinds are those of onnx.proto.
_DIMS, _KIND, _NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 8, 9, 13, 14
_FLOATS, _INT32S, _INT64S, _DOUBLES, _UINT64S = 4, 5, 7, 10, 11
_KEY, _VALUE = 1, 2
_BFLOAT16 = 16
_KINDS = {
    1: "<f4",
    2: "u1",
    3: "i1",
    4: "<u2",
    5: "<i2",
    6: "<i4",
    7: "<i8",
    9: "?",
    10: "<f2",
    11: "<f8",
    12: "<u4",
    13: "<u8",
    _BFLOAT16: "<u2",
}

Beside = Callable[[str], Path]


def read_tensor(message: memoryview, beside: Beside | None = None) -> tuple[str, np.ndarray]:
    """A tensor's name and values; bfloat16 becomes float32.

    Parameters
    ----------
    message
        The bytes of a ``TensorProto``.
    beside
        Finds the file of a name, for tensors whose values are in another file.

    Raises
    ------
    WeightsError
        When it contradicts itself, its numbers are of an unknown kind, or they are in another file
        and ``beside`` is not given.
    """
    fields = fields_of(message)
    kind = last(fields, _KIND)
    if not isinstance(kind, int) or kind not in _KINDS:
        raise WeightsError("has numbers of a kind that cannot be read.")
    dtype = np.dtype(_KINDS[kind])
    if last(fields, _LOCATION) not in {None, 0}:
        if beside is None:
            raise WeightsError(
                "keeps its weights in another file.",
                "save the model in one: onnx.save(model, path, save_as_external_data=False).",
            )
        values = _external(fields.get(_EXTERNAL, []), beside, dtype)
    else:
        values = _values(fields, dtype)
    shape = check_shape(integers(fields.get(_DIMS, [])), values.size)
    if values.size != int(np.prod(shape, dtype=object)):
        raise WeightsError("has a tensor whose shape and values differ in size.")
    name = as_text(last(fields, _NAME)) if _NAME in fields else ""
    values = values.reshape(shape)
    return name, widen(values) if kind == _BFLOAT16 else values


def _external(entries: list[Value], beside: Beside, dtype: np.dtype) -> np.ndarray:
    """A tensor's numbers from another file: its name, where they begin, and how long they are."""
    told = {}
    for entry in entries:
        fields = fields_of(as_message(entry))
        told[as_text(last(fields, _KEY))] = as_text(last(fields, _VALUE))
    file = beside(told.get("location", ""))
    size = file.stat().st_size
    try:
        start = int(told.get("offset", 0))
        length = int(told.get("length", size - start))
    except ValueError:
        start = length = -1
    if start < 0 or length < 0 or start + length > size or length % dtype.itemsize:
        raise WeightsError(
            f"keeps weights in {file.name!r} at a place that the file does not have."
        )
    return np.fromfile(file, dtype, length // dtype.itemsize, offset=start)


def _values(fields: dict[int, list[Value]], dtype: np.dtype) -> np.ndarray:
    """A tensor's numbers, from its raw bytes or from the list for their type."""
    raw = last(fields, _RAW)
    if raw is not None:
        raw = as_message(raw)
        if len(raw) % dtype.itemsize:
            raise WeightsError("has a tensor whose shape and values differ in size.")
        return np.frombuffer(raw, np.uint8).copy().view(dtype)
    for number, packed in ((_FLOATS, "<f4"), (_DOUBLES, "<f8")):
        if number in fields and dtype == np.dtype(packed):
            parts = [part for part in fields[number] if isinstance(part, memoryview)]
            joined = b"".join(parts)
            if len(parts) != len(fields[number]) or len(joined) % dtype.itemsize:
                raise WeightsError("has a tensor whose shape and values differ in size.")
            return np.frombuffer(joined, dtype).copy()
    numbers = integers(
        [part for number in (_INT32S, _INT64S, _UINT64S) for part in fields.get(number, [])]
    )
    # Smaller types are stored in 32 bits, float16 as its bit pattern.
    bits = np.dtype(f"<u{dtype.itemsize}")
    mask = (1 << 8 * dtype.itemsize) - 1
    return np.array([number & mask for number in numbers], bits).view(dtype)
