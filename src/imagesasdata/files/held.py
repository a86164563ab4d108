"""Pictures that are held in memory, where paths were expected: told with the lines that write files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from imagesasdata.errors import ArgumentTypeError, short


def no_path(value: Any, name: str, told: str) -> ArgumentTypeError:
    """The error for a value where a path was expected.

    Parameters
    ----------
    value
        The value.
    name
        What holds it, as in Python: ``data["image"]``, or ``pictures`` for a list.
    told
        What was expected, such as ``Expected paths in the list``.
    """
    kind = _kind(value)
    if kind is None:
        return ArgumentTypeError(f"{told}, got {short(value)}.", _instead(value, name))
    file = 'f"{n}' + kind.ending + '"'
    lines = (
        "write them to files first:",
        kind.imports,
        f"for n, one in enumerate({name}): {kind.written.format(file)}",
        f"photos = iad.read_images([{file} for n in range(len({name}))])",
    )
    return ArgumentTypeError(f"{told}, got {kind.said}; verbs read files.", "\n".join(lines))


class _Kind(NamedTuple):
    """What a picture in memory is called, and how it is written to a file."""

    said: str
    ending: str
    imports: str
    written: str


def _kind(value: object) -> _Kind | None:
    path = "from pathlib import Path"
    if isinstance(value, bytes | bytearray | memoryview) and not _is_name(value):
        said = f"the bytes of a picture ({len(value):,})"
        return _Kind(said, ".jpg", path, "Path({}).write_bytes(one)")
    if isinstance(value, Mapping) and value.get("bytes") is not None:
        said = 'a dict with the "bytes" of a picture'
        return _Kind(said, ".jpg", path, 'Path({}).write_bytes(one["bytes"])')
    # Whoever has a picture of Pillow or an array has imported the library.
    pillow, numpy = sys.modules.get("PIL.Image"), sys.modules.get("numpy")
    if pillow is not None and isinstance(value, pillow.Image):
        # A PNG keeps no note that the camera was turned.
        save = "ImageOps.exif_transpose(one).save({})"
        return _Kind("a picture of Pillow", ".png", "from PIL import ImageOps", save)
    array = numpy is not None and isinstance(value, numpy.ndarray)
    if array and getattr(value, "ndim", 0) in (2, 3):
        save = "Image.fromarray(one).save({})"
        return _Kind("an array of pixels", ".png", "from PIL import Image", save)
    return None


def _is_name(value: object) -> bool:
    """Whether bytes are the name of a file."""
    return isinstance(value, bytes) and len(value) < 1000 and value.isascii() and b"\0" not in value


def _instead(value: object, name: str) -> str:
    if isinstance(value, Mapping) and isinstance(value.get("path"), str):
        return f'give the paths: [one["path"] for one in {name}].'
    if _is_name(value):
        return f"make them text: [one.decode() for one in {name}]."
    return "give a folder, a glob, a list of paths, or a table with a column of paths."
