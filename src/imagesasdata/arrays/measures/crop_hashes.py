"""Perceptual hashes of a picture and of parts of it, to recognize cropped copies.

A copy that lacks its left edge has nearly the same hash as the part of the original without that edge.
So the hash of a whole picture is compared with the hashes of other pictures' parts: those that leave
out 0, 5, 10 or 15% at each of the four sides. The hash is that of `hashes`, computed from a print.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Float, UInt8, UInt64

from imagesasdata.arrays.measures.prints import SIDE

STEPS = (0.0, 0.05, 0.10, 0.15)
# Shares that are left out at both ends of a side, and at the left, top, right and bottom of a picture.
_ENDS = tuple(product(STEPS, STEPS))
PARTS = tuple((left, top, right, bottom) for top, bottom in _ENDS for left, right in _ENDS)
# Prints hashed at a time.
_AT_ONCE = 512
_CELLS, _WAVES = 32, 8


def whole_codes(prints: UInt8[np.ndarray, "pictures 64 64"]) -> UInt64[np.ndarray, " pictures"]:
    """The 64-bit hash of each print as a whole."""
    return next(iter(part_codes(prints, ends=_ENDS[:1])))[:, 0]


def part_codes(
    prints: UInt8[np.ndarray, "pictures 64 64"], *, ends: tuple[tuple[float, float], ...] = _ENDS
) -> Iterator[UInt64[np.ndarray, "pictures parts"]]:
    """The hashes of all parts, in the order of `PARTS`, a batch of them for each top and bottom."""
    across = np.stack([_waves(*pair) for pair in ends])
    for pair in ends:
        down = _waves(*pair)
        codes = np.empty((len(prints), len(ends)), np.uint64)
        for start in range(0, len(prints), _AT_ONCE):
            some = prints[start : start + _AT_ONCE].astype(np.float32)
            rows = np.einsum("ks,nst->nkt", down, some, optimize=True)
            low = np.einsum("nkt,plt->npkl", rows, across, optimize=True)
            low = low.reshape(len(some), len(ends), _WAVES * _WAVES)
            bits = low > np.median(low, axis=-1, keepdims=True)
            packed = np.packbits(bits, axis=-1).view(">u8")[..., 0]
            codes[start : start + _AT_ONCE] = packed
        yield codes


def as_codes(hashes: list[str]) -> UInt64[np.ndarray, " hashes"]:
    """Hexadecimal 64-bit hashes as whole numbers."""
    return np.array([int(one, 16) for one in hashes], np.uint64)


@functools.cache
def _waves(first: float, last: float) -> Float[np.ndarray, "8 64"]:
    """The lowest cosines over 32 equal cells of a side without its ends, as weights of its pixels."""
    edges = np.linspace(first, 1 - last, _CELLS + 1) * SIDE
    pixels = np.arange(SIDE)
    share = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    share = np.clip(share, 0, None)
    share /= share.sum(axis=1, keepdims=True)
    angles = np.pi * np.arange(_WAVES)[:, None] * (2 * np.arange(_CELLS) + 1) / (2 * _CELLS)
    return (np.cos(angles) @ share).astype(np.float32)
