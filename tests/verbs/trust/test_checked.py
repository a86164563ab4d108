"""`check` of validations and audits: each line, when it is good and when something has to be done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind
from tests.verbs.trust.designs import coded, population

VERBS = [
    lambda table: iad.validate(table, "gold", "pred", rounds=2),
    lambda table: iad.audit(table, "gold", "pred", by="group"),
]


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    frame = population(0)
    table = coded(frame, iad.sample_for_labels(frame, 300, by="pred", seed=0))
    return table.assign(path=[f"{row}.jpg" for row in range(len(table))])


@pytest.mark.parametrize("verb", VERBS)
def test_a_sample_as_it_should_be(posts: pd.DataFrame, verb: Any) -> None:
    found = verb(posts).check().set_index("check")
    assert found.is_good.all()
    assert found.advice.isna().all()
    assert found.found["response"].startswith("150 of 150 coded with p ")
    count = posts.gold.value_counts()
    assert found.found["coded classes"] == f"{count[0]:,} of 0; {count[1]:,} of 1"
    assert found.found["rows of training"] == "none that is marked"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("change", "line", "found", "advice"),
    [
        ({"sample_prob": None}, "sampling", "300 of 2,000 rows, all with the same", "join sample"),
        ({"gold": lambda f: f.gold.where(f.index % 3 > 0)}, "response", "of 150 coded", "the rest"),
        (
            {"gold": lambda f: f.gold.where((f.gold == 0) | (f.index < 100))},
            "coded classes",
            "of 0; ",
            "code more of the rare class",
        ),
        ({"path": "same.jpg"}, "repeated pictures", "299 of the 300", "keep one row"),
    ],
)
def test_what_has_to_be_done(
    posts: pd.DataFrame, verb: Any, change: Any, line: str, found: str, advice: str
) -> None:
    table = posts.assign(**change)
    if line == "sampling":
        table = table.drop(columns=["sample_prob", "is_sampled"])
    row = verb(table).check().set_index("check").loc[line]
    assert not row.is_good
    assert found in row.found
    assert advice in row.advice


@pytest.mark.parametrize("verb", VERBS)
def test_folds_and_tables_of_each_kind(kind: Kind, posts: pd.DataFrame, verb: Any) -> None:
    some = posts.assign(fold=np.arange(len(posts)) % 5, row=posts.index, sha256="0")
    names = ("gold", "pred", "group", "fold", "row", "sha256")
    plain = {
        name: [None if pd.isna(cell) else cell for cell in some[name].tolist()] for name in names
    }
    found = verb(kind.make(plain)).check()
    assert kind.is_kind(found)
    cells = kind.columns(found)
    assert "100% of the rows, out of fold" in list(cells["found"])
