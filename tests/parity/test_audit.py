"""`audit` gives the numbers of fairlearn's MetricFrame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_fairlearn(weighted: bool) -> None:
    fairlearn = pytest.importorskip("fairlearn.metrics")
    from sklearn.metrics import zero_one_loss

    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "gender": random.choice(["f", "m"], 900),
            "skin": random.choice(["darker", "lighter"], 900),
            "truth": random.integers(0, 2, 900),
        }
    )
    wrong = random.random(900) < np.where(frame.gender == "f", 0.3, 0.1)
    frame["pred"] = np.where(wrong, 1 - frame.truth, frame.truth)
    frame["sample_prob"] = random.uniform(0.2, 1.0, 900) if weighted else 1.0
    measures = {
        "error_rate": zero_one_loss,
        "false_positive_rate": fairlearn.false_positive_rate,
        "false_negative_rate": fairlearn.false_negative_rate,
        "positive_rate": fairlearn.selection_rate,
    }
    weights = {name: {"sample_weight": 1 / frame.sample_prob} for name in measures}
    found = iad.audit(frame, "truth", "pred", by=["gender", "skin"])
    tidy, gaps = found.tidy(), found.gaps()
    for grouping, by in (("gender", ["gender"]), ("gender x skin", ["gender", "skin"])):
        expected = fairlearn.MetricFrame(
            metrics=measures,
            y_true=frame.truth,
            y_pred=frame.pred,
            sensitive_features=frame[by],
            sample_params=weights,
        )
        for measure in measures:
            mine = tidy[(tidy.grouping == grouping) & (tidy.measure == measure)]
            np.testing.assert_allclose(
                mine.estimate, expected.by_group[measure], rtol=0, atol=1e-12
            )
            gap = gaps[(gaps.grouping == grouping) & (gaps.measure == measure)].iloc[0]
            assert gap.difference == pytest.approx(expected.difference()[measure], abs=1e-12)
            assert gap.ratio == pytest.approx(expected.ratio()[measure], abs=1e-12)
