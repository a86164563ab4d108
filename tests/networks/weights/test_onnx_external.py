"""Weights beside an ONNX file are part of what a model is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.onnx_external import external_files, fingerprint
from tests.networks.weights.files import field


def external(location: str) -> bytes:
    """A tensor whose numbers are in another file."""
    entry = field(1, b"location") + field(2, os.fsencode(location))
    return field(1, 4) + field(2, 1) + field(8, b"w") + field(13, entry) + field(14, 1)


def model(path: Path, graph: bytes) -> Path:
    path.write_bytes(field(1, 8) + field(7, graph))
    return path


def in_constant(tensor: bytes) -> bytes:
    return field(1, field(4, b"Constant") + field(5, field(1, b"value") + field(5, tensor)))


def in_branch(tensor: bytes) -> bytes:
    return field(1, field(4, b"If") + field(5, field(6, field(5, tensor))))


def in_sparse(tensor: bytes) -> bytes:
    return field(15, field(1, tensor))


PLACES = [lambda tensor: field(5, tensor), in_constant, in_branch, in_sparse]


@pytest.mark.parametrize("place", PLACES)
def test_the_fingerprint_follows_the_numbers_beside(place, tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(16))
    path = model(tmp_path / "net.onnx", place(external("w.bin")))
    assert external_files(path) == [(tmp_path / "w.bin").resolve()]
    before = fingerprint(path)
    (tmp_path / "w.bin").write_bytes(bytes(15) + b"1")
    assert fingerprint(path) != before
    (tmp_path / "w.bin").write_bytes(bytes(16))
    assert fingerprint(path) == before


@pytest.mark.parametrize(
    "name", ["../secret.bin", "/etc/hostname", "link.bin", "in/../../secret.bin"]
)
def test_a_file_outside_is_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(bytes(16))
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    path = model(folder / "net.onnx", field(5, external(name)))
    with pytest.raises(WeightsError, match="outside its own folder.\nHint: put both files"):
        fingerprint(path)


def test_a_file_that_is_missing_and_files_that_are_no_models(tmp_path: Path) -> None:
    path = model(tmp_path / "net.onnx", field(5, external("gone.bin")))
    with pytest.raises(WeightsError, match="keeps weights in 'gone.bin', which is not there"):
        fingerprint(path)
    path.write_bytes(b"\x3a\xff\x01no model")
    with pytest.raises(
        WeightsError, match="net.onnx' is not an ONNX network: it is not an ONNX model"
    ):
        fingerprint(path)
    nested = b""
    for _ in range(80):
        nested = in_branch(b"") if not nested else field(1, field(5, field(6, nested)))
    with pytest.raises(WeightsError, match="graphs within graphs without end"):
        fingerprint(model(path, nested))
