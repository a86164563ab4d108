"""Long runs: memory that does not grow, and damaged files by the hundred."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from tests import clips
from tests.conftest import encoded, picture

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")

# Not getrusage: its peak counts what the parent held before the program was started.
PRINT_PEAK = """
lines = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
"""
PEAK = """
import sys
import imagesasdata as iad
paths = sorted(__import__("glob").glob(sys.argv[1] + "/*.jpg"))
got = iad.classify((paths * int(sys.argv[2]))[: int(sys.argv[2])], progress=False)
assert len(got) == int(sys.argv[2]) and got.label.notna().all()
"""


def peak_mebibytes(folder: Path, pictures: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEAK + PRINT_PEAK, str(folder), str(pictures)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    return float(done.stdout)


@linux
@pytest.mark.soak
def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path: Path) -> None:
    for number in range(50):
        photo = picture(500, 375, seed=number)
        (tmp_path / f"{number}.jpg").write_bytes(encoded(photo, quality=90))
    few, many = peak_mebibytes(tmp_path, 400), peak_mebibytes(tmp_path, 4000)
    assert many < 800
    # The allocator holds back some 50 MiB more or less; a decoded picture has half a mebibyte.
    assert (many - few) / 3600 < 0.03


# The process's memory is measured after each hundredth of the pictures.
LONG = """
import glob, json, os, sys, time
import imagesasdata as iad
from imagesasdata.progress import Progress
paths, verb = sorted(glob.glob(sys.argv[1] + "/*.jpg")), getattr(iad, sys.argv[2])
done, seen, count, step = 0, [], len(paths), Progress.step

