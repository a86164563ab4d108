"""Reads an ONNX file: its weights (initializers), or its whole graph, without the onnx package.

An ONNX file is a protocol buffer, whose messages can be read in a few hundred lines; the onnx package
has a compiled parser and follows references to other files.
"""

from __future__ import annotations

import functools
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.onnx_external import beside
from imagesasdata.networks.weights.onnx_tensor import Beside, read_tensor
from imagesasdata.networks.weights.protobuf import (
    Value,
    as_message,
    as_text,
    fields_of,
    integers,
    last,
    message_fields,
    signed,
)

# The numbers of fields are those of onnx.proto.
_OPSETS, _GRAPH = 8, 7
_NODES, _INITIALIZERS, _INPUTS, _OUTPUTS, _SPARSE = 1, 5, 11, 12, 15
_TAKES, _GIVES, _NODE_NAME, _KIND, _ATTRIBUTES, _DOMAIN = 1, 2, 3, 4, 5, 7
_TENSOR_TYPE, _ELEMENT, _SHAPE, _LENGTH = 1, 1, 2, 1
# The kinds of an attribute, and the field of each: a number, text, a tensor, or a list.
_ATTRIBUTE_KIND = 20
_FLOAT, _INT, _STRING, _TENSOR, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 4, 6, 7, 8
_FIELD = {
    _FLOAT: 2,
    _INT: 3,
    _STRING: 4,
    _TENSOR: 5,
    _FLOATS: 7,
    _INTS: 8,
    _STRINGS: 9,
}
# The largest networks for pictures have a few thousand.
MOST_NODES = 100_000


@dataclass(frozen=True)
class Operation:
    """A node of a graph as the file has it; an input that is left out has an empty name."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class TensorInfo:
    """An input or output of a graph: its name, its type of number (of onnx.proto) and its shape.

    A length that is not fixed is ``None``; so is the shape if it is not stated.
    """

    name: str
    element: int
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class OnnxModel:
    """What an ONNX file holds: the version of its operations, and its graph."""

    opset: int
    operations: tuple[Operation, ...]
    weights: Mapping[str, np.ndarray]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


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
        weights = _weights(_graph(fields_of(data)), None)
        if not weights:
            raise WeightsError("is not an ONNX model, or one without weights.")
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error
    return weights


def read_onnx_model(path: Path) -> OnnxModel:
    """Read an ONNX model: its operations, weights, inputs and outputs.

    Parameters
    ----------
    path
        The file; its weights may be in files beside it.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated, contradicts itself, keeps weights outside its
        folder, or has more than 100,000 operations.
    """
    if not path.is_file():
        raise WeightsError(f"There is no file {str(path)!r}.")
    data = memoryview(path.read_bytes())
    try:
        return _model(data, functools.partial(beside, path))
    except WeightsError as error:
        message = error.message
        if not message.startswith("The file"):
            message = f"The file {str(path)!r} is not an ONNX network: it {message}"
        raise WeightsError(message, error.hint) from error


def parse_onnx_model(data: bytes) -> OnnxModel:
    """The same from a file's bytes, whose weights must be inside.

    Raises
    ------
    WeightsError
        As `read_onnx_model` does.
    """
    return _model(memoryview(data), None)


def _model(data: memoryview, beside: Beside | None) -> OnnxModel:
    model = fields_of(data)
    graph = _graph(model)
    if len(graph.get(_NODES, [])) > MOST_NODES:
        raise WeightsError(f"has more than {MOST_NODES:,} operations.")
    weights = _weights(graph, beside)
    return OnnxModel(
        _opset(model),
        tuple(_operation(as_message(node), beside) for node in graph.get(_NODES, [])),
        weights,
        # Old files list their weights among the inputs.
        tuple(one for one in _infos(graph, _INPUTS) if one.name not in weights),
        tuple(_infos(graph, _OUTPUTS)),
    )


def _graph(model: dict[int, list[Value]]) -> dict[int, list[Value]]:
    if len(model.get(_GRAPH, [])) != 1:
        raise WeightsError("is not an ONNX model.")
    return fields_of(as_message(model[_GRAPH][0]))


def _weights(graph: dict[int, list[Value]], beside: Beside | None) -> dict[str, np.ndarray]:
    if _SPARSE in graph:
        raise WeightsError("has sparse weights, which cannot be read.")
    weights: dict[str, np.ndarray] = {}
    for message in graph.get(_INITIALIZERS, []):
        name, tensor = read_tensor(as_message(message), beside)
        if not name or name in weights:
            raise WeightsError("names a tensor twice.")
        weights[name] = tensor
    return weights


def _opset(model: dict[int, list[Value]]) -> int:
    """The version of ONNX's own operations, which the empty domain stands for."""
    versions = {}
    for message in model.get(_OPSETS, []):
        fields = fields_of(as_message(message))
        domain = as_text(last(fields, 1)) if 1 in fields else ""
        versions["" if domain == "ai.onnx" else domain] = last(fields, 2)
    version = versions.get("", 1)
    if not isinstance(version, int):
        raise WeightsError("is not an ONNX model.")
    return version


