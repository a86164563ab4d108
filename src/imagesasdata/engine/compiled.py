"""Keeps compiled programs on disk, so that the next process starts without compiling.

JAX does so itself, but runs whatever stands in its files: it writes them in place, and where
zstandard is installed no checksum tells that one is damaged.
"""

from __future__ import annotations

from pathlib import Path

from imagesasdata.files.atomic import remove_orphans
from imagesasdata.files.checked import read_checked, write_checked
from imagesasdata.machine import home


class Programs:
    """Compiled programs in a folder, as JAX asks for them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        remove_orphans(folder)

    def get(self, key: str) -> bytes | None:
        """A program; ``None`` if it is missing or damaged, and then it is compiled and kept again."""
        return read_checked(self._file(key), key)

    def put(self, key: str, value: bytes) -> None:
        """Keep a program, if there is space."""
        write_checked(self._file(key), key, value)

    def _file(self, key: str) -> Path:
        return self._path / f"{key}-cache"


def use_compilation_cache() -> None:
    """Keep compiled programs in the library's folder.

    A JAX setting of the user takes precedence.
    """
    import jax

    if jax.config.jax_compilation_cache_dir is None:  # pyright: ignore[reportAttributeAccessIssue]
        folder = home() / "compiled"
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
        keep_programs(folder)


def keep_programs(folder: Path) -> None:
    """Let JAX keep its programs in a folder by `Programs`."""
    from jax._src import compilation_cache

    compilation_cache.reset_cache()
    compilation_cache._cache = Programs(folder)  # type: ignore[assignment]
    compilation_cache._cache_initialized = True
