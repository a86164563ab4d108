"""Processes killed between a file's writing and its renaming, and disks that are full in every writer."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import CacheError, ImagesAsDataError
from imagesasdata.tables.files import save
from imagesasdata.training.arrays import write_arrays
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.course import Course
from tests.clips import write
from tests.conftest import REPO, encoded, picture

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks, and limits the size of files")

# A child is killed at one of its renamings; its parent then looks at what is there.
PROGRAM = """
import json, os, random, shutil, signal, sys
from pathlib import Path
import numpy as np, pandas as pd
from PIL import Image
import imagesasdata as iad
from imagesasdata.engine import cache
from imagesasdata.tables.files import save
from imagesasdata.training.arrays import read_arrays, write_arrays
cache._FLUSH_ROWS = 3
photos, place, kills = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
rename, chance = os.replace, random.Random(1)

def ended(work, at):
    child = os.fork()
    if child:
        return not os.WIFSIGNALED(os.waitpid(child, 0)[1])
    def stop(source, to):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(source, to)
    global left
    left, os.replace = at, stop
    try:
        work()
    finally:
        os._exit(0)

def measured():
    return iad.features(photos, groups="light", workers=1, cache=place / "c", progress=False)

def table(text):
    save(pd.DataFrame({"x": [text] * 1000}), str(place / "t.csv"))

def model(number):
    write_arrays(place / "m", "f 1", {"w": np.full(999, number)}, {})

def written():
    steps = [iad.steps.resize(32)]
    return iad.transform(photos, steps, to=place / "p", workers=1, progress=False)

expected = iad.features(photos, groups="light", workers=1, progress=False)
table("old"), model(1.0)
old = (place / "t.csv").read_bytes()
done, whole = {"cache": 0, "table": 0, "model": 0, "pictures": 0}, 0
while min(done.values()) < kills or not whole:
    if ended(measured, chance.randrange(1, 4)):
        pd.testing.assert_frame_equal(measured(), expected)
        assert not list((place / "c").rglob("*.tmp"))
        shutil.rmtree(place / "c")
        whole += 1
    else:
        done["cache"] += 1
    assert not ended(lambda: table("new"), 0)
    assert (place / "t.csv").read_bytes() == old
    done["table"] += 1
    assert not ended(lambda: model(2.0), 0)
    assert read_arrays(place / "m", "f 1")[0]["w"].tolist() == [1.0] * 999
    done["model"] += 1
    if ended(written, chance.randrange(5)):
        assert written().image_error.isna().all()
        shutil.rmtree(place / "p")
    else:
        done["pictures"] += 1
    for one in (place / "p").glob("[!.]*"):
        with Image.open(one) as image:
            image.load()
