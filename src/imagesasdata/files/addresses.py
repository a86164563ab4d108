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
_CACHED = r"(?:(?:simplecache|filecache|blockcache|cached)::)*"
_ADDRESS = re.compile(rf"{_CACHED}{_SCHEME}", re.IGNORECASE)
# On these servers each address is one file, whose name may hold ``::``.
_ONE = re.compile(r"(?:s3a?|gc?s|https?)://", re.IGNORECASE)
# The last address in a chain, in which ``[::1]`` may be the server; an archive within another one.
_FAR = re.compile(
    rf"::{_CACHED}(?!zip:|tar:){_SCHEME}(?!.*::(?![\w:.%]*\]))", re.IGNORECASE | re.DOTALL
)
_INNER = re.compile(r"::(?:zip|tar)://", re.IGNORECASE)
_MOST_INNER = 8
# An archive's own name may hold so many ``::``.
_MOST_COLONS = 8
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


def is_chain(url: str) -> bool:
    """Whether ``::`` in an address joins one kind of server to another, as in ``simplecache::s3://``."""
    return "::" in url and _ONE.match(url) is None


def parse_member(path: str) -> Member | None:
    """The member of an archive that a path means; ``None`` for any other path.

    Names may hold ``::``, too. The outermost archive is what stands last: whoever made it chose the
    names in it, and such a name must not lead to another address.
    """
    match = _MEMBER.match(path)
    if match is None or "::" not in path or os.path.lexists(path):
        return None
    rest = path[match.end() :]
    end = _outermost(rest)
    inner = [part.start() for part in _INNER.finditer(rest, 0, end)]
    cut = inner[0] if inner and len(inner) <= _MOST_INNER else end
    return Member(match[1].lower(), rest[:cut], rest[cut + 2 :])


def nested(path: str) -> int:
    """In how many archives, one in another, the file of a path lies."""
    count = 0
    while (member := parse_member(path)) is not None:
        path, count = member.archive, count + 1
    return count


def _outermost(chain: str) -> int:
    """Where the ``::`` before the outermost archive is."""
    cuts = [cut.start() for cut in _BOUNDARY.finditer(chain)]
    for cut in cuts[-_MOST_COLONS:]:
        if exists(chain[cut + 2 :]):
            return cut
    far = _FAR.search(chain)
    return cuts[-1] if far is None else far.start()
