"""Named arrays and their metadata in one safetensors file, a format that cannot run code.

The file holds a checksum of all of it, so that a damaged file is told and never used.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ArgumentError, WeightsError
from imagesasdata.files.atomic import remove_orphans, write_whole

_CHECKSUM = "sha256"
_NAMES = {"format", "about", _CHECKSUM}


class DamagedFileError(WeightsError):
    """A file whose content is not what was written."""


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
    text = json.dumps(dict(about))
    checksum = _checksum(format, plain, text)
    data = save(plain, {"format": format, "about": text, _CHECKSUM: checksum})
    try:
        remove_orphans(path.parent, path.name)
        write_whole(path, data)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise ArgumentError(
            f"The file {os.fspath(file)!r} cannot be written: {error.strerror}.",
            "free some space, or name a file on another disk."
            if full
            else "name a file in a folder that exists and that you may write to.",
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
        When it has another format; `DamagedFileError` when it is damaged.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(file).expanduser()
    if not path.is_file():
        raise ArgumentError(f"There is no file {os.fspath(file)!r}.")
    try:
        with safe_open(path, framework="numpy") as opened:
            meta = opened.metadata() or {}
            # Damage can take one name; a file of another program has not two of them.
            if len(_NAMES & meta.keys()) < 2:
                raise _another(path, format)
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        # Before its format is believed, too: a damaged format is not another one.
        if _checksum(meta["format"], arrays, meta["about"]) != meta[_CHECKSUM]:
            raise ValueError("its content does not fit its checksum")
        if meta["format"] != format:
            raise _another(path, format)
        return arrays, json.loads(meta["about"])
    except (SafetensorError, ValueError, KeyError) as error:
        raise DamagedFileError(
            f"{str(path)!r} is damaged, or not an {format.rsplit(' ', 1)[0]}: {error}.",
            "take a copy of it from before, or make it again.",
        ) from error


def _another(path: Path, format: str) -> WeightsError:
    return WeightsError(f"{str(path)!r} is not an {format.rsplit(' ', 1)[0]}.")


def _checksum(format: str, arrays: Mapping[str, np.ndarray], about: str) -> str:
    digest = hashlib.sha256(repr((format, about)).encode())
    for name in sorted(arrays):
        values = arrays[name]
        digest.update(repr((name, values.dtype.str, values.shape)).encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
