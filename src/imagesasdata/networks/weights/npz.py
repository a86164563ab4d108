"""Reads NumPy's .npz files, zip files of arrays; pickled objects inside are refused."""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape

# Exactly what NumPy writes, so that the text need not be evaluated.
_HEADER = re.compile(
    r"\{'descr': '([<>|][fiub]\d{1,2})', 'fortran_order': (True|False), "
    r"'shape': \(((?:\d{1,18}, )*(?:\d{1,18})?,?)\), \} *\n"
)
# Zip compresses zeros a thousandfold. Weights do not compress like that, so such a small file, which
# would fill the memory, is refused.
_MOST_SHRUNK = 100


def read_npz(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz file.

    Parameters
    ----------
    path
        A file that ``numpy.savez`` or ``numpy.savez_compressed`` wrote.

    Returns
    -------
    dict
        The arrays by name.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated, contradicts itself, or holds anything but
        arrays of numbers. Nothing in it is run.
    """
    data = Path(path).read_bytes()
    try:
        return _read(data)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise WeightsError(f"{os.fspath(path)}: cannot be read as .npz ({error}).") from error


def _read(data: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _MOST_SHRUNK * len(data):
            raise WeightsError("unpacks to far more than weights do.")
        arrays: dict[str, np.ndarray] = {}
        for info in infos:
            name = info.filename.removesuffix(".npy")
            if name == info.filename or name in arrays:
                raise WeightsError("holds things that are not arrays, or one array twice.")
            arrays[name] = _array(archive.read(info))
    return arrays


def _array(data: bytes) -> np.ndarray:
    width = {b"\x93NUMPY\1\0": 2, b"\x93NUMPY\2\0": 4}.get(data[:8])
    if width is None:
        raise WeightsError("holds things that are not arrays of numbers.")
    start = 8 + width + int.from_bytes(data[8 : 8 + width], "little")
    head = _HEADER.fullmatch(data[8 + width : start].decode("latin-1"))
    if head is None:
        raise WeightsError("holds things that are not arrays of numbers.")
    try:
        dtype = np.dtype(head[1])
    except TypeError as error:
        raise WeightsError(f"has numbers of the unknown kind {head[1]!r}.") from error
    values = data[start:]
    lengths = [int(length) for length in head[3].replace(" ", "").split(",") if length]
    shape = check_shape(lengths, len(values))
    if len(values) != dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise WeightsError("has an array whose shape and values differ in size.")
    order = "F" if head[2] == "True" else "C"
    return np.frombuffer(values, dtype).reshape(shape, order=order).copy()
