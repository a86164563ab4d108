"""The store: weights are what their hash says, wherever they come from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.machine import home
from imagesasdata.networks.weights import store
from imagesasdata.networks.weights.file import PackageResource, WeightFile, hash_of
from imagesasdata.networks.zoo import registry

DATA = b"weights" * 100
NOWHERE = PackageResource("no-such-package", "no_such_package", "a.pth", "extra1")
WEIGHTS = WeightFile("a.pth", hashlib.sha256(DATA).hexdigest(), len(DATA), (NOWHERE,))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "home"))


def test_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home() == tmp_path / "home"
    assert not home().exists(), "asking makes nothing"
    monkeypatch.delenv("IMAGESASDATA_HOME")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert home() == tmp_path / "xdg" / "imagesasdata"


def test_weights_of_an_installed_package_are_found_and_checked() -> None:
    weights = registry.card("efficientnet_lite0").weights[0]
    path = store.locate(weights)
    assert hash_of(path) == weights.sha256
    assert path.name.startswith(f"efficientnet-lite0-{weights.sha256[:8]}")


def test_missing_weights_say_how_to_get_them() -> None:
    assert not store.is_here(WEIGHTS)
    with pytest.raises(
        WeightsError, match=r'not on this machine.\nHint: pip install "imagesasdata\[extra1'
    ):
        store.locate(WEIGHTS)


def test_added_weights_are_found(tmp_path: Path) -> None:
    inner = tmp_path / "download" / "deep"
    inner.mkdir(parents=True)
    (inner / "renamed.bin").write_bytes(DATA)
    (inner / "other.bin").write_bytes(DATA[::-1])
    for _ in range(2):
        assert store.add(tmp_path / "download", [WEIGHTS]) == [WEIGHTS]
    assert store.locate(WEIGHTS).read_bytes() == DATA
    assert store.is_here(WEIGHTS)
    assert not list(home().rglob("*.tmp"))


def test_unknown_files_are_not_added(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(DATA[::-1])
    with pytest.raises(
        WeightsError, match="No file in .* is known by its hash.\nHint: imagesasdata"
    ):
        store.add(tmp_path / "other.bin", [WEIGHTS])
    with pytest.raises(WeightsError, match="There is no file or folder"):
        store.add(tmp_path / "nowhere", [WEIGHTS])


@pytest.mark.parametrize(
    ("change", "message"), [(DATA[::-1], "was altered"), (DATA[:-1], "699 bytes")]
)
def test_altered_weights_are_refused(tmp_path: Path, change: bytes, message: str) -> None:
    (tmp_path / "a.pth").write_bytes(DATA)
    store.add(tmp_path / "a.pth", [WEIGHTS])
    store.locate(WEIGHTS).write_bytes(change)
    with pytest.raises(WeightsError, match=f"{message}.*\nHint: remove it"):
        store.locate(WEIGHTS)


@pytest.mark.parametrize("size", [len(DATA), 0])
def test_weights_known_by_md5_and_without_their_size(size: int, tmp_path: Path) -> None:
    weights = WeightFile("b.h5", "", size, (), md5=hashlib.md5(DATA).hexdigest())
    (tmp_path / "some.h5").write_bytes(DATA)
    (tmp_path / "other.h5").write_bytes(DATA[::-1])
    assert store.add(tmp_path, [WEIGHTS, weights]) in ([WEIGHTS], [weights])
    assert store.add(tmp_path, [weights]) == [weights]
    place = store.locate(weights)
    assert place.read_bytes() == DATA
    place.write_bytes(DATA[::-1])
    with pytest.raises(WeightsError, match="was altered; it is not the b.h5 that was published"):
        store.locate(weights)
