"""Servers: busy, slow, refusing and silent ones; and passwords, which no message repeats."""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import logging
import tarfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, ImageError, MissingPackageError
from imagesasdata.files import remote, retry
from imagesasdata.files.listing import list_files
from imagesasdata.files.sources import Files
from tests.conftest import encoded, picture

PHOTO = encoded(picture(), quality=90)


class Server(http.server.ThreadingHTTPServer):
    """A server on this machine that behaves as a path's first part says."""

    daemon_threads = True

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.asked: Counter[str] = Counter()
        self.fine_ones: threading.Semaphore = threading.Semaphore(0)
        self.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        kind = self.path.split("/")[1]
        self._answer(int(kind) if kind.isdigit() else 200)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked[path] += 1
        kind = path.split("/")[1]
        if kind == "fine":
            self.server.fine_ones.release()
        elif kind == "last":  # answered when all others have been requested
            for _ in range(int(path.split("/")[2])):
                self.server.fine_ones.acquire(timeout=60)
        elif kind == "silent":
            self.server.closing.wait(60)
        if kind == "busy" and self.server.asked[path] < 3:
            self._answer(503)
        elif kind == "cut" and self.server.asked[path] < 2:
            self.send_response(200)
            self.send_header("Content-Length", str(len(PHOTO)))
            self.end_headers()
            self.wfile.write(PHOTO[:100])
            self.close_connection = True
        elif kind.isdigit():
            self._answer(int(kind))
        else:
            self._answer(200)

    def _answer(self, status: int, body: bytes | None = None) -> None:
        if body is None:
            body = PHOTO if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            with contextlib.suppress(BrokenPipeError):  # the client has stopped waiting
                self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@contextlib.contextmanager
