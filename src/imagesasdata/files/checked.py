"""Files that carry a checksum of their content and of what it is for."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from imagesasdata.files.atomic import replacing

_DIGEST = hashlib.sha256().digest_size


def write_checked(path: Path, purpose: str, content: bytes) -> None:
    """Keep what can be made again; without space or permission, nothing is kept."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(_digest(purpose, content) + content)


def read_checked(path: Path, purpose: str) -> bytes | None:
    """The content; ``None`` if it is missing or damaged, or was kept for another purpose."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[_DIGEST:]
    return content if _digest(purpose, content) == data[:_DIGEST] else None


def _digest(purpose: str, content: bytes) -> bytes:
    return hashlib.sha256(repr(purpose).encode() + content).digest()
