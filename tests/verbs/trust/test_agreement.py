"""`agreement`: each kind of table, levels, disputed items, and what cannot be compared."""

from __future__ import annotations

from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import imagesasdata as iad
from tests.conftest import Kind


def codes(values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Long from wide: a coder's name to what they chose for pictures 0, 1, ..."""
    rows = [(c, f"{n}.jpg", v) for c, given in values.items() for n, v in enumerate(given)]
    return dict(zip(("coder", "path", "value"), map(list, zip(*rows, strict=True)), strict=True))


SCALE = {
    "ann": [1, 2, 3, 3, 2, 1, 4, 1, 2, None],
    "ben": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5],
    "eve": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5],
}


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_each_kind_of_table_and_level(kind: Kind, level: Any) -> None:
    found = iad.agreement(kind.make(codes(SCALE)), level=level, rounds=100)
    tidy = found.tidy()
    assert kind.is_kind(tidy)
    columns = kind.columns(tidy)
    wide = np.array([[np.nan if v is None else v for v in given] for given in SCALE.values()])
    expected = krippendorff.alpha(wide, level_of_measurement=level)
    assert columns["estimate"][0] == pytest.approx(expected)
    assert columns["conf_low"][0] < expected < columns["conf_high"][0]
    assert columns["n_items"][0] == 10
    first = {"nominal": 5, "ordinal": 7, "interval": 9}[level]
    assert columns["label"][: first + 1] == [None] * first + ["1"]
    assert columns["measure"][first : first + 5] == columns["measure"][:5]
    assert columns["estimate"][2] is None  # Fleiss' kappa needs every item coded equally often


def test_disputed_items_come_with_what_each_coder_chose(kind: Kind) -> None:
    found = kind.columns(iad.agreement(kind.make(codes(SCALE)), rounds=5).disputed())
    assert found["path"] == ["5.jpg", "1.jpg", "7.jpg"]
    assert [found[name][0] for name in ("ann", "ben", "eve")] == [1, 2, 3]
    assert found["agreement"] == pytest.approx([0.0, 1 / 3, 1 / 3])


def test_perfect_agreement() -> None:
    same = iad.agreement(pd.DataFrame(codes({"a": ["x", "y"] * 5, "b": ["x", "y"] * 5})), rounds=50)
    assert same.tidy().estimate.tolist() == pytest.approx([1.0] * 5)
    assert len(same.disputed()) == 0
    assert list(same.disputed().columns) == ["path", "agreement", "a", "b"]


