"""Opens an ONNX file with onnxruntime, for use from several threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagesasdata.errors import MissingPackageError, WeightsError


def open_onnx(path: Path) -> Any:
    """An onnxruntime session on the CPU, with a single thread.

    Raises
    ------
    MissingPackageError
        When onnxruntime is not installed.
    WeightsError
        When the file is missing, or is not an ONNX network.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingPackageError(
            "ONNX files are run by the package onnxruntime, which is not installed.",
            'pip install "imagesasdata[onnx]".',
        ) from error
    if not path.is_file():
        raise WeightsError(f"There is no file {str(path)!r}.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # each core runs its own call, as with JAX networks
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        Exception
    ) as error:  # onnxruntime has an error for each kind of damage, without a base class
        raise WeightsError(f"The file {str(path)!r} is not an ONNX network ({error}).") from error
