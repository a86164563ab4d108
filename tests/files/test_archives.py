"""Archives: every member is read, by any number of threads, or says why not."""

from __future__ import annotations

import io
import os
import random
import tarfile
import threading
import warnings
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.errors import ImageError, PassedOverWarning
from imagesasdata.files import archives, sources
from imagesasdata.files.archives import Archive, shared
from imagesasdata.files.listing import list_files
from imagesasdata.files.sources import Files
from tests.conftest import encoded, picture

PHOTO = encoded(picture(), quality=90)
LIMIT = 1 << 20
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        for name, data in members:
            file.writestr(name, data)
    return whole.getvalue()


def tarred(members: list[tuple[str, bytes]]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as file:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def archive(data: bytes, kind: str = "zip") -> Archive:
    return Archive(shared(io.BytesIO(data)), kind)


@pytest.mark.parametrize("method", METHODS)
def test_every_way_of_packing(method: str) -> None:
    contents = {"empty": b"", "photo": PHOTO, "zeros": bytes(3 << 20)}
    made = archive(zipped(list(contents.items()), METHODS[method]))
    assert made.names == list(contents)
    for name, content in contents.items():
        assert made.read(name, 1 << 23) == content
        assert made.read(name, 1, most=8) == content[:8], "a beginning is not bound to the limit"
        with made.open(name) as file:
            assert file.read() == content
            file.seek(max(0, len(content) - 10))
            assert file.read() == content[-10:]


def race(path: Path, kind: str, members: int, threads: int) -> None:
    """Many threads read each member once, all beginning at the same moment."""
    contents = [(f"in/{number:06}.png", b"%d" % number * 20) for number in range(members)]
    path.write_bytes(zipped(contents) if kind == "zip" else tarred(contents))
    order = [f"{kind}://{name}::{path}" for name, _ in contents]
    random.Random(members).shuffle(order)
    start = threading.Barrier(threads)

    def read(part: list[str]) -> dict[str, bytes]:
        start.wait()
        return {name: files.read(name) for name in part}

    with Files() as files, ThreadPoolExecutor(threads) as pool:
        parts = pool.map(read, [order[first::threads] for first in range(threads)])
        got = {name: data for part in parts for name, data in part.items()}
    assert got == {f"{kind}://{name}::{path}": data for name, data in contents}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_many_threads(tmp_path: Path, kind: str) -> None:
    for turn in range(3):
        race(tmp_path / f"{turn}.{kind}", kind, members=2000, threads=8)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_many_threads_many_times(tmp_path: Path, kind: str) -> None:
    for turn in range(20):
        race(tmp_path / f"{turn}.{kind}", kind, members=30_000, threads=8)


def test_an_index_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped([(f"{number}.jpg", PHOTO) for number in range(50)]))
    built = []
    real = archives._zip_entries
    monkeypatch.setattr(archives, "_zip_entries", lambda file: built.append(1) or real(file))
    got = iad.read_images(pd.DataFrame({"path": [f"zip://{n}.jpg::{path}" for n in range(50)]}))
    assert got["image_error"].isna().all()
    assert len(built) == 1


ODD_NAMES = [
    "/abs.png",
    "a::b.png",
    "x[1].png",
    "q?.png",
    "100%.png",
    "#1.png",
    "ünï.png",
    "a:b.png",
]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_odd_names(tmp_path: Path, kind: str) -> None:
    members = [(name, name.encode()) for name in ODD_NAMES]
    path = tmp_path / f"odd::names.{kind}"
    path.write_bytes(zipped(members) if kind == "zip" else tarred(members))
    paths = list_files(path)
    assert paths == [f"{kind}://{name}::{path}" for name in sorted(ODD_NAMES)]
    with Files() as files:
        assert [files.read(one).decode() for one in paths] == sorted(ODD_NAMES)
        assert files.read(f"{kind}://abs.png::{path}") == b"/abs.png", "the slash may be left out"
    for one in paths:
        assert list_files(one) == [one], "a member of that name, not a pattern"


@pytest.mark.parametrize(("kind", "make"), [("zip", zipped), ("tar", tarred)])
def test_names_that_come_twice(
    tmp_path: Path, kind: str, make: Callable[[list[tuple[str, bytes]]], bytes]
) -> None:
    path = tmp_path / f"twice.{kind}"
    path.write_bytes(make([("a.png", b"one"), ("b.png", b"other"), ("a.png", b"two")]))
    expected = [f"{kind}://{name}::{path}" for name in ("a.png#entry=1", "a.png#entry=2", "b.png")]
    assert list_files(path) == expected
    with Files() as files:
        assert [files.read(one) for one in expected] == [b"one", b"two", b"other"]
        with pytest.raises(ImageError, match="2 files in the archive have this name: #entry=1"):
            files.read(f"{kind}://a.png::{path}")


