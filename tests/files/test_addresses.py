"""What a path means: a file, whatever its name; an address; a member of an archive."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

import imagesasdata as iad
from imagesasdata.errors import ImageError
from imagesasdata.files.addresses import as_text, exists, is_chain, is_remote, local, parse_member
from imagesasdata.files.listing import list_files
from imagesasdata.files.remote import open_system
from imagesasdata.files.sources import Files
from tests.conftest import encoded, picture
from tests.files.test_archives import tarred, zipped

NAMES = [
    "12::30 shot.png",
    "zip:a.png::b.zip",
    "x[1].png",
    "q?a=1&b=2.png",
    "star*.png",
    "#1.png",
    "100%.png",
    "%20.png",
    "%C3%A9.png",
    "12:30.png",
    "file:a.png",
    "a b\tc.png",
    "-dash.png",
    "~x.png",
    "a\\b.png",
    "clip#t=5",
    "clip.png#frame=2",
    "clip.png#xywh=1,2,3,4",
    "é.png",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_exists_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    url = (tmp_path / name).as_uri()
    with Files() as files:
        for path in (str(tmp_path / name), name, url):
            assert not is_remote(path)
            assert exists(path)
            assert list_files([path]) == [path]
            assert list_files(path) == [local(path)]
            assert files.read(path).decode() == name


def test_a_folder_that_looks_like_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "http:" / "host").mkdir(parents=True)
    (tmp_path / "http:" / "host" / "a.png").write_bytes(b"here")
    monkeypatch.chdir(tmp_path)
    assert not is_remote("http://host/a.png")
    assert is_remote("http://host/b.png")
    with Files() as files:
        assert files.read("http://host/a.png") == b"here"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("file:///a/b.jpg", "/a/b.jpg"),
        ("file:/a/b.jpg", "/a/b.jpg"),
        ("FILE:///a/b.jpg", "/a/b.jpg"),
        ("file://localhost/a/b.jpg", "/a/b.jpg"),
        ("File://LocalHost/a/b.jpg", "/a/b.jpg"),
        ("file:///a%20b/%C3%A9%23%3F.jpg", "/a b/é#?.jpg"),
        ("file:///a%2525.jpg", "/a%25.jpg"),
        ("file:///100%.jpg", "/100%.jpg"),
        ("file:///%FF.jpg", os.fsdecode(b"/\xff.jpg")),
        ("/a/b.jpg", "/a/b.jpg"),
        ("file:a.jpg", "file:a.jpg"),
    ],
)
def test_addresses_of_local_files(address: str, path: str) -> None:
    assert not is_remote(address)
    assert local(address) == path


def test_a_name_as_it_is_in_an_address(tmp_path: Path) -> None:
    (tmp_path / "a%20b.jpg").write_bytes(b"as it is")
    assert local(f"file://{tmp_path}/a%20b.jpg") == f"{tmp_path}/a%20b.jpg"
    (tmp_path / "a b.jpg").write_bytes(b"by the standard")
    assert local(f"file://{tmp_path}/a%20b.jpg") == f"{tmp_path}/a b.jpg"


def test_another_machine() -> None:
    with pytest.raises(ImageError, match="is on the machine 'server', by its address"):
        local("file://server/share/a.jpg")
    assert not exists("file://server/share/a.jpg")
    with Files() as files, pytest.raises(ImageError, match="is on the machine 'server'"):
        files.read("file://server/share/a.jpg")


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("a.jpg", False),
        ("/a/b.jpg", False),
        ("12::30.jpg", False),
        ("gone::there.jpg", False),
        ("C:\\a.jpg", False),
        ("C://a.jpg", False),
        ("s3://bucket/a.jpg", True),
        ("S3://bucket/a.jpg", True),
        ("zip://a.jpg::b.zip", True),
        ("simplecache::s3://bucket/a.jpg", True),
        ("https://example.org/a.jpg", True),
        ("htp://example.org/a.jpg", True),
    ],
)
def test_what_is_remote(path: str, remote: bool) -> None:
    assert is_remote(path) is remote


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("zip://a.jpg::b.zip", ("zip", "a.jpg", "b.zip")),
        ("ZIP://a.jpg::b.zip", ("zip", "a.jpg", "b.zip")),
        ("tar:///a.jpg::b.tar", ("tar", "/a.jpg", "b.tar")),
        ("zip://a::b.jpg::c.zip", ("zip", "a::b.jpg", "c.zip")),
        ("zip://a:::b.zip", ("zip", "a:", "b.zip")),
        ("zip://a::b.jpg::s3://x/c.zip", ("zip", "a::b.jpg", "s3://x/c.zip")),
        (
            "zip://a.jpg::simplecache::s3://x/c.zip",
            ("zip", "a.jpg", "simplecache::s3://x/c.zip"),
        ),
        ("zip://a.jpg::tar://b.zip::c.tar", ("zip", "a.jpg", "tar://b.zip::c.tar")),
        ("zip://a::http://x/y.zip::c.zip", ("zip", "a::http://x/y.zip", "c.zip")),
        ("zip://http://x/y.zip::c.zip", ("zip", "http://x/y.zip", "c.zip")),
        ("tar://a::s3://x/y::s3://z/c.tar", ("tar", "a::s3://x/y", "s3://z/c.tar")),
        ("zip://a::zip://http://x/y.zip::c.zip", ("zip", "a", "zip://http://x/y.zip::c.zip")),
        ("zip://a::memory://x::simplecache::y.zip", ("zip", "a::memory://x::simplecache", "y.zip")),
        ("zip://a.jpg::http://[::1]:80/c.zip", ("zip", "a.jpg", "http://[::1]:80/c.zip")),
        ("zip://a.jpg", None),
        ("s3://a::b", None),
        ("a::b.jpg", None),
    ],
)
def test_members(path: str, member: tuple[str, str, str] | None) -> None:
    assert parse_member(path) == member
    if member is not None:
        assert str(parse_member(path)).lower() == path.lower()


def test_an_archive_with_colons_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "my::archive.zip").touch()
    path = f"zip://a::b.jpg::{tmp_path}/my::archive.zip"
    assert parse_member(path) == ("zip", "a::b.jpg", f"{tmp_path}/my::archive.zip")


def test_no_name_in_an_archive_leads_elsewhere(tmp_path: Path) -> None:
    """Whoever makes an archive chooses its names; whoever reads it chooses the archive."""
    fsspec = pytest.importorskip("fsspec")
    elsewhere, photo = encoded(picture(4, 4), "PNG"), encoded(picture(8, 8), "PNG")
    fsspec.filesystem("memory").pipe("/far.png", elsewhere)
    (tmp_path / "near.png").write_bytes(elsewhere)
    with zipfile.ZipFile(tmp_path / "far.zip", "w") as archive:
        archive.writestr("x.png", elsewhere)
    fsspec.filesystem("memory").pipe("/far.zip", (tmp_path / "far.zip").read_bytes())
    names = [
        "x.png::memory://far.zip",
        "x.png::memory://far.zip::x.png",
        "memory://far.png",
        "simplecache::memory://far.png",
        f"x.png::{tmp_path}/far.zip/../gone.png",
        f"file://{tmp_path}/near.png",
        "q.png::http://127.0.0.1:9/x.png",
        "::" * 20_000 + ".png",
        "zip://" * 2000 + "x.png",
    ]
    for kind, packed in (("zip", zipped), ("tar", tarred)):
        path = tmp_path / f"all.{kind}"
        path.write_bytes(packed([(name, photo) for name in names]))
        got = iad.read_images(path, progress=False)
        assert got["image_error"].isna().all(), got["image_error"].tolist()
        assert got["width"].tolist() == [8] * len(names)
        got = iad.read_images([f"{kind}://{name}::{path}" for name in names], progress=False)
        assert got["width"].tolist() == [8] * len(names)


def test_a_file_on_a_server_may_have_colons_in_its_name() -> None:
    pytest.importorskip("aiohttp", reason="the extra 'http' is not installed")
    for url in ("http://[::1]:9/x.png", "https://example.org/a::b.png", "http://x/a::s3://y/b"):
        assert not is_chain(url)
        assert open_system(url)[1] == url
    assert is_chain("simplecache::https://example.org/a.png")


def test_names_that_are_no_text(tmp_path: Path) -> None:
    assert as_text("é.jpg") == "é.jpg"
    odd = os.fsdecode(bytes(tmp_path / "caf") + b"\xe9 100%.jpg")
    assert as_text(odd) == f"file://{tmp_path}/caf%E9%20100%25.jpg"
    assert local(as_text(odd)) == odd
