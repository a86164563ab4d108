"""Whether a file has several frames or pages, beside what Pillow counts; and what verbs say of it."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.files.several import has_several

FRAMES = [Image.new("RGB", (20, 16), (shade, 90, 30)) for shade in (0, 120, 250)]
KINDS = [("GIF", {}), ("PNG", {}), ("WEBP", {}), ("TIFF", {}), ("TIFF", {"big_tiff": True})]


def stored(kind: str, count: int, **options: object) -> bytes:
    out = io.BytesIO()
    FRAMES[0].save(out, kind, save_all=count > 1, append_images=FRAMES[1:count], **options)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_pillow_counts(kind: str, options: dict[str, object], count: int) -> None:
    data = stored(kind, count, **options)
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == count
    assert has_several(data) is (count > 1)
    for length in range(0, len(data), 7):
        has_several(data[:length])  # a cut file ends in no error


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("kind", "several"), [(0, True), (1, False), (2, True), (4, False)])
def test_smaller_copies_and_masks_are_no_pages(kind: int, several: bool, big: bool) -> None:
    out = io.BytesIO()
    copy = FRAMES[1].copy()
    copy.encoderinfo = {"tiffinfo": {254: kind}}
    FRAMES[0].save(out, "TIFF", save_all=True, append_images=[copy], big_tiff=big)
    with Image.open(io.BytesIO(out.getvalue())) as image:
        image.seek(1)
        assert image.tag_v2.get(254, 0) == kind  # type: ignore[attr-defined]
    assert has_several(out.getvalue()) is several


def test_odd_files_as_pillow_counts(shared_data: Path) -> None:
    odd = pd.read_csv(shared_data / "odd" / "odd.csv").dropna(subset="frames")
    for path, frames in zip(odd["path"], odd["frames"], strict=True):
        assert has_several((shared_data / "odd" / path).read_bytes()) is (frames > 1), path
    assert (odd["frames"] > 1).any()


def test_a_verb_says_that_it_took_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(stored("GIF", 3))
    (tmp_path / "b.png").write_bytes(stored("PNG", 1))
    (tmp_path / "c.tif").write_bytes(stored("TIFF", 2))
    paths = [str(tmp_path / name) for name in ("a.gif", "b.png", "c.tif")]
    said = "features: 2 pictures, as '.*a.gif', have several frames .*only the first"
    with pytest.warns(iad.PassedOverWarning, match=f"{said}(.|\n)*Hint: give iad.read_images"):
        iad.features(paths, groups="size")
    with pytest.warns(iad.PassedOverWarning, match="c.tif' has several"):
        iad.features(paths[1:], groups="size")


def test_a_verb_that_got_all_frames_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(stored("GIF", 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error", iad.PassedOverWarning)
        frames = iad.read_images([str(tmp_path / "a.gif")], frames="all")
        assert len(iad.features(frames, groups="size")) == 3
