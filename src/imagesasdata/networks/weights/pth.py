"""Reads PyTorch's files (.pth, .pt, .bin) in NumPy, without running code in them.

There are two formats. The older has five pickles followed by the numbers; the newer is a zip file
with a pickle and a member for each storage.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.pickled import Storage, arrays, load

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001


def read_pth(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the tensors of a PyTorch state dict.

    Parameters
    ----------
    path
        A file that ``torch.save(module.state_dict(), path)`` wrote, as a zip file or in the format
        of PyTorch before 1.6; or a checkpoint with a state dict under the name ``"state_dict"``,
        ``"model_state_dict"`` or ``"model"``.

    Returns
    -------
    dict
        The arrays by parameter name, without a ``module.`` before all of them; bfloat16 becomes
        float32.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated, contradicts itself, or asks for anything but
        tensors. Nothing in it is run.
    """
    data = Path(path).read_bytes()
    try:
        return _read_zip(data) if data[:4] == b"PK\3\4" else _read_pickles(data)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise WeightsError(
            f"{os.fspath(path)}: cannot be read as a PyTorch file ({error})."
        ) from error


def _read_pickles(data: bytes) -> dict[str, np.ndarray]:
    file = io.BytesIO(data)
    storages: dict[str, Storage] = {}
    if load(file, storages) != _MAGIC or load(file, storages) != _PROTOCOL:
        raise WeightsError("is not a PyTorch file.")
    system = load(file, storages)
    if not isinstance(system, dict) or dict.get(system, "little_endian") is not True:
        raise WeightsError("was written on a machine with another byte order.")
    state = load(file, storages)
    keys = load(file, storages)
    if (
        not isinstance(keys, list)
        or not all(isinstance(key, str) for key in keys)
        or sorted(keys) != sorted(storages)
    ):
        raise WeightsError("the list of storages does not match the tensors.")
    for key in keys:
        storage, head = storages[key], file.read(8)
        size = int.from_bytes(head, "little", signed=True)
        if len(head) < 8 or size != storage.size or storage.bytes > len(data) - file.tell():
            raise WeightsError("is cut off, or a storage's size is wrong.")
        storage.fill(file.read(storage.bytes))
    return arrays(state)


def _read_zip(data: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        # PyTorch never compresses; a compressed or duplicate member was added by something else.
        if (
            len(infos) != len(archive.infolist())
            or any(info.compress_type != zipfile.ZIP_STORED for info in infos.values())
            or sum(info.file_size for info in infos.values()) > len(data)
        ):
            raise WeightsError("is not a zip file that PyTorch wrote.")
        tops = [
            name.removesuffix("data.pkl") for name in infos if name.split("/")[-1] == "data.pkl"
        ]
        if len(tops) != 1:
            raise WeightsError("is not a PyTorch file.")
        order = f"{tops[0]}byteorder"
        if order in infos and archive.read(order) != b"little":
            raise WeightsError("was written on a machine with another byte order.")
        storages: dict[str, Storage] = {}
        state = load(io.BytesIO(archive.read(f"{tops[0]}data.pkl")), storages)
        for key, storage in storages.items():
            info = infos.get(f"{tops[0]}data/{key}")
            if info is None or info.file_size != storage.bytes:
                raise WeightsError("is cut off, or a storage's size is wrong.")
            storage.fill(archive.read(info))
    return arrays(state)
