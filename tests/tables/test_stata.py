"""Tables as Stata files: what Stata lacks comes as near as it can."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.errors import GuessWarning
from imagesasdata.tables.stata import stata_names, write_stata


def through(table: pa.Table) -> pd.DataFrame:
    file = io.BytesIO()
    write_stata(table, file)
    return pd.read_stata(io.BytesIO(file.getvalue()))


def test_each_type() -> None:
    table = pa.table(
        {
            "path": ["a.jpg", "\u00e9.jpg"],
            "image_error": pa.array([None, None], pa.string()),
            "nothing": pa.nulls(2),
            "label": pa.array(["x", None]).dictionary_encode(),
            "post_id": [2**60 + 1, None],
            "n": [2**40, 2],
            "gap": [1, None],
            "share": pa.array([0.1, None], pa.float32()),
            "limit": [1.5, float("inf")],
            "is_kept": [True, False],
            "match": [True, None],
            "taken_at": pa.array([1_700_000_000_000_000, None], pa.timestamp("us")),
            "caption": ["y" * 3000, ""],
        }
    )
    got = through(table)
    assert got["path"].tolist() == ["a.jpg", "\u00e9.jpg"]
    for name in ("image_error", "nothing"):
        assert got[name].tolist() == ["", ""]
    assert got["label"].tolist() == ["x", ""]
    assert got["post_id"].tolist() == [str(2**60 + 1), ""]
    assert got["n"].tolist() == [2**40, 2]
    assert got["gap"].iloc[0] == 1
    assert got["share"].iloc[0] == np.float32(0.1)
    assert got["is_kept"].tolist() == [1, 0]
    for name in ("gap", "share", "limit", "match", "taken_at"):
        assert got[name].isna().tolist() == [False, True], name
    assert str(got["taken_at"].iloc[0]) == "2023-11-14 22:13:20"
    assert got["caption"].str.len().tolist() == [3000, 0]


def test_names() -> None:
    names = [
        "ok",
        "label_prob_a b",
        "1st",
        "",
        "x" * 40,
        "x" * 41,
        "label_prob_a_b",
        "\u00e9t\u00e9",
    ]
    found = stata_names(names)
    assert len({*found}) == len(names)
    assert all(len(name) <= 32 for name in found)
    assert found[0] == "ok"
    assert found[2] == "_1st"
    assert stata_names(["long", "_long", "str8"]) == ["_long_2", "_long", "_str8"]
    assert found[6:] == ["label_prob_a_b", "\u00e9t\u00e9"]
    file = io.BytesIO()
    with pytest.warns(GuessWarning, match="'a b' is 'a_b'.*\nHint: the variables' labels"):
        write_stata(pa.table({"a b": [1]}), file)
    with pd.io.stata.StataReader(io.BytesIO(file.getvalue())) as reader:
        assert reader.variable_labels() == {"a_b": "a b"}
