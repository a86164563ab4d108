"""Reads a weight file in any known format, recognized by its first bytes."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.h5 import read_h5
from imagesasdata.networks.weights.npz import read_npz
from imagesasdata.networks.weights.onnx import read_onnx
from imagesasdata.networks.weights.pth import read_pth
from imagesasdata.networks.weights.safetensors import read_safetensors


def read_tensors(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the tensors of a file: safetensors, .npz, .h5, .onnx, .pth.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        The arrays by name.

    Raises
    ------
    WeightsError
        When there is no such file, its format is unknown, or it is damaged. Nothing in it is run.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"There is no file {str(path)!r}.")
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"\x89HDF":
        return read_h5(path)
    if head[:4] == b"PK\3\4":
        return read_npz(path) if _holds_arrays(path) else read_pth(path)
    if head[8:9] == b"{":
        return read_safetensors(path)
    if head[:1] == b"\x80":  # a pickle of protocol 2 or later
        return read_pth(path)
    # A protocol buffer has no signature; a model's starts with the version of its format.
    if head[:1] == b"\x08":
        return read_onnx(path)
    raise WeightsError(
        f"The file {str(path)!r} has an unknown format.",
        "known are safetensors, .npz, .h5, .onnx and .pth.",
    )


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return all(name.endswith(".npy") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
