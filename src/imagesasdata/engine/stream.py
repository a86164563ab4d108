"""The bounded stream from jobs to results: loader threads, micro-batches, back-pressure.

A job is a row of the user's table. Loaders turn it into samples: one for a picture, many for a
video's frames or a picture's crops. Samples of different jobs are gathered into batches of one
static shape and run; when all of a job's samples are done, its `Done` is yielded. Jobs are yielded
in the order in which they finish, so one slow file does not hold up the others.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from imagesasdata.errors import reason


@dataclass(frozen=True)
class Sample:
    """A model's input: an array, and what the verb needs to interpret the output."""

    array: np.ndarray
    note: Any = None


@dataclass(frozen=True)
class Loaded:
    """A loaded job.

    ``samples`` may be lazy; they are generated only as fast as they are used. ``known`` replaces
    samples when the result is cached. ``tag`` is passed to `Done` unchanged.
    """

    samples: Iterable[Sample | Any] = ()
    known: Any = None
    tag: Any = None


@dataclass(frozen=True)
class Done:
    """A finished job: its results in the order of its samples, or why it failed."""

    job: int
    results: list[Any] = field(default_factory=list)
    known: Any = None
    tag: Any = None
    error: str | None = None


# From the results of a job to more samples for it, until there are none: further looks.
Again = Callable[[list[Any]], Iterable[Sample]]


class Runner(Protocol):
    """Runs batches: see `imagesasdata.engine.runner.Runner`."""

    batch_size: int
    lanes: int

    def __call__(self, batch: np.ndarray, lane: int) -> dict[str, np.ndarray]:
        """Run one full batch on one lane; return arrays with a row for each sample."""
        ...


@dataclass
class _Open:
    """A job with samples that are not done yet."""

    tag: Any = None
    results: dict[int, Any] = field(default_factory=dict)
    expected: int | None = None
    error: str | None = None
    # How many samples the loaders gave; those of further looks come after them.
    own: int | None = None

    @property
    def complete(self) -> bool:
        return self.expected is not None and len(self.results) == self.expected


def stream(
    jobs: Iterable[int],
    load: Callable[[int], Loaded],
    runner: Runner | None,
    *,
    workers: int,
    again: Again | None = None,
) -> Generator[Done, None, None]:
    """Load and run jobs in threads; yield each when it is done.

    Parameters
    ----------
    jobs
        Numbers of the jobs, taken as they are needed.
    load
        Called in a loader thread. An exception becomes the job's ``error``.
    runner
        Runs batches of the samples' arrays; each result is then ``(outputs, note)``. With ``None``
        a sample is its own result.
    workers
        Number of loader threads.
    again
        Called with a job's results; the samples that it gives are run, too, and it is called again
        with the results of all, until it gives none: then the job is done. They must be few: they
        are made in the caller's thread.

    Yields
    ------
    Done
        Once for each job. Closing the generator stops and joins every thread.
    """
    run = _Run(iter(jobs), load, runner, workers, again)
    try:
        yield from run.results()
    finally:
        run.stop()


