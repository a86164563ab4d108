"""The pictures that a model was trained on, by content, and its out-of-fold predictions of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import UInt8

from imagesasdata.training.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class TrainedOn:
    """The sha256 of the pictures in training and validation, and the predictions of held-out rows.

    Validation pictures count, because they choose the epoch.
    """

    digests: UInt8[np.ndarray, "n 32"]
    tested: Evaluation

    @cached_property
    def out_of_fold(self) -> dict[bytes, np.ndarray | None]:
        """For each picture of training its prediction by a fit that had not seen it, if there is one."""
        known: dict[bytes, np.ndarray | None] = {digest.tobytes(): None for digest in self.digests}
        if self.tested.digests is not None:
            pairs = zip(self.tested.digests, self.tested.chances, strict=True)
            held_out = {digest.tobytes(): chances for digest, chances in pairs}
            known = {digest: held_out.get(digest) for digest in known}
        return known


def as_bytes(digests: Sequence[str]) -> UInt8[np.ndarray, "n 32"]:
    """Hashes in hexadecimal as rows of bytes."""
    joined = b"".join(map(bytes.fromhex, digests))
    return np.frombuffer(joined, np.uint8).reshape(len(digests), -1)
