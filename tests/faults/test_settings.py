"""One call changes no other, and a user's settings of JAX and Pillow change no number."""

from __future__ import annotations

import asyncio
import io
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image, ImageFile

import imagesasdata as iad
from imagesasdata.arrays.stats.sampling import clusters
from imagesasdata.errors import quiet, tell
from imagesasdata.tables.stata import write_stata
from tests.calls import OTHER, PHOTO

PHOTOS = [PHOTO, OTHER]


def fine_tuned(folder: Path) -> pd.DataFrame:
    coded = pd.DataFrame({"path": sorted(map(str, Path(PHOTO).parent.glob("*.jpg")))})
    coded["y"] = [number % 2 for number in range(len(coded))]
    return iad.fine_tune(coded, outcome="y", epochs=2, folds=2).augment(coded)


VERBS: dict[str, Callable[[Path], Any]] = {
    "read_images": lambda folder: iad.read_images(PHOTOS, exif=True),
    "features": lambda folder: iad.features(PHOTOS),
    "classify": lambda folder: iad.classify(PHOTOS),
    "embed": lambda folder: iad.embed(PHOTOS, shape="wide"),
    "detect_faces": lambda folder: iad.detect_faces(PHOTOS),
    "explain": lambda folder: iad.explain(PHOTOS, to=folder),
    "find_similar": lambda folder: iad.find_similar(PHOTOS, PHOTO, top=1),
    "transform": lambda folder: iad.transform(PHOTOS, iad.steps.resize(64), to=folder),
}
TRAINING = {"fine_tune": fine_tuned}


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """A result without the names of files that were written."""
    return table.drop(columns=[name for name in table if str(name).endswith("_path")])


def assert_equal(found: Any, expected: Any) -> None:
    pd.testing.assert_frame_equal(numbers(found), numbers(expected), rtol=1e-4, atol=1e-5)


@pytest.fixture
def strict() -> Iterator[None]:
    """JAX as strict as a user can make it, for all threads."""
    names = {"jax_numpy_rank_promotion": "raise", "jax_numpy_dtype_promotion": "strict"}
    before = {name: getattr(jax.config, name) for name in names}
    for name, value in names.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.mark.parametrize(
    "verb", ["classify", "embed", "detect_faces", "explain", "find_similar", "fine_tune"]
)
def test_a_strict_jax_breaks_nothing(verb: str, tmp_path: Path, request: Any) -> None:
    call = {**VERBS, **TRAINING}[verb]
    expected = call(tmp_path)
    request.getfixturevalue("strict")
    jax.clear_caches()
    from imagesasdata.networks.zoo import registry

    registry._load.cache_clear()
    assert_equal(call(tmp_path), expected)


@pytest.fixture
def spoiled() -> Iterator[None]:
    """Pillow as a user may have set it, and every warning an error."""
    limit, truncated = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = 10, True
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = limit, truncated


def test_settings_of_pillow_change_nothing(tmp_path: Path, request: Any) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(Path(PHOTO).read_bytes()[:20_000])
    expected = iad.features([*PHOTOS, str(cut)])
    assert expected["image_error"].isna().tolist() == [True, True, False]
    request.getfixturevalue("spoiled")
    assert_equal(iad.features([*PHOTOS, str(cut)]), expected)
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES) == (10, True)


def test_warnings_of_other_libraries_are_kept_from_users_one_thread_at_a_time() -> None:
    """The first thread's filters are put back before the second's are changed."""
    before, inside, second = list(warnings.filters), threading.Event(), threading.Event()

    def first() -> None:
        with quiet(RuntimeWarning):
            inside.set()
            second.wait(0.2)
            warnings.warn("of another library", RuntimeWarning, stacklevel=1)

    def other() -> None:
        inside.wait(60)
        with quiet(RuntimeWarning):
            second.set()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        within = list(warnings.filters)
        threads = [threading.Thread(target=work) for work in (first, other)]
        for thread in threads:
            thread.start()
        inside.wait(60)
        tell("A guess of another call.", "state it.")
        for thread in threads:
            thread.join(60)
        assert warnings.filters == within
    assert [str(one.message) for one in told] == ["A guess of another call.\nHint: state it."]
    assert warnings.filters == before


def test_regressions_and_samples_at_once_leave_the_filters() -> None:
    table = pd.DataFrame({"y": [0, 1] * 20, "x": np.arange(40) % 7})
    vectors = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    calls = {
        "regress": lambda: iad.regress("y ~ x", table, family="logit").tidy(),
        "sample": lambda: clusters(vectors, 8, 1),
        "stata": lambda: write_stata(pa.table({"n": pa.array([2**40, 1])}), io.BytesIO()),
    }
    for call in calls.values():
        call()  # packages that are imported now may add filters of their own
    before = list(warnings.filters)
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(call) for _ in range(6) for call in calls.values()]:
            done.result()
    assert list(warnings.filters) == before


LIMITS = {"all": 200_000_000, "none": 1_000, "some": 250_000}


@pytest.mark.parametrize(
    "seconds",
    [
        0.0,
        pytest.param(float(os.environ.get("IMAGESASDATA_TOGETHER", "600")), marks=pytest.mark.soak),
    ],
)
def test_verbs_and_limits_at_once(seconds: float, tmp_path: Path) -> None:
    calls: list[Callable[[], Any]] = [
        lambda verb=verb, name=name: verb(tmp_path / name) for name, verb in VERBS.items()
    ]
    calls += [
        lambda limit=limit: iad.features(PHOTOS, max_pixels=limit) for limit in LIMITS.values()
    ]
    alone = [call() for call in calls]
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    rounds, until = 0, time.monotonic() + seconds
    with ThreadPoolExecutor(len(calls)) as pool:
        while not rounds or time.monotonic() < until:
            by_threads = [future.result() for future in [pool.submit(call) for call in calls]]
            for found, expected in zip(by_threads, alone, strict=True):
                assert_equal(found, expected)
            rounds += 1
    print(f"{rounds} rounds of {len(calls)} calls at once")

    async def together() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(call) for call in calls))

    for found, expected in zip(asyncio.run(together()), alone, strict=True):
        assert_equal(found, expected)
    assert before == (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
    )
    counts = [table["image_error"].notna().sum() for table in alone[len(VERBS) :]]
    assert counts == [0, 2, 1], "the limits differ in what they refuse"
