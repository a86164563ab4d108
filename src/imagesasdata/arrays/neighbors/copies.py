"""Finds pictures that are copies of each other, by hashes of pictures and their parts."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt64

from imagesasdata.arrays.neighbors.codes import Pairs, near_codes
from imagesasdata.arrays.neighbors.groups import linked_groups


def near_copies(
    codes: UInt64[np.ndarray, "pictures parts"], *, bits: int, threads: int = 1
) -> tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
    """Pairs of pictures in which one whole picture is near the other or a part of it.

    Each picture's first code is that of the whole picture. Each pair is returned once.
    """
    whole = np.ascontiguousarray(codes[:, 0])
    found: list[Pairs] = [near_codes(whole, bits=bits, threads=threads)]
    found += [
        near_codes(whole, np.ascontiguousarray(part), bits=bits, threads=threads)
        for part in codes.T[1:]
    ]
    a = np.concatenate([pairs.a for pairs in found])
    b = np.concatenate([pairs.b for pairs in found])
    low, high = np.minimum(a, b), np.maximum(a, b)
    together = np.unique((low * len(codes) + high)[low < high])
    low, high = np.divmod(together, max(len(codes), 1))
    return low, high


def copies_by_all(
    codes: UInt64[np.ndarray, "pictures kinds"], *, bits: int, threads: int = 1
) -> Int[np.ndarray, " pictures"]:
    """A group for each picture; pictures whose codes of all kinds are near share a group."""
    first = np.ascontiguousarray(codes[:, 0])
    pairs = near_codes(first, bits=bits, threads=threads)
    near = (np.bitwise_count(codes[pairs.a, 1:] ^ codes[pairs.b, 1:]) <= bits).all(axis=1)
    return linked_groups(pairs.a[near], pairs.b[near], len(codes))


def bits_between(
    codes: UInt64[np.ndarray, "pictures parts"],
    a: Int[np.ndarray, " pairs"],
    b: Int[np.ndarray, " pairs"],
) -> Int[np.ndarray, " pairs"]:
    """The number of bits by which the pictures of each pair differ, as wholes or whole from part."""
    one = np.bitwise_count(codes[a, :1] ^ codes[b]).min(axis=1)
    other = np.bitwise_count(codes[b, :1] ^ codes[a]).min(axis=1)
    return np.minimum(one, other).astype(np.int64)