class _Run:
    """The threads and queues of one call of `stream`.

    Only the caller's thread touches the open jobs and the batch being filled; loaders and lanes
    send it messages through one queue. Each message holds a slot from its creation until its job's
    result exists, which bounds the memory.
    """

    def __init__(
        self,
        jobs: Iterator[int],
        load: Callable[[int], Loaded],
        runner: Runner | None,
        workers: int,
        again: Again | None,
    ) -> None:
        self._again = again
        self._jobs = jobs
        self._jobs_lock = threading.Lock()
        self._load = load
        self._runner = runner
        self._stopping = threading.Event()
        self._inbox: queue.SimpleQueue[Callable[[], Iterable[Done]]] = queue.SimpleQueue()
        self._batches: queue.SimpleQueue[list[tuple[int, int, Sample]] | None] = queue.SimpleQueue()
        self._open: dict[int, _Open] = {}
        self._filling: list[tuple[int, int, Sample]] = []
        self._in_lanes = 0
        self._failure: BaseException | None = None
        lanes = runner.lanes if runner else 0
        # Enough for each lane to run one batch and have another waiting, while loaders continue.
        self._slots = threading.Semaphore(
            (runner.batch_size * (2 * lanes) if runner else 0) + 2 * workers
        )
        self._loaders_left = workers
        self._threads = [
            # With the caller's context, which says whether pictures are decoded apart.
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(self._loader,),
                name=f"iad-load-{i}",
                daemon=True,
            )
            for i in range(workers)
        ] + [
            threading.Thread(target=self._lane, args=(i,), name=f"iad-lane-{i}", daemon=True)
            for i in range(lanes)
        ]

    def results(self) -> Iterator[Done]:
        for thread in self._threads:
            thread.start()
        while self._loaders_left or self._in_lanes or self._open or not self._inbox.empty():
            yield from self._inbox.get()()
            if self._failure is not None:
                raise self._failure
            if not self._loaders_left and self._filling and self._inbox.empty():
                self._send_batch()

    def stop(self) -> None:
        self._stopping.set()
        # A loader acquires at most two slots before it notices that it should stop.
        self._slots.release(2 * len(self._threads))
        for _ in self._threads:
            self._batches.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    # In loader threads.

    def _loader(self) -> None:
        try:
            while not self._stopping.is_set():
                with self._jobs_lock:
                    job = next(self._jobs, None)
                if job is None:
                    return
                self._load_job(job)
        except BaseException as error:  # the iterator of jobs failed: this ends the whole run
            self._fail(error)
        finally:
            self._inbox.put(self._loader_ended)

    def _load_job(self, job: int) -> None:
        count = 0
        try:
            loaded = self._load(job)
            if loaded.known is not None:
                done = Done(job, known=loaded.known, tag=loaded.tag)
                self._post(lambda: self._finished(done))
                return
            self._post(lambda: self._started(job, loaded.tag))
            for sample in loaded.samples:
                if self._stopping.is_set():
                    return
                self._post(lambda i=count, s=sample: self._sampled(job, i, s), free=False)
                count += 1
        except Exception as error:  # the one place where a picture's failure becomes data
            why = reason(error)
            self._post(lambda: self._failed(job, why, count))
        else:
            self._post(lambda: self._counted(job, count))

    def _post(self, message: Callable[[], Iterable[Done]], *, free: bool = True) -> None:
        """Send a message when a slot is free; ``free`` releases the slot when it is handled."""
        self._slots.acquire()

        def act() -> Iterable[Done]:
            if free:
                self._slots.release()
            return message()

        self._inbox.put(act)

    # In lane threads.

    def _lane(self, lane: int) -> None:
        runner = self._runner
        while runner is not None and (batch := self._batches.get()) is not None:
            if self._stopping.is_set():
                return
            try:
                outputs = runner(_stack(batch, runner.batch_size), lane)
            except BaseException as error:  # an error of the model or device, not of one picture
                self._fail(error)
                return
            self._inbox.put(lambda b=batch, o=outputs: self._computed(b, o))

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._inbox.put(lambda: ())

    # In the caller's thread.

    def _loader_ended(self) -> Iterable[Done]:
        self._loaders_left -= 1
        return ()

    def _started(self, job: int, tag: Any) -> Iterable[Done]:
        self._open[job] = _Open(tag)
        return ()

    def _sampled(self, job: int, index: int, sample: Sample | Any) -> Iterable[Done]:
        if self._runner is None:
            self._slots.release()
            self._open[job].results[index] = sample
            return ()
        self._fill(job, index, sample, self._runner)
        return ()

    def _fill(self, job: int, index: int, sample: Sample, runner: Runner) -> None:
        self._filling.append((job, index, sample))
        if len(self._filling) == runner.batch_size:
            self._send_batch()

    def _send_batch(self) -> None:
        self._in_lanes += 1
        self._batches.put(self._filling)
        self._filling = []

    def _computed(
        self, batch: list[tuple[int, int, Sample]], outputs: dict[str, np.ndarray]
    ) -> Iterable[Done]:
        self._in_lanes -= 1
        for position, (job, index, sample) in enumerate(batch):
            state = self._open[job]
            if state.own is None or index < state.own:
                self._slots.release()
            output = {name: values[position] for name, values in outputs.items()}
            state.results[index] = (output, sample.note)
            yield from self._close(job)

    def _counted(self, job: int, count: int) -> Iterable[Done]:
        self._open[job].expected = count
        return self._close(job)

    def _failed(self, job: int, why: str, count: int) -> Iterable[Done]:
        state = self._open.setdefault(job, _Open())
        state.error, state.expected = why, count
        return self._close(job)

    def _finished(self, done: Done) -> Iterable[Done]:
        return (done,)

    def _close(self, job: int) -> Iterable[Done]:
        state = self._open[job]
        if not state.complete or self._looks_again(job, state):
            return ()
        del self._open[job]
        if state.error is not None:
            return (Done(job, tag=state.tag, error=state.error),)
        ordered = [state.results[index] for index in range(len(state.results))]
        return (Done(job, ordered, tag=state.tag),)

    def _looks_again(self, job: int, state: _Open) -> bool:
        """Whether more samples of a job were sent, because of its results."""
        if self._again is None or self._runner is None or state.error:
            return False
        done = len(state.results)
        if state.own is None:
            state.own = done
        more = list(self._again([state.results[index] for index in range(done)]))
        state.expected = done + len(more)
        for index, sample in enumerate(more, done):
            self._fill(job, index, sample, self._runner)
        return bool(more)


def _stack(batch: list[tuple[int, int, Sample]], size: int) -> np.ndarray:
    """The samples' arrays as one array of the static size, padded with zeros."""
    first = batch[0][2].array
    stacked = np.zeros((size, *first.shape), first.dtype)
    for position, (_, _, sample) in enumerate(batch):
        stacked[position] = sample.array
    return stacked
