"""`settle_labels`: each kind of table, both shapes, ties that are told, and misuse."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind

WIDE = {
    "path": ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"],
    "ann": ["yes", "no", "no", "yes", None],
    "ben": ["yes", "yes", "no", "no", None],
    "eve": [None, "yes", "no", None, None],
}
CODERS = ["ann", "ben", "eve"]


def long(wide: dict[str, list[Any]] = WIDE) -> dict[str, list[Any]]:
    rows = [
        (one, name, code)
        for name in CODERS
        for one, code in zip(wide["path"], wide[name], strict=True)
    ]
    return dict(zip(("path", "coder", "value"), map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_each_kind_of_table(kind: Kind, shape: str) -> None:
    with pytest.warns(
        iad.GuessWarning, match="1 of 4 items have no value: as many coders .*\nHint"
    ):
        settled = (
            iad.settle_labels(kind.make(WIDE), coders=CODERS)
            if shape == "wide"
            else iad.settle_labels(kind.make(long()))
        )
    assert kind.is_kind(settled)
    found = kind.columns(settled)
    assert list(found) == ["path", "value", "value_share", "value_prob", "n_coders", "is_disputed"]
    assert found["path"] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert found["value"] == ["yes", "yes", "no", None]
    assert found["value_share"][:3] == pytest.approx([1.0, 2 / 3, 1.0])
    assert found["value_share"][3] is None
    assert found["value_prob"] == [None] * 4
    assert found["n_coders"] == [2, 3, 3, 2]
    assert found["is_disputed"] == [False, True, False, True]


def test_a_coder_decides() -> None:
    found = iad.settle_labels(pd.DataFrame(long()), by="coder", adjudicator="ann")
    assert found.value.tolist() == ["yes", "no", "no", "yes"]
    settled = iad.settle_labels(
        pd.DataFrame(WIDE), coders=CODERS, by="coder", adjudicator="ben", value="protest"
    )
    assert settled.protest.tolist() == ["yes", "yes", "no", "no"]
    assert settled.protest_share.round(2).tolist() == [1.0, 0.67, 1.0, 0.5]


def test_the_model_gives_a_probability() -> None:
    codes = pd.DataFrame(
        {
            "image": range(40),
            "ann": [0, 1] * 20,
            "ben": [0, 1] * 19 + [1, 0],
            "eve": [0, 1] * 18 + [0, 0, 1, 1],
        }
    )
    settled = iad.settle_labels(codes, item="image", coders=CODERS, by="model")
    assert settled.value.tolist() == [0, 1] * 19 + [1, 1]
    assert settled.value_prob.between(0.5, 1.0).all()
    assert settled.value_share[38] == pytest.approx(2 / 3)
    assert settled.value.dtype.kind == "i"


def test_settled_labels_are_gold_values() -> None:
    photos = pd.DataFrame({"path": [f"{n}.jpg" for n in range(60)], "pred": [0, 1, 1] * 20})
    codes = photos[:30].assign(ann=[0, 1, 1] * 10, ben=[0, 1, 0] * 10, eve=[0, 1, 1] * 10)
    settled = iad.settle_labels(codes, coders=CODERS, value="gold")
    table = photos.merge(settled, on="path", how="left")
    found = iad.regress("pred ~ 1", table, gold={"pred": "gold"})
    assert found.n_gold == 30


@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        (WIDE, {"coders": ["ann"]}, iad.ArgumentError, "settle_labels needs .* coders names 1"),
        (WIDE, {"coders": ["ann", "bob"]}, iad.ColumnError, "coders names 'bob', but"),
        (WIDE, {"coders": ["ann", "ann"]}, iad.ArgumentError, "'ann' twice"),
        (WIDE, {"coders": CODERS, "item": "id"}, iad.ColumnError, "item names 'id'"),
        (long(), {"by": "coder"}, iad.ArgumentError, "needs the coder who decides.\nHint: for"),
        (long(), {"adjudicator": "ann"}, iad.ArgumentError, 'is only for by="coder", not'),
        (
            long(),
            {"by": "coder", "adjudicator": "bob"},
            iad.ArgumentError,
            "'bob' is none of the coders: 'ann', 'ben', 'eve'",
        ),
        (long(), {"by": "vote"}, iad.UnknownNameError, "Unknown by 'vote'"),
        (WIDE, {"coders": CODERS[:2], "by": "model"}, iad.ArgumentError, "none has more than 2"),
        (
            {**WIDE, "path": ["a.jpg"] * 5},
            {"coders": CODERS},
            iad.ArgumentError,
            "coded the item 'a.jpg' more than once",
        ),
        (
            {**long(), "n_coders": long()["path"]},
            {"item": "n_coders"},
            iad.NameClashError,
            "'n_coders' has the name of a new column",
        ),
    ],
)
def test_misuse_is_named(
    table: dict[str, list[Any]], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.settle_labels(pd.DataFrame(table), **options)


def test_agreement_takes_a_column_for_each_coder(kind: Kind) -> None:
    one = iad.agreement(kind.make(WIDE), coders=CODERS, rounds=5)
    other = iad.agreement(kind.make(long()), rounds=5)
    assert kind.columns(one.tidy()) == kind.columns(other.tidy())
    # Of a sample, the probabilities of its rows count: the two disputed stand for ten each.
    chance = {**WIDE, "sample_prob": [1.0, 0.1, 1.0, 0.1, 1.0]}
    weighted = kind.columns(iad.agreement(kind.make(chance), coders=CODERS, rounds=5).tidy())
    assert weighted["estimate"][3] == pytest.approx((1 + 10 / 3 + 1 + 0) / 22)
    assert kind.columns(one.disputed())["path"] == ["d.jpg", "b.jpg"]
    with pytest.raises(iad.ArgumentTypeError, match="coders must be .*'ann'"):
        iad.agreement(kind.make(WIDE), coders="ann")
