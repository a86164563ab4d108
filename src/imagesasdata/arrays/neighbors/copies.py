"""Finds pictures that are copies of each other, by hashes of pictures and their parts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int, UInt8, UInt64

from imagesasdata.arrays.measures.crop_hashes import PARTS, part_codes, whole_codes
from imagesasdata.arrays.neighbors.codes import near_codes
from imagesasdata.arrays.neighbors.groups import linked_groups
from imagesasdata.arrays.neighbors.overlay import shows_same

# Left, top, right and bottom of each part.
_BOXES = np.array(
    [(left, top, 1 - right, 1 - bottom) for left, top, right, bottom in PARTS], np.float64
)
# A set of copies and another are compared by this many pairs of theirs before they count as different.
_TRIES = 4


class Pairs(NamedTuple):
    """Pairs of prints: the whole of ``a`` is near to a part of ``b``, by so many bits."""

    a: Int[np.ndarray, " pairs"]
    b: Int[np.ndarray, " pairs"]
    part: Int[np.ndarray, " pairs"]
    bits: Int[np.ndarray, " pairs"]


def near_parts(prints: UInt8[np.ndarray, "prints 64 64"], *, bits: int, threads: int = 1) -> Pairs:
    """Pairs of prints in which one as a whole has nearly the hash of the other or of a part of it.

    Of several parts the one with the nearest hash is given.
    """
    wholes = whole_codes(prints)
    best = Pairs(*(np.empty(0, np.int64) for _ in Pairs._fields))
    first = 0
    for batch in part_codes(prints):
        near = near_codes(wholes, batch.ravel(), bits=bits, threads=threads)
        b, part = np.divmod(near.b, batch.shape[1])
        other = near.a != b
        found = Pairs(near.a[other], b[other], first + part[other], near.bits[other])
        best = _nearest(Pairs(*map(np.concatenate, zip(best, found, strict=True))))
        first += batch.shape[1]
    return best


def copies_by_prints(
    prints: UInt8[np.ndarray, "prints 64 64"],
    items: Int[np.ndarray, " prints"],
    framed: Bool[np.ndarray, " prints"] | None = None,
    *,
    bits: int,
    threads: int = 1,
) -> tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
    """Pairs of items that are copies; an item may have several prints.

    Prints that show a frame, too (``framed``), are not compared with each other: equal frames would
    outweigh what they surround.

    Notes
    -----
    Prints with near hashes are laid over each other (`shows_same`). So that a picture with ten thousand
    copies does not ask for fifty million comparisons, prints with the same hash are first compared with
    one of them, which stands for those that show the same. Items that were found to be copies form a
    set, and of two sets only the nearest pairs are compared.
    """
    framed = np.zeros(len(prints), bool) if framed is None else framed
    same, first = _same_hash(prints, framed)
    pairs = items[same], items[first]
    kept = np.setdiff1d(np.arange(len(prints)), same)
    prints, items, framed = prints[kept], items[kept], framed[kept]
    near = near_parts(prints, bits=bits, threads=threads)
    apart = (items[near.a] != items[near.b]) & ~(framed[near.a] & framed[near.b])
    near = Pairs(*(values[apart] for values in near))
    order = np.argsort(near.bits, kind="stable")
    near = Pairs(*(values[order] for values in near))
    a, b = items[near.a], items[near.b]
    count = int(items.max(initial=-1)) + 1
    sets = np.arange(count)
    tried, shown = np.zeros(len(a), bool), np.zeros(len(a), bool)
    most = 1
    while True:
        low, high = np.minimum(sets[a], sets[b]), np.maximum(sets[a], sets[b])
        _, together = np.unique(low * count + high, return_inverse=True)
        refused = np.bincount(together, weights=tried & ~shown)[together]
        chosen = np.flatnonzero(~tried & (low != high) & (refused < _TRIES))
        if not len(chosen):
            break
        chosen = chosen[
            _first_of_each(sets[a[chosen]], most) | _first_of_each(sets[b[chosen]], most)
        ]
        tried[chosen] = True
        shown[chosen] = shows_same(
            prints[near.a[chosen]], prints[near.b[chosen]], _BOXES[near.part[chosen]]
        )
        sets = linked_groups(a[shown], b[shown], count)
        most *= 2
    linked = sets[a] == sets[b]
    return np.concatenate([a[linked], pairs[0]]), np.concatenate([b[linked], pairs[1]])


def copies_by_all(
    codes: UInt64[np.ndarray, "pictures kinds"], *, bits: int, threads: int = 1
) -> Int[np.ndarray, " pictures"]:
    """A group for each picture; pictures whose codes of all kinds are near share a group."""
    first = np.ascontiguousarray(codes[:, 0])
    pairs = near_codes(first, bits=bits, threads=threads)
    near = (np.bitwise_count(codes[pairs.a, 1:] ^ codes[pairs.b, 1:]) <= bits).all(axis=1)
    return linked_groups(pairs.a[near], pairs.b[near], len(codes))


def bits_between(
    prints: UInt8[np.ndarray, "prints 64 64"],
    a: Int[np.ndarray, " pairs"],
    b: Int[np.ndarray, " pairs"],
) -> Int[np.ndarray, " pairs"]:
    """The number of bits by which the prints of each pair differ, as wholes or whole from part."""
    used, where = np.unique(np.concatenate([a, b]), return_inverse=True)
    one, other = np.split(where, 2)
    wholes = whole_codes(prints[used])
    least = np.full(len(a), 64, np.int64)
    for codes in part_codes(prints[used]):
        for whole, part in ((one, other), (other, one)):
            bits = np.bitwise_count(wholes[whole, None] ^ codes[part]).min(axis=1)
            least = np.minimum(least, bits)
    return least


def _same_hash(prints: np.ndarray, framed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Prints that show the same as the first print with their hash, and these first ones."""
    _, first, which = np.unique(whole_codes(prints), return_index=True, return_inverse=True)
    first = first[which]
    later = np.flatnonzero((first != np.arange(len(prints))) & ~(framed & framed[first]))
    everything = np.tile([0.0, 0.0, 1.0, 1.0], (len(later), 1))
    later = later[shows_same(prints[later], prints[first[later]], everything)]
    return later, first[later]


def _nearest(pairs: Pairs) -> Pairs:
    """The nearest part of each pair."""
    order = np.lexsort((pairs.bits, pairs.b, pairs.a))
    a, b = pairs.a[order], pairs.b[order]
    first = np.ones(len(a), bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return Pairs(*(values[order][first] for values in pairs))


def _first_of_each(labels: Int[np.ndarray, " some"], most: int) -> np.ndarray:
    """Which of the labels are among the first ``most`` of their kind."""
    order = np.argsort(labels, kind="stable")
    counts = np.unique(labels[order], return_counts=True)[1]
    rank = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = np.zeros(len(labels), bool)
    chosen[order] = rank < most
    return chosen
