"""HTTP within limits: bodies that end, packing that is counted, few redirects, an own User-Agent."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import zlib
from typing import Any

from imagesasdata.errors import ImageError
from imagesasdata.files.media import MAX_BYTES, too_large

# Seconds for one request, and within it for the next bytes; the most redirects that it may take.
_LIMIT = 120.0
_SILENCE = 60.0
MAX_REDIRECTS = 10
# The largest page of links.
_MAX_PAGE = 1 << 26
_CHUNK = 1 << 16
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}
# The environment variable for servers that answer only some programs.
USER_AGENT = "IMAGESASDATA_USER_AGENT"


def options() -> dict[str, Any]:
    """The options of fsspec's file system for ``http://`` and ``https://``."""
    agent = os.environ.get(USER_AGENT) or _own_name()
    return {"get_client": _client(agent), "max_redirects": MAX_REDIRECTS}


def _own_name() -> str:
    return f"imagesasdata/{importlib.metadata.version('imagesasdata')}"


@functools.cache
def _client(agent: str) -> Any:
    """What opens a session; one for each name, because fsspec keeps file systems by it."""

    async def client(**given: Any) -> Any:
        import aiohttp

        headers = {"User-Agent": agent, "Accept-Encoding": "identity", **given.pop("headers", {})}
        given.setdefault(
            "timeout",
            aiohttp.ClientTimeout(total=_LIMIT, sock_connect=_SILENCE, sock_read=_SILENCE),
        )
        return aiohttp.ClientSession(
            headers=headers, response_class=_bounded(), auto_decompress=False, **given
        )

    client.__qualname__ = f"client of {agent}"
    return client


@functools.cache
def _bounded() -> type:
    """A response of aiohttp whose body has a limit."""
    import aiohttp

    class Bounded(aiohttp.ClientResponse):
        async def read(self) -> bytes:
            if self._body is None:
                try:
                    self._body = await _body(self)
                except BaseException:
                    self.close()
                    raise
            return self._body

    return Bounded


async def _body(response: Any) -> bytes:
    if response.status >= 400:
        return b""
    page = response.headers.get("Content-Type", "").startswith("text/")
    limit = min(_MAX_PAGE, MAX_BYTES) if page else MAX_BYTES
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limit:
        raise ImageError(too_large(int(declared)))
    unpack = _unpacker(response.headers.get("Content-Encoding", ""))
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        while chunk:
            if unpack is None:
                body += chunk
                break
            try:
                body += unpack.decompress(chunk, _CHUNK)
            except zlib.error:
                raise ImageError("the server sent a damaged file (its gzip is broken)") from None
            chunk = unpack.unconsumed_tail
            if len(body) > limit:
                break
        if len(body) > limit:
            raise ImageError(too_large())
    if unpack is not None and not unpack.eof:
        raise ImageError("the server sent only a part of the file")
    return bytes(body)


def _unpacker(encoding: str) -> Any:
    kind = encoding.strip().lower()
    if kind in {"", "identity"}:
        return None
    if kind not in _PACKED:
        raise ImageError(
            f"the server sent the file packed ({kind[:20]!r}), which was not asked for"
        )
    return zlib.decompressobj(_PACKED[kind])
