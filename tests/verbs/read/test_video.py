"""`read_video`, `video_shots` and `video_motion` on clips whose content is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from tests.clips import number_of, numbered, write
from tests.conftest import Kind, picture


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Six seconds at 10 frames a second."""
    return write(tmp_path / "clip.mp4", [numbered(number) for number in range(60)])


@pytest.fixture
def folder_of_clips(tmp_path: Path) -> Path:
    place = tmp_path / "clips"
    place.mkdir()
    for number in range(3):
        frames = [numbered(100 * number + n) for n in range(20)]
        write(place / f"{number}.mp4", frames)
    (place / "broken.mp4").write_bytes(b"nothing")
    (place / ".notes.txt").write_text("no video")
    return place


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({}, [0, 10, 20, 30, 40, 50]),
        ({"every": "2s"}, [0, 20, 40]),
        ({"every": "2500ms"}, [0, 25, 50]),
        ({"every": 1.45}, [0, 14, 29, 43, 58]),
        ({"every": "1min"}, [0]),
        ({"fps": 2}, list(range(0, 60, 5))),
        ({"fps": 100}, list(range(60))),
        ({"every": "frame"}, list(range(60))),
        ({"n": 1}, [0]),
        ({"n": 4}, [0, 15, 30, 45]),
        ({"n": 100}, list(range(60))),
    ],
)
def test_which_frames(clip: Path, chosen: dict[str, object], numbers: list[int]) -> None:
    got = iad.read_video(clip, **chosen)  # type: ignore[arg-type]
    assert got["frame"].tolist() == numbers
    np.testing.assert_allclose(got["time"], np.array(numbers) / 10)
    assert got["image_id"].tolist() == list(range(len(numbers)))
    assert set(got["video_id"]) == {0}


def test_frames_stand_for_pictures(clip: Path) -> None:
    frames = iad.read_video(clip, every="1s")
    got = iad.features(frames, groups=["size", "light"])
    assert got["image_error"].isna().all()
    bright = [numbered(n)[0, :, 0].mean() / 255 for n in frames["frame"]]
    np.testing.assert_allclose(got["luminance_mean"], bright, atol=0.02)
    assert set(got["aspect_ratio"]) == {64 / 48}


def test_networks_take_frames(clip: Path) -> None:
    frames = iad.read_video(clip, every="2s")
    files = iad.read_video(clip, every="2s", to=clip.parent / "out", format="png")
    ours, theirs = (iad.classify(table)["label_prob"] for table in (frames, files))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_each_kind_of_table(kind: Kind, folder_of_clips: Path) -> None:
    paths = [str(folder_of_clips / f"{name}.mp4") for name in (2, "broken", 0)]
    got = iad.read_video(kind.make({"path": paths, "party": ["a", "b", "c"]}), every="1s")
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == "image_id video_id video_path party path frame time image_error".split()
    assert columns["party"] == list("aabcc")
    assert columns["video_id"] == [0, 0, 1, 2, 2]
    assert columns["video_path"] == [paths[0]] * 2 + [paths[1]] + [paths[2]] * 2
    assert columns["frame"] == [0, 10, None, 0, 10]
    assert columns["path"][2] is None
    assert "not a video" in columns["image_error"][2]


def test_a_folder(folder_of_clips: Path) -> None:
    got = iad.read_video(folder_of_clips, n=1)
    assert [Path(path).name for path in got["video_path"]] == [
        "0.mp4",
        "1.mp4",
        "2.mp4",
        "broken.mp4",
    ]
    with pytest.warns(iad.DroppedImagesWarning, match="1 of 4 videos could not be used"):
        assert len(iad.read_video(folder_of_clips, n=1, on_error="drop")) == 3
    with pytest.raises(iad.ImageError, match="not a video"):
        iad.read_video(folder_of_clips, n=1, on_error="raise")


