"""The files beside an ONNX file that hold part of its weights (external data)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.file import hash_of
from imagesasdata.networks.weights.protobuf import as_message, message_fields

# Which fields of a message hold further messages that can lead to a tensor; numbers of onnx.proto.
_WITHIN: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_KEY, _VALUE = 1, 2
# Graphs within graphs (loops and conditions); real networks have a few.
_DEEPEST = 64


def fingerprint(path: Path) -> str:
    """A hash of an ONNX file and of all files that it keeps weights in.

    Raises
    ------
    WeightsError
        When the file is no ONNX model, or one of these is missing or lies outside its folder.
    """
    digest = hashlib.sha256(hash_of(path).encode())
    for file in external_files(path):
        digest.update(f"\n{file.name} {hash_of(file)}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def external_files(path: Path) -> list[Path]:
    """The files that an ONNX file keeps weights in, in the order of their names.

    Raises
    ------
    WeightsError
        When the file is no ONNX model, or one of these is missing or lies outside its folder.
    """
    data = memoryview(path.read_bytes())
    try:
        names = sorted(set(_locations(data, "model", _DEEPEST)))
    except WeightsError as error:
        raise WeightsError(
            f"The file {str(path)!r} is not an ONNX network: it {error.message}"
        ) from error
    return [beside(path, name) for name in names]


def _locations(data: memoryview, kind: str, depth: int) -> Iterator[str]:
    if depth == 0:
        raise WeightsError("has graphs within graphs without end.")
    for number, value in message_fields(data):
        inner = _WITHIN[kind].get(number)
        if inner == "entry":
            entry = dict(message_fields(as_message(value)))
            if _text(entry.get(_KEY)) == "location":
                yield _text(entry.get(_VALUE))
        elif inner is not None:
            yield from _locations(as_message(value), inner, depth - 1)


def _text(value: int | memoryview | None) -> str:
    return bytes(as_message(value)).decode("utf-8", "surrogateescape")


def beside(path: Path, name: str) -> Path:
    """A file that an ONNX file names, which must be in the same folder or in one within it."""
    folder = path.resolve().parent
    file = (folder / name).resolve()
    if not file.is_relative_to(folder):
        raise WeightsError(
            f"The file {str(path)!r} keeps weights in {name!r}, outside its own folder.",
            "put both files into one folder and save the model again.",
        )
    if not file.is_file():
        raise WeightsError(
            f"The file {str(path)!r} keeps weights in {name!r}, which is not there.",
            "put that file beside it.",
        )
    return file
