"""Regressions and agreement against R, on data that both make; regressions.R wrote regressions.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad

R = json.loads((Path(__file__).parent / "regressions.json").read_text("utf-8"))
CLOSE = {"rtol": 1e-8, "atol": 1e-10}


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    i = np.arange(1, 85, dtype=float)
    x, z = np.sin(3 * i), np.cos(i * i)
    outlet, year = (i * i) % 13, i % 4
    return pd.DataFrame(
        {
            "x": x,
            "z": z,
            "outlet": outlet,
            "year": year,
            "weight": 1 + (i % 5) / 4,
            "y": x + outlet / 10 + (1 + 0.5 * z) * np.sin(i * i * i),
            "event": (x + 1.5 * np.sin(7 * i * i) > 0) * 1,
            "count": np.floor(np.exp(0.3 * x + 0.5 + 0.5 * np.sin(11 * i))),
        }
    )


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
@pytest.mark.parametrize("weights", [None, "weight"])
def test_robust_errors_are_those_of_sandwich(
    data: pd.DataFrame, kind: Any, weights: str | None
) -> None:
    found = iad.regress("y ~ x + z", data, vcov=kind, weights=weights).tidy()
    expected = R["ols" if weights is None else "weighted"][kind]
    np.testing.assert_allclose(found.estimate, expected["estimate"], **CLOSE)
    np.testing.assert_allclose(found.std_error, expected["std_error"], **CLOSE)


@pytest.mark.parametrize(
    ("formula", "vcov", "reference"),
    [
        ("y ~ x + z", "HC2", "hc2"),
        ("y ~ x + z", {"cluster": "outlet"}, "cr2"),
        ("y ~ x + z | outlet", "HC2", "within"),
        ("y ~ x + z | outlet + year", "HC1", "within_two"),
        ("y ~ x + z | year", {"cluster": "outlet"}, "within_cluster"),
    ],
)
def test_p_values_and_intervals_are_those_of_estimatr(
    data: pd.DataFrame, formula: str, vcov: Any, reference: str
) -> None:
    found, expected = iad.regress(formula, data, vcov=vcov).tidy(), R[reference]
    np.testing.assert_allclose(found.estimate, expected["estimate"], **CLOSE)
    np.testing.assert_allclose(found.std_error, expected["std.error"], **CLOSE)
    np.testing.assert_allclose(found.p_value, expected["p.value"], rtol=1e-6)
    np.testing.assert_allclose(found.conf_low, expected["conf.low"], **CLOSE)
    np.testing.assert_allclose(found.conf_high, expected["conf.high"], **CLOSE)


def test_errors_of_few_clusters_are_those_of_clubsandwich(data: pd.DataFrame) -> None:
    found = iad.regress("y ~ x + z", data, vcov={"cluster": "outlet"}).tidy()
    np.testing.assert_allclose(found.std_error, R["club"]["std_error"], **CLOSE)
    np.testing.assert_allclose(found.p_value, R["club"]["p_value"], rtol=1e-6)


@pytest.mark.parametrize(("family", "outcome"), [("logit", "event"), ("poisson", "count")])
@pytest.mark.parametrize("kind", ["HC0", "HC1"])
def test_other_families_are_those_of_glm(
    data: pd.DataFrame, family: Any, outcome: str, kind: Any
) -> None:
    found = iad.regress(f"{outcome} ~ x + z", data, family=family, vcov=kind).tidy()
    expected = R[family][kind]
    np.testing.assert_allclose(found.estimate, expected["estimate"], rtol=1e-7)
    np.testing.assert_allclose(found.std_error, expected["std_error"], rtol=1e-6)


def test_agreement_is_that_of_psych() -> None:
    i = np.arange(1, 85)
    one = (i * i) % 5 + 1
    two = np.clip(one + (i % 3 == 0) - (i % 7 == 0) * 1, 1, 5)
    codes = pd.DataFrame({"path": i.astype(str), "one": one, "two": two})
    tidy = iad.agreement(codes, coders=["one", "two"], level="interval", rounds=10).tidy()
    found = tidy.groupby("measure").estimate.first()
    icc = dict(zip(R["icc"]["type"], R["icc"]["value"], strict=True))
    for measure, expected in (
        ("cohen_kappa", R["kappa"]["plain"]),
        ("weighted_kappa_linear", R["kappa"]["linear"]),
        ("weighted_kappa_quadratic", R["kappa"]["quadratic"]),
        ("icc_single", icc["ICC2"]),
        ("icc_average", icc["ICC2k"]),
    ):
        assert found[measure] == pytest.approx(expected, rel=1e-8), measure