def test_frames_as_files(folder_of_clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    got = iad.read_video(folder_of_clips, every="500ms", to=out, format="png")
    whole = got.dropna(subset="path")
    assert len(list(out.iterdir())) == len(whole) == 12
    for path, video, frame in zip(whole["path"], whole["video_id"], whole["frame"], strict=True):
        with Image.open(path) as image:
            assert number_of(np.asarray(image)) == 100 * video + frame
    before = {file: file.stat().st_mtime_ns for file in out.iterdir()}
    again = iad.read_video(folder_of_clips, every="500ms", to=out, format="png")
    pd.testing.assert_frame_equal(got, again)
    assert before == {file: file.stat().st_mtime_ns for file in out.iterdir()}, "not made again"


def test_videos_of_one_name_do_not_collide(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        write(tmp_path / str(number) / "clip.mp4", [numbered(number)] * 3)
    got = iad.read_video(tmp_path / "*" / "clip.mp4", n=1, to=tmp_path / "out")
    assert got["path"].nunique() == 2


def test_a_damaged_video_gives_the_frames_before_the_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", [numbered(number) for number in range(60)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    got = iad.read_video(path, every="frame", to=tmp_path / "out")
    good = got[got["image_error"].isna()]
    assert 15 < len(good) < 60
    assert good["frame"].tolist() == list(range(len(good)))


def test_results_are_remembered(clip: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = iad.read_video(clip, every="1s", cache=cache)
    pd.testing.assert_frame_equal(iad.read_video(clip, every="1s", cache=cache), first)
    assert len(iad.read_video(clip, every="2s", cache=cache)) == 3


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ({"every": "1s", "fps": 2}, iad.ArgumentError, "every and fps contradict each other"),
        ({"every": "soon"}, iad.ArgumentError, "every='soon' is not a length of time"),
        ({"every": "5 parsecs"}, iad.ArgumentError, "is not a length of time.\nHint: for example"),
        ({"every": 0}, iad.ArgumentError, "every must be over 0 seconds, got 0"),
        (
            {"every": [1]},
            iad.ArgumentTypeError,
            r"every must be a number or text, got \[1\].\nHint: for example every=\"5s\"",
        ),
        ({"fps": -1}, iad.ArgumentError, "fps must be over 0"),
        ({"n": 0}, iad.ArgumentError, "n must be at least 1"),
        ({"to": "s3://bucket/frames"}, iad.ArgumentError, "is not on this machine"),
        ({"to": "x", "format": "gif"}, iad.UnknownNameError, "Unknown format 'gif'"),
    ],
)
def test_misuse(chosen: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        iad.read_video("gone.mp4", **chosen)  # type: ignore[arg-type]


def test_no_video_in_a_folder(folder: Path) -> None:
    with pytest.raises(iad.ArgumentError, match="No video was found in .*\nHint: files ending in"):
        iad.read_video(folder)


def scenes(path: Path, lengths: tuple[int, ...]) -> Path:
    """A clip of moving photographs with known cuts."""
    frames = []
    for seed, length in enumerate(lengths):
        still = picture(200, 96, seed=seed + 5)
        frames += [np.asarray(still.crop((n, 0, n + 128, 96))) for n in range(length)]
    return write(path, frames)


def test_shots(kind: Kind, tmp_path: Path) -> None:
    path = scenes(tmp_path / "clip.mp4", (25, 12, 30))
    got = kind.columns(iad.video_shots(kind.make({"path": [str(path), "gone.mp4"]})))
    assert got["start"] == [0.0, 2.5, 3.7, None]
    assert got["end"] == pytest.approx([2.5, 3.7, 6.7, None])
    assert got["begins"] == ["start", "cut", "cut", None]
    assert got["frame"] == [12, 30, 51, None]
    assert got["shot"] == [0, 1, 2, None]
    assert got["image_error"] == [None, None, None, "file not found"]


def test_a_frame_of_each_shot(tmp_path: Path) -> None:
    path = scenes(tmp_path / "clip.mp4", (25, 12, 30))
    assert iad.read_video(path, every="shots")["frame"].tolist() == [12, 30, 51]
    classes = iad.classify(iad.video_shots(path))
    assert classes["image_error"].isna().all()


def test_labeled_scenes_are_found(shared_data: Path) -> None:
    truth = pd.read_csv(shared_data / "video" / "scenes.csv")
    for name, within in (("made_hard_cuts.mp4", 0), ("fades.mp4", 12), ("testvideo.mp4", 20)):
        starts = truth[truth["path"] == name]["start_frame"].to_numpy()
        shots = iad.video_shots(shared_data / "video" / name)
        found = np.rint(
            shots["start"]
            * (starts[-1] / truth[truth["path"] == name]["start_seconds"].to_numpy()[-1])
        )
        assert len(found) == len(starts), name
        assert (abs(found - starts) <= within).all(), name


def test_motion(tmp_path: Path) -> None:
    """Two seconds still, two seconds to the left, two seconds still."""
    still = np.asarray(picture(400, 96, seed=3))
    places = [0] * 20 + list(range(0, 80, 4)) + [80] * 20
    frames = [still[:, place : place + 128] for place in places]
    path = write(tmp_path / "clip.mp4", frames)
    got = iad.video_motion(path, every="2s", fps=10)
    assert got["interval"].tolist() == [0, 1, 2]
    assert got["interval_end"].tolist() == [2.0, 4.0, 6.0]
    speed = 40 / np.hypot(128, 96)
    assert got["flow_x"][1] == pytest.approx(-speed, rel=0.15)
    assert abs(got["flow_y"][1]) < 0.1 * speed
    assert got["moving_share"][1] > 0.8
    for quiet in (0, 2):
        assert got["flow_speed"][quiet] < 0.1 * speed
        assert got["frame_difference"][quiet] < 0.2 * got["frame_difference"][1]


def test_motion_of_a_single_frame(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", [numbered(1)])
    got = iad.video_motion(path)
    assert len(got) == 1
    assert got["flow_speed"].isna().all()
    assert got["image_error"].isna().all()


def test_motion_misuse() -> None:
    with pytest.raises(iad.UnknownNameError, match="Unknown flow 'tvl1'"):
        iad.video_motion("gone.mp4", flow="tvl1")  # type: ignore[arg-type]
