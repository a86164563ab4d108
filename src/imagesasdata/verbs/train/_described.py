"""Each picture's embedding and its hashes, which identify copies, for fine-tuning."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from PIL import Image

from imagesasdata import columns as col
from imagesasdata.arrays.measures.hashes import difference_hash, perceptual_hash
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Verb, run
from imagesasdata.files.decode import Exactness
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.options import Options

_HASHES = (
    Column("sha256", "string", "Hash of the file's bytes.", unit="hex"),
    Column("hash_perceptual", "string", "Hash of the network's input.", unit="hex"),
    Column("hash_difference", "string", "Hash of the network's input.", unit="hex"),
)


@dataclass(frozen=True, eq=False)
class Described:
    """Each picture's embedding and hashes, or its error.

    ``sha256`` is of the file's bytes, ``hashes`` are the perceptual and the difference hash.
    """

    embeddings: np.ndarray
    sha256: list[str]
    hashes: tuple[list[str], list[str]]
    errors: list[str | None]


def describe(
    paths: Sequence[str | None],
    base: Model,
    decode: Exactness,
    max_pixels: int,
    options: Options,
) -> Described:
    """Embed and hash pictures with the stream and cache that all verbs use.

    The hashes for near copies are of the network's input, which is already decoded.
    """
    vector = Column(**{**vars(col.EMBEDDING), "size": base.card.embedding_size})
    load = picture_loader(base.card.preprocess, decode, max_pixels)

    def hashed(data: bytes) -> list[Sample]:
        digest = hashlib.sha256(data).hexdigest()
        return [Sample(one.array, note=(digest, *_hashes(one.array))) for one in load(data)]

    names = [column.name for column in _HASHES]
    verb = Verb(
        name="fine_tune",
        columns=(vector, *_HASHES),
        load=hashed,
        finish=lambda results: [
            {
                vector.name: results[0][0]["embedding"],
                **dict(zip(names, results[0][1], strict=True)),
            }
        ],
        network=base.program,
        settings={"model": base.fingerprint, "decode": decode},
        max_pixels=max_pixels,
    )
    shared = Options(**{**vars(options), "path": col.PATH.name})
    table = run(pa.table({col.PATH.name: pa.array(paths, pa.string())}), verb, shared)
    size = base.card.embedding_size
    flat = table[vector.name].combine_chunks().fill_null([0.0] * size).flatten()
    return Described(
        np.asarray(flat, np.float32).reshape(len(paths), size),
        table[names[0]].to_pylist(),
        (table[names[1]].to_pylist(), table[names[2]].to_pylist()),
        table[col.IMAGE_ERROR.name].to_pylist(),
    )


def _hashes(pixels: np.ndarray) -> tuple[str, str]:
    image = Image.fromarray(pixels)
    return perceptual_hash(image), difference_hash(image)
