"""Finds pairs of 64-bit codes that differ in a few bits, without comparing all pairs."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, UInt64

MOST_BITS = 15

_BANDS, _BAND_BITS = 4, 16
# Codes with the same key are stored in blocks of this size, within which all pairs are compared.
_BLOCK = 8
# Pairs of blocks compared at once, so that their codes stay in a core's cache.
_AT_ONCE = 1024


class Pairs(NamedTuple):
    """Pairs of codes, by their indices, and the number of bits in which they differ."""

    a: Int[np.ndarray, " pairs"]
    b: Int[np.ndarray, " pairs"]
    bits: Int[np.ndarray, " pairs"]


def near_codes(
    a: UInt64[np.ndarray, " codes_a"],
    b: UInt64[np.ndarray, " codes_b"] | None = None,
    *,
    bits: int,
    threads: int = 1,
) -> Pairs:
    """All pairs of a code of ``a`` and a code of ``b`` that differ in at most ``bits`` bits.

    Without ``b``: the pairs within ``a``, each once, and no code with itself. ``bits`` is at most
    `MOST_BITS`.

    Notes
    -----
    Multi-index hashing (Norouzi, Punjani & Fleet 2012, Fast Search in Hamming Space with Multi-Index
    Hashing, CVPR, https://doi.org/10.1109/CVPR.2012.6248043). Codes are split into four bands of 16
    bits. Two codes that differ in ``bits`` bits differ in at most ``bits // 4`` bits of at least one
    band, so codes are looked up by each band's bits and all patterns near them. The result is exact.
    The time grows with the number of codes and with how many share a band; for evenly distributed
    codes, it is nearly linear.
    """
    within = b is None
    other = a if b is None else b
    if not len(a) or not len(other):
        return _pairs(np.empty((0, 2), np.int64), a, other)
    key_bits = int(np.clip(round(math.log2(len(other) / _BLOCK + 1)), 1, _BAND_BITS))
    masks = _masks(key_bits, bits // _BANDS)
    found: list[np.ndarray] = []
    with ThreadPoolExecutor(threads) as pool:
        for band in range(_BANDS):
            left = _Blocks(a, _keys(a, band, key_bits), key_bits, empty=0)
            right = _Blocks(other, _keys(other, band, key_bits), key_bits, empty=2**64 - 1)
            work = (
                (blocks_a[start : start + _AT_ONCE], blocks_b[start : start + _AT_ONCE])
                for mask in masks
                for blocks_a, blocks_b in [_meetings(left, right, mask, within)]
                for start in range(0, len(blocks_a), _AT_ONCE)
            )
            # Jobs are submitted in limited numbers, which bounds the memory.
            for some in _bounded(work, 64):
                compared = pool.map(functools.partial(_compare, left, right, bits), some)
                found += [pairs for pairs in compared if len(pairs)]
    pairs = np.concatenate(found) if found else np.empty((0, 2), np.int64)
    if within:
        pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    # A pair that is near in several bands is found several times.
    together = np.unique(pairs[:, 0] * len(other) + pairs[:, 1])
    return _pairs(np.stack(np.divmod(together, len(other)), axis=1), a, other)


def _pairs(pairs: np.ndarray, a: np.ndarray, b: np.ndarray) -> Pairs:
    differing = np.bitwise_count(a[pairs[:, 0]] ^ b[pairs[:, 1]]).astype(np.int64)
    return Pairs(pairs[:, 0], pairs[:, 1], differing)


def _bounded(jobs: Iterator[tuple], size: int) -> Iterator[list[tuple]]:
    some: list[tuple] = []
    for job in jobs:
        some.append(job)
        if len(some) == size:
            yield some
            some = []
    yield some


def _keys(codes: np.ndarray, band: int, key_bits: int) -> np.ndarray:
    # Adjacent bits of a picture's hash are correlated, so a band takes every fourth bit; its patterns
    # are then distributed more evenly.
    keys = np.zeros(len(codes), np.int64)
    for position in range(key_bits):
        bit = (codes >> np.uint64(_BANDS * position + band)) & np.uint64(1)
        keys |= bit.astype(np.int64) << position
    return keys


def _masks(key_bits: int, flips: int) -> list[int]:
    return [
        sum(1 << position for position in positions)
        for count in range(min(flips, key_bits) + 1)
        for positions in combinations(range(key_bits), count)
    ]


class _Blocks:
    """Codes sorted by key, in blocks of one key each; the last block of a key is padded."""

    def __init__(self, codes: np.ndarray, keys: np.ndarray, key_bits: int, *, empty: int) -> None:
        order = np.argsort(keys, kind="stable")
        counts = np.bincount(keys, minlength=1 << key_bits)
        self.counts = -(-counts // _BLOCK)  # blocks of each key
        self.starts = np.cumsum(self.counts) - self.counts
        first = np.cumsum(counts) - counts
        sorted_keys = keys[order]
        position = np.arange(len(codes)) - first[sorted_keys]
        slots = self.starts[sorted_keys] * _BLOCK + position
        size = int(self.counts.sum()) * _BLOCK
        filled = np.full(size, empty, np.uint64)
        numbers = np.full(size, -1, np.int64)
        filled[slots], numbers[slots] = codes[order], order
        self.codes = filled.reshape(-1, _BLOCK)
        self.numbers = numbers.reshape(-1, _BLOCK)


def _meetings(
    left: _Blocks, right: _Blocks, mask: int, within: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of blocks whose keys differ by a mask; within one set, each pair of keys once."""
    keys = np.flatnonzero(left.counts)
    partners = keys ^ mask
    if within and mask:
        keys, partners = keys[keys < partners], partners[keys < partners]
    each = left.counts[keys] * right.counts[partners]
    keys, partners, each = keys[each > 0], partners[each > 0], each[each > 0]
    step = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    across = np.repeat(right.counts[partners], each)
    return (
        np.repeat(left.starts[keys], each) + step // across,
        np.repeat(right.starts[partners], each) + step % across,
    )


def _compare(
    left: _Blocks, right: _Blocks, bits: int, meeting: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The near pairs of codes in pairs of blocks."""
    blocks_a, blocks_b = meeting
    differing = left.codes[blocks_a][:, :, None] ^ right.codes[blocks_b][:, None, :]
    pair, row, column = np.nonzero(np.bitwise_count(differing) <= bits)
    numbers = np.stack(
        [left.numbers[blocks_a[pair], row], right.numbers[blocks_b[pair], column]], axis=1
    )
    return numbers[(numbers >= 0).all(axis=1)]
