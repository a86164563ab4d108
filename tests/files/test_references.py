"""Parts of files as pictures: which paths mean one, and what their bytes are."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagesasdata.errors import ImageError
from imagesasdata.files.references import Pictures, Reference, parse
from tests.clips import number_of, numbered, write
from tests.conftest import picture


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.mp4#t=5", Reference("a.mp4", "t", 5.0)),
        ("a b#c.mp4#t=5.25", Reference("a b#c.mp4", "t", 5.25)),
        ("s3://bucket/a.mp4#t=0", Reference("s3://bucket/a.mp4", "t", 0.0)),
        ("a.gif#frame=3", Reference("a.gif", "frame", 3.0)),
        ("a.jpg", None),
        ("a#t=.jpg", None),
        ("#t=3", None),
        ("a.mp4#t=-1", None),
        ("a.mp4#t=5s", None),
    ],
)
def test_which_paths_are_parts(path: str, expected: Reference | None) -> None:
    assert parse(path) == expected
    if expected is not None:
        assert str(expected) == path


def test_a_file_of_such_a_name_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "photo#t=3"
    picture().save(path, "PNG")
    assert parse(str(path)) is None
    with Pictures() as files:
        assert files.read(str(path)) == path.read_bytes()


def test_frames_of_a_video(tmp_path: Path) -> None:
    clip = write(tmp_path / "clip.mp4", [numbered(n) for n in range(30)])
    with Pictures() as files:
        for number in (3, 4, 5, 29, 0, 17):
            assert number_of(pixels(files.read(f"{clip}#t={number / 10}"))) == number


def test_many_threads_and_more_videos_than_stay_open(tmp_path: Path) -> None:
    clips = [
        write(tmp_path / f"{k}.mp4", [numbered(100 * k + n) for n in range(20)]) for k in range(7)
    ]
    wanted = [(k, n) for n in range(0, 20, 3) for k in range(7)]
    got: dict[tuple[int, int], int] = {}
    with Pictures() as files:

        def work(part: list[tuple[int, int]]) -> None:
            for k, n in part:
                got[k, n] = number_of(pixels(files.read(f"{clips[k]}#t={n / 10}")))

        threads = [threading.Thread(target=work, args=(wanted[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(files._videos) <= 4
    assert got == {(k, n): 100 * k + n for k, n in wanted}


def test_pages_of_a_picture(tmp_path: Path) -> None:
    pages = [picture(seed=n) for n in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    with Pictures() as files:
        for number, page in enumerate(pages):
            found = pixels(files.read(f"{tmp_path}/a.tif#frame={number}"))
            np.testing.assert_array_equal(found, np.asarray(page))
        with pytest.raises(ImageError, match="has no frame 3: there are 3, from 0"):
            files.read(f"{tmp_path}/a.tif#frame=3")


def test_videos_in_a_zip(tmp_path: Path) -> None:
    import zipfile

    clip = write(tmp_path / "clip.mp4", [numbered(n) for n in range(10)])
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(clip, "sub/clip.mp4")
    with Pictures() as files:
        data = files.read(f"zip://sub/clip.mp4::{tmp_path}/all.zip#t=0.7")
    assert number_of(pixels(data)) == 7


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_bytes(b"no video")
    with Pictures() as files:
        with pytest.raises(ImageError, match="file not found"):
            files.read(f"{tmp_path}/gone.mp4#t=1")
        with pytest.raises(ImageError, match="is not a video"):
            files.read(f"{tmp_path}/text.mp4#t=1")
        with pytest.raises(ImageError, match="is a folder"):
            files.read(f"{tmp_path}#t=1")
