"""Reading from servers through fsspec: retries, a time limit, errors in plain words.

Messages of a server or its library may contain an address with a password or a signature, so they
are not passed on.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any, NoReturn

from imagesasdata.errors import ArgumentError, ImageError, MissingPackageError, has_credentials
from imagesasdata.files import web
from imagesasdata.files.addresses import PART, is_chain, is_remote, parse_member
from imagesasdata.files.media import MAX_BYTES, too_large
from imagesasdata.files.retry import Given, is_busy, with_retries

# Tries when a server is busy, and seconds of pause before the second try.
TRIES = 4
PAUSE = 0.5
# Seconds for one picture, so that a slow one does not block its thread for long.
LIMIT = 120.0

# The package for each kind of server, and the extra of this library that installs it.
_PACKAGES = {
    "s3": ("s3fs", "s3"),
    "s3a": ("s3fs", "s3"),
    "gs": ("gcsfs", "gs"),
    "gcs": ("gcsfs", "gs"),
    "http": ("aiohttp", "http"),
    "https": ("aiohttp", "http"),
}
# S3's names of temporary errors.
_BUSY = re.compile(r"SlowDown|InternalError|ServiceUnavailable|RequestTimeout|Reduce your request")

_ADDRESS = re.compile(r"\S+://\S+")

# In an address, what comes before the host, and what follows the path.
_USER = re.compile(r"(?P<kind>[a-z][a-z0-9+.\-]*)://(?P<user>[^/?#]*)@", re.IGNORECASE)
_AFTER = re.compile(r"[?#]")
# The same in what was meant for an address: ``http:/me:secret@...``, with backslashes, or after a space.
_MEANT = re.compile(
    r"(?P<kind>(?<![a-z0-9+.\-])[a-z][a-z0-9+.\-]+:[/\\]+|^\s*//)(?P<user>[^/\\?#]*)@",
    re.IGNORECASE,
)


def shown(path: str) -> str:
    """A path for a message: without user, password, query (such as a signature) and fragment."""
    member = parse_member(path)
    if member is not None:
        return str(member._replace(archive=shown(member.archive)))
    if not is_remote(path):
        return path if os.path.lexists(path) else _MEANT.sub(r"\g<kind>", path)
    part = PART.search(path)
    whole = path[: part.start()] if part else path
    address, *after = _AFTER.split(_USER.sub(r"\g<kind>://", whole), maxsplit=1)
    return address + ("?..." if after else "") + (part[0] if part else "")


def has_password(path: str) -> bool:
    """Whether a password is part of an address, as in ``https://me:secret@example.org/``.

    A web address with a user alone counts, for that is often a token.
    """
    member = parse_member(path)
    if member is not None:
        return has_password(member.archive)
    found = [*_USER.finditer(path), *_MEANT.finditer(path)]
    return any(
        ":" in match["user"] or match["kind"].lower().startswith("http") for match in found
    ) and not os.path.lexists(path)


def _has_login(system: Any, url: str) -> bool | None:
    """Whether a request over HTTP carries credentials; ``None`` for other kinds of servers."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    given = getattr(system, "client_kwargs", None) or {}
    headers = {str(name).lower() for name in given.get("headers", {})}
    sent = bool(given.get("auth") or headers & {"authorization", "cookie"})
    return sent or has_credentials(url)


def password_error(path: str) -> ArgumentError:
    """The error for an address that holds a password."""
    return ArgumentError(
        f"The address {shown(path)!r} holds a password, which would end up in tables and on disk.",
        "give it to fsspec instead (its file ~/.config/fsspec/conf.json), or set it in the "
        "environment, as AWS_SECRET_ACCESS_KEY for s3://.",
    )


