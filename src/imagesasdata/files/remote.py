"""Reading from servers through fsspec: retries, a time limit, errors in plain words.

Messages of a server or its library may contain an address with a password or a signature, so they
are not passed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from imagesasdata.errors import ArgumentError, ImageError, MissingPackageError
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


def shown(path: str) -> str:
    """A path for a message: without user, password and signature."""
    if "://" not in path:
        return path
    address, question, _ = path.partition("?")
    return re.sub(r"://[^/@]*@", "://", address) + ("?..." if question else "")


def has_password(path: str) -> bool:
    """Whether a password is part of an address, as in ``https://me:secret@example.org/``."""
    try:
        return "://" in path and urlsplit(path).password is not None
    except ValueError:
        return False


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
    kind = url.rpartition("::")[2].partition("://")[0]
    try:
        return fsspec.core.url_to_fs(url)
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


def ask(what: Callable[[], Given]) -> Given:
    """Call a function that asks a server, and retry with pauses while the server is busy.

    Raises
    ------
    ImageError
        With a short reason that names no address.
    FileNotFoundError, IsADirectoryError
        Unchanged.
    """
    try:
        return with_retries(
            what, tries=TRIES, pause=PAUSE, passes=lambda error: _passes(_origin(error))
        )
    except ImageError:
        raise
    except Exception as error:  # each server's library raises errors of its own
        _raise_worded(_origin(error))


def _origin(error: Exception) -> Exception:
    # Over HTTP, fsspec raises FileNotFoundError for any failure; the cause is the real error.
    cause = error.__cause__
    if isinstance(error, FileNotFoundError) and isinstance(cause, Exception):
        return cause
    return error


def read_bytes(system: Any, path: str) -> bytes:
    """A file's bytes, with a time limit if the file system supports one."""
    from fsspec.asyn import AsyncFileSystem, sync

    if isinstance(system, AsyncFileSystem) and not system.asynchronous:
        data: Any = sync(system.loop, system._cat_file, path, timeout=LIMIT)
    else:
        data = system.cat_file(path)
    return data


def _status(error: Exception) -> int | None:
    """The HTTP status in an error of aiohttp, requests or gcsfs, or in its cause (botocore)."""
    for one in (error, error.__cause__):
        status = getattr(one, "status", None) or getattr(one, "code", None)
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


def _raise_worded(error: Exception) -> NoReturn:
    if isinstance(error, (FileNotFoundError, IsADirectoryError)):
        raise error
    status = _status(error)
    if status in {404, 410}:
        raise FileNotFoundError from None
    # Google's client gives only this for a 403.
    forbidden = isinstance(error, OSError) and str(error).startswith("Forbidden:")
    if isinstance(error, PermissionError) or status in {401, 403} or forbidden:
        raise ImageError("the server refuses access (check your credentials)") from None
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