def _operation(message: memoryview, beside: Beside | None) -> Operation:
    fields = fields_of(message)
    kind = as_text(last(fields, _KIND))
    domain = as_text(last(fields, _DOMAIN)) if _DOMAIN in fields else ""
    attributes = {}
    for attribute in fields.get(_ATTRIBUTES, []):
        name, value = _attribute(as_message(attribute), beside)
        attributes[name] = value
    return Operation(
        as_text(last(fields, _NODE_NAME)) if _NODE_NAME in fields else "",
        kind if domain in {"", "ai.onnx"} else f"{domain}::{kind}",
        tuple(map(as_text, fields.get(_TAKES, []))),
        tuple(map(as_text, fields.get(_GIVES, []))),
        attributes,
    )


def _attribute(message: memoryview, beside: Beside | None) -> tuple[str, Any]:
    """An attribute's name and value; ``None`` for graphs and other things that are not values."""
    fields = fields_of(message)
    name, kind = as_text(last(fields, 1)), last(fields, _ATTRIBUTE_KIND)
    if not isinstance(kind, int) or kind not in _FIELD:
        return name, None
    values = fields.get(_FIELD[kind], [])
    if kind == _FLOATS:
        return name, _floats(values)
    if kind == _INTS:
        return name, [signed(number) for number in integers(values)]
    if kind == _STRINGS:
        return name, list(map(as_text, values))
    if not values:  # a zero or an empty text may be left out
        return name, {_FLOAT: 0.0, _INT: 0, _STRING: ""}.get(kind)
    if kind == _TENSOR:
        return name, read_tensor(as_message(values[-1]), beside)[1]
    if kind == _STRING:
        return name, as_text(values[-1])
    return name, _floats(values[-1:])[0] if kind == _FLOAT else signed(integers(values)[-1])


def _floats(values: list[Value]) -> list[float]:
    joined = b"".join(as_message(value) for value in values)
    if len(joined) % 4:
        raise WeightsError("has a list of numbers that is cut off.")
    return [number for (number,) in struct.iter_unpack("<f", joined)]


def _infos(graph: dict[int, list[Value]], field: int) -> list[TensorInfo]:
    infos = []
    for message in graph.get(field, []):
        fields = fields_of(as_message(message))
        name = as_text(last(fields, 1))
        tensor = _inner(_inner(fields, 2), _TENSOR_TYPE)
        element = last(tensor, _ELEMENT)
        lengths = None
        if _SHAPE in tensor:
            lengths = tuple(
                _length(as_message(one))
                for number, one in message_fields(as_message(tensor[_SHAPE][-1]))
                if number == 1
            )
        infos.append(TensorInfo(name, element if isinstance(element, int) else 0, lengths))
    return infos


def _inner(fields: dict[int, list[Value]], number: int) -> dict[int, list[Value]]:
    return fields_of(as_message(fields[number][-1])) if number in fields else {}


def _length(message: memoryview) -> int | None:
    value = last(fields_of(message), _LENGTH)
    return signed(value) if isinstance(value, int) else None
