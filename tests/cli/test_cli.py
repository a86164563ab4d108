"""The shell: the same verbs, tables that can be read, exit codes that mean something."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.conftest import REPO


def shell(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "imagesasdata", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPO,
        env={**os.environ, "COLUMNS": "120"},
        check=False,
    )


def test_help_lists_the_commands() -> None:
    done = shell("--help")
    assert done.returncode == 0
    for command in ("read", "features", "classify", "embed", "models", "weights"):
        assert command in done.stdout
    assert "Exit codes" in done.stdout


def test_classify_writes_and_prints(example_photos: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    done = shell("classify", example_photos / "coffee.jpg", "--to", target)
    assert done.returncode == 0, done.stderr
    assert "espresso" in done.stdout
    assert done.stderr == ""
    assert pd.read_parquet(target)["label"].tolist() == ["espresso"]


def test_failures_end_with_one(example_photos: Path) -> None:
    done = shell("read", example_photos / "coffee.jpg", "gone.jpg")
    assert done.returncode == 1
    assert "1 of 2 rows have an image_error" in done.stderr
    assert "file not found" in done.stdout
    done = shell("read", "gone.jpg", example_photos / "coffee.jpg", "--on-error", "raise")
    assert done.returncode == 1
    assert "Error: Row 0 ('gone.jpg'): file not found." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "nowhere"], "Error: There is no folder, picture or archive at 'nowhere'."),
        (["classify", "examples/photos", "--model", "vgg"], "Error: Unknown model 'vgg'."),
        (["features", "examples/photos", "--group", "hue"], "Unknown group of features 'hue'"),
        (["embed", "examples/photos/coffee.jpg", "--to", "o.csv"], "cannot hold the column"),
        (
            ["zero-shot", "examples/photos", "--label", "a cat"],
            "Error: labels needs at least two texts, got 1.",
        ),
        (["read", "gone.csv"], "There is no table at 'gone.csv'"),
        (["weights", "add", "nowhere"], "There is no file or folder 'nowhere'"),
    ],
)
def test_mistakes_end_with_two_and_no_traceback(arguments: list[str], message: str) -> None:
    done = shell(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_goes_in_and_comes_out_with_more_columns(folder: Path, tmp_path: Path) -> None:
    table = pd.DataFrame({"photo": [str(folder / "0.jpg")], "likes": [12]})
    table.to_csv(tmp_path / "posts.csv", index=False)
    done = shell("features", tmp_path / "posts.csv", "--path", "photo", "--to", tmp_path / "o.csv")
    assert done.returncode == 0, done.stderr
    got = pd.read_csv(tmp_path / "o.csv")
    assert list(got.columns[:2]) == ["photo", "likes"]
    assert "luminance_mean" in got.columns


def test_models_and_a_card() -> None:
    assert "efficientnet_lite2" in shell("models").stdout
    card = shell("models", "efficientnet_lite0").stdout
    assert "Known limits" in card
    assert "4,652,008 parameters" in card


@pytest.mark.slow
def test_videos(tmp_path: Path) -> None:
    clip = "examples/videos/shots.mp4"
    out = tmp_path / "frames.parquet"
    assert shell("frames", clip, "--every", "2s", "--to", str(out)).returncode == 0
    assert pd.read_parquet(out)["frame"].tolist() == [0, 20, 40, 60]
    done = shell("features", str(out), "--group", "light", "--to", str(out))
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(out)["luminance_mean"].notna().all()
    done = shell("shots", clip, "--to", str(out))
    assert pd.read_parquet(out)["start"].tolist() == [0.0, 2.5, 4.0, 6.0]
    done = shell("motion", clip, "--every", "4s", "--to", str(out))
    assert len(pd.read_parquet(out)) == 2
    assert "flow_speed" in pd.read_parquet(out)


def test_transform(tmp_path: Path) -> None:
    steps = ("--step", "resize(100)", "--step", "grayscale")
    done = shell("transform", "examples/photos/coffee.jpg", *steps, "--into", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "out").iterdir()
    with Image.open(made) as image:
        assert image.width == 100


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("resise(100)", "Unknown step 'resise'.\nHint: did you mean 'resize'?"),
        ("resize(", "'resize(' is not a step.\nHint: for example resize(256)"),
        ("resize(width=open('x'))", "cannot be made"),
        ("resize(size=3)", "cannot be made"),
        ("resize(-3)", "width"),
        ("steps.resize(3)", "is not a step"),
    ],
)
def test_steps_that_are_none(step: str, message: str, tmp_path: Path) -> None:
    from imagesasdata.errors import ImagesAsDataError
    from imagesasdata.steps.written import read_step

    with pytest.raises(ImagesAsDataError) as caught:
        read_step(step)
    assert message in str(caught.value)


def test_weights_are_fetched_verified_and_removed() -> None:
    done = shell("weights", "fetch", "efficientnet_lite0")
    assert done.returncode == 0, done.stderr
    assert "efficientnet-lite0-57934424.pth: " in done.stdout
    done = shell("weights", "verify", "efficientnet_lite0")
    assert done.returncode == 0
    assert done.stdout.startswith("whole    ")
    done = shell("weights", "verify", "vgg16")
    assert done.returncode == 1
    assert done.stdout.startswith("missing  vgg16")
    done = shell("weights", "remove", "efficientnet_lite0")
    assert "efficientnet-lite0-57934424.pth is not in the store" in done.stdout


@pytest.mark.slow
def test_faces(bring_weights: Callable[..., None], tmp_path: Path) -> None:
    bring_weights("faces")
    photo, out = "examples/photos/astronaut.jpg", str(tmp_path / "faces.parquet")
    done = shell("faces", photo, "--attribute", "age", "--to", out)
    assert done.returncode == 0, done.stderr
    assert {"face_x", "age"} <= set(pd.read_parquet(out).columns)
    done = shell("blur-faces", photo, "--into", str(tmp_path / "out"), "--to", out)
    assert done.returncode == 0, done.stderr
    assert pd.read_parquet(out)["faces_hidden"].tolist() == [1]


def test_summary_lists_every_layer() -> None:
    done = shell("summary", "vgg16")
    assert done.returncode == 0, done.stderr
    assert "102760448" in done.stdout
    assert "hidden.1" in done.stdout
    assert "138344128" in done.stdout


@pytest.mark.slow
def test_looks_inside(tmp_path: Path) -> None:
    photo = "examples/photos/chelsea.jpg"
    done = shell("feature-maps", "--of", "filters", "--to", str(tmp_path / "filters.png"))
    assert done.returncode == 0, done.stderr
    done = shell("feature-maps", photo, "--layer", "stem", "--to", str(tmp_path / "maps.png"))
    assert done.returncode == 0, done.stderr
    for name in ("filters.png", "maps.png"):
        with Image.open(tmp_path / name) as image:
            assert image.width > 300
    table = tmp_path / "heat.parquet"
    done = shell("explain", photo, "--into", str(tmp_path / "heat"), "--to", str(table))
    assert done.returncode == 0, done.stderr
    with Image.open(pd.read_parquet(table)["heat_path"][0]) as image:
        assert image.width > 100
