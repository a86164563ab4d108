"""Reads the datasets of an HDF5 file (.h5) written by Keras, in NumPy.

The HDF5 library can be made to open other files, and damaged files have often crashed its compiled
parser. Keras uses a small part of the format: groups, and arrays stored in one piece. Only that part
is supported here. The signatures and message numbers are those of the HDF5 File Format
Specification, 3.0.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.numbers import check_shape

_DATASPACE, _DATATYPE, _EXTERNAL, _LAYOUT, _CONTINUATION, _SYMBOLS = 1, 3, 7, 8, 16, 17
_NOWHERE = (1 << 64) - 1
_MOST_OBJECTS = 100_000
_DEEPEST = 32
_SYMBOLIC_LINK = 2
# The classes of data types: integers and floating point.
_WHOLE, _REAL = 0, 1
# By size in bytes.
_EXPONENT_BITS = {2: 5, 4: 8, 8: 11}


def read_h5(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the arrays of an .h5 weight file.

    Parameters
    ----------
    path
        A file that Keras (or h5py with its default settings) wrote.

    Returns
    -------
    dict
        The arrays by their path inside the file, such as ``"block1_conv1/kernel:0"``.

    Raises
    ------
    WeightsError
        When the file has another format, is truncated, contradicts itself, or uses a part of the
        format that weights do not need (compression, links, references to other files).
    """
    data = Path(path).read_bytes()
    try:
        return _File(data).arrays()
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(path)}: {error.message}", error.hint) from error
    except struct.error as error:
        raise WeightsError(f"{os.fspath(path)}: is cut off, or points beyond its end.") from error


class _Message(NamedTuple):
    """A header message of a group or an array."""

    kind: int
    shared: bool
    start: int
    size: int


