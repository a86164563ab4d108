"""Odd and broken files from other projects' tests: pixels as Pillow has them, or a reason."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

import imagesasdata as iad
from imagesasdata.files.decode import decode

MEASURE = """
import sys
import imagesasdata as iad
got = iad.features(sys.argv[1], groups=["light", "hash"], progress=False)
assert len(got) == int(sys.argv[2])
status = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024)
"""


@pytest.fixture(scope="module")
def odd(shared_data: Path) -> Path:
    return shared_data / "odd"


def listed(odd: Path) -> list[dict[str, str]]:
    with open(odd / "odd.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_pillow(data: bytes) -> np.ndarray:
    """Upright, over white, 16 bits scaled, in sRGB: each by Pillow's own means."""
    stored = Image.open(io.BytesIO(data))
    bits = getattr(stored, "tag_v2", {}).get(258, (16,))[0]
    image = ImageOps.exif_transpose(stored)
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(float)
        top = (1 << bits) - 1
        gray = np.rint(values / top * 255).clip(0, 255).astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2)
    profile = image.info.get("icc_profile")
    alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if alpha:
        image = image.convert("RGBA")
    mask = image.getchannel("A") if alpha else None
    plain = image.convert("RGB") if alpha or image.mode == "P" else image
    if profile and plain.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            plain = ImageCms.profileToProfile(plain, source, srgb, outputMode="RGB")
        except ImageCms.PyCMSError:
            pass  # a profile for another mode
    flat = Image.new("RGB", plain.size, "white")
    flat.paste(plain.convert("RGB"), mask=mask)
    return np.asarray(flat)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
def test_pixels_are_pillows(odd: Path) -> None:
    wrong = {}
    for row in listed(odd):
        if row["pillow"] != "reads":
            continue
        data = (odd / row["path"]).read_bytes()
        ours, theirs = np.asarray(decode(data, exactness="exact")), as_pillow(data)
        # An sRGB profile is not converted, which Pillow rounds; nor are its 16 bits rounded up.
        if ours.shape != theirs.shape or abs(ours.astype(int) - theirs).max() > 1:
            wrong[row["path"]] = (ours.shape, theirs.shape)
    assert wrong == {}


def test_every_file_is_a_row(odd: Path) -> None:
    rows = listed(odd)
    with pytest.warns(iad.PassedOverWarning, match="have several frames"):
        got = iad.features([odd / row["path"] for row in rows], groups=["light"])
    failed = got["image_error"].notna()
    must_fail = np.array([row["pillow"] == "fails" for row in rows])
    assert failed[~must_fail].sum() == 0, got[failed & ~must_fail]
    assert got.loc[failed, "image_error"].str.len().between(5, 200).all()
    assert got.loc[failed, "luminance_mean"].isna().all()


def test_all_frames_of_every_file(odd: Path) -> None:
    rows = [row for row in listed(odd) if row["pillow"] == "reads"]
    got = iad.read_images([odd / row["path"] for row in rows], frames="all")
    counts = got.groupby("file_id")["frame"].count().tolist()
    assert counts == [int(row["frames"]) for row in rows]
    got = iad.features(got[got["frame"] > 0], groups="light")
    assert len(got) > 20
    failed = got[got["image_error"].notna()]
    # This one says that it has a frame more than it has.
    assert failed["path"].str.contains("num_frames_high").tolist() == [True]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_none_needs_much_memory(odd: Path) -> None:
    count = sum(1 for path in odd.iterdir() if path.suffix != ".csv")
    command = [sys.executable, "-c", MEASURE, str(odd / "*[!v]"), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, timeout=600)
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) < 1024
