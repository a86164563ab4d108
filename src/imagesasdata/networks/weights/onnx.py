"""Reads the weights (initializers) of an ONNX file, without the onnx package.

An ONNX file is a protocol buffer. Its outer levels, which hold the weights, can be read in a hundred
lines; the onnx package has a compiled parser and follows references to other files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape, widen

# The numbers of fields and kinds are those of onnx.proto.
_GRAPH, _INITIALIZER, _SPARSE = 7, 5, 15
_DIMS, _KIND, _NAME, _RAW, _LOCATION = 1, 2, 8, 9, 14
_FLOATS, _INT32S, _INT64S, _DOUBLES, _UINT64S = 4, 5, 7, 10, 11
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
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5

Field = tuple[int, int | memoryview]


def read_onnx(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the initializers of an ONNX model.

    Parameters
    ----------
    path
        The file, with its weights inside (not in a file beside it).

    Returns
    -------
    dict
        The arrays by name; bfloat16 becomes float32.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated, contradicts itself, or has no weights.
    """
    data = memoryview(Path(path).read_bytes())
    try:
        return _read(data)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error


def _read(data: memoryview) -> dict[str, np.ndarray]:
    graphs = [as_message(value) for number, value in message_fields(data) if number == _GRAPH]
    if len(graphs) != 1:
        raise WeightsError("is not an ONNX model.")
    tensors: dict[str, np.ndarray] = {}
    for number, value in message_fields(graphs[0]):
        if number == _SPARSE:
            raise WeightsError("has sparse weights, which cannot be read.")
        if number == _INITIALIZER:
            name, tensor = _tensor(as_message(value))
            if name in tensors:
                raise WeightsError("names a tensor twice.")
            tensors[name] = tensor
    if not tensors:
        raise WeightsError("is not an ONNX model, or one without weights.")
    return tensors


def _tensor(message: memoryview) -> tuple[str, np.ndarray]:
    fields: dict[int, list[int | memoryview]] = {}
    for number, value in message_fields(message):
        fields.setdefault(number, []).append(value)
    kind = _last(fields, _KIND)
    if _last(fields, _LOCATION) not in {None, 0}:
        raise WeightsError(
            "keeps its weights in another file.",
            "save the model in one: onnx.save(model, path, save_as_external_data=False).",
        )
    if not isinstance(kind, int) or kind not in _KINDS:
        raise WeightsError("has numbers of a kind that cannot be read.")
    dtype = np.dtype(_KINDS[kind])
    values = _values(fields, dtype)
    shape = check_shape(_integers(fields.get(_DIMS, [])), values.size)
    if values.size != int(np.prod(shape, dtype=object)):
        raise WeightsError("has a tensor whose shape and values differ in size.")
    try:
        name = bytes(as_message(_last(fields, _NAME))).decode("utf-8")
    except UnicodeDecodeError as error:
        raise WeightsError("has a name that is not text.") from error
    values = values.reshape(shape)
    return name, widen(values) if kind == _BFLOAT16 else values


def _values(fields: dict[int, list[int | memoryview]], dtype: np.dtype) -> np.ndarray:
    """A tensor's numbers, from its raw bytes or from the list for their type."""
    raw = _last(fields, _RAW)
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
    numbers = _integers(
        [part for number in (_INT32S, _INT64S, _UINT64S) for part in fields.get(number, [])]
    )
    # Smaller types are stored in 32 bits, float16 as its bit pattern.
    bits = np.dtype(f"<u{dtype.itemsize}")
    mask = (1 << 8 * dtype.itemsize) - 1
    return np.array([number & mask for number in numbers], bits).view(dtype)


def _last(fields: dict[int, list[int | memoryview]], number: int) -> int | memoryview | None:
    return fields[number][-1] if number in fields else None


def as_message(value: int | memoryview | None) -> memoryview:
    """A field's bytes, which must be bytes.

    Raises
    ------
    WeightsError
        When the field is missing or a number.
    """
    if not isinstance(value, memoryview):
        raise WeightsError("is not an ONNX model.")
    return value


def _integers(parts: list[int | memoryview]) -> list[int]:
    """Whole numbers, single or packed."""
    numbers = []
    for part in parts:
        if isinstance(part, int):
            numbers.append(part)
            continue
        position = 0
        while position < len(part):
            number, position = _varint(part, position)
            numbers.append(number)
    return numbers


def message_fields(data: memoryview) -> Iterator[Field]:
    """The fields of a message: number, and value or bytes.

    Raises
    ------
    WeightsError
        When these bytes are no message.
    """
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire == _BYTES:
            length, position = _varint(data, position)
        elif wire in {_EIGHT, _FOUR}:
            length = 8 if wire == _EIGHT else 4
        else:
            raise WeightsError("is not an ONNX model.")
        if length > len(data) - position:
            raise WeightsError("is not an ONNX model, or is cut off.")
        yield number, data[position : position + length]
        position += length


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """A varint (seven bits per byte), and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise WeightsError("is not an ONNX model, or is cut off.")
