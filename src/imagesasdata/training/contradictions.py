"""Pictures that are coded in two ways: one half of these rows is wrong, whatever a model learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imagesasdata.errors import tell
from imagesasdata.training.outcome import Outcome


def tell_contradictions(
    outcome: Outcome, values: np.ndarray, paths: Sequence[str], hashes: Sequence[Sequence[str]]
) -> None:
    """Warn of pictures with several codes, and say how many they are.

    Rows are of one picture if they have the same path, or the same two hashes; a plain picture has
    none that tells it from another. Amounts may differ from one measurement to the next and are left out.

    Parameters
    ----------
    outcome
        What is coded.
    values
        Its values as numbers, (rows,) or (rows, labels).
    paths
        Each row's path.
    hashes
        For each kind of hash, the hash of each row in hexadecimal.
    """
    if outcome.kind == "numeric":
        return
    rows: dict[object, list[int]] = {}
    for row, (path, *kinds) in enumerate(zip(paths, *hashes, strict=True)):
        plain = any(int(one, 16) == 0 for one in kinds)
        rows.setdefault(path if plain else tuple(kinds), []).append(row)
    several = [one for one in rows.values() if len({values[row].tobytes() for row in one}) > 1]
    if not several:
        return
    first = several[0][0]
    other = next(row for row in several[0] if values[row].tobytes() != values[first].tobytes())
    count = sum(map(len, several))
    tell(
        f"The codes of {outcome.name!r} contradict one another: {count:,} of {len(paths):,} rows are of "
        f"{len(several):,} picture{'s'[: len(several) - 1]} with more than one code, such as "
        f"{paths[first]!r} and {paths[other]!r}.",
        "settle what each picture is before training; iad.agreement(...).disputed() lists where "
        "coders differ.",
    )