def serving(handler: type[Handler]) -> Iterator[Server]:
    with Server(handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.closing.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    pytest.importorskip("aiohttp", reason='needs pip install "imagesasdata[http]"')
    with serving(Handler) as made:
        yield made


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted, not made."""
    pauses: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", pauses.append)
    return pauses


def test_busy_servers_are_asked_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PAUSE", 0.01)
    got = iad.features(
        [f"{server.url}/{kind}/a.jpg" for kind in ("fine", "busy", "cut")], groups="light"
    )
    assert got["image_error"].isna().all(), got["image_error"].tolist()
    assert server.asked["/busy/a.jpg"] == 3
    assert server.asked["/cut/a.jpg"] == 2


@pytest.mark.parametrize(
    ("status", "reason", "tries"),
    [
        (404, "file not found", 1),
        (410, "file not found", 1),
        (401, "the server wants credentials (401), and none were sent", 1),
        (
            403,
            "the server refuses access (403), without credentials; some want a User-Agent of yours: "
            "set IMAGESASDATA_USER_AGENT",
            1,
        ),
        (418, "the server answered 418", 1),
        (429, "the server answered 429", 4),
        (503, "the server answered 503", 4),
    ],
)
def test_answers_become_reasons(
    server: Server, no_pause: list[float], status: int, reason: str, tries: int
) -> None:
    got = iad.features([f"{server.url}/{status}/a.jpg"])
    assert got["image_error"].tolist() == [reason]
    assert no_pause == [0.5, 1.0, 2.0][: tries - 1]


def test_a_slow_picture_does_not_stall_the_others(server: Server) -> None:
    """The first is answered only after all others have been requested, which needs parallel reading."""
    paths = [f"{server.url}/last/29/a.jpg"] + [f"{server.url}/fine/{n}.jpg" for n in range(29)]
    got = iad.features(paths, groups="light", workers=4)
    assert got["image_error"].isna().all()


def test_a_silent_server_is_asked_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "LIMIT", 0.5)
    got = iad.features([f"{server.url}/silent/a.jpg"])
    assert got["image_error"].tolist() == ["the server did not answer in time"]
    assert server.asked["/silent/a.jpg"] == 1, "it would be as slow again"


def test_a_server_that_is_not_there(no_pause: list[float]) -> None:
    pytest.importorskip("aiohttp")
    got = iad.features(["http://127.0.0.1:9/a.jpg"])
    assert got["image_error"].tolist() == ["the server cannot be reached"]
    assert no_pause == [0.5, 1.0, 2.0]


def test_passwords_and_signatures_are_in_no_message(
    server: Server, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)  # at DEBUG fsspec writes down every address
    address = server.url.removeprefix("http://")
    with pytest.raises(
        ArgumentError, match="holds a password, which would end up in tables"
    ) as one:
        iad.features(f"http://me:hunter2@{address}/fine/a.jpg")
    got = iad.features(
        [f"{server.url}/404/a.jpg?X-Amz-Signature=hunter2"], cache=tmp_path / "cache"
    )
    assert got["image_error"].tolist() == ["file not found"]
    with pytest.raises(ImageError, match=r"404/a.jpg\?\.\.\.'\): file not found") as two:
        iad.features([f"{server.url}/404/a.jpg?X-Amz-Signature=hunter2"], on_error="raise")
    with pytest.raises(ArgumentError, match="No picture was found in") as three:
        iad.features(f"{server.url}/404/folder?X-Amz-Signature=hunter2")
    for caught in (one, two, three):
        assert "hunter2" not in str(caught.value)
    with Files() as files, pytest.raises(ArgumentError) as four:
        files.read(f"http://me:hunter2@{address}/fine/a.jpg")
    assert "hunter2" not in str(four.value)
    assert "hunter2" not in caplog.text
    assert not any("hunter2" in file.read_text("latin-1") for file in tmp_path.rglob("*.*"))


# What the library writes; a table's own column of addresses is carried along as it is.
OUTPUTS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "show": lambda posts, to: iad.show(posts)._repr_html_(),
    "show as text": lambda posts, to: iad.show(posts),
    "map_images": lambda posts, to: iad.map_images(posts, x="x", y="x", to=to / "m.html"),
    "label_page": lambda posts, to: iad.label_page(posts, "Q?", ["a", "b"], to=to / "l.html"),
    "contact_sheet": lambda posts, to: iad.contact_sheet(posts, to=to / "s.svg", label="url"),
    "transform": lambda posts, to: iad.transform(posts, iad.steps.resize(8), to=to),
    "features": lambda posts, to: iad.features(posts, groups="light", cache=to / "c"),
    "read_images": lambda posts, to: iad.read_images(posts, exif=True, frames="all"),
    "find_faces": lambda posts, to: iad.find_faces(list(posts["path"]), posts, cache=to / "c"),
    "pseudonymize": lambda posts, to: iad.pseudonymize(posts[["path"]], key="a key that is long"),
    "cite": lambda posts, to: iad.cite(iad.classify(posts)),
}
CARRIED = ["path", "url", "file_path"]


SLOW = ("find_faces", "cite")


@pytest.mark.parametrize(
    "output",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in OUTPUTS],
)
@pytest.mark.parametrize("query", ["X-Amz-Signature=hunter2&x={}", "n={}&sig=hunter2"])
@pytest.mark.filterwarnings("ignore:The page and its answers", "ignore:Gender")
def test_no_output_holds_a_signature(
    output: str, query: str, server: Server, tmp_path: Path
) -> None:
    addresses = [f"{server.url}/fine/a.jpg?{query.format(number)}" for number in range(2)]
    posts = pd.DataFrame({"path": addresses, "url": addresses, "x": [0.0, 1.0]})
    got = OUTPUTS[output](posts, tmp_path)
    if isinstance(got, pd.DataFrame):
        assert len(got) >= 2
        got = got.drop(columns=CARRIED, errors="ignore").to_csv() + repr(got.attrs)
    assert "hunter2" not in str(got)
    for file in tmp_path.rglob("*"):
        assert "hunter2" not in str(file)
        assert file.is_dir() or "hunter2" not in file.read_text("latin-1")


def test_answers_are_joined_by_number_where_addresses_are_cut(
    server: Server, tmp_path: Path
) -> None:
    address = f"{server.url}/fine/a.jpg?sig=hunter2"
    with pytest.warns(iad.GuessWarning, match="without their signatures .*\nHint: join answers"):
        iad.label_page([address], "Q?", ["a", "b"], to=tmp_path / "l.html")
    assert "/fine/a.jpg?sig=..." in (tmp_path / "l.html").read_text()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a@b.jpg?x", "a@b.jpg?x"),
        ("s3://key:secret@bucket/a.jpg", "s3://bucket/a.jpg"),
        ("https://host/a.jpg?sig=1&x=2", "https://host/a.jpg?..."),
        ("zip://a.jpg::https://u:p@host/b.zip?sig=1", "zip://a.jpg::https://host/b.zip?..."),
        ("zip://a?b#c.jpg::https://host/b.zip", "zip://a?b#c.jpg::https://host/b.zip"),
        ("https://host/a.jpg?sig=a::b", "https://host/a.jpg?..."),
        ("https://host/a.jpg#access_token=1", "https://host/a.jpg?..."),
        (
            "https://host/a.mp4?sig=1#t=1.5#xywh=1,2,3,4",
            "https://host/a.mp4?...#t=1.5#xywh=1,2,3,4",
        ),
        ("https://host/a.mp4#t=1.5", "https://host/a.mp4#t=1.5"),
        ("HTTPS://token@host/a.jpg", "HTTPS://host/a.jpg"),
        ("https://u:p@ss@host/a.jpg", "https://host/a.jpg"),
        ("simplecache::https://u:p@host/a.jpg?x", "simplecache::https://host/a.jpg?..."),
        ("https://host/@user/a.jpg", "https://host/@user/a.jpg"),
    ],
)
def test_how_paths_are_shown(path: str, expected: str) -> None:
    assert remote.shown(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("https://u:p@host/a.jpg", True),
        ("https://token@host/a.jpg", True),
        ("zip://a.jpg::https://u:p@host/b.zip", True),
        ("simplecache::ftp://u:p@host/a.jpg", True),
        ("s3://key:secret@bucket/a.jpg", True),
        ("https://host/@user:x/a.jpg", False),
        ("https://host/a.jpg?mail=a:b@c", False),
        ("abfs://container@account/a.jpg", False),
        ("sftp://user@host/a.jpg", False),
        ("zip://a:b@c.jpg::b.zip", False),
        ("a:b@c.jpg", False),
    ],
)
def test_passwords_are_seen(path: str, expected: bool) -> None:
    assert remote.has_password(path) is expected
    if expected:
        with pytest.raises(ArgumentError, match="holds a password"):
            list_files([path])


@pytest.mark.parametrize(
    "path",
    [
        " http://me:hunter2@127.0.0.1/a.jpg",
        "http:/me:hunter2@127.0.0.1/a.jpg",
        r"http:\\me:hunter2@127.0.0.1\a.jpg",
        "//me:hunter2@127.0.0.1/a.jpg",
        "x::https://hunter2@127.0.0.1/a.jpg",
    ],
)
def test_mistyped_addresses_show_no_password(path: str) -> None:
    with pytest.raises(ArgumentError, match="holds a password") as one:
        list_files([path])
    with pytest.raises(ArgumentError) as two:
        list_files(path)
    assert "127.0.0.1" in str(one.value)
    assert "hunter2" not in str(one.value) + str(two.value)


def test_files_with_an_at_sign_are_files(tmp_path: Path) -> None:
    for name in ("me@home.jpg", "notes:me@home.jpg"):
        (tmp_path / name).write_bytes(encoded(picture()))
    assert len(list_files([f"{tmp_path}//me@home.jpg", f"{tmp_path}/notes:me@home.jpg"])) == 2
    assert len(list_files([f"{tmp_path}/gone@home.jpg"])) == 1


def test_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match="begins with gopher://, which is no known kind"):
        list_files("gopher://hole/a.jpg")

    def lacking(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", lacking)
    with pytest.raises(MissingPackageError, match=r'package s3fs.*\nHint: pip install "images.*s3'):
        list_files("s3://bucket/a.jpg")


def test_tar_archives(tmp_path: Path) -> None:
    archive = tmp_path / "photos.tar"
    with tarfile.open(archive, "w") as file:
        for name in [f"in/{n}.jpg" for n in range(40)] + ["notes.txt", "../../outside.jpg"]:
            entry = tarfile.TarInfo(name)
            content = b"words" if name == "notes.txt" else PHOTO
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    with pytest.warns(iad.PassedOverWarning, match="1 file in .*: 1 .txt"):
        paths = list_files(archive)
    assert f"tar://in/0.jpg::{archive}" in paths
    got = iad.read_images(paths)
    assert got["image_error"].isna().all(), got["image_error"].dropna().tolist()
    assert len(set(got["sha256"])) == 1, "threads do not disturb one another"
    assert not (tmp_path.parent / "outside.jpg").exists()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket of eight photos on a server on this machine that speaks S3."""
    s3fs = pytest.importorskip("s3fs", reason="make remote installs it")
    moto = pytest.importorskip("moto.server", reason="make remote installs it")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "visible-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    system = s3fs.S3FileSystem(skip_instance_cache=True)
    if not system.exists("photos"):
        system.mkdir("photos")
    for number in range(8):
        file = encoded(picture(seed=number), quality=90)
        system.pipe_file(f"photos/in/{number}.jpg", file)
    yield system
    s3fs.S3FileSystem.clear_instance_cache()
    made.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_bucket(bucket: Any, folder: Path, tmp_path: Path) -> None:
    expected = [f"s3://photos/in/{number}.jpg" for number in range(8)]
    assert list_files("s3://photos") == expected
    assert list_files("s3://photos/in/[0-3].jpg") == expected[:4]
    got = iad.features("s3://photos", groups="light", cache=tmp_path / "cache")
    here = iad.features(folder, groups="light")
    assert got.drop(columns="path").equals(here.drop(columns="path"))
    missing = iad.features([*expected[:1], "s3://photos/in/9.jpg", "s3://others/a.jpg"])
    assert missing["image_error"].tolist()[1:] == ["file not found", "file not found"]
    with pytest.raises(ArgumentError, match=r"There is no folder, picture or archive at 's3://oth"):
        iad.features("s3://others/")
    assert not any("hunter2" in file.read_text("latin-1") for file in tmp_path.rglob("*.*"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_bucket_that_refuses(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError

    def failing(error: Exception) -> Any:
        async def cat_file(*_: Any, **__: Any) -> bytes:
            raise error

        return cat_file

    def answer(code: str, status: int) -> ClientError:
        said = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return ClientError(said, "GetObject")

    monkeypatch.setattr(remote, "PAUSE", 0.0)
    for error, reason in {
        answer("AccessDenied", 403): "the server refuses access (check your credentials)",
        answer("NoSuchKey", 404): "file not found",
        answer("SlowDown", 503): "the server answered 503",
        OSError(5, "SlowDown: Reduce your request rate, visible-key"): "the server is too busy",
        NoCredentialsError(): "the server wants credentials, and none are set",
        ReadTimeoutError(endpoint_url="http://me:hunter2@x"): "the server did not answer in time",
        OSError("Odd thing at http://me:hunter2@x/?key=1 now\nand more"): (
            "cannot be read from the server: Odd thing at (address) now"
        ),
    }.items():
        monkeypatch.setattr(type(bucket), "_cat_file", failing(error))
        got = iad.features(["s3://photos/in/0.jpg"])
        assert got["image_error"].tolist() == [reason]


class GoogleStorage(Handler):
    """As much of Google Cloud Storage's JSON interface as reading takes: a bucket ``photos``."""

    objects: ClassVar[dict[str, bytes]] = {
        f"in/{number}.jpg": encoded(picture(seed=number), quality=90) for number in range(3)
    }

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(address.query).items()}
        bucket, _, name = address.path.partition("/b/")[2].partition("/o")
        name = unquote(name.lstrip("/"))
        if bucket != "photos" or (name and name not in self.objects):
            return self._answer(404, b'{"error": {"code": 404, "message": "No such object"}}')
        if name == "in/2.jpg":
            return self._answer(403, b'{"error": {"code": 403, "message": "Forbidden"}}')
        if name and asked.get("alt") == "media":
            return self._answer(200, self.objects[name])
        if name:
            return self._answer(200, json.dumps(self._entry(name)).encode())
        return self._answer(200, json.dumps(self._listed(asked)).encode())

    def _listed(self, asked: dict[str, str]) -> dict[str, Any]:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        files, folders = [], []
        for name in (one for one in self.objects if one.startswith(prefix)):
            head, cut, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            if cut:
                folders.append(prefix + head + cut)
            else:
                files.append(self._entry(name))
        return {"kind": "storage#objects", "items": files, "prefixes": sorted(set(folders))}

    def _entry(self, name: str) -> dict[str, Any]:
        size = len(self.objects[name])
        made = "2026-01-01T00:00:00.000Z"
        return {
            "name": name,
            "bucket": "photos",
            "size": str(size),
            "updated": made,
            "generation": "1",
        }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_bucket_of_google_s(monkeypatch: pytest.MonkeyPatch) -> None:
    gcsfs = pytest.importorskip("gcsfs", reason="make remote installs it")
    with serving(GoogleStorage) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        monkeypatch.setattr(remote, "PAUSE", 0.0)
        assert list_files("gs://photos/in") == [
            f"gs://photos/in/{number}.jpg" for number in range(3)
        ]
        got = iad.features([*list_files("gs://photos"), "gs://photos/in/9.jpg"], groups="light")
    gcsfs.GCSFileSystem.clear_instance_cache()
    assert got["luminance_mean"].notna().tolist() == [True, True, False, False]
    assert got["image_error"].tolist()[2:] == [
        "the server refuses access (check your credentials)",
        "file not found",
    ]
