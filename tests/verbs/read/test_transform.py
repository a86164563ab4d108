"""`transform`: the right pixels in the right files, whatever the names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata import steps
from tests.conftest import Kind, encoded, picture


def pixels(path: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_each_kind_of_table(kind: Kind, folder: Path, tmp_path: Path) -> None:
    table = kind.make({"path": [str(folder / "1.jpg"), "gone.jpg", str(folder / "0.jpg")]})
    got = iad.transform(table, steps.resize(20), to=tmp_path / "out")
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == ["path", "out_path", "out_width", "out_height", "image_error"]
    assert columns["out_width"] == [20, None, 20]
    assert columns["out_height"] == [13, None, 13]
    assert columns["image_error"] == [None, "file not found", None]
    assert [pixels(columns["out_path"][row]).shape for row in (0, 2)] == [(13, 20, 3)] * 2


def test_steps_are_done_in_order(folder: Path, tmp_path: Path) -> None:
    pipe = [steps.crop(4, 2, 20, 12), steps.flip(), steps.rotate(90), steps.grayscale()]
    got = iad.transform(folder / "3.jpg", pipe, to=tmp_path, format="png")
    expected = pixels(str(folder / "3.jpg"))
    for step in pipe:
        expected = step(expected)
    np.testing.assert_array_equal(pixels(got["out_path"][0]), expected)


def test_there_and_back(folder: Path, tmp_path: Path) -> None:
    pipe = [steps.flip(), steps.rotate(90), steps.rotate(-90), steps.flip()]
    got = iad.transform(folder, pipe, to=tmp_path, format="tiff")
    for source, out in zip(got["path"], got["out_path"], strict=True):
        np.testing.assert_array_equal(pixels(source), pixels(out))


def test_names_do_not_collide_and_sources_stay(tmp_path: Path) -> None:
    sources = []
    for number in range(3):
        place = tmp_path / "in" / str(number)
        place.mkdir(parents=True)
        (place / "photo ü.jpg").write_bytes(encoded(picture(seed=number)))
        sources.append(place / "photo ü.jpg")
    before = [source.read_bytes() for source in sources]
    got = iad.transform(tmp_path / "in", steps.resize(30), to=tmp_path / "in")
    assert got["out_path"].nunique() == 3
    assert not set(got["out_path"]) & {str(source) for source in sources}
    assert [source.read_bytes() for source in sources] == before
    assert all(Path(out).name.startswith("photo_") for out in got["out_path"])


def test_what_is_there_is_not_made_again(folder: Path, tmp_path: Path) -> None:
    first = iad.transform(folder, steps.resize(30), to=tmp_path / "out")
    times = {out: Path(out).stat().st_mtime_ns for out in first["out_path"]}
    pd.testing.assert_frame_equal(
        iad.transform(folder, steps.resize(30), to=tmp_path / "out"), first
    )
    assert times == {out: Path(out).stat().st_mtime_ns for out in first["out_path"]}
    (folder / "0.jpg").write_bytes(encoded(picture(seed=99)))
    changed = iad.transform(folder, steps.resize(30), to=tmp_path / "out")
    assert (changed["out_path"] != first["out_path"]).tolist() == [True] + [False] * 7
    other = iad.transform(folder, steps.resize(31), to=tmp_path / "out")
    assert not set(other["out_path"]) & set(first["out_path"])


def test_metadata_is_left_behind(tmp_path: Path, example_photos: Path) -> None:
    got = iad.transform(example_photos / "chelsea.jpg", steps.strip_metadata(), to=tmp_path)
    with (
        Image.open(example_photos / "chelsea.jpg") as source,
        Image.open(got["out_path"][0]) as out,
    ):
        assert dict(source.getexif())
        assert not dict(out.getexif())
        assert out.size == (451, 300), "upright"


def test_scaled_decoding_gives_about_the_same(tmp_path: Path, example_photos: Path) -> None:
    with Image.open(example_photos / "coffee.jpg") as photo:
        photo.resize((3000, 2000)).save(tmp_path / "large.jpg", quality=95)
    fast, exact = (
        pixels(
            iad.transform(
                tmp_path / "large.jpg",
                steps.resize(short_side=256),
                to=tmp_path / how,
                format="png",
                decode=how,
            )["out_path"][0]
        ).astype(int)
        for how in ("fast", "exact")
    )
    assert fast.shape == exact.shape == (256, 384, 3)
    assert abs(fast - exact).mean() < 1.0


def test_frames_of_a_video_can_be_transformed(tmp_path: Path) -> None:
    frames = iad.read_video("examples/videos/shots.mp4", every="2s")
    got = iad.transform(frames, steps.edges(), to=tmp_path)
    assert got["image_error"].isna().all()
    assert got["out_path"].nunique() == len(frames)


def test_a_picture_that_a_step_cannot_take_is_a_row(folder: Path, tmp_path: Path) -> None:
    got = iad.transform(folder, steps.crop(1000, 1000, 5, 5), to=tmp_path / "out")
    assert got["out_path"].isna().all()
    assert got["image_error"].str.contains("crop").all()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("pipe", "options", "error", "message"),
    [
        ([], {}, iad.ArgumentError, "steps is empty.\nHint: for example"),
        (["resize"], {}, iad.ArgumentTypeError, "Expected steps, got 'resize'"),
        (steps.flip(), {"format": "gif"}, iad.UnknownNameError, "Unknown format 'gif'"),
        (steps.flip(), {"to": "s3://b/c"}, iad.ArgumentError, "is not on this machine"),
        (steps.flip(), {"to": "README.md"}, iad.ArgumentError, "cannot be written"),
        (steps.flip(), {"decode": "quick"}, iad.UnknownNameError, "Unknown decode 'quick'"),
    ],
)
def test_misuse(
    pipe: object, options: dict[str, str], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        iad.transform("gone.jpg", pipe, **{"to": tmp_path, **options})  # type: ignore[arg-type]
