"""Verbs on Ray Datasets: the numbers of a run in process, whatever is killed on the way.

`test_ray.py` runs this file in a process of its own, where functions can be sent to others.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow as pa
import pytest

import imagesasdata as iad
from imagesasdata.engine.ray.blocks import is_dataset
from imagesasdata.errors import (
    ArgumentTypeError,
    ColumnError,
    ImageError,
    NameClashError,
    UnknownNameError,
)
from tests.conftest import REPO, encoded, picture

# Ray warns of its own old settings, of its futures and of connections that it leaves to the collector.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::FutureWarning",
        "ignore::ResourceWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two nodes on this machine, said to have two cores each."""
    ray = pytest.importorskip("ray", reason='needs pip install "imagesasdata[ray]"')
    utils = pytest.importorskip("ray.cluster_utils")
    made = utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False}
    )
    made.add_node(num_cpus=2)
    ray.init(address=made.address, logging_level="ERROR", log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    with iad.ray_workers(actors=2):
        yield made
    ray.shutdown()
    made.shutdown()


def ordered(dataset: Any, *by: str) -> pd.DataFrame:
    """A Dataset as a table, its rows in the order of the pictures."""
    blocks = list(dataset.iter_batches(batch_size=None, batch_format="pyarrow"))
    table = pa.concat_tables(blocks, promote_options="default").to_pandas()
    return table.sort_values([*(by or ["image_id"])], kind="stable").reset_index(drop=True)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    # A block's columns come back without pandas' nullable types.
    kinds = {"Int64": "float64", "boolean": "object"}
    plain = {name: kinds[str(kind)] for name, kind in expected.dtypes.items() if str(kind) in kinds}
    pd.testing.assert_frame_equal(
        found, expected.astype(plain), rtol=1e-4, atol=1e-4, check_dtype=False
    )


@pytest.mark.parametrize("verb", [iad.features, iad.classify])
def test_a_row_for_each_picture(cluster: Any, folder: Path, verb: Callable[..., Any]) -> None:
    (folder / "8.jpg").write_bytes(b"no picture")
    with iad.ray_workers(actors=2, rows=3):
        dataset = verb(iad.ray_dataset(folder))
    assert is_dataset(dataset)
    expected = verb(folder)
    assert expected["image_error"].notna().tolist() == [False] * 8 + [True]
    same(ordered(dataset), expected)


def test_long_tables(cluster: Any, bring_weights: Callable[..., None]) -> None:
    bring_weights("blazeface_full")
    pictures = sorted((REPO / "examples" / "photos").glob("*.jpg"))[:2]
    with iad.ray_workers(actors=2, rows=1):
        dataset = iad.detect_faces(iad.ray_dataset(pictures), tiles="never", keep_empty=True)
    expected = iad.detect_faces(pictures, tiles="never", keep_empty=True)
    assert expected["face_id"].notna().any()
    same(ordered(dataset, "image_id", "face_id"), expected)


def test_text(cluster: Any) -> None:
    pages = sorted((REPO / "examples" / "tally").glob("*.jpg"))[:2]
    with iad.ray_workers(actors=2, rows=1):
        dataset = iad.read_text(iad.ray_dataset(pages))
    found, expected = ordered(dataset, "image_id", "row", "x1"), iad.read_text(pages)
    assert len(expected) > 10
    same(found, expected.sort_values(["image_id", "row", "x1"]).reset_index(drop=True))


def test_verbs_in_a_row_with_a_cache_and_parquet(
    cluster: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    table = pd.DataFrame({"path": [str(one) for one in sorted(folder.iterdir())], "mine": range(8)})
    table["path"] = table["path"].astype(object)
    table.to_parquet(tmp_path / "paths.parquet")
    monkeypatch.chdir(tmp_path)
    dataset = ray.data.read_parquet(str(tmp_path / "paths.parquet"))
    lit = iad.features(dataset, groups="light", cache="cache")
    both = iad.features(lit, groups="texture")
    # The error is found from the columns of the Dataset, before anything has run.
    own = iad.ray_dataset(table.assign(bright_share=1.0))
    with pytest.raises(NameClashError, match="has a column 'bright_share' already"):
        iad.features(own, groups="light")
    both.write_parquet(str(tmp_path / "out"))
    found = pd.read_parquet(tmp_path / "out").sort_values("mine").reset_index(drop=True)
    same(found, iad.features(iad.features(table, groups="light"), groups="texture"))
    assert list((tmp_path / "cache").glob("*/*.parquet")), "a relative folder is the user's"


def test_misuse_raises_before_anything_runs(cluster: Any, folder: Path) -> None:
    ray = pytest.importorskip("ray")
    dataset = ray.data.from_arrow(pa.table({"path": [str(folder / "0.jpg")]}))
    with pytest.raises(ColumnError, match="no column 'image_id', so the rows that read_text gives"):
        iad.read_text(dataset)
    with pytest.raises(ColumnError, match="no column 'file'"):
        iad.features(dataset, path="file")
    with pytest.raises(UnknownNameError, match="Unknown model"):
        iad.classify(dataset, model="efficientnet_lite9")
    with pytest.raises(ArgumentTypeError, match="read_video numbers its rows through the whole"):
        iad.read_video(dataset)
    with pytest.raises(ArgumentTypeError, match=r"picture by picture.*\nHint: give dataset.to_pa"):
        iad.contact_sheet(dataset)
    missing = ray.data.from_arrow(pa.table({"path": ["gone.jpg"]}))
    with pytest.raises(Exception, match="file not found") as caught:
        iad.features(missing, on_error="raise").to_pandas()
    assert ImageError.__name__ in str(caught.value)


def _slowly_classified(tmp_path: Path, count: int) -> tuple[Any, pd.DataFrame]:
    files = []
    for number in range(8):
        files.append(tmp_path / f"{number}.jpg")
        files[-1].write_bytes(encoded(picture(seed=number), quality=90))
    paths = [str(files[number % 8]) for number in range(count)]
    return iad.ray_dataset(paths), iad.classify(paths)


def _with_a_kill(dataset: Any, kill: Callable[[], None]) -> pd.DataFrame:
    """The rows of a Dataset, when something was killed after the first block had come."""
    blocks, killed = [], None
    for block in dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        blocks.append(block)
        if killed is None:
            killed = threading.Thread(target=kill)
            killed.start()
            killed.join()
    assert len(blocks) > 1
    table = pa.concat_tables(blocks).to_pandas()
    return table.sort_values("image_id").reset_index(drop=True)


def _actors() -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "MapWorker" in " ".join(process.info["cmdline"] or [])
    ]


def test_an_actor_may_be_killed(cluster: Any, tmp_path: Path) -> None:
    killed = []

    def kill() -> None:
        (victim, *_) = _actors()
        os.kill(victim.pid, signal.SIGKILL)
        killed.append(victim.pid)

    with iad.ray_workers(actors=2, rows=4):
        dataset, expected = _slowly_classified(tmp_path, 120)
        found = _with_a_kill(iad.classify(dataset), kill)
    assert killed
    same(found, expected)


def test_a_machine_may_be_lost(cluster: Any, tmp_path: Path) -> None:
    # The last of this file's tests on the cluster, because it loses a node.
    (worker,) = [node for node in cluster.list_all_nodes() if not node.head]
    lost = []

    def lose() -> None:
        raylet = psutil.Process(worker.all_processes["raylet"][0].process.pid)
        lost.extend(one for one in _actors() if raylet.pid in {two.pid for two in one.parents()})
        cluster.remove_node(worker, allow_graceful=False)

    with iad.ray_workers(actors=2, rows=4):
        dataset, expected = _slowly_classified(tmp_path, 120)
        found = _with_a_kill(iad.classify(dataset), lose)
    assert lost, "an actor was at work there"
    assert len(cluster.list_all_nodes()) == 1
    same(found, expected)
