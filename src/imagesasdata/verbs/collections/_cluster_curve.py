"""The table that `cluster` gives for several numbers of clusters: how well each fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from imagesasdata.columns import Column
from imagesasdata.engine.results import prefixed
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.table import Table

COLUMNS = (
    Column("k", "int64", "A number of clusters.", range="2 ...", null="never"),
    Column(
        "silhouette_mean",
        "float64",
        "How much nearer pictures are to their own cluster than to the next.",
        range="-1 to 1",
        null="there are too few pictures for so many clusters",
    ),
    Column("chosen", "bool", "Whether its silhouette is the best.", null="never"),
)


def check_numbers(k: Sequence[int], method: str) -> list[int]:
    """The numbers of clusters that are compared.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When they are not whole numbers from 2, or the method finds the number itself.
    """
    numbers = [] if isinstance(k, (str, bytes)) or not isinstance(k, Sequence) else list(k)
    if not numbers or any(isinstance(one, bool) or not isinstance(one, int) for one in numbers):
        raise ArgumentTypeError(
            f"k must be a whole number or a range of them, got {k!r}.",
            "for example k=8, or k=range(2, 21) for a table that compares them.",
        )
    if min(numbers) < 2:
        raise ArgumentError(
            f"Numbers of clusters are compared from 2 on, got {min(numbers)}.",
            "for example k=range(2, 21).",
        )
    if method == "hdbscan":
        raise ArgumentError(
            "hdbscan finds the number of clusters itself, so there is no curve.",
            'method="kmeans", "gmm" and "agglomerative" have one.',
        )
    return list(dict.fromkeys(numbers))


def curve_table(
    table: Table, numbers: Sequence[int], curve: Mapping[int, float], prefix: str | None
) -> Any:
    """A row for each number of clusters, in a table of the same kind as the input."""
    best = best_of(curve)
    cells = [numbers, [curve.get(k) for k in numbers], [k == best for k in numbers]]
    return table.new(
        {
            prefixed(column.name, prefix): pa.array(some, arrow_type(column))
            for column, some in zip(COLUMNS, cells, strict=True)
        }
    )


def best_of(curve: Mapping[int, float]) -> int | None:
    """The number with the best silhouette; among equals, the first."""
    return max(curve, key=curve.__getitem__) if curve else None


def curve_text(curve: Mapping[int, float], k: int) -> str:
    """The silhouettes as bars, for a terminal."""
    lines = ["silhouette of each number of clusters:"]
    for number, value in curve.items():
        chosen = "  <- chosen" if number == k else ""
        lines.append(f"{number:4d} {value:6.3f} {'#' * max(0, round(60 * value))}{chosen}")
    return "\n".join(lines)
