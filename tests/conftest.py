"""Fixtures: every kind of table, a folder of pictures of every kind of trouble, the labeled data."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from jaxtyping import install_import_hook
from PIL import Image

# Compiled programs of this run alone, for all its processes; this must come before JAX is imported.
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="compiled-")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    atexit.register(shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)

# The shapes in the annotations are checked in every test; this must come before the first import.
# Functions that are checked so cannot be sent to another process, as verbs on Ray are.
if os.environ.get("IMAGESASDATA_CHECK_SHAPES") != "no":
    install_import_hook(
        [
            "imagesasdata.arrays",
            "imagesasdata.networks.nn",
            "imagesasdata.networks.ocr.rapidocr",
            "imagesasdata.networks.zoo.architectures",
            "imagesasdata.networks.zoo.graph.tensorflow.convolutions",
        ],
        "beartype.beartype",
    )

from imagesasdata.machine import home
from imagesasdata.networks.weights.file import WeightFile
from imagesasdata.networks.zoo import registry
from tests.session import every, long_first, tally

REPO = Path(__file__).parents[1]
_USERS_HOME = home()


def _fetched(file: WeightFile) -> Path:
    """Where a file of weights is in the user's own home."""
    return _USERS_HOME / "weights" / file.sha256[:2] / f"{file.sha256}-{file.name}"


@dataclass(frozen=True)
class Kind:
    """One kind of table: how to make it from plain columns, and how to get plain columns back."""

    name: str
    make: Callable[[dict[str, list[Any]]], Any]

    def columns(self, table: Any) -> dict[str, list[Any]]:
        if isinstance(table, pl.LazyFrame):
            table = table.collect()
        if isinstance(table, pl.DataFrame):
            return table.to_dict(as_series=False)
        if isinstance(table, pa.Table):
            return table.to_pydict()
        return {
            name: [None if _missing(cell) else cell for cell in table[name]]
            for name in table.columns
        }

    def is_kind(self, table: Any) -> bool:
        return type(table) is type(self.make({"path": ["a"]}))


def _missing(cell: Any) -> bool:
    return not isinstance(cell, np.ndarray) and pd.isna(cell) is True


KINDS = (
    Kind("pandas", pd.DataFrame),
    Kind("pandas-pyarrow", lambda c: pd.DataFrame(c).convert_dtypes(dtype_backend="pyarrow")),
    Kind("polars", lambda c: pl.DataFrame(c, strict=False)),
    Kind("polars-lazy", lambda c: pl.DataFrame(c, strict=False).lazy()),
    Kind("pyarrow", pa.table),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of table in turn."""
    return request.param


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The labeled development pictures, which are not part of the project."""
    folder = Path(os.environ.get("IMAGESASDATA_DATA", REPO.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the labeled pictures are not here; IMAGESASDATA_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def example_photos() -> Path:
    """The photos that ship with the project."""
    return REPO / "examples" / "photos"


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home for this run alone, with the weights that the user (or CI) fetched for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMAGESASDATA_HOME", str(tmp_path_factory.mktemp("home")))
        for file in registry.files(registry.SETS):
            if _fetched(file).is_file():
                link = home() / _fetched(file).relative_to(_USERS_HOME)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(_fetched(file))
        yield


@pytest.fixture(scope="session")
def bring_weights() -> Callable[..., None]:
    """Skips a test that needs weights which do not come with the library, where they are not here."""

    def bring(*models: str) -> None:
        missing = [file.name for file in registry.files(models) if not _fetched(file).is_file()]
        if missing:
            pytest.skip(f"no {missing[0]} here; bring it by: imagesasdata weights fetch faces")

    return bring


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--every=4`` runs every fourth test of each file."""
    parser.addoption("--every", type=int, default=1, help="of a file's tests run every so many-th")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests come first; some examples need weights that do not come with the library."""
    kept = every(items, config.getoption("--every"))
    chosen = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = long_first(kept, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    if all(_fetched(file).is_file() for file in registry.files(["faces"])):
        return
    skip = pytest.mark.skip(reason="needs: imagesasdata weights fetch faces")
    for item in items:
        if item.name.startswith("imagesasdata.verbs.faces."):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A line for each suite of the session: how many of its tests passed, were skipped, failed."""
    for line in tally(terminalreporter.stats):
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _in_repo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctests name the shipped photos by their path in the checkout."""
    monkeypatch.chdir(REPO)


def picture(width: int = 48, height: int = 32, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """A smooth picture, the same for the same seed."""
    small = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight small photos, no two alike: 0.jpg ... 7.jpg."""
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(8):
        (place / f"{number}.jpg").write_bytes(encoded(picture(seed=number), quality=90))
    return place
