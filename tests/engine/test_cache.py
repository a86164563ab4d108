"""The cache: nothing is computed twice, whatever happened to the first run."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imagesasdata.columns import Column
from imagesasdata.engine import cache as cache_module
from imagesasdata.engine.cache import Cache, Known, _Index, key
from imagesasdata.engine.verb import run
from imagesasdata.errors import CacheError
from tests.conftest import Kind, encoded, picture
from tests.engine.test_verb import columns_of, options, per_image, per_thing

COLUMNS = (Column("mean", "float64", "A mean."), Column("name", "string", "A name."))


class Counting:
    """Wraps a verb's ``load`` to count the pictures that are processed."""

    def __init__(self, load: Any) -> None:
        self.load, self.calls = load, 0

    def __call__(self, data: bytes) -> Any:
        self.calls += 1
        return self.load(data)


def counted(make: Any = per_image, **changes: Any) -> tuple[Any, Counting]:
    counting = Counting(make().load)
    return make(load=counting, **changes), counting


def test_a_second_run_does_nothing_and_gives_the_same(
    kind: Kind, folder: Path, tmp_path: Path
) -> None:
    table = kind.make(columns_of(folder, extra=["gone.jpg", None]))
    verb, counting = counted()
    expected = kind.columns(run(table, per_image(), options()))
    first = kind.columns(run(table, verb, options(cache=tmp_path / "c")))
    assert counting.calls == 8
    second = kind.columns(run(table, verb, options(cache=tmp_path / "c")))
    assert counting.calls == 8
    assert first == second == expected


