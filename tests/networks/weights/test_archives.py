"""Adding weights from archives: identified by hash, never written to an archive's own paths."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights import archives, store
from imagesasdata.networks.weights.file import WeightFile, hash_of

DATA = np.random.default_rng(1).bytes(5_000)
OTHER = np.random.default_rng(2).bytes(5_000)
KNOWN = [
    WeightFile(name, hashlib.sha256(data).hexdigest(), len(data), ())
    for name, data in (("a.bin", DATA), ("b.bin", OTHER))
]
SLIPS = ["../../slip.bin", "/tmp/slip.bin", "a/../../slip.bin", "C:\\slip.bin", "..\\slip.bin"]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "deep" / "er" / "home"))


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:" if path.suffix == ".tar" else "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


PACKS = [("p.zip", zipped), ("p.tgz", tarred), ("p.tar", tarred)]


@pytest.mark.parametrize(("name", "pack"), PACKS)
def test_files_inside_an_archive_are_known_by_their_hash(
    tmp_path: Path, name: str, pack: object
) -> None:
    path = pack(tmp_path / name, {"x": b"1", "deep/a": DATA, "b": OTHER, "c": DATA[::-1]})  # type: ignore[operator]
    assert store.add(path, KNOWN) == KNOWN
    assert store.locate(KNOWN[0]).read_bytes() == DATA
    assert store.locate(KNOWN[1]).read_bytes() == OTHER


@pytest.mark.parametrize(("name", "pack"), PACKS)
def test_an_archive_chooses_no_place(tmp_path: Path, name: str, pack: object) -> None:
    path = pack(tmp_path / name, {**dict.fromkeys(SLIPS, b"slip"), "../a": DATA})  # type: ignore[operator]
    assert store.add(path, KNOWN) == KNOWN[:1]
    written = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert sorted(one.name for one in written) == sorted([f"{KNOWN[0].sha256}-a.bin", name])
    assert not Path("/tmp/slip.bin").exists()


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(DATA)
    path = tmp_path / "links.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"link{kind!r}")
            info.type, info.linkname, info.size = kind, str(tmp_path / "secret"), 0
            archive.addfile(info)
    with pytest.raises(WeightsError, match="No file in"):
        store.add(path, KNOWN)


def test_an_archive_that_is_itself_known_is_not_opened(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.pth", {"a": DATA})
    itself = WeightFile("c", hash_of(path), path.stat().st_size, ())
    assert store.add(path, [*KNOWN, itself]) == [itself]


def test_a_damaged_archive_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    whole = zipped(folder / "p.zip", {"a": DATA}).read_bytes()
    tarred(folder / "p.tgz", {"b": OTHER})
    (folder / "p.zip").write_bytes(whole[:-30])
    assert store.add(folder, KNOWN) == KNOWN[1:]
    with pytest.raises(
        WeightsError, match=r"is known by its hash. The archive .*p.zip' cannot be r"
    ):
        store.add(folder / "p.zip", KNOWN)


def test_a_header_that_asks_for_all_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 8_000_000_000
    path = tmp_path / "bomb.tgz"
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096)))
    with pytest.raises(WeightsError, match="asks for more memory than a file's name can need"):
        store.add(path, KNOWN)


def test_a_member_that_unpacks_to_more_than_weights_can_be(tmp_path: Path) -> None:
    info = tarfile.TarInfo("far")
    info.size = 1 << 40
    path = tmp_path / "bomb.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(WeightsError, match="unpacks to more than weights can be"):
        store.add(path, KNOWN)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pack"), PACKS)
def test_any_change_gives_known_files_or_a_refusal(tmp_path: Path, name: str, pack: object) -> None:
    path = pack(tmp_path / name, {"deep/a": DATA[:500], "b": OTHER[:400]})  # type: ignore[operator]
    known = [WeightFile("a", hashlib.sha256(DATA[:500]).hexdigest(), 500, ())]
    whole, random = path.read_bytes(), np.random.default_rng(5)
    refused = 0
    for _ in range(2000 if name.endswith("zip") else 700):
        changed = bytearray(whole)
        for place in random.integers(0, len(whole), random.integers(1, 6)):
            changed[place] = random.integers(0, 256)
        path.write_bytes(bytes(changed[: random.integers(1, len(whole) * 4)]))
        try:
            assert store.add(path, known) == known
            assert store.locate(known[0]).read_bytes() == DATA[:500]
        except WeightsError:
            refused += 1
    assert refused > 50
    assert sorted(os.listdir(tmp_path)) == sorted([name, "deep"])


def test_what_is_an_archive(tmp_path: Path) -> None:
    for name, pack in PACKS:
        assert archives.is_archive(pack(tmp_path / name, {"a": b"1"}))
    (tmp_path / "empty").write_bytes(b"")
    assert not archives.is_archive(tmp_path / "empty")
