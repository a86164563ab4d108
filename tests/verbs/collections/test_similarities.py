"""`similarities` and vectors of pixels: numbers of a closed form, tables, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.files.decode import decode
from tests.conftest import Kind, encoded, picture

VECTORS = [[1.0, 0.0], [1.0, 1.0], [0.0, -2.0], [0.0, 0.0]]
COSINES = {
    (0, 1): 0.5**0.5,
    (0, 2): 0.0,
    (0, 3): 0.0,
    (1, 2): -(0.5**0.5),
    (1, 3): 0.0,
    (2, 3): 0.0,
}


def table(vectors: list[Any]) -> dict[str, list[Any]]:
    return {"path": [f"{n}.jpg" for n in range(len(vectors))], "embedding": vectors}


def test_cosines_of_each_table_library(kind: Kind) -> None:
    got = iad.similarities(kind.make(table(VECTORS))).tidy()
    assert kind.is_kind(got)
    cells = kind.columns(got)
    pairs = zip(cells["image_id_a"], cells["image_id_b"], strict=True)
    np.testing.assert_allclose(cells["similarity"], [COSINES[pair] for pair in pairs], atol=1e-12)
    assert [*zip(cells["path_a"], cells["path_b"], strict=True)][:2] == [
        ("0.jpg", "1.jpg"),
        ("0.jpg", "2.jpg"),
    ]
    assert [one for one in cells["image_error"] if isinstance(one, str)] == []


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_pictures(rows: int) -> None:
    done = iad.similarities(pd.DataFrame(table(VECTORS[:rows])))
    assert len(done.tidy()) == rows * (rows - 1) // 2
    assert list(done.tidy().columns)[-2:] == ["similarity", "image_error"]
    str(done)
    if rows:
        assert len(done.plot().axes) == 2


def test_a_picture_that_cannot_be_used() -> None:
    rows = pd.DataFrame(table([[1.0, 0.0], None, [1.0, 1.0]])).assign(image_id=["a", "b", "c"])
    got = iad.similarities(rows).tidy()
    assert got.image_id_a.tolist() == ["a", "a", "b"]
    assert got.similarity.isna().tolist() == [True, False, True]
    assert got.image_error.notna().tolist() == [True, False, True]
    with pytest.warns(iad.DroppedImagesWarning, match="1 of 3"):
        kept = iad.similarities(rows, on_error="drop")
    assert kept.tidy().image_id_b.tolist() == ["c"]
    assert "1 of 3 pictures could not be used" in str(iad.similarities(rows))


def test_the_figure_shows_the_numbers() -> None:
    done = iad.similarities(pd.DataFrame(table(VECTORS)))
    (drawn,) = done.plot().axes[0].get_images()
    values = np.asarray(drawn.get_array())
    np.testing.assert_allclose(values, values.T)
    np.testing.assert_allclose(np.diag(values), [1, 1, 1, 0])
    for (a, b), value in COSINES.items():
        assert values[a, b] == pytest.approx(value)


def test_too_many_pictures_are_told_before_any_is_read() -> None:
    with pytest.raises(iad.ArgumentError, match=r"1,001 pictures, which make 500,500 pairs"):
        iad.similarities([f"{n}.jpg" for n in range(1001)])


@pytest.mark.parametrize("size", [1, 15])
@pytest.mark.parametrize("shape", ["vector", "wide"])
def test_pixels_are_the_picture_itself(tmp_path: Path, size: int, shape: Any) -> None:
    data = encoded(picture(40, 30), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    (tmp_path / "b.png").write_text("no picture")
    got = iad.embed(tmp_path, model="pixels", size=size, shape=shape)
    expected = center_square(decode(data), size, 1.0, "bilinear").reshape(-1)
    cells = got.embedding[0] if shape == "vector" else got.filter(like="emb_").iloc[0].tolist()
    np.testing.assert_array_equal(cells, expected)
    assert len(expected) == 3 * size**2
    assert got.image_error.notna().tolist() == [False, True]


def test_pixels_of_one_color(tmp_path: Path) -> None:
    for name, color in {"a": (255, 0, 0), "b": (0, 255, 0), "c": (100, 0, 0)}.items():
        Image.new("RGB", (20, 30), color).save(tmp_path / f"{name}.png")
    pixels = iad.embed(tmp_path, model="pixels")
    assert pixels.embedding[0].tolist() == [255.0, 0.0, 0.0] * 15**2
    got = iad.similarities(pixels).tidy().similarity
    np.testing.assert_allclose(got, [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"model": "pixels", "size": 0}, "size must be at least 1, got 0"),
        ({"model": "pixels", "size": 257}, "198,147 numbers; it may be up to 256"),
        ({"size": 15}, "size=15 is for the vector of pixels"),
    ],
)
def test_sizes_that_cannot_be(options: dict[str, Any], text: str) -> None:
    with pytest.raises(iad.ArgumentError, match=text):
        iad.embed("photos.jpg", **options)
