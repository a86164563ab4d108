"""Caches runnable networks on disk, so that a later process neither builds nor traces them.

Building a Flax module, folding it and tracing its function takes longer than running it on one
picture. The cache holds the parameters and, for each batch shape, the program that `jax.export`
writes. The compiled program is kept by `engine.compiled`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata import arrays, networks
from imagesasdata.files.checked import read_checked, write_checked
from imagesasdata.machine import home
from imagesasdata.networks.zoo.family import Inference

# Larger networks take long to run anyway, and their parameters would be on disk twice.
LARGEST = 64 * 2**20


def prepared(name: str, fingerprint: str, build: Callable[[], Inference]) -> Inference:
    """A network from the cache; if it is not there, it is built and cached.

    Parameters
    ----------
    name
        The model's name. Cached files of this name for other weights or versions are deleted.
    fingerprint
        What the network depends on besides this library: the hashes of its weights.
    build
        Builds the network; called when it is not cached, and for a new batch shape.

    Returns
    -------
    Inference
        The same function for CPUs, of a flat list of parameters and a batch.
    """
    import jax

    folder = home() / "prepared" / name / _version(fingerprint)
    build = _Once(build)
    leaves = _read_parameters(folder)
    if leaves is None:
        leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(build().params)]
        if sum(leaf.nbytes for leaf in leaves) > LARGEST:
            return build()
        _forget_others(folder)
        path = folder / "parameters"
        write_checked(path, _purpose(path), _parameters(leaves))

    def apply(leaves: list[Any], batch: Any) -> dict[str, Any]:
        return _program(folder, build, leaves, batch).call(leaves, batch)

    return Inference(leaves, apply)


class _Once:
    """Calls a function once; can be pickled, unlike the result of `functools.cache`."""

    def __init__(self, build: Callable[[], Inference]) -> None:
        self._build = build
        self._built: Inference | None = None

    def __call__(self) -> Inference:
        if self._built is None:
            self._built = self._build()
        return self._built

    def __getstate__(self) -> dict[str, Any]:
        """Without what was built: another process has the cache, or builds its own."""
        return {"_build": self._build, "_built": None}


def _program(folder: Path, build: Callable[[], Inference], leaves: list[Any], batch: Any) -> Any:
    import jax
    from jax import export

    path = folder / f"{batch.dtype}-{'x'.join(map(str, batch.shape))}"
    kept = read_checked(path, _purpose(path))
    if kept is not None:
        return export.deserialize(bytearray(kept))
    params, forward = build()
    form = jax.tree.structure(params)

    def flat(leaves: list[Any], batch: Any) -> dict[str, Any]:
        return forward(jax.tree.unflatten(form, leaves), batch)

    shapes = [jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in leaves]
    program = export.export(jax.jit(flat), platforms=["cpu"])(
        shapes, jax.ShapeDtypeStruct(batch.shape, batch.dtype)
    )
    write_checked(path, _purpose(path), bytes(program.serialize()))
    return program


def _version(fingerprint: str) -> str:
    """A hash of what a program depends on: the weights, JAX and its settings, this library's code."""
    import jax

    stats = sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sources())
    config: Any = jax.config
    settings = (config.jax_enable_x64, config.jax_default_matmul_precision)
    known = (fingerprint, version("imagesasdata"), jax.__version__, settings, stats)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


def sources() -> list[Path]:
    """The source files that define a network: all of `networks`, and the array functions it uses."""
    return [
        path
        for package in (networks, arrays)
        for folder in package.__path__
        for path in Path(folder).rglob("*.py")
    ]


def _parameters(leaves: list[np.ndarray]) -> bytes:
    from safetensors.numpy import save

    names = map(str, range(len(leaves)))
    return save(
        {name: np.asarray(leaf, order="C") for name, leaf in zip(names, leaves, strict=True)}
    )


def _read_parameters(folder: Path) -> list[np.ndarray] | None:
    from safetensors.numpy import load

    path = folder / "parameters"
    data = read_checked(path, _purpose(path))
    if data is None:
        return None
    known = load(data)
    return [known[str(number)] for number in range(len(known))]


def _purpose(path: Path) -> str:
    """The network, its version and the file: no file stands for another one."""
    return "/".join(path.parts[-3:])


def _forget_others(folder: Path) -> None:
    """Remove the files of other versions, which would pile up with every upgrade."""
    if folder.parent.is_dir():
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
