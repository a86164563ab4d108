"""`segment_colors` on pictures whose shares are known, and on the example map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.measures import palette
from tests.conftest import REPO, Kind

PALETTE = {"road": "#b03a2e", "river": (88, 132, 178), "wood": "#96b078"}


@pytest.fixture
def flag(tmp_path: Path) -> str:
    """Ten rows: the left third red, two rows of the rest blue, the remainder white."""
    pixels = np.full((10, 30, 3), 255, np.uint8)
    pixels[:, :10] = (200, 0, 0)
    pixels[:2, 10:] = (0, 0, 200)
    Image.fromarray(pixels).save(tmp_path / "flag.png")
    return str(tmp_path / "flag.png")


def test_shares(kind: Kind, flag: str) -> None:
    table = kind.make({"path": [flag, "gone.png"], "year": [1924, 1925]})
    got = kind.columns(iad.segment_colors(table, {"red": (200, 0, 0), "blue": (0, 0, 200)}))
    assert list(got) == ["path", "year", "red_share", "blue_share", "image_error"]
    assert got["red_share"] == [pytest.approx(1 / 3), None]
    assert got["blue_share"] == [pytest.approx(40 / 300), None]
    assert got["image_error"] == [None, "file not found"]


def test_cells(flag: str) -> None:
    got = iad.segment_colors(flag, {"red": (200, 0, 0)}, grid=(1, 4))
    assert got["cell_column"].tolist() == [0, 1, 2, 3]
    assert got["x"].tolist() == [0, 7, 15, 22]
    assert got["width"].tolist() == [7, 8, 7, 8]
    np.testing.assert_allclose(got["red_share"], [1, 3 / 8, 0, 0])
    assert set(got["height"]) == {10}


def test_the_nearest_within_the_tolerance(flag: str) -> None:
    near, far = {"red": (190, 10, 10), "crimson": (200, 0, 0)}, {"red": (90, 0, 0)}
    got = iad.segment_colors(flag, near)
    assert (got["red_share"][0], got["crimson_share"][0]) == (0, pytest.approx(1 / 3))
    got = iad.segment_colors(flag, far, tolerance=10)
    assert got["red_share"][0] == 0
    assert iad.segment_colors(flag, far, tolerance=60)["red_share"][0] == pytest.approx(1 / 3)


def test_a_dot_has_one_cell(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1), "red").save(tmp_path / "dot.png")
    got = iad.segment_colors(tmp_path / "dot.png", {"red": "red"}, grid=(5, 5))
    assert got["red_share"].tolist() == [1.0]


def test_the_map() -> None:
    """The shares of the drawing, before it was put on old paper."""
    got = iad.segment_colors(REPO / "examples" / "maps" / "map_1924.jpg", PALETTE)
    np.testing.assert_allclose(got["river_share"], 0.0201, atol=0.003)
    np.testing.assert_allclose(got["wood_share"], 0.1125, atol=0.004)
    assert 0.012 < got["road_share"][0] < 0.026
    cells = iad.segment_colors(REPO / "examples" / "maps" / "map_1924.jpg", PALETTE, grid=(2, 2))
    assert cells["road_share"].idxmax() == 3, "roads are densest in the south-east"


def test_strips_change_nothing(flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = iad.segment_colors(flag, PALETTE, grid=(3, 3))
    monkeypatch.setattr(palette, "_AT_ONCE", 40)
    pd.testing.assert_frame_equal(iad.segment_colors(flag, PALETTE, grid=(3, 3)), whole)


@pytest.mark.parametrize(
    ("colors", "chosen", "error", "message"),
    [
        (
            "red",
            {},
            iad.ArgumentTypeError,
            "palette must map names to colors, got str.\nHint: pal",
        ),
        ({}, {}, iad.ArgumentError, "palette has 0 colors"),
        ({"a road": "red"}, {}, iad.ArgumentError, "'a road' cannot be part of a column's name"),
        ({"road": "rot"}, {}, iad.ArgumentError, "Unknown color 'rot'"),
        ({"road": "red"}, {"tolerance": 0}, iad.ArgumentError, "tolerance must be over 0, got 0"),
        (
            {"road": "red"},
            {"grid": 3},
            iad.ArgumentTypeError,
            "grid must be a list of 2 values, got 3",
        ),
        ({"road": "red"}, {"grid": (0, 3)}, iad.ArgumentError, "grid rows must be at least 1"),
    ],
)
def test_misuse(
    colors: object, chosen: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.segment_colors("gone.png", colors, **chosen)  # type: ignore[arg-type]