def look(self, *, failed):
    global done
    done += 1
    if done % (count // 100) == 0:
        pages = int(open("/proc/self/statm").read().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        seen.append([time.monotonic(), memory, len(os.listdir("/proc/self/fd"))])
    step(self, failed=failed)

Progress.step = look
options = {"groups": "light"} if sys.argv[2] == "features" else {}
verb(paths[:20], progress=False, **options)
done, seen = 0, [[time.monotonic(), 0.0, 0]]
got = verb(paths, progress=False, **options)
assert len(got) == count and got.image_error.isna().all() and got.path.tolist() == paths
import pyarrow as pa
size = pa.Table.from_pandas(got.drop(columns=["image_id", "path"], errors="ignore")).nbytes / 2**20
print(json.dumps([seen, size]))
"""


@linux
@pytest.mark.parametrize("verb", ["features", pytest.param("classify", marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "count",
    [
        2000,
        pytest.param(int(os.environ.get("IMAGESASDATA_SOAK", "200000")), marks=pytest.mark.soak),
    ],
)
def test_a_long_run_stays_as_it_began(tmp_path: Path, verb: str, count: int) -> None:
    whole = count > 2000
    for number in range(100):
        (tmp_path / f"{number}.jpeg").write_bytes(encoded(picture(160, 120, seed=number)))
    for number in range(count):
        (tmp_path / f"{number:06}.jpg").symlink_to(f"{number % 100}.jpeg")
    done = subprocess.run(
        [sys.executable, "-c", LONG, str(tmp_path), verb],
        capture_output=True,
        text=True,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen, size = json.loads(done.stdout)
    times, memory, handles = np.array(seen).T
    rates = count / 100 / np.diff(times)
    second, last = slice(11, 21), slice(91, 101)
    found = {
        "pictures": count,
        "results": round(size),
        "memory": [round(float(np.median(memory[tenth]))) for tenth in (second, last)],
        "handles": [round(float(np.median(handles[tenth]))) for tenth in (second, last)],
        "rate": [
            round(float(np.median(rates[tenth.start - 1 : tenth.stop - 1])))
            for tenth in (second, last)
        ],
    }
    print(verb, json.dumps(found))
    # So few pictures are read in seconds that other programs' work shows in the rate of a tenth.
    slack = 0.05 if whole else 0.15
    # The results of eight tenths more are there as well; nothing else may be.
    assert found["memory"][1] - 0.8 * size <= (1 + slack) * found["memory"][0]
    assert found["handles"][0] == found["handles"][1]
    if whole:
        assert found["rate"][1] == pytest.approx(found["rate"][0], rel=0.1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
def test_damaged_files_never_end_a_run(tmp_path: Path, kind: str) -> None:
    whole = encoded(picture(64, 48), kind)
    random = np.random.default_rng(7)
    for number in range(150):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 1 + number % 8):
            damaged[place] = random.integers(0, 256)
        cut = len(whole) if number % 3 else int(random.integers(1, len(whole)))
        (tmp_path / f"{number:03}.jpg").write_bytes(bytes(damaged[:cut]))
    got = iad.features(tmp_path, groups=["light", "size"])
    assert len(got) == 150
    failed = got["image_error"].notna()
    assert got.loc[failed, "luminance_mean"].isna().all()
    assert got.loc[~failed, "luminance_mean"].between(0, 1).all()
    assert got.loc[failed, "image_error"].str.len().between(5, 160).all()
    assert not got["image_error"].dropna().str.contains("0x").any()


@pytest.mark.filterwarnings("ignore::imagesasdata.PassedOverWarning")
def test_every_odd_file_gives_pixels_or_a_reason(shared_data: Path) -> None:
    odd = pd.read_csv(shared_data / "odd" / "odd.csv")
    odd["path"] = [str(shared_data / "odd" / name) for name in odd["path"]]
    got = iad.features(odd, prefix="m_", groups=["light"])
    assert len(got) == len(odd)
    readable = got["pillow"] == "reads"
    assert got.loc[readable, "image_error"].isna().all(), "a library may read more, never less"
    known = got["image_error"].isna()
    assert got.loc[known, "m_luminance_mean"].between(0, 1).all()


@linux
def test_a_picture_of_the_largest_size_stays_within_a_gibibyte(tmp_path: Path) -> None:
    Image.new("RGB", (16_000, 12_000), "teal").save(tmp_path / "large.jpg", quality=60)
    code = (
        "import sys, imagesasdata as iad\n"
        "got = iad.features(sys.argv[1], groups='light', workers=1)\n"
        "assert got.image_error.isna().all(), got.image_error\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + PRINT_PEAK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert float(done.stdout) < 1024


@linux
def test_a_video_of_three_hours_costs_no_memory(tmp_path: Path) -> None:
    frames = [clips.numbered(number) for number in range(2**clips.BITS)]
    three_hours = 3 * 60 * 60
    clip = clips.write(
        tmp_path / "long.mp4",
        [frames[number % len(frames)] for number in range(three_hours)],
        rate=1,
    )
    code = (
        "import sys, imagesasdata as iad\n"
        "got = iad.read_video(sys.argv[1], every='10min')\n"
        "assert got.time.tolist() == [600.0 * n for n in range(18)], got\n"
        "lit = iad.features(got, groups='light')\n"
        "assert lit.image_error.isna().all() and lit.luminance_mean.nunique() > 5\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + PRINT_PEAK, str(clip)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert float(done.stdout) < 500


REGRESS = """
import sys
import numpy as np, pandas as pd
import imagesasdata as iad
random = np.random.default_rng(0)
rows = 1_000_000
data = pd.DataFrame(random.normal(size=(rows, 8)), columns=[f"x{place}" for place in range(8)])
data["group"] = random.choice(["a", "b"], rows)
data["y_pred"] = (random.random(rows) < 0.3 + 0.05 * data.x0.clip(-2, 2)).astype(float)
data["y"] = data.y_pred.where(random.random(rows) < 0.005)
formula = "y_pred ~ group + " + " + ".join(data.columns[:8])
found = iad.regress(formula, data, gold={"y_pred": "y"}, method=sys.argv[1], family="logit")
assert len(found.tidy()) == 10
"""


@linux
@pytest.mark.parametrize("method", ["ppi", pytest.param("dsl", marks=pytest.mark.soak)])
def test_a_regression_of_a_million_rows_stays_within_four_gibibytes(method: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REGRESS + PRINT_PEAK, method],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert float(done.stdout) < 4096