def test_items_weigh_the_inverse_of_their_probability(kind: Kind) -> None:
    given = codes({"a": ["x", "y"] * 5, "b": ["x", "y"] * 4 + ["y", "y"]})
    share = iad.agreement(kind.make(given), rounds=10).tidy()
    assert kind.columns(share)["estimate"][3] == pytest.approx(9 / 10)
    # The item on which they differ stands for ten, the others for one each.
    given["sample_prob"] = [0.1 if path == "8.jpg" else 1.0 for path in given["path"]]
    share = iad.agreement(kind.make(given), rounds=10).tidy()
    assert kind.columns(share)["estimate"][3] == pytest.approx(9 / 19)
    share = iad.agreement(kind.make(given), rounds=10, weights=None).tidy()
    assert kind.columns(share)["estimate"][3] == pytest.approx(9 / 10)
    given["sample_prob"][0] = 0.5
    with pytest.raises(iad.ArgumentError, match="'0.jpg' has two .* 'sample_prob': 0.5 and 1.0"):
        iad.agreement(kind.make(given))


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        ({"ann": [1, 2]}, {}, iad.ArgumentError, "at least two coders; the column 'coder' has 1"),
        (
            {"ann": [1, None], "ben": [None, 1]},
            {},
            iad.ArgumentError,
            "No item was coded by two coders.*\nHint: check that the column 'path'",
        ),
        (
            {"ann": ["a", "b"], "ben": ["a", "a"]},
            {"level": "ordinal"},
            iad.ArgumentTypeError,
            "needs numbers, but the column 'value' holds text",
        ),
        (
            {"ann": [1], "ben": [1]},
            {"level": "ratio"},
            iad.UnknownNameError,
            "Unknown level 'ratio'",
        ),
        ({"ann": [1], "ben": [1]}, {"coder": "who"}, iad.ColumnError, "coder names 'who'"),
        ({"ann": [1, "x"], "ben": [1, "x"]}, {}, iad.ArgumentTypeError, "both text"),
        (
            {"ann": [1, 2], "ben": [1, 1]},
            {"item": "coder"},
            iad.ArgumentError,
            "The coder 'ann' coded the item 'ann' more than once",
        ),
    ],
)
def test_misuse_is_named(
    values: dict[str, list[Any]], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.agreement(pd.DataFrame(codes(values)), **options)


def test_an_ordered_category_is_an_ordinal_scale() -> None:
    numbers = [1, 2, 3, 1, 2, 3, 3, 1, 2, 2, 3, 1]
    scale = pd.CategoricalDtype(["few", "some", "all"], ordered=True)
    words = pd.Series(numbers).map({1: "few", 2: "some", 3: "all"}).astype(scale)
    codes = pd.DataFrame({"path": np.repeat(range(6), 2), "coder": ["ann", "ben"] * 6})
    found = [
        iad.agreement(codes.assign(value=values), level="ordinal", rounds=5).tidy()
        for values in (numbers, words)
    ]
    assert found[0].estimate.equals(found[1].estimate)
    assert found[1].label.dropna().unique().tolist() == ["few", "some", "all"]
    plain = codes.assign(value=words.astype(str))
    with pytest.raises(iad.ArgumentTypeError, match="holds text .*\n.*an ordered category will do"):
        iad.agreement(plain, level="ordinal")


@pytest.mark.parametrize(("other", "share"), [([0, 1], 1.0), ([1, 0], 0.0), (None, 1.0)])
def test_percent_agreement_of_0_and_1_has_about_the_interval_of_jeffreys(
    other: list[int] | None, share: float
) -> None:
    n = 30
    one, two = ([0] * n, [0] * n) if other is None else ([0, 1] * (n // 2), other * (n // 2))
    wide = pd.DataFrame({"path": range(n), "ann": one, "ben": two})
    tidy = iad.agreement(wide, coders=["ann", "ben"], rounds=500).tidy().set_index("measure")
    row = tidy.to_dict("index")["percent_agreement"]
    low = stats.beta.ppf(0.025, n + 0.5, 0.5)
    ends = (low, 1.0) if share else (0.0, 1.0 - low)
    assert row["estimate"] == share
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(ends, abs=0.012)


def test_what_is_said_where_sampling_probabilities_are_not_used(kind: Kind) -> None:
    wide = pd.DataFrame({"path": range(4), "a": [0, 1, 1, 0], "b": [0, 1, 0, 0], "g": list("xyxy")})
    uneven = wide.assign(sample_prob=[0.1, 0.1, 0.5, 0.5])
    verbs = (
        lambda table, **options: iad.agreement(table, coders=["a", "b"], rounds=5, **options),
        lambda table, **options: iad.validate(table, "a", "b", rounds=5, **options),
        lambda table, **options: iad.audit(table, "a", "b", by="g", **options),
        lambda table, **options: iad.prevalence(table, "a", "b", **options),
    )
    told, even = "figures are those of the sample", "all rows count the same"
    for verb in verbs:

        def notes(table: pd.DataFrame, verb: Any = verb, **options: Any) -> str:
            return str(
                verb(kind.make({name: table[name].tolist() for name in table.columns}), **options)
            )

        assert even in notes(wide)
        assert even not in notes(wide, weights=None)
        assert told not in notes(uneven) + notes(wide)
        assert told not in notes(uneven.assign(sample_prob=0.5), weights=None)
        assert told in notes(uneven, weights=None)
        assert told in notes(wide.assign(is_sampled=True))


def test_codes_reshaped_without_their_sampling_probabilities_are_told() -> None:
    posts = pd.DataFrame({"path": range(200), "pred": [0, 1, 0, 0] * 50, "ann": [0, 1] * 100})
    posts["ben"] = posts.ann.where(posts.path % 9 > 0, 1 - posts.ann)

    def notes(by: str | None) -> tuple[str, ...]:
        sample = iad.sample_for_labels(posts, 60, by=by, seed=0)
        long = sample.melt("path", ["ann", "ben"], "coder", "value")
        return iad.agreement(long, rounds=5).notes

    assert "drawn with unequal probabilities (sample_for_labels)" in notes("pred")[0]
    assert "all rows count the same" in notes(None)[0]
