"""`regress`: each kind of table, each method, what is said of the result, and bad input by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

import imagesasdata as iad
from tests.conftest import Kind

GOLD = {"y_pred": "y"}


@pytest.fixture(scope="module")
def photos() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = 1200
    frame = pd.DataFrame({"x": random.normal(size=rows), "group": random.choice(["a", "b"], rows)})
    truth = random.random(rows) < 0.4 + 0.1 * frame.x.clip(-2, 2)
    wrong = random.random(rows) < np.where(frame.group == "b", 0.3, 0.1)
    frame["y_pred"] = (truth ^ wrong).astype(float)
    frame["y"] = truth.astype(float).where(frame.index < 300)
    frame["sample_prob"] = np.where(frame.group == "b", 0.3, 0.2)
    frame["outlet"] = random.integers(0, 40, rows)
    frame["size"] = random.uniform(0.5, 2.0, rows)
    frame["likes"] = random.poisson(np.exp(0.3 * truth + 0.1 * frame.x))
    return frame


@pytest.mark.parametrize(
    "method", ["naive", "gold", "ppi", "cross_ppi", "dsl", "ptd", "imputation"]
)
def test_each_kind_of_table_gives_the_same(kind: Kind, photos: pd.DataFrame, method: Any) -> None:
    plain = {
        name: [None if pd.isna(cell) else cell for cell in photos[name].tolist()]
        for name in photos.columns
    }
    table = kind.make(plain)
    got = iad.regress("y_pred ~ x + group", table, gold=GOLD, method=method)
    want = iad.regress("y_pred ~ x + group", photos, gold=GOLD, method=method).tidy()
    tidy = got.tidy()
    assert kind.is_kind(tidy)
    columns = kind.columns(tidy)
    assert list(columns) == ("term estimate std_error statistic p_value conf_low conf_high".split())
    assert columns["term"] == ["Intercept", "x", "group[T.b]"]
    for name in want.columns[1:]:
        np.testing.assert_allclose(columns[name], want[name], atol=1e-9)
    augmented = kind.columns(got.augment())
    assert list(augmented) == [*plain, "fitted", "residual", "is_gold"]
    assert len(augmented["fitted"]) == len(photos)


def test_naive_and_gold_equal_statsmodels(photos: pd.DataFrame) -> None:
    design = np.column_stack([np.ones(1200), photos.x, photos.group == "b"]).astype(float)
    coded = photos.y.notna().to_numpy()
    naive = iad.regress("y_pred ~ x + group", photos).tidy()
    expected = sm.OLS(photos.y_pred.to_numpy(), design).fit(cov_type="HC2", use_t=True)
    pd.testing.assert_series_equal(naive.p_value, pd.Series(expected.pvalues), check_names=False)
    np.testing.assert_allclose(naive.conf_high, expected.conf_int()[:, 1], atol=1e-8)
    gold = iad.regress("y_pred ~ x + group", photos, gold=GOLD, method="gold", sample_prob=None)
    expected = sm.OLS(photos.y.to_numpy()[coded], design[coded]).fit(cov_type="HC2")
    np.testing.assert_allclose(gold.tidy().std_error, expected.bse, atol=1e-8)
    weighted = iad.regress("y_pred ~ x + group", photos, gold=GOLD, method="gold").tidy()
    by_chance = 1.0 / photos.sample_prob.to_numpy()[coded]
    expected = sm.WLS(photos.y.to_numpy()[coded], design[coded], by_chance).fit(cov_type="HC2")
    np.testing.assert_allclose(weighted.std_error, expected.bse, atol=1e-8)


def test_clusters_use_students_t(photos: pd.DataFrame) -> None:
    clusters = {"cluster": "outlet"}
    got = iad.regress("y_pred ~ x", photos, family="logit", vcov=clusters)
    by_outlet = {"groups": photos.outlet}
    design = sm.add_constant(photos.x)
    expected = sm.Logit(photos.y_pred, design).fit(
        disp=0, cov_type="cluster", cov_kwds=by_outlet, use_t=True
    )
    np.testing.assert_allclose(got.tidy().std_error, expected.bse, rtol=1e-3)
    np.testing.assert_allclose(got.tidy().p_value, expected.pvalues, rtol=0.02)
    assert got.glance().n_clusters[0] == 40
    assert got.vcov == "CR1 by outlet"
    # Of 40 clusters, CR2 and CR1 are nearly the same.
    linear = iad.regress("y_pred ~ x", photos, vcov=clusters)
    expected = sm.OLS(photos.y_pred, design).fit(cov_type="cluster", cov_kwds=by_outlet)
    np.testing.assert_allclose(linear.tidy().std_error, expected.bse, rtol=0.02)
    assert linear.vcov == "CR2 by outlet"
    assert linear.notes == ()
    few = iad.regress("y_pred ~ x", photos.assign(outlet=photos.outlet % 12), vcov=clusters)
    assert few.notes == ("Only 12 clusters: with fewer than 20, intervals may be too narrow.",)


def test_the_seed_of_the_folds_matters_little(photos: pd.DataFrame) -> None:
    found = [
        iad.regress("likes ~ y_pred + x", photos, gold=GOLD, seed=seed).tidy() for seed in range(4)
    ]
    spread = np.ptp([one.estimate[1] for one in found])
    assert 0.0 < spread < 0.1 * found[0].std_error[1]
    np.testing.assert_allclose(found[1].std_error, found[0].std_error, rtol=0.05)


@pytest.mark.parametrize("method", ["ppi", "cross_ppi", "dsl", "ptd", "imputation"])
@pytest.mark.parametrize("family", ["ols", "logit"])
def test_the_correction_is_between(photos: pd.DataFrame, method: Any, family: Any) -> None:
    got = iad.regress("y_pred ~ x + group", photos, gold=GOLD, method=method, family=family)
    both = got.compare()
    assert list(both.columns[:4]) == ["term", "naive", "naive_low", "naive_high"]
    width = both.corrected_high - both.corrected_low
    assert (width < both.gold_high - both.gold_low).all()
    assert (width > both.naive_high - both.naive_low).all()
    assert got.glance().sampling[0] == "known"


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
@pytest.mark.parametrize("vcov", ["HC2", {"cluster": "outlet"}])
def test_predicted_covariates(photos: pd.DataFrame, family: Any, vcov: Any) -> None:
    outcome = "likes" if family != "logit" else "I(likes > 0) * 1.0"
    photos = photos.assign(any_like=(photos.likes > 0))
    outcome = "any_like" if family == "logit" else "likes"
    got = iad.regress(
        f"{outcome} ~ y_pred * group + x",
        photos,
        gold=GOLD,
        family=family,
        vcov=vcov,
        weights="size",
    )
    assert np.isfinite(got.tidy().iloc[:, 1:].to_numpy()).all()
    assert got.terms[-1] == "y_pred:group[T.b]"


def test_levels_as_predictions_are_used_as_they_are(photos: pd.DataFrame) -> None:
    text = photos.assign(
        kind=np.where(photos.y_pred == 1, "rally", "other"),
        kind_gold=photos.y.map({1.0: "rally", 0.0: "other"}),
    )
    one = iad.regress("likes ~ kind + x", text, gold={"kind": "kind_gold"}, family="poisson")
    two = iad.regress("likes ~ C(y_pred) + x", photos, gold=GOLD, family="poisson")
    assert one.terms == ["Intercept", "kind[T.rally]", "x"]
    np.testing.assert_allclose(one.tidy().estimate, two.tidy().estimate, atol=1e-9)


def test_sampling_probabilities_matter_and_their_absence_is_said(photos: pd.DataFrame) -> None:
    known = iad.regress("likes ~ y_pred", photos, gold=GOLD)
    assumed = iad.regress("likes ~ y_pred", photos, gold=GOLD, sample_prob=None)
    assert not np.allclose(known.tidy().estimate, assumed.tidy().estimate)
    assert known.notes == ()
    assert "the 300 gold rows were taken as a simple random sample of the 1,200" in str(assumed)
    # Probabilities are needed in gold rows alone.
    half = photos.assign(sample_prob=photos.sample_prob.where(photos.y.notna()))
    again = iad.regress("likes ~ y_pred", half, gold=GOLD)
    np.testing.assert_array_equal(again.tidy().estimate, known.tidy().estimate)
    iad.regress("y_pred ~ x", half, gold=GOLD, method="ppi")


def test_rows_with_missing_values_are_counted(photos: pd.DataFrame) -> None:
    holes = photos.assign(x=photos.x.where(photos.index % 10 > 0))
    got = iad.regress("y_pred ~ x", holes, gold=GOLD)
    assert got.glance().loc[0, ["nobs", "n_dropped", "n_gold"]].tolist() == [1080, 120, 270]
    assert "120 rows were left out for missing values: 'x' in 120." in str(got)
    augmented = got.augment(prefix="m_")
    assert augmented.m_fitted.isna().sum() == 120
    assert augmented.index.equals(photos.index)


def test_fitted_and_residual_add_up(photos: pd.DataFrame) -> None:
    got = iad.regress("y_pred ~ x", photos, gold=GOLD).augment()
    best = photos.y.fillna(photos.y_pred)
    np.testing.assert_allclose(got.fitted + got.residual, best, atol=1e-12)
    assert got.is_gold.tolist() == photos.y.notna().tolist()
    with pytest.raises(iad.NameClashError, match="fitted"):
        iad.regress("y_pred ~ x", got, gold=GOLD).augment()


def test_latex_and_text(photos: pd.DataFrame) -> None:
    got = iad.regress("y_pred ~ x", photos, gold=GOLD, method="ppi")
    text = got.latex(digits=2)
    assert text.startswith("\\begin{tabular}{lr}\n\\toprule\n & ppi (ols) \\\\")
    assert "Gold rows & 300 \\\\" in text
    assert 0.0 <= float(got.glance().power[0]) <= 1.0
    assert str(got).splitlines()[2].split() == (
        "term estimate std_error p_value conf_low conf_high".split()
    )
    with pytest.raises(iad.ArgumentError, match="conf_level must lie between 0 and 1, got 95"):
        got.tidy(conf_level=95)
    with pytest.raises(iad.ArgumentError, match="nothing to compare.*\nHint: give gold="):
        iad.regress("y_pred ~ x", photos).compare()


def test_bools_count_as_numbers(photos: pd.DataFrame) -> None:
    bools = photos.assign(
        y_pred=photos.y_pred == 1.0, y=[None if pd.isna(y) else bool(y) for y in photos.y]
    )
    one = iad.regress("y_pred ~ x", bools, gold=GOLD).tidy()
    two = iad.regress("y_pred ~ x", photos, gold=GOLD).tidy()
    pd.testing.assert_frame_equal(one, two)


def bad(photos: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    return photos.assign(**columns)


CASES: list[tuple[str, dict[str, Any], dict[str, Any], type[Exception], str]] = [
    ("y_pred ~ x", {"y": np.nan}, {}, iad.ArgumentError, "No gold rows: 'y' has no value in any"),
    (
        "y_pred ~ x",
        {"y_pred": lambda f: f.y_pred.where(f.y.isna())},
        {},
        iad.ArgumentError,
        "No overlap: 300 rows have a gold value \\('y'\\), but none .*\nHint: the predictions",
    ),
    (
        "y_pred ~ x",
        {"sample_prob": lambda f: f.sample_prob.where(f.index != 7)},
        {},
        iad.ArgumentError,
        "'sample_prob' is missing in 1 gold rows \\(the first: row 7\\)",
    ),
    (
        "y_pred ~ x",
        {"sample_prob": lambda f: f.sample_prob.where(f.index != 7, 0.0)},
        {},
        iad.ArgumentError,
        "must be above 0 and at most 1 in gold rows; row 7 has 0",
    ),
    (
        "y_pred ~ x",
        {"sample_prob": "half"},
        {},
        iad.ArgumentTypeError,
        "'sample_prob' holds .*, not numbers",
    ),
    (
        "y_pred ~ x + twice",
        {"twice": lambda f: 2 * f.x + 1},
        {},
        iad.ArgumentError,
        "collinear in the 1,200 rows: '(x|twice|Intercept)' follows from .*\nHint: leave one",
    ),
    (
        "y_pred ~ x + rare",
        {"rare": lambda f: np.where(f.index > 1190, "c", f.group)},
        {},
        iad.ArgumentError,
        "The level 'c' of 'rare' occurs only in rows without a gold value.\nHint: code some",
    ),
    (
        "y_pred ~ x + flag",
        {"flag": lambda f: (f.index > 1190) * 1.0},
        {},
        iad.ArgumentError,
        "The term 'flag' is zero in all 300 gold rows",
    ),
    (
        "y_pred ~ tell + group",
        {"tell": lambda f: f.y.fillna(f.y_pred) * 3 - 1},
        {"family": "logit"},
        iad.ArgumentError,
        "Perfect separation in the gold rows: 'tell' predicts the outcome exactly",
    ),
    (
        "y_pred ~ tell + group",
        {"tell": lambda f: f.y_pred * 3 - 1},
        {"family": "logit", "method": "naive"},
        iad.ArgumentError,
        "Perfect separation in the rows: 'tell' predicts the outcome",
    ),
    (
        "likes ~ none + y_pred",
        {
            "none": lambda f: (f.index % 9 == 0) * 1.0,
            "likes": lambda f: f.likes * (f.index % 9 > 0),
        },
        {"family": "poisson"},
        iad.ArgumentError,
        "Perfect separation in the gold rows: 'none' predicts the outcome",
    ),
    ("y_pred ~ x", {"x": np.nan}, {}, iad.ArgumentError, "No row has a value .*'x' in 1,200"),
    (
        "y_pred ~ x",
        {"y_pred": lambda f: f.y_pred * 2},
        {"family": "logit"},
        iad.ArgumentError,
        "A logit needs an outcome between 0 and 1; .* goes from 0 to 2",
    ),
    (
        "y_pred ~ x",
        {"y_pred": lambda f: f.y_pred - 1},
        {"family": "poisson"},
        iad.ArgumentError,
        "A Poisson regression needs an outcome from 0 up",
    ),
    (
        "y_pred ~ x",
        {"y": lambda f: f.y.map({0.0: "no", 1.0: "yes"})},
        {},
        iad.ArgumentTypeError,
        "are of different kinds.\nHint: make both numbers",
    ),
    (
        "y_pred ~ np.log(x)",
        {},
        {},
        iad.ArgumentError,
        "'np.log\\(x\\)' is not a finite number in some rows",
    ),
    (
        "group ~ x",
        {},
        {"gold": None},
        iad.ArgumentError,
        "The outcome of 'group ~ x' is not a number",
    ),
    (
        "y_pred ~ x",
        {"size": lambda f: f["size"] - 1},
        {"weights": "size"},
        iad.ArgumentError,
        "The weights 'size' must be above 0; the smallest is -0",
    ),
    (
        "y_pred ~ x",
        {"outlet": 1},
        {"vcov": {"cluster": "outlet"}},
        iad.ArgumentError,
        "All rows are in one cluster of 'outlet'",
    ),
    (
        "y_pred ~ x",
        {"y": lambda f: f.y_pred},
        {"method": "ppi", "sample_prob": None},
        iad.ArgumentError,
        'Every row has a gold value.*\nHint: give method="gold"',
    ),
    (
        "y_pred ~ x + group",
        {"y": lambda f: f.y.where(f.index < 3)},
        {},
        iad.ArgumentError,
        "There are 3 gold rows for 3 terms, which is too few",
    ),
]


@pytest.mark.parametrize(
    ("formula", "columns", "options", "error", "message"),
    CASES,
    ids=[case[4][:30] for case in CASES],
)
@pytest.mark.filterwarnings("ignore:The predicted column .* holds")
def test_bad_data_is_named(
    photos: pd.DataFrame,
    formula: str,
    columns: dict[str, Any],
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        iad.regress(formula, photos.assign(**columns), **{"gold": GOLD, **options})


@pytest.mark.parametrize(
    ("formula", "options", "error", "message"),
    [
        ("y_pred ~ z", {}, iad.ColumnError, "The formula names 'z', but the table has no such"),
        ("y_pred ~~ +* x", {}, iad.ArgumentError, "is not a formula"),
        (
            "~ x",
            {},
            iad.ArgumentError,
            'must have one outcome.*\nHint: write it as "outcome ~ expl',
        ),
        (3, {}, iad.ArgumentTypeError, "formula must be text, got 3.\nHint: for example formula="),
        ("y_pred ~ np.nope(x)", {}, iad.ArgumentError, "The formula cannot be computed: .*nope"),
        (
            "y ~ x",
            {"gold": GOLD},
            iad.ArgumentError,
            "does not use.\nHint: write 'y_pred' in place",
        ),
        ("likes ~ x", {"gold": GOLD}, iad.ArgumentError, "Hint: the formula uses: 'likes', 'x'"),
        ("y_pred ~ x", {"gold": {"y_pred": "z"}}, iad.ColumnError, "gold names 'z'"),
        ("y_pred ~ x", {"gold": ["y"]}, iad.ArgumentTypeError, "gold must map predicted columns"),
        ("y_pred ~ x", {"method": "dsl"}, iad.ArgumentError, 'method="dsl" needs gold values'),
        ("y_pred ~ x", {"method": "magic"}, iad.UnknownNameError, "Unknown method 'magic'"),
        ("y_pred ~ x", {"family": "probit"}, iad.UnknownNameError, "Unknown family 'probit'"),
        ("y_pred ~ x", {"vcov": "HC9"}, iad.UnknownNameError, "Unknown vcov 'HC9'"),
        ("y_pred ~ x", {"vcov": {"by": "x"}}, iad.ArgumentError, "vcov={'by': 'x'} is not known"),
        ("y_pred ~ x", {"weights": "w"}, iad.ColumnError, "weights names 'w'"),
        (
            "likes ~ y_pred",
            {"gold": GOLD, "method": "ppi"},
            iad.ArgumentError,
            "is for a predicted outcome, and 'y_pred' is on the right",
        ),
        (
            "y_pred ~ x",
            {"gold": GOLD, "sample_prob": "chance"},
            iad.ColumnError,
            "sample_prob names 'chance'",
        ),
    ],
)
def test_misuse_is_named(
    photos: pd.DataFrame,
    formula: Any,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        iad.regress(formula, photos, **options)


def test_no_table_and_empty_tables() -> None:
    with pytest.raises(iad.ArgumentTypeError, match="Expected a table .*, got str"):
        iad.regress("y ~ x", "table.csv")
    with pytest.raises(iad.ArgumentError, match="the table is empty"):
        iad.regress(
            "y ~ x", pl.DataFrame({"y": [], "x": []}, schema={"y": pl.Float64, "x": pl.Float64})
        )


@pytest.mark.parametrize(("said", "told"), [([1, 2], [0, 1]), ([0, 1], [-1, 1])])
def test_codes_that_are_written_in_two_ways_are_told(said: list[int], told: list[int]) -> None:
    random = np.random.default_rng(3)
    truth = random.integers(0, 2, 120)
    gold = pd.Series(np.take(told, truth), dtype=float).where(np.arange(120) < 60)
    data = pd.DataFrame(
        {"x": truth + random.normal(size=120), "p": np.take(said, truth), "gold": gold}
    )
    data.loc[:9, "p"] = said[0]
    with pytest.warns(iad.GuessWarning, match="'p' holds .* gold column 'gold' .*two ways"):
        iad.regress("x ~ p", data, gold={"p": "gold"}, method="dsl", sample_prob=None)
