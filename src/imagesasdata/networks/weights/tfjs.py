"""Reads TensorFlow.js weights in NumPy: a JSON manifest, and the binary shards that it describes.

Both forms are supported: a ``model.json`` with a topology (a graph or layers), and a plain
``weights_manifest.json``. No code in a file is run, and no size in it is trusted: every shape is
compared with the bytes in the file before memory is allocated.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError

_DTYPES = {"float32": np.dtype("<f4"), "int32": np.dtype("<i4"), "bool": np.dtype("u1")}
_PACKED = {"uint8": np.dtype("u1"), "uint16": np.dtype("<u2"), "float16": np.dtype("<f2")}
_MAX_DIMENSIONS = 8
# The largest manifest of a published model has about 1 MB, most of it the topology.
_MAX_MANIFEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class TfjsModel:
    """The content of a TensorFlow.js model's files.

    ``topology`` is the network as JSON, empty if the files hold only weights; ``signature`` are the
    graph's inputs and outputs, empty if they have no names.
    """

    weights: dict[str, np.ndarray]
    topology: Mapping[str, Any]
    signature: Mapping[str, Any]


def read_tfjs(
    manifest: str | os.PathLike[str], shards: Sequence[str | os.PathLike[str]] | None = None
) -> TfjsModel:
    """Read a TensorFlow.js model's weights, and its topology as plain JSON.

    Parameters
    ----------
    manifest
        ``model.json`` or ``..._weights_manifest.json``.
    shards
        The binary files, in the order of the manifest; by default the files of those names in the
        manifest's folder.

    Returns
    -------
    TfjsModel
        Quantized weights (8 or 16 bits, half precision) are converted to float32.

    Raises
    ------
    WeightsError
        When a file is missing, has another format, is truncated or too long, or contradicts itself.
    """
    manifest = Path(manifest)
    try:
        whole = _parse(manifest)
        groups, topology, signature = _parts(whole)
        paths = _shard_paths(manifest, groups, shards)
        weights: dict[str, np.ndarray] = {}
        for group in groups:
            data = b"".join(_bytes(paths.pop(0)) for _ in group["paths"])
            _read_group(group["weights"], data, weights)
    except WeightsError as error:
        raise WeightsError(f"{os.fspath(manifest)}: {error.message}", error.hint) from error
    return TfjsModel(weights, topology, signature)


def _parse(path: Path) -> Any:
    if not path.is_file():
        raise WeightsError("there is no such file.")
    if path.stat().st_size > _MAX_MANIFEST:
        raise WeightsError(f"has over {_MAX_MANIFEST:,} bytes, too many for a manifest.")
    try:
        return json.loads(path.read_bytes())
    # For bytes that are not text, text that is not JSON, and JSON that is nested too deeply.
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            f"is not JSON ({type(error).__name__}).",
            "give the .json file that names the shards, not a shard.",
        ) from error


def _parts(whole: Any) -> tuple[list[dict[str, Any]], Mapping[str, Any], Mapping[str, Any]]:
    """The groups of weights, the topology, the signature."""
    groups, topology, signature = whole, {}, {}
    if isinstance(whole, dict):
        groups = whole.get("weightsManifest")
        topology = whole.get("modelTopology") or {}
        signature = whole.get("signature") or {}
        if not isinstance(topology, dict) or not isinstance(signature, dict):
            raise WeightsError("has a topology or signature that is not understood.")
    if not isinstance(groups, list) or not all(map(_is_group, groups)):
        raise WeightsError("has no weights manifest.", "is it the model.json of TensorFlow.js?")
    return groups, topology, signature


def _is_group(group: Any) -> bool:
    return (
        isinstance(group, dict)
        and isinstance(group.get("weights"), list)
        and isinstance(group.get("paths"), list)
        and all(isinstance(path, str) for path in group["paths"])
    )


def _shard_paths(
    manifest: Path,
    groups: Sequence[Mapping[str, Any]],
    shards: Sequence[str | os.PathLike[str]] | None,
) -> list[Path]:
    named = [name for group in groups for name in group["paths"]]
    if shards is not None:
        if len(shards) != len(named):
            raise WeightsError(f"names {len(named)} shards, but {len(shards)} were given.")
        return [Path(shard) for shard in shards]
    for name in named:
        # A manifest must not name files outside its folder.
        if not name or name != Path(name).name or "\\" in name or "\0" in name:
            raise WeightsError(f"names a shard outside its folder: {name!r}.")
    return [manifest.parent / name for name in named]


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise WeightsError(
            f"the shard {path.name!r} is missing.", "put all files of the model into one folder."
        )
    return path.read_bytes()


def _read_group(specs: Sequence[Any], data: bytes, weights: dict[str, np.ndarray]) -> None:
    offset = 0
    for spec in specs:
        name, shape, stored = _described(spec)
        if name in weights:
            raise WeightsError(f"describes the weight {name!r} twice.")
        length = math.prod(shape) * stored.itemsize
        if length > len(data) - offset:
            raise WeightsError(f"the weight {name!r} needs more bytes than the shards have.")
        values = np.frombuffer(data, stored, math.prod(shape), offset).reshape(shape)
        weights[name] = _unpacked(name, spec, values)
        offset += length
    if offset != len(data):
        raise WeightsError(f"the shards have {len(data):,} bytes, the weights need {offset:,}.")


def _described(spec: Any) -> tuple[str, tuple[int, ...], np.dtype[Any]]:
    """A weight's name, its shape, and how its numbers are stored."""
    if not isinstance(spec, dict) or not isinstance(spec.get("name"), str):
        raise WeightsError("describes a weight that has no name.")
    name, shape, dtype = spec["name"], spec.get("shape"), spec.get("dtype")
    if (
        not isinstance(shape, list)
        or len(shape) > _MAX_DIMENSIONS
        or not all(type(length) is int and length >= 0 for length in shape)
    ):
        raise WeightsError(f"the weight {name!r} has an impossible shape.")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise WeightsError(
            f"the weight {name!r} is of type {dtype!r}; known: {', '.join(_DTYPES)}."
        )
    packing = spec.get("quantization")
    if packing is None:
        return name, tuple(shape), _DTYPES[dtype]
    packed = packing.get("dtype") if isinstance(packing, dict) else None
    if not isinstance(packed, str) or packed not in _PACKED or dtype == "bool":
        raise WeightsError(f"the weight {name!r} is packed in a way that is not known: {packed!r}.")
    return name, tuple(shape), _PACKED[packed]


def _unpacked(name: str, spec: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    packing = spec.get("quantization")
    if packing is None:
        return values.astype(np.bool_) if spec["dtype"] == "bool" else values.copy()
    if packing["dtype"] == "float16":
        return values.astype(np.float32)
    scale, least = (_number(name, packing.get(key)) for key in ("scale", "min"))
    # In float32 throughout, as TensorFlow.js computes it.
    unpacked = values.astype(np.float32) * np.float32(scale) + np.float32(least)
    return np.round(unpacked).astype(np.int32) if spec["dtype"] == "int32" else unpacked


def _number(name: str, value: Any) -> float:
    """A finite number in the range of float32."""
    if type(value) not in (int, float) or not abs(value) <= float(np.finfo(np.float32).max):
        raise WeightsError(f"the weight {name!r} is packed with an impossible scale: {value!r}.")
    return float(value)
