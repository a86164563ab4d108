"""The classes of a categorical column, in the order that its table gives them."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals as nw
import pyarrow as pa

from imagesasdata.tables.table import Table


class Categories(NamedTuple):
    """The classes in order, and whether the order is one from low to high.

    polars' ``Enum`` always has an order, so that it need not mean one (``is_said``).
    """

    values: tuple[Any, ...]
    ordered: bool
    is_said: bool = True


def categories(table: Table, column: str) -> Categories | None:
    """The categories of a column: pandas' ``Categorical``, Arrow's dictionary, polars' ``Enum``.

    ``None`` for other columns, and for polars' ``Categorical``, which numbers its texts as they come.
    """
    dtype, is_polars = table.frame.schema[column], table.frame.implementation.is_polars()
    if isinstance(dtype, nw.Enum):
        return Categories(tuple(dtype.categories), True, not is_polars)
    if dtype != nw.Categorical or is_polars:
        return None
    cells = table.frame[column].to_arrow()
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.unify_dictionaries().combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks else pa.array([], cells.type)
    return Categories(tuple(cells.dictionary.to_pylist()), bool(cells.type.ordered))
