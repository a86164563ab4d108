"""The classes of categorical columns in their order, in each table library."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imagesasdata.tables.categories import Categories, categories
from imagesasdata.tables.table import open_data


def _dictionary(values: list[str], *, ordered: bool) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), values, ordered=ordered)


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (pd.DataFrame({"x": pd.Categorical(["a", "b"], ["b", "a"])}), (("b", "a"), False)),
        (pd.DataFrame({"x": pd.Categorical(["a"], ["b", "a"], ordered=True)}), (("b", "a"), True)),
        (pd.DataFrame({"x": pd.Categorical([1, 0], [1, 0])}), ((1, 0), False)),
        (pd.DataFrame({"x": ["b", "a"]}), None),
        (pd.DataFrame({"x": [1, 0]}), None),
        (
            pl.DataFrame({"x": pl.Series(["b"], dtype=pl.Enum(["b", "a"]))}),
            (("b", "a"), True, False),
        ),
        (pl.DataFrame({"x": pl.Series(["b", "a"], dtype=pl.Categorical)}), None),
        (pa.table({"x": _dictionary(["b", "a"], ordered=False)}), (("b", "a"), False)),
        (pa.table({"x": _dictionary(["b", "a"], ordered=True)}), (("b", "a"), True)),
        (pa.table({"x": pa.chunked_array([], pa.dictionary(pa.int8(), pa.string()))}), ((), False)),
        (
            pa.table(
                {
                    "x": pa.chunked_array(
                        [
                            _dictionary(["b", "a"], ordered=False),
                            _dictionary(["b", "c"], ordered=False),
                        ]
                    )
                }
            ),
            (("b", "a", "c"), False),
        ),
    ],
)
def test_categories_keep_their_order(cells: Any, wanted: Any) -> None:
    assert categories(open_data(cells), "x") == (wanted and Categories(*wanted))
