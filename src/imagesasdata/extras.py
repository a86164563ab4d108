"""Optional packages: imported when they are needed, and named when they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from imagesasdata.errors import MissingPackageError


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