def test_links_in_a_tar(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as file:
        entry = tarfile.TarInfo("in/a.jpg")
        entry.size = len(PHOTO)
        file.addfile(entry, io.BytesIO(PHOTO))
        for name, kind, to in [
            ("hard.jpg", tarfile.LNKTYPE, "in/a.jpg"),
            ("in/soft.jpg", tarfile.SYMTYPE, "a.jpg"),
            ("out.jpg", tarfile.SYMTYPE, "../../etc/passwd"),
            ("loop.jpg", tarfile.SYMTYPE, "loop.jpg"),
            ("pipe.jpg", tarfile.FIFOTYPE, ""),
        ]:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, to
            file.addfile(entry)
    got = iad.read_images(path).set_index("path")["image_error"]
    errors = {name.split("::")[0].removeprefix("tar://"): why for name, why in got.items()}
    assert {name for name, why in errors.items() if pd.isna(why)} == {
        "in/a.jpg",
        "hard.jpg",
        "in/soft.jpg",
    }
    assert errors["out.jpg"] == "file not found"
    assert errors["loop.jpg"] == "is a link that leads to itself in its archive"
    assert errors["pipe.jpg"] == "is not a regular file (a pipe, socket or device)"


def encrypted() -> bytes:
    data = bytearray(zipped([("a.png", PHOTO)]))
    data[6] |= 1  # the flag in the member's own header, and in the archive's index
    data[data.rindex(b"PK\1\2") + 8] |= 1
    return bytes(data)


def with_method(number: int) -> bytes:
    data = bytearray(zipped([("a.png", PHOTO)], zipfile.ZIP_STORED))
    data[data.rindex(b"PK\1\2") + 10] = number
    return bytes(data)


def flipped(kind: str) -> bytes:
    data = bytearray(zipped([("a.png", PHOTO)], METHODS[kind]))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


DAMAGED = {
    "no index": (cut(zipped([("a.png", PHOTO)])), "zip", "its zip archive is damaged: File is not"),
    "no archive": (b"PK\3\4" + bytes(50), "zip", "its zip archive is damaged"),
    "empty file": (b"", "zip", "its zip archive is damaged"),
    "a web page": (b"<html>404</html>", "tar", "its tar archive is damaged"),
    "encrypted": (encrypted(), "zip", "is encrypted in its archive; unpack the archive with its"),
    "unknown way": (with_method(9), "zip", "packed in a way that cannot be read (method 9 of zip)"),
    "flipped": (flipped("stored"), "zip", "is damaged in its archive: its checksum is another"),
    "deflated": (flipped("deflated"), "zip", "in its archive"),
    "bzip2": (flipped("bzip2"), "zip", "in its archive"),
    "lzma": (flipped("lzma"), "zip", "in its archive"),
    "cut tar": (cut(tarred([("a.png", PHOTO * 20)])), "tar", "is cut off in its archive"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_a_row(tmp_path: Path, name: str) -> None:
    data, kind, why = DAMAGED[name]
    path = tmp_path / f"bad.{kind}"
    path.write_bytes(data)
    (tmp_path / "good.jpg").write_bytes(PHOTO)
    member = f"{kind}://a.png::{path}"
    listed = iad.read_images([member, tmp_path / "good.jpg"])
    table = iad.read_images(pd.DataFrame({"path": [member, str(tmp_path / "good.jpg")]}))
    for got in (listed, table):
        assert why in got["image_error"][0]
        assert got["image_error"].isna().tolist() == [False, True]
    alone = iad.read_images(path)
    assert alone["image_error"].notna().any()
    with pytest.warns(PassedOverWarning, match=rf"1 file in .* was passed over.*1 \.{kind}"):
        assert len(iad.read_images(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["cut", "header"])
def test_a_tar_that_ends_early_says_so(tmp_path: Path, damage: str) -> None:
    data = bytearray(tarred([(f"{number}.jpg", PHOTO) for number in range(9)]))
    third = data.index(b"2.jpg")
    data[third + 150] ^= 0xFF  # in its checksum
    path = tmp_path / "early.tar"
    path.write_bytes(bytes(data) if damage == "header" else bytes(data[: third + 700]))
    got = iad.read_images(path)
    assert got["path"].tolist()[-1] == str(path)
    assert got["image_error"].notna().tolist()[-1]
    assert got["image_error"].isna().sum() == 2


def lying(size: int) -> bytes:
    """A member that says it is shorter than what it unpacks to."""
    data = bytearray(zipped([("a.png", bytes(1 << 24))]))
    for at in (22, data.rindex(b"PK\1\2") + 24):
        data[at : at + 4] = size.to_bytes(4, "little")
    return bytes(data)


def test_bombs_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="file has 16,777,216 bytes; pictures over 1,048,576"):
        archive(zipped([("a.png", bytes(1 << 24))])).read("a.png", LIMIT)
    with pytest.raises(ImageError, match="its checksum is another one"):
        archive(lying(1000)).read("a.png", LIMIT)
    bomb = zipped([("a.png", bytes(1 << 24))], zipfile.ZIP_BZIP2)
    assert len(bomb) < 1000
    with pytest.raises(ImageError, match="file has 16,777,216 bytes"):
        archive(bomb).read("a.png", LIMIT)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1 << 20)
    with (
        pytest.raises(ImageError, match="packed in an archive; unpack the archive first"),
        archive(bomb).open("a.png"),
    ):
        pass
    monkeypatch.setattr(sources, "MAX_BYTES", LIMIT)
    (tmp_path / "bomb.zip").write_bytes(bomb)
    got = iad.read_images(tmp_path / "bomb.zip")
    assert got["image_error"][0].startswith("file has 16,777,216 bytes")


@pytest.mark.parametrize("unpacker", ["bzip2", "deflated"])
def test_a_damaged_video_in_an_archive(unpacker: str) -> None:
    damaged = bytearray(zipped([("a.mp4", random.Random(1).randbytes(5000))], METHODS[unpacker]))
    damaged[60:90] = bytes(30)
    made = archive(bytes(damaged))
    with pytest.raises(ImageError, match="is damaged in its archive"), made.open("a.mp4"):
        pass


def test_an_archive_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "outer.zip"
    path.write_bytes(zipped([("inner.tar", tarred([("a.jpg", PHOTO)]))]))
    with Files() as files:
        assert files.read(f"tar://a.jpg::zip://inner.tar::{path}") == PHOTO
        with pytest.raises(ImageError, match="lies in too many archives"):
            files.read(f"zip://a::zip://b::zip://c::zip://d::zip://e::{path}")
        with pytest.raises(ImageError, match="there is no such archive"):
            files.read(f"zip://a.jpg::{tmp_path}/gone.zip")
        with pytest.raises(ImageError, match="is a folder, not a picture"):
            files.read(f"zip://a.jpg::{tmp_path}")


def test_an_archive_elsewhere() -> None:
    fsspec.filesystem("memory").pipe_file("/packed/photos.zip", zipped([("in/a.jpg", PHOTO)]))
    (path,) = list_files("zip://**::memory://packed/photos.zip")
    assert path == "zip://in/a.jpg::memory://packed/photos.zip"
    assert iad.read_images([path, path])["image_error"].isna().all()


def test_an_archive_that_changes(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped([("a.jpg", PHOTO)]))
    with Files() as files:
        files.read(f"zip://a.jpg::{path}")
        path.write_bytes(zipped([("a.jpg", PHOTO + b"more")]))
        os.utime(path, (1, 1))
        with pytest.raises(ImageError, match="its archive was changed while it was read"):
            files.read(f"zip://a.jpg::{path}")


def test_few_archives_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_MOST_ARCHIVES", 3)
    paths = []
    for number in range(8):
        (tmp_path / f"{number}.zip").write_bytes(zipped([("a.jpg", PHOTO)]))
        paths.append(f"zip://a.jpg::{tmp_path}/{number}.zip")
    with Files() as files:
        assert all(files.read(path) == PHOTO for path in paths * 2)
        assert len(files._archives) == 3


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_no_damage_raises_another_error(kind: str) -> None:
    """Bytes changed and ends cut at random: a member is read whole, or there is a reason."""
    content = bytes(range(256)) * 4
    whole = (zipped if kind == "zip" else tarred)([(f"{n}.png", content) for n in range(5)])
    chance = random.Random(7)
    read = failed = 0
    for turn in range(400):
        data = bytearray(whole[: chance.randrange(len(whole))] if turn % 3 == 0 else whole)
        for _ in range(chance.randrange(3) if data else 0):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            made = archive(bytes(data), kind)
        except ImageError:
            failed += 1
            continue
        for name in made.names:
            try:
                got = made.read(name, LIMIT)
            except ImageError:
                failed += 1
            else:
                read += 1
                assert kind == "tar" or got == content, "zip archives have checksums"
    assert read > 300
    assert failed > 50