def test_long_tables_are_kept_with_their_empty_pictures(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted(per_thing, keep_empty=True)
    first = run(folder, verb, options(cache=tmp_path / "c"))
    second = run(folder, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 8
    pd.testing.assert_frame_equal(first, second)


def test_only_what_is_missing_is_done(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted()
    some = pd.DataFrame(columns_of(folder)).iloc[[1, 4]]
    run(some, verb, options(cache=tmp_path / "c"))
    result = run(folder, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 8
    pd.testing.assert_frame_equal(result, run(folder, per_image(), options()))


def test_copies_and_moved_files_are_known_by_content(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted()
    run(folder, verb, options(cache=tmp_path / "c"))
    moved = tmp_path / "moved"
    folder.rename(moved)
    (moved / "copy.jpg").write_bytes((moved / "0.jpg").read_bytes())
    result = run(moved, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 8
    assert len(result) == 9


def test_a_changed_picture_is_done_again(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted()
    before = run(folder, verb, options(cache=tmp_path / "c"))
    (folder / "3.jpg").write_bytes(encoded(picture(seed=99)))
    after = run(folder, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 9
    assert (before["mean"] != after["mean"]).tolist() == [number == 3 for number in range(8)]


def test_other_settings_are_another_cache(folder: Path, tmp_path: Path) -> None:
    for settings in ({"model": "a"}, {"model": "b"}):
        verb, counting = counted(settings=settings)
        run(folder, verb, options(cache=tmp_path / "c"))
        assert counting.calls == 8


def test_failures_are_tried_again(folder: Path, tmp_path: Path) -> None:
    (folder / "8.jpg").write_bytes((folder / "0.jpg").read_bytes()[:300])
    verb, counting = counted()
    first = run(folder, verb, options(cache=tmp_path / "c"))
    assert first["image_error"].notna().tolist() == [False] * 8 + [True]
    run(folder, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 10


def test_prefix_does_not_matter(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted()
    run(folder, verb, options(cache=tmp_path / "c"))
    result = run(folder, verb, options(cache=tmp_path / "c", prefix="x_"))
    assert counting.calls == 8
    assert result["x_mean"].notna().all()


def test_parts_are_whole_and_named_by_content(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        cache = Cache(tmp_path, "verb", {}, COLUMNS)
        cache.add(key("a"), key("p"), [{"mean": 1.0, "name": "é\n"}])
        cache.flush()
        names |= {path.name for path in tmp_path.rglob("*.parquet")}
    assert len(names) == 1, "two runs that finish the same pictures write the same file"
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_damaged_part_is_left_out_with_a_warning(folder: Path, tmp_path: Path) -> None:
    verb, counting = counted()
    run(folder, verb, options(cache=tmp_path / "c"))
    (part,) = (tmp_path / "c").rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.warns(UserWarning, match="is damaged .* its pictures are computed again"):
        run(folder, verb, options(cache=tmp_path / "c"))
    assert counting.calls == 16


def test_no_flipped_bit_is_believed(folder: Path, tmp_path: Path) -> None:
    expected = run(folder, per_image(), options(cache=tmp_path / "c"))
    (part,) = (tmp_path / "c").rglob("*.parquet")
    whole = part.read_bytes()
    random = np.random.default_rng(0)
    for position in random.choice(len(whole), 60, replace=False):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << random.integers(8)
        for other in part.parent.glob("*.parquet"):
            other.unlink()
        part.write_bytes(damaged)
        with pytest.warns(UserWarning, match="does not fit its checksum"):
            result = run(folder, per_image(), options(cache=tmp_path / "c"))
        pd.testing.assert_frame_equal(result, expected)
        assert part.with_suffix(".damaged").read_bytes() == damaged, "the evidence is put aside"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(folder, per_image(), options(cache=tmp_path / "c"))


def keyed(**changes: Any) -> dict[str, Any]:
    """A part's columns: a picture with two rows and one with none."""
    keys = [key("a"), key("a"), key("b")]
    whole = {
        "content_key": keys,
        "place_key": keys,
        "row_count": [2, 2, 0],
        "mean": [1.0, 2.0, None],
        "name": ["x", "y", None],
    }
    return {**whole, **changes}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (keyed(), None),
        ({name: cells for name, cells in keyed().items() if name != "mean"}, "has other columns"),
        (keyed(mean=[1, 2, 3]), "has other columns"),
        (keyed(row_count=[2, None, 0]), "rows without a key or a count"),
        (keyed(place_key=[None] * 3), "rows without a key or a count"),
        (keyed(row_count=[2, 1, 0]), "row counts are wrong"),
        (keyed(row_count=[3, 3, 0]), "row counts are wrong"),
        (keyed(row_count=[2, 2, 5]), "row counts are wrong"),
        (keyed(row_count=[-2, -2, 0]), "row counts are wrong"),
    ],
)
def test_a_part_is_whole_or_told(
    columns: dict[str, Any], reason: str | None, tmp_path: Path
) -> None:
    place = Cache(tmp_path, "verb", {}, COLUMNS)._folder
    kinds = {"content_key": pa.binary(16), "place_key": pa.binary(16), "row_count": pa.int32()}
    kinds |= {"mean": pa.float64(), "name": pa.string()}
    table = pa.table(
        {
            name: pa.array(cells, pa.int64() if cells == [1, 2, 3] else kinds[name])
            for name, cells in columns.items()
        }
    )
    data = cache_module.packed(table, place.name)
    (place / f"{hashlib.sha256(data).hexdigest()}.parquet").write_bytes(data)
    if reason is None:
        assert Cache(tmp_path, "verb", {}, COLUMNS).find(content=key("a")) == Known(0, 2)
        return
    with pytest.warns(UserWarning, match=reason):
        assert Cache(tmp_path, "verb", {}, COLUMNS).find(content=key("a")) is None


def test_a_part_of_another_model_is_told(folder: Path, tmp_path: Path) -> None:
    for model in "ab":
        run(folder, per_image(settings={"model": model}), options(cache=tmp_path / "c"))
    one, other = sorted((tmp_path / "c").rglob("*.parquet"))
    other.unlink()
    shutil.copy(one, other.parent)
    counts = []
    for model in "ab":
        verb, counting = counted(settings={"model": model})
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            run(folder, verb, options(cache=tmp_path / "c"))
        assert len(told) == (counting.calls > 0)
        assert all("for another verb, model or other settings" in str(w.message) for w in told)
        counts.append(counting.calls)
    assert sorted(counts) == [0, 8]


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some space and run the same line again"),
        (errno.EDQUOT, "free some of your quota"),
        (errno.EACCES, "make it writable"),
        (errno.EROFS, "it is on a disk that can only be read"),
        (errno.EIO, "give a folder of your own"),
    ],
)
def test_why_a_cache_cannot_be_written(
    number: int, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    cache = Cache(tmp_path, "verb", {}, COLUMNS)
    monkeypatch.setattr(cache_module, "write_whole", fails)
    cache.add(key("a"), None, [{"mean": 1.0, "name": "a"}])
    with pytest.raises(CacheError, match=f"{os.strerror(number)}.\nHint: {hint}"):
        cache.flush()


def test_a_cache_that_is_removed_during_the_run(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c", "verb", {}, COLUMNS)
    shutil.rmtree(tmp_path / "c")
    cache.add(key("a"), None, [{"mean": 1.0, "name": "a"}])
    with pytest.raises(CacheError, match="No such file .*\nHint: it was removed or renamed"):
        cache.flush()


def test_a_folder_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(CacheError, match="cannot be written: .*\nHint: "):
        run(folder, per_image(), options(cache=file))


def test_a_full_disk_ends_the_run_with_a_reason(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = cache_module.write_whole

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".parquet":
            raise OSError(28, "No space left on device")
        write(path, data)

    monkeypatch.setattr(cache_module, "write_whole", full)
    with pytest.raises(CacheError, match="No space left on device.\nHint: free some space"):
        run(folder, per_image(), options(cache=tmp_path / "c"))


def test_index_finds_every_key_and_no_other() -> None:
    keys = [key(str(number)) for number in range(1000)]
    index = _Index(pa.chunked_array([pa.array(keys, pa.binary(16))]))
    assert [index.find(one) for one in keys] == list(range(1000))
    assert index.find(key("other")) is None
    assert _Index(pa.chunked_array([pa.array([], pa.binary(16))])).find(keys[0]) is None


def test_index_of_equal_keys_gives_the_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, "verb", {}, COLUMNS)
    cache.add(key("a"), None, [{"mean": float(i), "name": str(i)} for i in range(5)])
    cache.add(key("b"), None, [])
    cache.flush()
    again = Cache(tmp_path, "verb", {}, COLUMNS)
    assert again.find(content=key("a")) == Known(0, 5)
    assert again.find(content=key("b")) == Known(5, 0)
    assert again.take(range(5))["name"].to_pylist() == list("01234")


KILLED = """
import sys, time
from tests.engine.test_verb import per_image
from imagesasdata.engine import cache
from imagesasdata.options import Options
from imagesasdata.engine.verb import run
cache._FLUSH_ROWS = 2
verb = per_image()
def slow(data):
    time.sleep(0.05)
    return per_image().load(data)
print("started", flush=True)
run(sys.argv[1], per_image(load=slow), Options(cache=sys.argv[2], workers=1, progress=False))
print("ended", flush=True)
"""


def start(folder: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def wait_for_part(cache: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 300
    while not list(cache.rglob("*.parquet")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    place = tmp_path / "many"
    place.mkdir()
    for number in range(80):
        (place / f"{number:03}.jpg").write_bytes(encoded(picture(seed=number)))
    return place


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_then_run_again(many: Path, tmp_path: Path, how: signal.Signals) -> None:
    cache = tmp_path / "c"
    process = start(many, cache)
    wait_for_part(cache, process)
    os.kill(process.pid, how)
    _, errors = process.communicate(timeout=300)
    assert process.returncode != 0
    if how is signal.SIGINT:
        assert "KeyboardInterrupt" in errors
        assert not list(cache.rglob("*.tmp")), "Ctrl-C leaves no partial file"
    finished = sum(pq.read_metadata(part).num_rows for part in cache.rglob("*.parquet"))
    assert 0 < finished < 80
    verb, counting = counted()
    result = run(many, verb, options(cache=cache))
    assert counting.calls == 80 - finished
    pd.testing.assert_frame_equal(result, run(many, per_image(), options()))


def test_two_processes_at_once(many: Path, tmp_path: Path) -> None:
    cache = tmp_path / "c"
    processes = [start(many, cache) for _ in range(2)]
    for process in processes:
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        assert "ended" in output
    verb, counting = counted()
    result = run(many, verb, options(cache=cache))
    assert counting.calls == 0
    np.testing.assert_allclose(result["mean"], run(many, per_image(), options())["mean"])
