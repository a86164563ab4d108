"""Formulas: what formulaic computes is computed, and everything else has a plain message."""

from __future__ import annotations

import datetime

import formulaic
import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from tests.conftest import Kind

RANDOM = np.random.default_rng(5)
N = 60
DATA = pd.DataFrame(
    {
        "y": RANDOM.normal(size=N),
        "x": RANDOM.normal(size=N),
        "z": RANDOM.uniform(1.0, 2.0, N),
        "n": RANDOM.integers(0, 9, N),
        "g": list("abc") * (N // 3),
        "one": "a",
        "col.dot": RANDOM.normal(size=N),
        "two words": RANDOM.normal(size=N),
        "lag": RANDOM.normal(size=N),
        "max": RANDOM.normal(size=N),
        "t": pd.date_range("2020-01-15", periods=N),
        "day": [datetime.date(2020, 1, 1) + datetime.timedelta(n) for n in range(N)],
        "wait": pd.to_timedelta(range(N), "D"),
    }
)
# Formulas, and the columns that they read besides y.
COMPUTED = {
    "y ~ scale(x)": "x",
    "y ~ center(x) * g": "x g",
    "y ~ standardize(np.log(z))": "z",
    "y ~ poly(x, 2)": "x",
    "y ~ poly(x, degree=3, raw=True) + z": "x z",
    "y ~ bs(x, df=4)": "x",
    "y ~ bs(np.log(z), df=4, degree=2) + x": "x z",
    "y ~ cr(x, df=4)": "x",
    "y ~ cr(x, df=4) - 1": "x",
    "y ~ cr(x, df=3, constraints='center')": "x",
    "y ~ cs(x, knots=[-0.5, 0.5]) + g": "x g",
    "y ~ cc(x, df=4):z + z": "x z",
    "y ~ hashed(n, levels=2)": "n",
    "y ~ C(x > 0)": "x",
    "y ~ C(g, contr.sum)": "g",
    "y ~ C(n, Treatment(3))": "n",
    "y ~ I(x**2) + abs(x)": "x",
    "y ~ `col.dot` + scale(`two words`)": "col.dot,two words",
    "y ~ Q('two words')": "two words,",
    "y ~ np.exp(`col.dot`)": "col.dot",
    "y ~ lag + max": "lag max",
    "y ~ I(t.dt.month) + x": "t x",
    "y ~ {t.dt.day_of_year}": "t",
    "y ~ I(day.dt.month)": "day",
    "y ~ x.clip(0, 1) + (x + z)**2": "x z",
    "scale(y) ~ x": "x",
    "y ~ 1": "",
}


@pytest.mark.parametrize("formula", COMPUTED)
def test_fits_as_formulaic_and_least_squares(formula: str) -> None:
    frame = DATA.assign(day=pd.to_datetime(DATA.day))
    matrices = formulaic.model_matrix(formula, frame)
    design, outcome = np.asarray(matrices.rhs, float), np.asarray(matrices.lhs, float)[:, 0]
    fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    result = iad.regress(formula, DATA)
    np.testing.assert_allclose(result.augment().fitted, fitted, atol=1e-8)
    terms = {term.replace("[T.", "[") for term in result.tidy().term}
    assert terms <= {str(name).replace("[T.", "[") for name in matrices.rhs.columns}


@pytest.mark.parametrize(("formula", "read"), COMPUTED.items())
def test_reads_its_columns_alone(formula: str, read: str) -> None:
    names = list(filter(None, read.split(","))) if "," in read else read.split()
    gaps = DATA.assign(**{name: DATA[name].where(DATA.index > 0) for name in names})
    fewer = iad.regress(formula, gaps[["y", *names]]) if names else iad.regress(formula, gaps)
    assert fewer.glance().nobs[0] == (N - 1 if names else N)
    for name in names:
        with pytest.raises(iad.ColumnError, match=f"The formula names '{name}', but the table has"):
            iad.regress(formula, DATA.drop(columns=name))


REFUSED = {
    "y ~ x + (1|g)": "is not a formula: Operator `|` is incorrectly used",
    "y ~ col.dot": "'col.dot', and a name with a dot must stand in backticks.*\n.*write `col.dot`",
    "y ~ np.log(col.dot)": "'col.dot', and a name with a dot must stand in backticks",
    "y ~ df.x": "'df.x', which is no column of the table.*\n.*write x.",
    "y ~ a.b": "'a.b', which is no column of the table",
    "y ~ t.dt.month": r"write I\(t.dt.month\)",
    "y ~ t": r"'t' holds dates or durations, .*\n.*days since the first; I\(t.dt.year\) and C\(t\)",
    "y ~ day": "'day' holds dates or durations",
    "y ~ x:wait": "'wait' holds dates or durations",
    "t ~ x": "'t' holds dates or durations",
    "y ~ I(t)": "cannot be computed: a part of it does not give numbers",
    "y ~ one": "'one' has one level, 'a', in all rows that are used.*\n.*leave it out",
    "y ~ x*one": "'one' has one level",
    "y ~ C(z > 0)": r"'C\(z > 0\)' has one level, 'True'",
    "y ~ I(n^2)": r"\^ is Python's exclusive or of bits, not a power.*\n.*write I\(n\*\*2\)",
    "y ~ x^2": r"'x\^2' is no power: it crosses a term with itself.*\n.*write I\(NAME\*\*2\)",
    "y ~ z + x ** 3": r"'x \*\* 3' is no power",
    "y ~ np.log(z)^2": r"is no power",
    "y ~ `col.dot`^2": r"'`col.dot`\^2' is no power",
    "y ~ as.factor(g)": r"calls as.factor\(\), which is not available here.*\n.*write C\(NAME\)",
    "y ~ factor(g)": r"write C\(NAME\)",
    "y ~ i(g)": r"write C\(NAME\)",
    "y ~ ifelse(x > 0, 1, 0)": "np.where",
    "y ~ ns(x, 3)": r"write cr\(NAME, df=4\)",
    "y ~ s(x)": r"write bs\(NAME, df=4\)",
    "y ~ sqrt(z)": r"write np.sqrt\(...\)",
    "y ~ centre(x)": r"did you mean center\(\)\?",
    "y ~ zzzzz(x)": "make the column first",
    "y ~ x + offset(np.log(z))": "offsets are not supported",
    "y ~ lag(x)": r"The formula calls lag\(\), but the table has a column of that name",
    "y ~ poly(x, 2, raw=TRUE)": "TRUE in .* is R's word.*\n.*write True",
    "y ~ .": r"has a \. for all other columns, which is not known",
    "cbind(y, x) ~ z": "give one outcome",
    "y ~ x[": "is not a formula",
    "one ~ x": r"The outcome of .* is not a number: it gives 'one\[a\]'",
    "g ~ x": r"is not a number: it gives 'g\[a\]', 'g\[b\]'",
    "y ~ hashed(g)": "cannot be computed: .*missing 1 required positional argument: 'levels'",
}


def test_the_power_of_several_terms_are_their_interactions() -> None:
    fitted = iad.regress("y ~ (x + np.log(z))^2 + I(x**2)", DATA).tidy()
    assert fitted.term.tolist()[1:] == ["x", "np.log(z)", "I(x ** 2)", "x:np.log(z)"]


@pytest.mark.parametrize("formula", REFUSED)
def test_what_cannot_be_computed_is_told(formula: str) -> None:
    with pytest.raises(iad.ArgumentError, match=REFUSED[formula]):
        iad.regress(formula, DATA)


@pytest.mark.parametrize("unused", [["z", "b", "a"], ["b", "z", "a"], ["b", "a", "z"]])
def test_categories_without_rows_make_no_terms(unused: list[str]) -> None:
    rows = DATA[DATA.g != "c"]
    coded = rows.assign(g=pd.Categorical(rows.g, unused))
    fitted = iad.regress("y ~ g", coded).tidy()
    assert fitted.term.tolist() == ["Intercept", "g[T.a]"]
    means = rows.groupby("g").y.mean()
    np.testing.assert_allclose(fitted.estimate, [means["b"], means["a"] - means["b"]])


def test_lag_is_refused_because_rows_are_left_out() -> None:
    with pytest.raises(iad.ArgumentError, match=r"data.groupby\(\"UNIT\"\)\[\"NAME\"\].shift\(\)"):
        iad.regress("y ~ lag(x)", DATA.drop(columns="lag"))


def test_predictions_within_transforms_are_corrected(kind: Kind) -> None:
    truth = RANDOM.random(400) < 0.4
    wrong = RANDOM.random(400) < 0.2
    columns = {
        "p": (truth ^ wrong).astype(float).tolist(),
        "gold": [float(value) if row < 150 else None for row, value in enumerate(truth)],
        "y": (truth + RANDOM.normal(size=400)).tolist(),
    }
    plain = iad.regress("y ~ p", kind.make(columns), gold={"p": "gold"}, sample_prob=None)
    scaled = iad.regress("y ~ scale(p)", kind.make(columns), gold={"p": "gold"}, sample_prob=None)
    ratio = np.std(columns["p"], ddof=1)
    one, two = (list(result.fit.estimate) for result in (plain, scaled))
    assert two[1] == pytest.approx(one[1] * ratio, rel=1e-3)
