"""Reads safetensors files: a JSON header with the layout, then plain numbers."""

from __future__ import annotations

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


def read_safetensors(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the tensors of a safetensors file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        The arrays by name; bfloat16, which NumPy lacks, becomes float32.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated or contradicts itself.
    """
    from safetensors import SafetensorError, deserialize

    try:
        # The package refuses holes, overlaps and a header that does not fit the file.
        found = deserialize(Path(path).read_bytes())
        return {name: _tensor(entry) for name, entry in found}
    except SafetensorError as error:
        reason = str(error).partition(": ")[2] or error
        raise WeightsError(
            f"{os.fspath(path)}: is not a safetensors file, or is damaged ({reason})."
        ) from error
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error


def _tensor(entry: dict[str, Any]) -> np.ndarray:
    kind, values = entry["dtype"], entry["data"]
    if kind not in _DTYPES:
        raise WeightsError(f"has numbers of the kind {kind!r}, which cannot be read.")
    shape = check_shape(entry["shape"], len(values))
    tensor = np.frombuffer(values, _DTYPES[kind]).reshape(shape)
    return widen(tensor) if kind == "BF16" else tensor
