"""Copies and near copies among pictures, by their perceptual hashes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from imagesasdata.options import COPY_BITS

# In how many of 64 bits both hashes of two pictures may differ.
_CHUNK = 2048


def near_copies(*hashes: Sequence[str], bits: int = COPY_BITS) -> Int[np.ndarray, " n"]:
    """A group for each picture; those whose hashes of every kind differ in few bits share one.

    Parameters
    ----------
    hashes
        For each kind of hash, one for each picture, in hexadecimal.
    bits
        The most bits in which two may differ.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    kinds = [np.array([int(text, 16) for text in kind], np.uint64) for kind in hashes]
    count = len(kinds[0])
    pairs: list[np.ndarray] = []
    for start in range(0, count, _CHUNK):
        near = np.ones((min(_CHUNK, count - start), count), bool)
        for kind in kinds:
            differ = np.bitwise_count(kind[start : start + _CHUNK, None] ^ kind[None, :])
            near &= differ <= bits
        rows, columns = np.nonzero(near)
        pairs.append(np.stack([rows + start, columns]))
    joined = np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), int)
    graph = coo_matrix((np.ones(joined.shape[1], bool), tuple(joined)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)