table("new"), model(2.0), written()
assert not list(place.rglob("*.tmp")), "the next writing takes away what was left"
print(json.dumps({"killed": done, "finished": whole}))
"""


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.soak)])
def test_a_kill_before_a_renaming_leaves_what_was_there(kills: int, tmp_path: Path) -> None:
    photos, place = tmp_path / "photos", tmp_path / "place"
    photos.mkdir()
    place.mkdir()
    for number in range(12):
        (photos / f"{number}.jpg").write_bytes(encoded(picture(64, 48, seed=number)))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(photos), str(place), str(kills)],
        cwd=REPO,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    print(told)
    assert min(told["killed"].values()) >= kills


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file of this process may have more bytes; more fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, chance = tmp_path_factory.mktemp("noise"), np.random.default_rng(0)
    paths = []
    for number in range(3):
        pixels = chance.integers(0, 256, (200, 300, 3), dtype=np.uint8)
        paths.append(str(folder / f"{number}.png"))
        Image.fromarray(pixels).save(paths[-1])
    return paths


def map_page(paths: list[str], to: Path) -> None:
    placed = pd.DataFrame({"path": paths, "x": range(3), "y": range(3)})
    iad.map_images(placed, to=to)


def parquet(paths: list[str], to: Path) -> None:
    save(pd.DataFrame({"x": np.random.default_rng(0).random(9000)}), str(to))


def checkpoint(paths: list[str], to: Path) -> None:
    weights = {"w": np.zeros(9999)}
    Checkpoint(to.parent, to.stem, {}).keep(Course(weights, {}, weights), 0.1)


def docx(paths: list[str], to: Path) -> None:
    truth = [0, 1] * 20
    iad.validate(pd.DataFrame({"truth": truth, "said": truth}), "truth", "said").to_docx(to)


Writer = Callable[[list[str], Path], Any]
FILES: dict[str, tuple[str, Writer]] = {
    "csv": ("t.csv", lambda paths, to: save(pd.DataFrame({"x": range(9000)}), str(to))),
    "parquet": ("t.parquet", parquet),
    "model": ("m", lambda paths, to: write_arrays(to, "f 1", {"w": np.zeros(9999)}, {})),
    "contact_sheet": ("s.png", lambda paths, to: iad.contact_sheet(paths, to=to)),
    "contact_sheet_pdf": ("s.pdf", lambda paths, to: iad.contact_sheet(paths, to=to)),
    "label_page": ("l.html", lambda paths, to: iad.label_page(paths, "Q?", ["a", "b"], to=to)),
    "map_images": ("m.html", map_page),
    "feature_maps": ("f.png", lambda paths, to: iad.feature_maps(of="filters", to=to)),
    "checkpoint": ("c.safetensors", checkpoint),
    "docx": ("r.docx", docx),
    **{ending: (f"t.{ending}", parquet) for ending in ("feather", "dta")},
}


@pytest.mark.parametrize("writer", FILES)
def test_a_full_disk_leaves_the_earlier_file(writer: str, noise: list[str], tmp_path: Path) -> None:
    name, write = FILES[writer]
    (tmp_path / name).write_bytes(b"old")
    write(noise, tmp_path / f"whole{name}")  # what is loaded or kept at first use is there
    (tmp_path / f"whole{name}").unlink()
    with small_files(8192), pytest.raises(ImagesAsDataError, match="cannot be written: File too"):
        write(noise, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"old"


def written_frames(paths: list[str], to: Path) -> pd.DataFrame:
    clip = to.parent / "v.mp4"
    if not clip.exists():
        write(clip, [np.asarray(Image.open(path)) for path in paths])
    return iad.read_video(clip, every="frame", to=to)


PICTURES: dict[str, Callable[[list[str], Path], pd.DataFrame]] = {
    **{
        format: lambda paths, to, format=format: iad.transform(
            paths, [iad.steps.resize(200)], to=to, format=format
        )
        for format in ("jpeg", "png", "webp", "tiff")
    },
    "read_video": written_frames,
    "blur_faces": lambda paths, to: iad.blur_faces(paths, to=to),
    "explain": lambda paths, to: iad.explain(paths, to=to),
}


@pytest.mark.parametrize("writer", PICTURES)
def test_a_full_disk_is_a_reason_of_a_picture(
    writer: str, noise: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # What is loaded or compiled at first use is there.
    assert PICTURES[writer](noise, tmp_path / "whole")["image_error"].isna().all()
    (tmp_path / "full").mkdir()
    with small_files(8192):
        got = PICTURES[writer](noise, tmp_path / "full")
    assert got["image_error"].tolist() == ["result cannot be written: File too large"] * 3
    assert list((tmp_path / "full").iterdir()) == []
    assert "TIFF" not in capfd.readouterr().err


def test_a_full_disk_ends_a_run_with_a_cache(noise: list[str], tmp_path: Path) -> None:
    with small_files(1024), pytest.raises(CacheError, match="cannot be written: File too large"):
        iad.features(noise, cache=tmp_path / "c")
    assert not list(tmp_path.rglob("*.tmp"))
    assert iad.features(noise, cache=tmp_path / "c")["image_error"].isna().all()
