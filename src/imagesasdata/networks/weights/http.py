"""Downloads one file over HTTP, and resumes an interrupted download.

This uses the standard library: fsspec needs aiohttp for HTTP, and neither checks the ranges in a
server's answer.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from imagesasdata.errors import WeightsError
from imagesasdata.files.retry import is_busy, with_retries
from imagesasdata.progress import Progress

# Seconds without a single byte before a server counts as gone.
TIMEOUT = 30.0
# Tries when a connection breaks, and seconds of pause before the second try.
TRIES = 5
PAUSE = 0.5
_CHUNK = 1 << 18
# The limit for archives, whose size is not known beforehand.
_LARGEST = 16 << 30


class _BrokenError(Exception):
    """The connection broke or the server was busy; a retry may help."""


def download(
    url: str, to: Path, *, size: int | None = None, what: str = "", show: bool | None = None
) -> None:
    """Download a file; if ``to`` has bytes of it already, resume from there.

    Parameters
    ----------
    url
        An address of http:// or https://. It may redirect, but not from https to http.
    to
        The file to write. If the download fails, it stays for the next try.
    size
        The file's size in bytes, if known; no more than that is accepted.
    what
        A label for the progress bar.
    show
        Whether to show a bar; ``None`` in a terminal and in a notebook.

    Raises
    ------
    WeightsError
        When the server cannot be reached, or does not have this file.
    OSError
        When the disk is full.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise WeightsError(f"{url} is not an address of http or https.")
    here = to.stat().st_size if to.exists() else 0
    with Progress(size, what, show=show, unit="bytes") as progress:
        progress.add(here)
        try:
            with_retries(
                lambda: _go_on(url, to, size, progress),
                tries=TRIES,
                pause=PAUSE,
                passes=lambda error: isinstance(error, _BrokenError),
            )
        except _BrokenError as error:
            raise WeightsError(
                f"The download of {url} broke off: {error}.",
                "try again; it resumes where it stopped.",
            ) from error


def _go_on(url: str, to: Path, size: int | None, progress: Progress) -> None:
    start = to.stat().st_size if to.exists() else 0
    if size is not None and start >= size:
        return
    request = urllib.request.Request(url, headers={"User-Agent": "imagesasdata"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            start, total = _extent(answer, start)
            if size is not None and total is not None and total != size:
                raise WeightsError(
                    f"{url} gives a file of {total:,} bytes, not of {size:,}.",
                    "the file was replaced; add it from another place with "
                    "`imagesasdata weights add`.",
                )
            with to.open("r+b" if start else "wb") as file:
                file.seek(start)
                file.truncate()
                _receive(answer, file, start, size, total, progress)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the partial file does not fit the server's file
            to.unlink()
            raise _BrokenError("the server has no such part of the file") from error
        if is_busy(error.code):
            raise _BrokenError(f"the server answered {error.code} ({error.reason})") from error
        raise WeightsError(f"{url}: the server answered {error.code} ({error.reason}).") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _BrokenError("the server did not answer") from error
        raise WeightsError(
            f"{url} cannot be reached ({error.reason}).",
            "on a machine without internet, bring the file by other means: "
            "imagesasdata weights add FILE.",
        ) from error
    except TimeoutError as error:
        raise _BrokenError(f"the server sent nothing for {TIMEOUT:g} seconds") from error
    except (http.client.HTTPException, ConnectionError) as error:
        raise _BrokenError(f"the connection was lost ({type(error).__name__})") from error


def _extent(answer: Any, start: int) -> tuple[int, int | None]:
    """The offset of the bytes in an answer, and the size of the whole file if the server says it."""
    length = answer.headers.get("Content-Length", "")
    if answer.status != 206:
        # The server sends the whole file, even if a range was requested.
        return 0, int(length) if length.isdigit() else None
    part = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if part is None or int(part[1]) != start:
        raise WeightsError(f"{answer.url}: the server sent a range that was not requested.")
    return start, int(part[2]) if part[2].isdigit() else None


def _receive(
    answer: Any,
    file: IO[bytes],
    start: int,
    size: int | None,
    total: int | None,
    progress: Progress,
) -> None:
    done, most = start, size or total or _LARGEST
    while chunk := answer.read1(_CHUNK):
        if done + len(chunk) > most:
            raise WeightsError(f"{answer.url} gives more than {most:,} bytes.")
        file.write(chunk)
        done += len(chunk)
        progress.add(len(chunk))
    wanted = size if size is not None else total
    if wanted is not None and done < wanted:
        raise _BrokenError(f"only {done:,} of {wanted:,} bytes arrived")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to http."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise WeightsError(f"{req.full_url} leads to {newurl}, which is not safe.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """An opener for http and https only: no file:, ftp: or data:."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        _Redirects,
    ):
        opener.add_handler(handler())
    return opener


_OPENER = _opener()
