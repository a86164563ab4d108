"""HTTP: bodies, packing, redirects and silence have limits; what a server says is told as it is."""

from __future__ import annotations

import contextlib
import gzip
import io
import socket
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import fsspec
import pytest

import imagesasdata as iad
from imagesasdata.errors import ArgumentError
from imagesasdata.files import media, remote, retry, web
from imagesasdata.files.listing import list_files
from imagesasdata.files.names import file_name
from imagesasdata.files.sources import Files
from tests.files.test_remote import PHOTO, Handler, Server, serving

LIMIT = 1 << 20
BOMB = gzip.compress(bytes(64 << 20))


class Hostile(Handler):
    """A server whose path's first part says what it does."""

    agents: ClassVar[list[str | None]] = []

    def do_HEAD(self) -> None:
        if self.path.startswith("/silent"):
            self.server.closing.wait(60)
        self._answer(200)

    def do_GET(self) -> None:
        kind = urlsplit(self.path).path.split("/")[1]
        self.server.asked[kind] += 1
        self.agents.append(self.headers["User-Agent"])
        with contextlib.suppress(OSError):  # the client has heard enough
            getattr(self, f"_{kind}", self._fine)()

    def _fine(self) -> None:
        self._answer(200)

    def _send(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _endless(self) -> None:
        self._send(b"")
        while not self.server.closing.is_set():
            self.wfile.write(bytes(1 << 16))

    def _liar(self) -> None:
        self._send(b"", Transfer_Encoding="chunked")
        while not self.server.closing.is_set():
            self.wfile.write(b"%x\r\n" % (1 << 16) + bytes(1 << 16) + b"\r\n")

    def _garbage(self) -> None:
        self.wfile.write(b"\0\1garbage\r\n\r\n")
        self.close_connection = True

    def _large(self) -> None:
        self._send(b"", Content_Length=str(LIMIT + 1))

    def _gzip(self) -> None:
        self._send(BOMB, Content_Encoding="gzip", Content_Length=str(len(BOMB)))

    def _packed(self) -> None:
        self._send(gzip.compress(PHOTO), Content_Encoding="gzip")

    def _deflated(self) -> None:
        self._send(zlib.compress(PHOTO), Content_Encoding="deflate")

    def _half(self) -> None:
        self._send(gzip.compress(PHOTO)[:-200], Content_Encoding="gzip")

    def _noise(self) -> None:
        self._send(b"no gzip at all", Content_Encoding="gzip")

    def _zip(self) -> None:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as file:
            file.writestr("in/a.jpg", PHOTO)
        self._send(whole.getvalue(), Content_Length=str(len(whole.getvalue())))

    def _brotli(self) -> None:
        self._send(b"x", Content_Encoding="br")

    def _cut(self) -> None:
        self._send(PHOTO[:100], Content_Length=str(len(PHOTO)))

    def _slow(self) -> None:
        self._send(b"", Content_Length="1000")
        while not self.server.closing.wait(0.05):
            self.wfile.write(b"x")

    def _circle(self) -> None:
        self._redirect(f"/circle/{self.server.asked['circle']}")

    def _file(self) -> None:
        self._redirect("file:///etc/passwd")

    def _once(self) -> None:
        self._redirect("/fine/a.jpg")

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self) -> None:
        self._send(b"", Content_Type="text/html")
        while not self.server.closing.is_set():
            self.wfile.write(b'<a href="x.jpg">x</a>' * 5000)

    def _401(self) -> None:
        self._answer(401)

    def _403(self) -> None:
        self._answer(403)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    pytest.importorskip("aiohttp", reason='needs pip install "imagesasdata[http]"')
    for module in (web, remote):
        monkeypatch.setattr(module, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(media, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
    Hostile.agents.clear()
    with serving(Hostile) as made:
        yield made


def reasons(server: Server, *kinds: str) -> list[str | None]:
    got = iad.read_images([f"{server.url}/{kind}/a.jpg" for kind in kinds])
    return [None if why != why else why for why in got["image_error"]]


OVER = "file has over 1,048,576 bytes; larger pictures are not read"


@pytest.mark.parametrize(
    ("kind", "reason", "asked"),
    [
        ("fine", None, 1),
        ("packed", None, 1),
        ("deflated", None, 1),
        ("once", None, 1),
        ("endless", OVER, 1),
        ("liar", OVER, 1),
        ("gzip", OVER, 1),
        ("large", "file has 1,048,577 bytes; pictures over 1,048,576 bytes are not read", 1),
        ("half", "the server sent only a part of the file", 1),
        ("noise", "the server sent a damaged file (its gzip is broken)", 1),
        ("brotli", "the server sent the file packed ('br'), which was not asked for", 1),
        ("cut", "the server sent only a part of the file", 4),
        ("circle", "the server redirects in a circle (over 10 times)", 10),
        ("garbage", "the server's answer is not HTTP", 1),
        ("file", "the server redirects to an address that is not http:// or https://", 1),
    ],
)
def test_what_a_server_does(server: Server, kind: str, reason: str | None, asked: int) -> None:
    tracemalloc.start()
    try:
        assert reasons(server, kind) == [reason]
        assert tracemalloc.get_traced_memory()[1] < 16 * LIMIT
    finally:
        tracemalloc.stop()
    assert server.asked[kind] == asked


def test_slow_and_silent_servers_are_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "LIMIT", 0.5)
    start = time.monotonic()
    assert reasons(server, "slow", "silent", "fine") == [
        "the server did not answer in time",
        None,  # its HEAD is not answered, but is not needed
        None,
    ]
    assert time.monotonic() - start < 20
    assert server.asked["slow"] == 1


def test_a_server_that_takes_the_connection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp")
    monkeypatch.setattr(remote, "LIMIT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        got = iad.read_images([f"http://127.0.0.1:{port}/a.jpg"])
    assert got["image_error"].tolist() == ["the server did not answer in time"]


def test_tries_end_with_the_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "LIMIT", -1.0)
    calls = []

    def fail() -> None:
        calls.append(1)
        raise ConnectionError

    with pytest.raises(iad.ImageError, match="the server cannot be reached"):
        remote.ask(fail)
    assert len(calls) == 1


def test_a_page_of_links_without_end(server: Server) -> None:
    with pytest.raises(ArgumentError, match=r"cannot be listed: file has over 1,048,576 bytes"):
        list_files(f"{server.url}/page")


def test_who_is_refused(server: Server) -> None:
    assert reasons(server, "401", "403") == [
        "the server wants credentials (401), and none were sent",
        "the server refuses access (403), without credentials; some want a User-Agent of yours: "
        "set IMAGESASDATA_USER_AGENT",
    ]
    got = iad.read_images([f"{server.url}/403/a.jpg?X-Amz-Signature=hunter2"])
    expected = "the server refuses these credentials (403); they may have expired"
    assert got["image_error"].tolist() == [expected]


def test_credentials_of_fsspec_s_configuration(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"client_kwargs": {"headers": {"Authorization": "Bearer hunter2"}}}
    monkeypatch.setitem(fsspec.config.conf, "http", options)
    assert reasons(server, "401") == [
        "the server refuses these credentials (401); they may have expired"
    ]


def test_the_user_agent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reasons(server, "fine") == [None]
    monkeypatch.setenv("IMAGESASDATA_USER_AGENT", "study of protests (me@example.org)")
    assert reasons(server, "fine") == [None]
    assert Hostile.agents[0].startswith("imagesasdata/")
    assert Hostile.agents[-1] == "study of protests (me@example.org)"


SECRETS = [
    "{url}/{status}/a.jpg?X-Amz-Signature=hunter2",
    "{url}/{status}/a.jpg?sig=hunter2&x=1",
    "{url}/{status}/a.jpg?token=hunter2",
    "{url}/{status}/a.jpg#access_token=hunter2",
    "zip://a.jpg::{url}/{status}/a.zip?sig=hunter2",
]


@pytest.mark.parametrize("status", ["fine", "403", "cut", "file", "circle"])
def test_secrets_are_in_nothing_that_is_made(server: Server, tmp_path: Path, status: str) -> None:
    """Not in a message or column, nor in the names or contents of files; `path` stays as given."""
    paths = [path.format(url=server.url, status=status) for path in SECRETS]
    out, cache = tmp_path / "out", tmp_path / "cache"
    got = iad.read_images(paths, cache=cache)
    assert got["path"].tolist() == paths
    made = iad.transform(paths, iad.steps.resize(8), to=out)
    for table in (got, made):
        assert "hunter2" not in table.drop(columns="path").to_csv()
    with pytest.raises(iad.ImageError) as caught:
        iad.read_images([*paths, "gone.jpg"], on_error="raise")
    assert "hunter2" not in str(caught.value)
    for file in tmp_path.rglob("*"):
        assert "hunter2" not in file.name
        assert file.is_dir() or b"hunter2" not in file.read_bytes()


def test_archives_on_a_server_that_gives_no_parts(server: Server) -> None:
    (path,) = list_files(f"zip://**::{server.url}/zip/a.zip")
    assert path == f"zip://in/a.jpg::{server.url}/zip/a.zip"
    assert iad.read_images([path, path])["image_error"].isna().all()
    with Files() as files, pytest.raises(iad.ImageError) as caught:
        files.read(f"zip://a.jpg::{server.url}/fine/a.jpg?sig=hunter2")
    assert "hunter2" not in str(caught.value)


def test_names_for_people_have_no_secrets() -> None:
    assert file_name("https://host/a%20b.jpg?sig=hunter2#frame=2") == "a b.jpg#frame=2"
    assert file_name("zip://in/a.jpg::https://host/b.zip?sig=hunter2") == "a.jpg"
    assert file_name(None) == ""
