"""What a path means: a file of this machine, an address on a server, or a member of an archive.

A name that exists on this machine is that file, whatever characters it has.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from imagesasdata.errors import ImageError

_SCHEME = r"[a-z][a-z0-9+.\-]+://"
# Of fsspec's chains, those whose first part names no file.
_ADDRESS = re.compile(
    rf"(?:(?:simplecache|filecache|blockcache|cached)::)*{_SCHEME}", re.IGNORECASE
)
_LOCAL = re.compile(r"file:(?=/)", re.IGNORECASE)
_MEMBER = re.compile(r"(zip|tar)://", re.IGNORECASE)
# The end of a path that names a part of its file (see references.py), or one of several members.
PART = re.compile(r"(?:#(?:t|frame|entry|xywh)=[\d.,]+)+$")
_BOUNDARY = re.compile("(?=::)")


def is_remote(path: str) -> bool:
    """Whether a path is an address (``s3://``, ``zip://``, ...), not a file of this machine."""
    return (
        _ADDRESS.match(path) is not None
        and _LOCAL.match(path) is None
        and not os.path.lexists(path)
    )


def local(path: str) -> str:
    """A local path as the system takes it, from a name, ``~/name`` or ``file:///name`` (RFC 8089).

    Raises
    ------
    ImageError
        When a ``file://`` address names another machine.
    """
    if os.path.lexists(path):
        return path
    if _LOCAL.match(path) is None:
        return os.path.expanduser(path)
    rest = path[len("file:") :]
    if rest.startswith("//"):
        host, _, rest = rest[2:].partition("/")
        if host.lower() not in {"", "localhost"}:
            raise ImageError(
                f"is on the machine {host!r}, by its address; a file of this one is file:///folder/name"
            )
        rest = f"/{rest}"
    if re.match(r"/[a-z]:", rest, re.IGNORECASE) and os.name == "nt":
        rest = rest[1:]
    name = os.fsdecode(unquote_to_bytes(rest))
    # Many programs write the name as it is, without percent signs.
    return rest if os.path.lexists(rest) and not os.path.lexists(name) else name


def exists(path: str) -> bool:
    """Whether a path is a file or folder of this machine."""
    try:
        return not is_remote(path) and os.path.exists(local(path))
    except ImageError:
        return False


def as_text(path: str) -> str:
    """A path that every file format can hold: a name that is no UTF-8 becomes a ``file://`` address."""
    if path.isascii():
        return path
    try:
        path.encode()
    except UnicodeEncodeError:
        part = None if os.path.lexists(path) else PART.search(path)
        whole = path[: part.start()] if part else path
        name = quote_from_bytes(os.fsencode(os.path.abspath(whole)))
        return f"file://{name}{part[0] if part else ''}"
    return path


class Member(NamedTuple):
    """A file in an archive: ``kind`` is ``"zip"`` or ``"tar"``, ``archive`` the archive's own path."""

    kind: str
    name: str
    archive: str

    def __str__(self) -> str:
        return f"{self.kind}://{self.name}::{self.archive}"


def parse_member(path: str) -> Member | None:
    """The member of an archive that a path means; ``None`` for any other path.

    Names may hold ``::``, too: the first ``::`` is meant after which there is an archive.
    """
    match = _MEMBER.match(path)
    if match is None or "::" not in path or os.path.lexists(path):
        return None
    kind, rest = match[1].lower(), path[match.end() :]
    made = [
        Member(kind, rest[: cut.start()], rest[cut.start() + 2 :])
        for cut in _BOUNDARY.finditer(rest)
    ]
    for member in made:
        if is_remote(member.archive) or exists(member.archive):
            return member
    return made[-1]