class _File:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._seen: set[int] = set()
        self._used = 0

    def arrays(self) -> dict[str, np.ndarray]:
        head = self._data[:16]
        if head[:8] != b"\x89HDF\r\n\x1a\n" or len(head) < 16:
            raise WeightsError("is not an HDF5 file.")
        if head[8] > 1 or head[13:15] != b"\x08\x08":
            raise _newer()
        # Version 1 has four more bytes before the addresses.
        position = 24 + 4 * head[8]
        (base,) = self._unpack("<Q", position)
        if base:
            raise WeightsError("does not start at its first byte.")
        _, root = self._unpack("<QQ", position + 32)
        return dict(self._group(root, "", 0))

    def _unpack(self, form: str, position: int) -> tuple[Any, ...]:
        # struct would take a negative offset as one from the end of the file.
        if not 0 <= position <= len(self._data):
            raise struct.error
        return struct.unpack_from(form, self._data, position)

    def _group(self, address: int, path: str, depth: int) -> Iterator[tuple[str, np.ndarray]]:
        if address in self._seen or depth > _DEEPEST or len(self._seen) > _MOST_OBJECTS:
            raise WeightsError("has groups that contain themselves, or too many.")
        self._seen.add(address)
        messages = {message.kind: message for message in self._messages(address)}
        if _LAYOUT in messages:
            yield path, self._array(messages)
            return
        if _SYMBOLS not in messages:
            raise _newer()
        tree, heap = self._unpack("<QQ", messages[_SYMBOLS].start)
        signature, _, size, _, names = self._unpack("<4sIQQQ", heap)
        if signature != b"HEAP":
            raise WeightsError("is damaged: a group has no names.")
        for offset, child, cache in self._children(tree, 0):
            if cache == _SYMBOLIC_LINK:
                raise WeightsError("has links, which weights do not need.")
            name = self._name(names, size, offset)
            yield from self._group(child, f"{path}/{name}" if path else name, depth + 1)

    def _children(self, address: int, depth: int) -> Iterator[tuple[int, int, int]]:
        """For each member of a group: its name's offset, its address, and how it is linked."""
        signature, kind, _, count = self._unpack("<4sBBH", address)
        if signature == b"SNOD":
            for number in range(count):
                name, child, cache = self._unpack("<QQI", address + 8 + 40 * number)
                yield name, child, cache
            return
        if signature != b"TREE" or kind != 0 or depth > _DEEPEST or address in self._seen:
            raise WeightsError("is damaged: a group has no list of members.")
        self._seen.add(address)
        for number in range(count):
            _, child = self._unpack("<QQ", address + 24 + 16 * number)
            yield from self._children(child, depth + 1)

    def _name(self, heap: int, size: int, offset: int) -> str:
        if offset >= size or heap + size > len(self._data):
            raise WeightsError("is damaged: a name is missing.")
        end = self._data.find(b"\0", heap + offset, heap + size)
        try:
            name = self._data[heap + offset : end].decode("utf-8") if end >= 0 else ""
        except UnicodeDecodeError:
            name = ""
        if not name or "/" in name:
            raise WeightsError("has a name that is not text.")
        return name

    def _messages(self, address: int) -> Iterator[_Message]:
        version, _, count, _, length = self._unpack("<BBHII", address)
        if version != 1:
            raise _newer()
        blocks, left = [(address + 16, length)], count
        while blocks and left:
            position, length = blocks.pop(0)
            end = position + length
            while position + 8 <= end and left:
                kind, size, flags = self._unpack("<HHB", position)
                if kind == _CONTINUATION:
                    blocks.append(self._unpack("<QQ", position + 8))
                yield _Message(kind, bool(flags & 2), position + 8, size)
                position += 8 + size
                left -= 1

    def _array(self, messages: dict[int, _Message]) -> np.ndarray:
        if _EXTERNAL in messages:
            raise WeightsError("keeps its numbers in another file.")
        if not {_DATASPACE, _DATATYPE} <= set(messages) or any(
            messages[kind].shared for kind in (_DATASPACE, _DATATYPE, _LAYOUT)
        ):
            raise WeightsError("describes an array in a way that is not understood.")
        dtype = self._dtype(messages[_DATATYPE].start)
        start, length = self._extent(messages[_LAYOUT].start)
        shape = check_shape(self._shape(messages[_DATASPACE].start), length)
        count = int(np.prod(shape, dtype=object))
        if count * dtype.itemsize != length:
            raise WeightsError("has an array whose shape and values differ in size.")
        if not length:
            return np.zeros(shape, dtype)
        # Arrays must not share values, or a small file could fill the memory.
        self._used += length
        if start + length > len(self._data) or self._used > len(self._data):
            raise WeightsError("is cut off, or an array reaches beyond its end.")
        return np.frombuffer(self._data, dtype, count, start).reshape(shape).copy()

    def _shape(self, position: int) -> list[int]:
        version, rank, _, kind = self._unpack("<BBBB", position)
        if version not in {1, 2} or rank > 32 or (version == 2 and kind == 2):
            raise WeightsError("describes an array in a way that is not understood.")
        return list(self._unpack(f"<{rank}Q", position + (8 if version == 1 else 4)))

    def _dtype(self, position: int) -> np.dtype[Any]:
        kind, bits, _, _, size = self._unpack("<BBBBI", position)
        order = ">" if bits & 1 else "<"
        if kind & 15 == _WHOLE and size in {1, 2, 4, 8}:
            return np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
        if kind & 15 == _REAL and size in _EXPONENT_BITS and not bits & 64:
            (exponent,) = self._unpack("<B", position + 13)
            if exponent == _EXPONENT_BITS[size]:
                return np.dtype(f"{order}f{size}")
        raise WeightsError("holds things that are not numbers.")

    def _extent(self, position: int) -> tuple[int, int]:
        """Where an array's values start, and their number of bytes."""
        version, kind = self._unpack("<BB", position)
        if version not in {3, 4}:
            raise _newer()
        if kind == 0:  # inside the message itself
            return position + 4, self._unpack("<H", position + 2)[0]
        if kind == 1:  # in one piece
            start, length = self._unpack("<QQ", position + 2)
            return start, 0 if start == _NOWHERE else length
        raise WeightsError(
            "has compressed or chunked arrays, which cannot be read.",
            "write it again with h5py without compression= and chunks=.",
        )


def _newer() -> WeightsError:
    return WeightsError(
        "is written in a form of HDF5 that cannot be read.",
        'write it again with h5py.File(path, "w", libver="earliest").',
    )
