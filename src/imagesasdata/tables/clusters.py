"""Clusters in a table: the columns that number them, and a name proposed for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagesasdata.arrays.clustering.contents import proposed_name
from imagesasdata.columns import CLUSTER, LABEL
from imagesasdata.tables.table import Table

# Columns of classes, then of texts whose words count.
_TEXTS = ("caption", "text")


def cluster_columns(table: Table) -> set[str]:
    """The columns that number clusters: those of `cluster`, whatever they are called."""
    made = {name for run in table.runs() for name in run.names if run.verb.startswith("cluster")}
    return {name for name in table.names if name == CLUSTER.name} | {
        name for name in made if str(name).endswith(CLUSTER.name)
    }


def proposed_names(
    table: Table, clusters: Sequence[Any], label: str = LABEL.name
) -> dict[Any, str | None]:
    """A name for each cluster from labels, else from captions or words read; ``None`` without such.

    Parameters
    ----------
    table
        The table, whose rows are those of ``clusters``.
    clusters
        The cluster of each row. A negative number is of pictures in no cluster, which gets no name.
    label
        The column of labels.
    """
    column = next((name for name in (label, *_TEXTS) if name in table.names), None)
    known = dict.fromkeys(one for one in clusters if one is not None)
    if column is None or not table.holds_text(column):
        return dict.fromkeys(known)
    texts = [None if cell is None else str(cell) for cell in table.cells(column)]
    rows: dict[Any, list[int]] = {name: [] for name in known}
    for row, name in enumerate(clusters):
        if name is not None:
            rows[name].append(row)
    by_word = column != label
    return {
        name: None
        if isinstance(name, int) and name < 0
        else proposed_name(texts, members, by_word=by_word)
        for name, members in rows.items()
    }
