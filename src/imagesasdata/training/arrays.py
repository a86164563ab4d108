"""Named arrays and their metadata in one safetensors file, a format that cannot run code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ArgumentError, WeightsError
from imagesasdata.files.atomic import write_whole


def write_arrays(
    file: str | os.PathLike[str],
    format: str,
    arrays: Mapping[str, np.ndarray],
    about: Mapping[str, Any],
) -> None:
    """Write a file atomically.

    Raises
    ------
    ArgumentError
        When it cannot be written.
    """
    from safetensors.numpy import save

    path = Path(file).expanduser()
    plain = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    data = save(plain, {"format": format, "about": json.dumps(dict(about))})
    try:
        write_whole(path, data)
    except OSError as error:
        raise ArgumentError(
            f"The file {os.fspath(file)!r} cannot be written: {error.strerror}.",
            "name a file in a folder that exists and that you may write to.",
        ) from error


def read_arrays(
    file: str | os.PathLike[str], format: str
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and metadata of a file that `write_arrays` wrote.

    Raises
    ------
    ArgumentError
        When there is no such file.
    WeightsError
        When it has another format, or is damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(file).expanduser()
    if not path.is_file():
        raise ArgumentError(f"There is no file {os.fspath(file)!r}.")
    try:
        with safe_open(path, framework="numpy") as opened:
            meta = opened.metadata() or {}
            if meta.get("format") != format:
                raise WeightsError(f"{str(path)!r} is not an {format.rsplit(' ', 1)[0]}.")
            about = json.loads(meta["about"])
            return {name: opened.get_tensor(name) for name in opened.keys()}, about  # noqa: SIM118
    except (SafetensorError, ValueError, KeyError) as error:
        raise WeightsError(
            f"{str(path)!r} is damaged, or not an {format.rsplit(' ', 1)[0]}: {error}."
        ) from error