def open_system(url: str) -> tuple[Any, str]:
    """A URL's file system, and the path in it.

    Raises
    ------
    MissingPackageError
        When the package for such servers is not installed.
    ArgumentError
        When the kind of address is unknown, or the address contains a password.
    """
    import fsspec

    if has_password(url):
        raise password_error(url)
    chain = is_chain(url)
    kind = (url.rpartition("::")[2] if chain else url).partition("://")[0].lower()
    given: dict[str, Any] = web.options() if kind in {"http", "https"} else {}
    try:
        if chain:  # each part takes the options of its own kind
            return fsspec.core.url_to_fs(url, **({kind: given} if given else {}))
        system = fsspec.get_filesystem_class(kind)
        return (
            fsspec.filesystem(kind, **given, **system._get_kwargs_from_urls(url)),
            str(system._strip_protocol(url)),
        )
    except ImportError as error:
        if kind not in _PACKAGES:
            raise MissingPackageError(
                f"Reading {kind}:// needs another package: {error}."
            ) from error
        package, extra = _PACKAGES[kind]
        raise MissingPackageError(
            f"Reading {kind}:// needs the package {package}, which is not installed.",
            f'pip install "imagesasdata[{extra}]"',
        ) from error
    except ValueError as error:
        if "Protocol not known" not in str(error):
            raise
        raise ArgumentError(
            f"{shown(url)!r} begins with {kind}://, which is no known kind of address.",
            "s3://, gs://, https://, zip:// and tar:// are some.",
        ) from None


def ask(what: Callable[[], Given], login: bool | None = None) -> Given:
    """Call a function that asks a server, and retry with pauses while the server is busy.

    After `LIMIT` seconds it is not asked again. ``login`` says whether credentials were sent.

    Raises
    ------
    ImageError
        With a short reason that names no address.
    FileNotFoundError, IsADirectoryError
        Unchanged.
    """
    until = time.monotonic() + LIMIT
    try:
        return with_retries(
            what,
            tries=TRIES,
            pause=PAUSE,
            passes=lambda error: time.monotonic() < until and _passes(_origin(error)),
        )
    except ImageError:
        raise
    except Exception as error:  # each server's library raises errors of its own
        _raise_worded(_origin(error), login)


def _origin(error: Exception) -> Exception:
    # Over HTTP, fsspec raises FileNotFoundError for any failure; the cause is the real error.
    cause = error.__cause__
    if isinstance(error, FileNotFoundError) and isinstance(cause, Exception):
        return cause
    return error


def fetch(system: Any, path: str) -> bytes:
    """A file's bytes, all tries within `LIMIT` seconds if the file system can be stopped.

    Raises
    ------
    ImageError
        When the file is larger than `MAX_BYTES`, whatever the server said; and as `ask` does.
    """
    until = time.monotonic() + LIMIT
    return ask(
        lambda: _read(system, path, max(until - time.monotonic(), 0.01)), _has_login(system, path)
    )


def gives_parts(system: Any, path: str) -> bool:
    """Whether a server gives a part of a file; some on the web give only the whole."""
    login = _has_login(system, path)
    if login is None:
        return True
    info = ask(lambda: system.info(path), login)
    return bool(info.get("partial")) and info.get("size") is not None


def _read(system: Any, path: str, seconds: float) -> bytes:
    from fsspec.asyn import AsyncFileSystem, sync

    if isinstance(system, AsyncFileSystem) and not system.asynchronous:
        data: Any = sync(system.loop, _read_async, system, path, timeout=seconds)
    else:
        _check_size(system.info(path).get("size"))
        with system.open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    _check_size(len(data))
    return data


async def _read_async(system: Any, path: str) -> bytes:
    # A body over HTTP has its limit while it is read; other servers know the sizes of their objects.
    if not path.lower().startswith(("http://", "https://")):
        _check_size((await system._info(path)).get("size"))
    return await system._cat_file(path)


def _check_size(size: int | None) -> None:
    if size is not None and size > MAX_BYTES:
        raise ImageError(too_large(size))


