"""`score_aesthetics`: components by hand, and a linear head against the same sum in numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.measures.aesthetics import COLUMNS, score
from tests.conftest import Kind

COMPONENTS = [column.name for column in COLUMNS[1:]]
MEASURES = {
    "lightness_mean": 40.0,
    "lightness_sd": 14.435,
    "colorfulness": 218.0,
    "sharpness": 99.0,
    "saliency_spread": 0.2887,
    "thirds_distance": 0.1,
    "symmetry_left_right": -0.5,
    "figure_ground": 25.0,
}


def test_components_by_hand() -> None:
    got = score(MEASURES)
    expected = [0.8, 0.5, 1.0, 0.5, 0.0, 0.7, 0.25, 0.5]
    assert [got[name] for name in COMPONENTS] == pytest.approx(expected)
    assert got["aesthetic_score"] == pytest.approx(np.mean(expected))


def test_what_a_picture_does_not_have_does_not_count() -> None:
    got = score({**MEASURES, "figure_ground": None, "saliency_spread": None})
    assert got["aesthetic_separation"] is None
    assert got["aesthetic_score"] == pytest.approx(np.mean([0.8, 0.5, 1.0, 0.5, 0.7, 0.25]))


def test_each_kind_of_table(kind: Kind, folder: Path) -> None:
    table = kind.make({"path": [str(folder / "0.jpg"), None]})
    got = kind.columns(iad.score_aesthetics(table))
    assert list(got) == ["path", "aesthetic_score", *COMPONENTS, "image_error"]
    assert got["aesthetic_score"][0] == pytest.approx(
        np.mean([got[name][0] for name in COMPONENTS if got[name][0] is not None])
    )
    assert got["aesthetic_score"][1] is None


@pytest.mark.parametrize("normalize", [0, 1])
def test_a_linear_head(folder: Path, tmp_path: Path, normalize: int) -> None:
    weight = np.random.default_rng(0).normal(size=1280)
    np.savez(tmp_path / "head.npz", weight=weight, bias=2.5, normalize=normalize)
    got = iad.score_aesthetics(folder, head=tmp_path / "head.npz")
    vectors = np.stack(list(iad.embed(folder)["embedding"])).astype(float)
    if normalize:
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(got["aesthetic_pred"], vectors @ weight + 2.5, rtol=1e-4)
    plain = iad.score_aesthetics(folder)
    pd.testing.assert_frame_equal(got[plain.columns], plain)


def test_a_head_that_is_damaged_or_a_bomb_is_told(tmp_path: Path) -> None:
    head = tmp_path / "head.npz"
    np.savez_compressed(head, weight=np.random.default_rng(0).normal(size=1280), bias=0.0)
    whole = bytearray(head.read_bytes())
    for place in range(60, 1060, 50):
        damaged = whole.copy()
        damaged[place] ^= 0x10
        head.write_bytes(damaged)
        with pytest.raises(iad.WeightsError, match="is not a linear head"):
            iad.score_aesthetics("gone.jpg", head=head)
    np.savez_compressed(head, weight=np.zeros(1 << 22), bias=0.0)
    with pytest.raises(iad.WeightsError, match="unpacks to far more than weights do"):
        iad.score_aesthetics("gone.jpg", head=head)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        (None, iad.ArgumentError, "There is no file .*\nHint: write one: np.savez"),
        ({"weight": np.ones(7), "bias": 0}, iad.ArgumentError, "has 7 weights, but .* 1,280"),
        ({"weight": np.ones(1280)}, iad.WeightsError, "is not a linear head: .*bias"),
        ({"weight": np.full(1280, np.nan), "bias": 0}, iad.WeightsError, "not finite"),
        (
            {"weight": np.array([print] * 1280), "bias": 0},
            iad.WeightsError,
            "is not a linear head: holds things that are not arrays of numbers",
        ),
    ],
)
def test_heads_that_cannot_be_used(
    tmp_path: Path, arrays: dict[str, Any] | None, error: type[Exception], message: str
) -> None:
    if arrays is not None:
        np.savez(tmp_path / "head.npz", **arrays)
    with pytest.raises(error, match=message):
        iad.score_aesthetics("gone.jpg", head=tmp_path / "head.npz")
