"""Opens an ONNX file with onnxruntime, to be called from a thread for each core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagesasdata.errors import MissingPackageError, WeightsError


def open_onnx(path: Path) -> Any:
    """A session of onnxruntime on the CPU, with one thread of its own.

    Raises
    ------
    MissingPackageError
        When onnxruntime is not installed.
    WeightsError
        When the file is not there, or is no ONNX network.
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
    options.intra_op_num_threads = 1  # a call in each core, as with the library's own networks
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        Exception
    ) as error:  # onnxruntime has an error for each kind of damage, without a base class
        raise WeightsError(f"The file {str(path)!r} is not an ONNX network ({error}).") from error
