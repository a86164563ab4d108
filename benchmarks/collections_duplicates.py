"""Near codes among 50,000, against all pairs and a BK-tree, and the seconds for a million."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from measure import Row

from imagesasdata.arrays.neighbors.codes import near_codes

BITS, THREADS = 6, 2
# The number of queries timed for the peers; each query costs them the same.
ASKED = 200


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """How many times faster than the peers, and seconds for a million."""
    count = 50_000
    codes = _codes(count)
    start = time.perf_counter()
    found = near_codes(codes, bits=BITS, threads=THREADS)
    own = time.perf_counter() - start

    start = time.perf_counter()
    pairs = sum(_brute_force(codes, place) for place in range(ASKED))
    brute = (time.perf_counter() - start) / ASKED * count
    if pairs != np.sum(found.a < ASKED):
        raise AssertionError("the programs do not find the same")

    start = time.perf_counter()
    tree = _Tree(codes.tolist())
    built = time.perf_counter() - start
    start = time.perf_counter()
    matches = [tree.near(code, BITS) for code in codes[:ASKED].tolist()]
    searched = (time.perf_counter() - start) / ASKED * count
    if sum(map(len, matches)) - ASKED != np.sum(found.a < ASKED) + np.sum(found.b < ASKED):
        raise AssertionError("the programs do not find the same")

    many = _codes(100_000 if quick else 1_000_000)
    start = time.perf_counter()
    near_codes(many, bits=BITS, threads=THREADS)
    million = time.perf_counter() - start
    case = f"near codes among {count:,}, speed against"
    return [
        Row(f"{case} all pairs in numpy", brute / own, "x", at_least=20),
        Row(f"{case} a BK-tree", (built + searched) / own, "x", at_least=20),
        Row(f"near codes among {len(many):,}", million, "s", at_most=60),
    ]


def _codes(count: int) -> np.ndarray:
    """Codes with as many ones as zeros, as perceptual hashes have, a tenth with a near copy."""
    draws = np.random.default_rng(0)
    bits = np.argsort(draws.random((count, 64), dtype=np.float32), axis=1) < 32
    codes = np.packbits(bits, axis=1).view(np.uint64).ravel()
    copies = draws.permutation(count // 2)[: count // 10]
    flips = np.uint64(1) << draws.integers(0, 64, (3, len(copies))).astype(np.uint64)
    codes[count // 2 + copies] = codes[copies] ^ np.bitwise_xor.reduce(flips, axis=0)
    return codes


def _brute_force(codes: np.ndarray, place: int) -> int:
    return int(np.sum(np.bitwise_count(codes[place + 1 :] ^ codes[place]) <= BITS))


class _Tree:
    """A Burkhard-Keller tree in Python, as packages that search for copies have it."""

    def __init__(self, codes: list[int]) -> None:
        self.root: tuple[int, dict] = (codes[0], {})
        self.same: dict[int, int] = {}
        for code in codes:
            self.same[code] = self.same.get(code, 0) + 1
            node = self.root
            while (bits := (node[0] ^ code).bit_count()) and (next_one := node[1].get(bits)):
                node = next_one
            if bits:
                node[1][bits] = (code, {})

    def near(self, code: int, limit: int) -> list[int]:
        found, waiting = [], [self.root]
        while waiting:
            other, children = waiting.pop()
            bits = (other ^ code).bit_count()
            if bits <= limit:
                found += [other] * self.same[other]
            waiting += [
                child for at, child in children.items() if bits - limit <= at <= bits + limit
            ]
        return found