def _status(error: Exception) -> int | None:
    """The HTTP status in an error of aiohttp, requests or gcsfs, or in its cause (botocore)."""
    for one in (error, error.__cause__):
        # In aiohttp, asking for ``code`` gives a warning.
        status = getattr(one, "status", None)
        status = getattr(one, "code", None) if status is None else status
        answer = getattr(one, "response", None)
        if isinstance(answer, dict):
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", status)
        if isinstance(status, (int, str)) and str(status).isdigit():
            return int(status)
    return None


def _unreachable(error: Exception) -> bool:
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, ConnectionError) or bool(
        names & {"ClientConnectionError", "ClientPayloadError", "EndpointConnectionError"}
    )


def _late(error: Exception) -> bool:
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, TimeoutError) or bool(
        names & {"ReadTimeoutError", "ConnectTimeoutError"}
    )


def _passes(error: Exception) -> bool:
    status = _status(error)
    busy = status is not None and is_busy(status)
    # A picture that took the whole time limit would do so again.
    slow = type(error).__name__ == "FSTimeoutError"
    named = isinstance(error, ImageError)
    return not (slow or named) and (
        busy or _late(error) or _unreachable(error) or bool(_BUSY.search(str(error)))
    )


def _refusal(status: int | None, login: bool | None) -> str:
    """What a server says that gives no access."""
    if login is None:
        return "the server refuses access (check your credentials)"
    number = "" if status is None else f" ({status})"
    if login:
        return f"the server refuses these credentials{number}; they may have expired"
    if status == 401:
        return f"the server wants credentials{number}, and none were sent"
    return (
        f"the server refuses access{number}, without credentials; some want a User-Agent of yours: "
        f"set {web.USER_AGENT}"
    )


def _raise_worded(error: Exception, login: bool | None = None) -> NoReturn:
    names = {kind.__name__ for kind in type(error).__mro__}
    if "TooManyRedirects" in names:
        raise ImageError(
            f"the server redirects in a circle (over {web.MAX_REDIRECTS} times)"
        ) from None
    if names & {"NonHttpUrlClientError", "InvalidUrlRedirectClientError"}:
        raise ImageError(
            "the server redirects to an address that is not http:// or https://"
        ) from None
    if "ClientPayloadError" in names:
        raise ImageError("the server sent only a part of the file") from None
    if any(kind.__name__ == "HttpProcessingError" for kind in type(error.__cause__).__mro__):
        raise ImageError("the server's answer is not HTTP") from None
    if isinstance(error, (FileNotFoundError, IsADirectoryError)):
        raise error
    status = _status(error)
    if status in {404, 410}:
        raise FileNotFoundError from None
    # Google's client gives only this for a 403.
    forbidden = isinstance(error, OSError) and str(error).startswith("Forbidden:")
    if isinstance(error, PermissionError) or status in {401, 403} or forbidden:
        raise ImageError(_refusal(status, login)) from None
    if type(error).__name__ in {"NoCredentialsError", "DefaultCredentialsError"}:
        raise ImageError("the server wants credentials, and none are set") from None
    if _late(error):
        raise ImageError("the server did not answer in time") from None
    if status is not None:
        raise ImageError(f"the server answered {status}") from None
    if _BUSY.search(str(error)):
        raise ImageError("the server is too busy") from None
    if _unreachable(error):
        raise ImageError("the server cannot be reached") from None
    if "://" in str(error):
        said = _ADDRESS.sub("(address)", str(error).splitlines()[0])
        raise ImageError(f"cannot be read from the server: {said}") from None
    raise error


def list_names(url: str, what: Callable[[], Given]) -> Given:
    """Call a function that lists a folder on a server.

    Raises
    ------
    ArgumentError
        When the server does not list it; the message says why.
    """
    try:
        return ask(what)
    except ImageError as error:
        raise ArgumentError(
            f"{shown(url)!r} cannot be listed: {error.message}.",
            "check the address and your credentials; single pictures can be given as a list.",
        ) from None
