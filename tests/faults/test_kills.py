"""Runs with a cache that are killed at random moments and started again."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from imagesasdata.columns import Column
from imagesasdata.engine import cache as caching
from imagesasdata.engine.cache import Cache
from imagesasdata.errors import CacheError
from imagesasdata.files.atomic import host
from tests.conftest import REPO, encoded, picture

PROGRAM = """
import sys
import pandas as pd
import imagesasdata as iad
from imagesasdata.engine import cache
cache._FLUSH_ROWS = 4  # parts are written all the time, so that kills meet them
coded = pd.DataFrame({"path": sorted(__import__("glob").glob(sys.argv[1] + "/*.jpg"))})
coded["y"] = ["ab"[number % 2] for number in range(len(coded))]
print("started", flush=True)
got = CALL
got.to_pickle(sys.argv[3])
"""
CALLS = {
    "classify": "iad.classify(coded, cache=sys.argv[2], progress=False)",
    "detect_faces": "iad.detect_faces(coded, tiles='never', cache=sys.argv[2], progress=False)",
    "fine_tune": (
        "iad.fine_tune(coded, outcome='y', epochs=2, split=(0.8, 0.1, 0.1), cache=sys.argv[2], "
        "progress=False).tidy().drop(columns='seconds')"
    ),
}


def start(verb: str, folder: Path, cache: Path, to: Path) -> subprocess.Popen[str]:
    code = PROGRAM.replace("CALL", CALLS[verb])
    # Killed while it keeps a compiled program, it would leave half of one to other tests.
    own = {"JAX_COMPILATION_CACHE_DIR": str(folder.parent / "compiled")}
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(cache), str(to)],
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPO,
    )


def finish(process: subprocess.Popen[str], to: Path) -> tuple[pd.DataFrame, float]:
    begin = time.monotonic()
    _, errors = process.communicate(timeout=1800)
    assert process.returncode == 0, errors
    return pd.read_pickle(to), time.monotonic() - begin


@pytest.mark.parametrize(
    ("verb", "kills"),
    [
        *(pytest.param(verb, 50, marks=pytest.mark.soak) for verb in CALLS),
        pytest.param("detect_faces", 2, marks=pytest.mark.slow),
    ],
)
def test_the_table_is_that_of_an_unbroken_run(
    verb: str, kills: int, tmp_path: Path, bring_weights: Callable[..., None]
) -> None:
    bring_weights("blazeface_full")
    folder, cache, to = tmp_path / "photos", tmp_path / "cache", tmp_path / "table"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.jpg").write_bytes(encoded(picture(300, 200, seed=number)))
    # The first run also compiles; its length is that of the run alone with its own cache.
    expected, _ = finish(start(verb, folder, tmp_path / "other", to), to)
    chance = random.Random(verb)
    for _ in range(kills):
        process = start(verb, folder, cache, to)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n", process.communicate()
        time.sleep(chance.uniform(0.0, 4.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    again, _ = finish(start(verb, folder, cache, to), to)
    pd.testing.assert_frame_equal(again, expected, rtol=1e-4, atol=1e-4)
    assert not list(cache.rglob("*.tmp")), "nothing half-written is left"


def test_a_killed_run_s_half_written_part_goes(tmp_path: Path) -> None:
    columns = (Column("x", "float64", "A number."),)
    Cache(tmp_path, "verb", {}, columns)
    (folder,) = tmp_path.iterdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here = host()
    names = {
        "gone": f".a.parquet.{here}-{gone.pid}.00.tmp",
        "running": f".a.parquet.{here}-{os.getpid()}.00.tmp",
        "elsewhere": f".a.parquet.another-{gone.pid}.00.tmp",
    }
    for name in names.values():
        (folder / name).write_bytes(b"half")
    Cache(tmp_path, "verb", {}, columns)
    left = {name for name in names if (folder / names[name]).exists()}
    assert left == {"running", "elsewhere"}


@pytest.mark.soak
def test_a_million_rows_open_in_five_seconds(tmp_path: Path) -> None:
    columns = (
        Column("label", "string", "A name."),
        Column("label_id", "string", "Its id."),
        Column("label_prob", "float64", "A number."),
    )
    Cache(tmp_path, "classify", {}, columns)
    (folder,) = tmp_path.iterdir()
    chance = np.random.default_rng(0)
    for _ in range(1000):
        keys = pa.array([chance.bytes(16) for _ in range(1000)], pa.binary(16))
        table = pa.table(
            {
                caching.CONTENT: keys,
                caching.PLACE: keys,
                caching.COUNT: pa.array([1] * 1000, pa.int32()),
                "label": [f"a name {number}" for number in range(1000)],
                "label_id": [f"n{number:08}" for number in range(1000)],
                "label_prob": chance.random(1000),
            }
        )
        data = caching.packed(table, folder.name)
        (folder / f"{hashlib.sha256(data).hexdigest()}.parquet").write_bytes(data)
    begin = time.process_time()
    opened = Cache(tmp_path, "classify", {}, columns)
    seconds = time.process_time() - begin
    assert opened.find(content=keys[-1].as_py()) is not None
    print(f"{seconds:.2f} s of processor time")
    assert seconds < 5, "of the processor, for the machine may be busy"


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk needs root on Linux"
)
def test_a_disk_that_is_full(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        columns = (Column("x", "string", "A text."),)
        kept = Cache(small, "verb", {}, columns)
        noise = np.random.default_rng(0)

        def fill() -> None:
            for number in range(2000):
                kept.add(noise.bytes(16), None, [{"x": noise.bytes(400).hex()}])
                if number % 10 == 9:
                    kept.flush()

        with pytest.raises(
            CacheError, match=r"cannot be written: No space left.*\nHint: free some space"
        ):
            fill()
        assert not list(small.rglob("*.tmp"))
        reread = Cache(small, "verb", {}, columns)
        assert len(reread._known) > 0, "what was written before is whole"
    finally:
        subprocess.run(["umount", str(small)], check=True)
