"""Ray: what its workers get, and the tests on a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import imagesasdata as iad
from imagesasdata import machine
from imagesasdata.engine.ray.blocks import _share
from imagesasdata.engine.ray.workers import Workers, chosen
from imagesasdata.errors import ArgumentError, ArgumentTypeError, MissingPackageError


@pytest.mark.slow
def test_on_a_cluster() -> None:
    pytest.importorskip("ray", reason='needs pip install "imagesasdata[ray]"')
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(Path(__file__).with_name("on_ray.py"))],
        env={**os.environ, "IMAGESASDATA_CHECK_SHAPES": "no"},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout[-8000:]


def test_workers_are_chosen_for_a_block_of_lines() -> None:
    with iad.ray_workers(actors=4, cpus=2, gpus=0.5, rows=10):
        assert chosen() == Workers(4, 2, 0.5, 10)
        with iad.ray_workers():
            assert chosen() == Workers()
    assert chosen() == Workers()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"actors": 0}, ArgumentError, "actors must be at least 1, got 0"),
        ({"cpus": 1.5}, ArgumentTypeError, "cpus must be a whole number, got 1.5"),
        ({"rows": "all"}, ArgumentTypeError, "rows must be a whole number, got 'all'"),
        ({"gpus": True}, ArgumentTypeError, "gpus must be a number, got True.\nHint: for"),
        ({"gpus": -1}, ArgumentError, "gpus must be at least 0, got -1.\nHint: for"),
    ],
)
def test_workers_that_cannot_be(given: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message), iad.ray_workers(**given):
        pass


def test_without_ray(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackageError, match=r'\nHint: pip install "imagesasdata\[ray\]"'):
        iad.ray_dataset(folder)


def test_cores_can_be_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_most_cores", None)
    every = machine.cores()
    machine.limit_cores(1)
    assert machine.cores() == 1
    machine.limit_cores(every + 5)
    assert machine.cores() == every, "no more than there are"


def test_tasks_of_ray_find_room_beside_actors() -> None:
    assert _share([{"Resources": {"CPU": 2.0}}, {"Resources": {}}]) == 0.5
    assert _share([{"Resources": {"CPU": 1.0}}, {"Resources": {"CPU": 1.0}}]) == 0
