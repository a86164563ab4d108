"""`Regression.compare_methods`: the estimates of each method are its own, with what they assume."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind
from tests.verbs.trust.designs import coded, population

GOLD = {"pred": "gold"}
METHODS = ["naive", "gold", "ppi", "cross_ppi", "dsl", "ptd", "imputation"]


@pytest.fixture(scope="module")
def posts() -> pd.DataFrame:
    frame = population(0)
    return coded(frame, iad.sample_for_labels(frame, 300, by="pred", seed=0))


@pytest.mark.parametrize("method", ["dsl", "gold", "naive"])
def test_each_method_gives_its_own_estimates(posts: pd.DataFrame, method: str) -> None:
    first = iad.regress("pred ~ score", posts, gold=GOLD, method=method)
    found = first.compare_methods(conf_level=0.9).tidy()
    assert found.method.tolist() == METHODS * 2
    for name, rows in found.groupby("method"):
        own = iad.regress("pred ~ score", posts, gold=GOLD, method=name)
        columns = ["term", "estimate", "std_error", "conf_low", "conf_high"]
        expected = own.tidy(conf_level=0.9)[columns]
        pd.testing.assert_frame_equal(rows[columns].reset_index(drop=True), expected)
        assert (rows.note.fillna("") == " ".join(own.notes)).all()


def test_a_method_that_cannot_says_why(posts: pd.DataFrame) -> None:
    result = iad.regress("y ~ pred + score", posts, gold=GOLD).compare_methods()
    found = result.tidy().set_index("method")
    for method in ("ppi", "cross_ppi"):
        assert found.loc[method, "estimate"].isna().all()
        assert found.loc[method, "note"].str.startswith("No estimate. ").all()
        assert found.loc[method, "note"].str.contains("is for a predicted outcome").all()
    assert found.loc["dsl", "estimate"].notna().all()
    assert "ppi: No estimate. " in str(result)
    assert "naive: Predictions were taken as the truth." in result._repr_html_()


def test_the_picture(posts: pd.DataFrame) -> None:
    result = iad.regress("y ~ pred + score", posts, gold=GOLD).compare_methods()
    axes = result.plot().axes
    assert [axis.get_title(loc="left") for axis in axes] == ["pred", "score"]
    drawn = [label.get_text() for label in axes[0].get_yticklabels()]
    assert drawn == [name for name in METHODS if "ppi" not in name]
    rows = result.tidy().query("term == 'pred' and estimate.notna()")
    drawn = [line.get_xdata() for line in axes[0].lines[:-1]]
    np.testing.assert_allclose(drawn[::2], rows[["conf_low", "conf_high"]])
    np.testing.assert_allclose(np.ravel(drawn[1::2]), rows.estimate)
    assert len(iad.regress("pred ~ 1", posts, gold=GOLD).compare_methods().plot().axes) == 1


def test_tables_of_each_kind(kind: Kind, posts: pd.DataFrame) -> None:
    plain = {
        name: [None if pd.isna(cell) else cell for cell in posts[name].tolist()]
        for name in ("pred", "gold", "score")
    }
    found = iad.regress("pred ~ score", kind.make(plain), gold=GOLD).compare_methods().tidy()
    assert kind.is_kind(found)
    assert len(kind.columns(found)["note"]) == 14


def test_misuse(posts: pd.DataFrame) -> None:
    with pytest.raises(iad.ArgumentError, match="There is nothing to compare"):
        iad.regress("y ~ score", posts).compare_methods()
    with pytest.raises(iad.ArgumentError, match="conf_level must lie between 0 and 1, got 2"):
        iad.regress("pred ~ score", posts, gold=GOLD).compare_methods(conf_level=2)
