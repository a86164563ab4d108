"""The stream: every job comes back once, in bounded memory, and no thread outlives it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from imagesasdata.engine.stream import Done, Loaded, Sample, stream
from imagesasdata.errors import ImageError


class Doubler:
    """A stand-in for a model: doubles what it gets, and remembers the shapes."""

    def __init__(self, batch_size: int = 3, lanes: int = 2) -> None:
        self.batch_size = batch_size
        self.lanes = lanes
        self.shapes: set[tuple[int, ...]] = set()

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        self.shapes.add(batch.shape)
        return {"double": batch * 2, "lane": np.full(len(batch), lane)}


def one(job: int) -> Loaded:
    return Loaded([Sample(np.array([job]), note=f"n{job}")], tag=job)


def doubled(done: Done) -> list[int]:
    return [int(outputs["double"][0]) for outputs, _ in done.results]


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("iad-")]


@pytest.mark.parametrize("jobs", [0, 1, 2, 3, 7, 100])
@pytest.mark.parametrize("workers", [1, 4])
def test_every_job_once(jobs: int, workers: int) -> None:
    runner = Doubler()
    done = {d.job: d for d in stream(range(jobs), one, runner, workers=workers)}
    assert sorted(done) == list(range(jobs))
    assert all(doubled(d) == [2 * job] for job, d in done.items())
    assert all(d.tag == job and d.results[0][1] == f"n{job}" for job, d in done.items())
    assert runner.shapes <= {(3, 1)}, "every batch has the static shape"
    assert not our_threads()


def test_jobs_of_many_samples_keep_their_order() -> None:
    def load(job: int) -> Loaded:
        return Loaded(Sample(np.array([10 * job + part])) for part in range(job))

    done = {d.job: doubled(d) for d in stream(range(6), load, Doubler(), workers=3)}
    assert done == {job: [2 * (10 * job + part) for part in range(job)] for job in range(6)}


def test_without_a_runner_samples_are_results() -> None:
    done = {d.job: d.results for d in stream(range(5), lambda j: Loaded([j, -j]), None, workers=2)}
    assert done == {job: [job, -job] for job in range(5)}


def test_known_results_skip_the_runner() -> None:
    done = list(stream(range(3), lambda job: Loaded(known=job), Doubler(), workers=2))
    assert sorted(d.known for d in done) == [0, 1, 2]


def test_failures_are_data() -> None:
    def load(job: int) -> Loaded:
        if job == 1:
            raise ImageError("file not found")
        if job == 2:
            return Loaded(fail_late())
        return one(job)

    def fail_late() -> Iterator[Sample]:
        yield Sample(np.array([0]))
        raise OSError("image file is truncated (3 bytes not processed)")

    errors = {d.job: d.error for d in stream(range(4), load, Doubler(), workers=2)}
    assert errors[0] is None
    assert errors[3] is None
    assert errors[1] == "file not found"
    assert errors[2] == "picture is truncated"


@pytest.mark.parametrize("where", ["runner", "jobs"])
def test_faults_that_are_not_a_pictures_end_the_run(where: str) -> None:
    class Broken(Doubler):
        def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
            raise RuntimeError("the device is gone")

    def jobs() -> Iterator[int]:
        yield from range(3)
        raise RuntimeError("the device is gone")

    runner = Broken() if where == "runner" else Doubler()
    with pytest.raises(RuntimeError, match="the device is gone"):
        list(stream(range(50) if where == "runner" else jobs(), one, runner, workers=2))
    assert not our_threads()


def test_samples_are_drawn_only_as_fast_as_they_are_used() -> None:
    drawn = 0
    gate = threading.Event()

    class Gated(Doubler):
        def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
            assert gate.wait(10)
            return super().__call__(batch, lane)

    def frames() -> Iterator[Sample]:
        nonlocal drawn
        for frame in range(10_000):
            drawn += 1
            yield Sample(np.array([frame]))

    results = stream([0], lambda _: Loaded(frames()), Gated(), workers=1)
    consumer = threading.Thread(target=lambda: list(results))
    consumer.start()
    time.sleep(0.3)
    held = drawn
    gate.set()
    consumer.join()
    assert drawn == 10_000
    assert held <= 3 * 2 * 2 + 2 * 1 + 1


def test_a_slow_job_does_not_hold_up_the_others() -> None:
    release = threading.Event()

    def load(job: int) -> Loaded:
        if job == 0:
            assert release.wait(10)
        return one(job)

    order = []
    for done in stream(range(40), load, Doubler(), workers=2):
        order.append(done.job)
        if len(order) == 30:
            release.set()
    assert sorted(order) == list(range(40))
    assert order.index(0) >= 30


@pytest.mark.parametrize("workers", [1, 3])
def test_closing_early_leaves_no_thread(workers: int) -> None:
    with closing(stream(range(10_000), one, Doubler(), workers=workers)) as results:
        for _ in range(5):
            next(results)
    assert not our_threads()


class Doubling:
    batch_size, lanes = 4, 2

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        return {"double": 2 * batch}


def test_further_looks_go_on_until_there_are_none() -> None:
    """Job n looks n times more, each time at what it saw last."""

    def again(results: list[Any]) -> list[Sample]:
        (last, job), done = results[-1], len(results) - 1
        return [Sample(last["double"], job)] if done < job else []

    def load(job: int) -> Loaded:
        return Loaded([Sample(np.array(1), job)])

    for one in stream(range(12), load, Doubling(), workers=2, again=again):
        assert [int(outputs["double"]) for outputs, _ in one.results] == [
            2 ** (n + 1) for n in range(one.job + 1)
        ]


def test_a_second_look_adds_samples_to_a_job() -> None:
    def load(job: int) -> Loaded:
        return Loaded([Sample(np.array(job)), Sample(np.array(100 + job))])

    def again(results: list[Any]) -> list[Sample]:
        first = int(results[0][0]["double"])
        more = first % 3 == 0 and len(results) == 2
        return [Sample(np.array(1000 + first))] * 5 if more else []

    done = list(stream(range(60), load, Doubling(), workers=2, again=again))
    assert sorted(one.job for one in done) == list(range(60))
    for one in done:
        values = [int(outputs["double"]) for outputs, _ in one.results]
        more = [2 * (1000 + 2 * one.job)] * 5 if (2 * one.job) % 3 == 0 else []
        assert values == [2 * one.job, 2 * (100 + one.job), *more]
