"""A published weight file: its hash and its sources."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class PackageResource:
    """A file inside an installed Python package.

    ``extra`` is the extra of this library that installs it, empty if it is installed with the
    library.
    """

    package: str
    module: str
    path: str
    extra: str = ""

    def __str__(self) -> str:
        """The source in words."""
        return f"the Python package {self.package}"


@dataclass(frozen=True)
class Download:
    """A file at an address that is pinned to a version.

    If the address is that of an archive (.tgz, .tar or .zip), ``member`` names the file inside; the
    hash and size are then the member's, not the archive's.
    """

    url: str
    member: str = ""

    def __str__(self) -> str:
        """The source in words."""
        return f"{self.url} ({self.member})" if self.member else self.url


@dataclass(frozen=True)
class NpmPackage:
    """A file inside an npm package of a fixed version."""

    package: str
    version: str
    path: str

    def __str__(self) -> str:
        """The source in words."""
        return f"the npm package {self.package} {self.version}"


Source = PackageResource | Download | NpmPackage


@dataclass(frozen=True)
class WeightFile:
    """A published weight file, identified by its hash, and its sources, the best first.

    ``bytes`` is 0 if the size was not published. For some files only the ``md5`` was published;
    their ``sha256`` is empty.
    """

    name: str
    sha256: str
    bytes: int
    sources: tuple[Source, ...]
    md5: str = ""

    @property
    def algorithm(self) -> Literal["sha256", "md5"]:
        """The kind of the published hash."""
        return "sha256" if self.sha256 else "md5"

    @property
    def digest(self) -> str:
        """The published hash in hexadecimal."""
        return self.sha256 or self.md5

    @property
    def place(self) -> str:
        """Its path in a folder of weights."""
        return f"{self.digest[:2]}/{self.digest}-{self.name}"

    def may_be(self, size: int) -> bool:
        """Whether a file of this size may be this one."""
        return self.bytes in {0, size}

    def __str__(self) -> str:
        """The file for a card: its name, size and hash, and where it is."""
        size = f"{self.bytes:,} bytes" if self.bytes else "its size is not stated by its publisher"
        places = " or ".join(map(str, self.sources))
        alone = ", its only source" if len(self.sources) == 1 else ""
        return f"{self.name}, {size}, {self.algorithm} {self.digest}, from {places}{alone}"

    def is_at(self, path: Path) -> bool:
        """Whether a file is there with the published size and hash."""
        return (
            path.is_file()
            and self.may_be(path.stat().st_size)
            and hash_of(path, self.algorithm) == self.digest
        )


def hash_of(path: Path, algorithm: str = "sha256") -> str:
    """The file's hash in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
