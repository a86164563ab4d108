"""Downloads from a real server: resumed, redirected, refused; never a file that is not the one."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import multiprocessing
import os
import shutil
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.machine import home
from imagesasdata.networks.weights import fetch, http, store
from imagesasdata.networks.weights.file import Download, PackageResource, WeightFile
from tests.networks.weights.server import Site, serve

DATA = np.random.default_rng(0).bytes(300_000)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IMAGESASDATA_OFFLINE", raising=False)
    monkeypatch.setattr(http, "PAUSE", 0.001)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site({"/a.bin": DATA})) as running:
        yield running


def weights(*sources: Download | PackageResource, data: bytes = DATA) -> WeightFile:
    return WeightFile("a.bin", hashlib.sha256(data).hexdigest(), len(data), sources)


def left() -> list[str]:
    """What is in the store beside the locks."""
    found = [path for path in home().rglob("*") if path.is_file() and path.suffix != ".lock"]
    return sorted(path.name for path in found)


def test_weights_that_are_not_here_are_downloaded_once(site: Site) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    assert not store.is_here(one)
    for _ in range(2):
        assert store.locate(one).read_bytes() == DATA
    assert site.asked == [None]
    assert left() == [f"{one.sha256}-a.bin"]


def test_a_mirror_is_asked_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    site.files[f"/copy/{one.digest[:2]}/{one.digest}-a.bin"] = DATA
    del site.files["/a.bin"]
    monkeypatch.setenv("IMAGESASDATA_MIRROR", f"{site.address}/copy/")
    assert store.locate(one).read_bytes() == DATA
    # A file in no public place, too; a mirror that is wrong is told, and the publisher asked.
    store.remove(one)
    assert store.locate(weights()).read_bytes() == DATA
    store.remove(one)
    monkeypatch.setenv("IMAGESASDATA_MIRROR", f"{site.address}/other")
    with pytest.raises(
        WeightsError, match=r"/other/\S+: the server .* 404.*/a.bin: the server .* 404"
    ):
        store.locate(one)


def test_a_cut_connection_is_taken_up_where_it_was(site: Site) -> None:
    site.cut_after = 100_000
    one = weights(Download(f"{site.address}/a.bin"))
    assert store.locate(one).read_bytes() == DATA
    assert site.asked == [None, "bytes=100000-"]


def test_a_later_run_goes_on_where_the_first_was_killed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    site.cut_after = 100_000
    monkeypatch.setattr(http, "TRIES", 1)
    with pytest.raises(
        WeightsError, match="only 100,000 of 300,000 bytes arrived.\nHint: try again; it res"
    ):
        store.locate(one)
    assert left() == [f".{one.sha256}.part"]
    assert store.locate(one).read_bytes() == DATA
    assert site.asked == [None, "bytes=100000-"]


def test_a_server_that_knows_no_ranges_starts_again(site: Site) -> None:
    site.cut_after, site.ranges = 100_000, False
    assert store.locate(weights(Download(f"{site.address}/a.bin"))).read_bytes() == DATA
    assert site.asked == [None, "bytes=100000-"]


def test_what_was_left_of_another_file_is_thrown_away(site: Site) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    partial = home() / "weights" / one.sha256[:2] / f".{one.sha256}.part"
    partial.parent.mkdir(parents=True)
    for content in (b"x" * 1000, b"x" * len(DATA), b"x" * (len(DATA) + 5)):
        partial.write_bytes(content)
        assert store.locate(one).read_bytes() == DATA
        assert store.remove(one)


@pytest.mark.parametrize("busy", [1, 4])
def test_a_busy_server_is_asked_again(site: Site, busy: int) -> None:
    site.busy = busy
    assert store.locate(weights(Download(f"{site.address}/a.bin"))).read_bytes() == DATA
    assert len(site.asked) == busy + 1


def test_a_server_that_stays_busy(site: Site) -> None:
    site.busy = 99
    with pytest.raises(WeightsError, match=r"cannot be downloaded.*broke off: .*answered 503"):
        store.locate(weights(Download(f"{site.address}/a.bin")))
    assert len(site.asked) == http.TRIES


def test_a_silent_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.silent = 1.0
    monkeypatch.setattr(http, "TIMEOUT", 0.25)
    monkeypatch.setattr(http, "TRIES", 2)
    with pytest.raises(WeightsError, match=r"broke off: the server sent nothing for 0.25 seconds"):
        store.locate(weights(Download(f"{site.address}/a.bin")))
    assert len(site.asked) == 2


def test_the_wrong_file_is_refused_and_not_kept(site: Site) -> None:
    site.files["/a.bin"] = DATA[::-1]
    with pytest.raises(
        WeightsError,
        match="/a.bin provides a file other than the published one.\nHint: if you have",
    ):
        store.locate(weights(Download(f"{site.address}/a.bin")))
    assert left() == []


@pytest.mark.parametrize("change", [5, -5])
def test_a_file_of_another_size_is_refused_before_it_is_read(site: Site, change: int) -> None:
    site.lie = change
    with pytest.raises(WeightsError, match=f"a file of {300_000 + change:,} bytes, not of 300,000"):
        store.locate(weights(Download(f"{site.address}/a.bin")))
    assert len(site.asked) == 1


def test_more_bytes_than_announced_are_refused(site: Site, tmp_path: Path) -> None:
    # Without a length; the connection's end is the file's.
    target = tmp_path / "a.bin"
    with pytest.raises(WeightsError, match="a file of 300,000 bytes, not of 1,000"):
        http.download(f"{site.address}/a.bin", target, size=1000)


def test_a_part_that_was_not_asked_for(site: Site, tmp_path: Path) -> None:
    site.shift = 1
    target = tmp_path / "a.bin"
    target.write_bytes(DATA[:10])
    with pytest.raises(WeightsError, match="the server sent a range that was not requested"):
        http.download(f"{site.address}/a.bin", target, size=len(DATA))


def test_redirects_are_followed_even_when_resuming(site: Site) -> None:
    site.redirect = {"/old": "/older", "/older": "/a.bin"}
    site.cut_after = 7
    assert store.locate(weights(Download(f"{site.address}/old"))).read_bytes() == DATA
    assert site.asked[-1] == "bytes=7-"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "/loop"])
def test_redirects_to_elsewhere_are_not(site: Site, target: str) -> None:
    site.redirect = {"/loop": target}
    with pytest.raises(WeightsError, match="cannot be downloaded.*(answered 302|unknown url type)"):
        store.locate(weights(Download(f"{site.address}/loop")))


def test_a_safe_address_never_leads_to_an_open_one() -> None:
    import urllib.request

    safe = urllib.request.Request("https://localhost/a")
    with pytest.raises(WeightsError, match="leads to http://localhost/b, which is not safe"):
        http._Redirects().redirect_request(safe, None, 302, "", {}, "http://localhost/b")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "a.bin"])
def test_other_addresses_are_not_opened(url: str) -> None:
    with pytest.raises(WeightsError, match="is not an address of http or https"):
        store.locate(weights(Download(url)))


def test_a_missing_file_and_no_server(site: Site) -> None:
    with pytest.raises(WeightsError, match=r"/b.bin: the server answered 404 \(Not Found\)"):
        store.locate(weights(Download(f"{site.address}/b.bin")))
    with pytest.raises(WeightsError, match="cannot be reached.*\nHint: on a machine without int"):
        store.locate(weights(Download("http://127.0.0.1:9/a.bin")))


def test_the_next_source_is_tried(site: Site) -> None:
    site.files["/wrong"] = DATA[::-1]
    sources = [Download(f"{site.address}/{name}") for name in ("missing", "wrong", "a.bin")]
    assert store.locate(weights(*sources)).read_bytes() == DATA


def test_offline(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    monkeypatch.setenv("IMAGESASDATA_OFFLINE", "1")
    with pytest.raises(
        WeightsError, match="IMAGESASDATA_OFFLINE forbids to download them.\nHint: unset it; or"
    ):
        store.locate(one)
    assert site.asked == []
    (tmp_path / "a.bin").write_bytes(DATA)
    store.add(tmp_path / "a.bin", [one])
    assert store.locate(one).read_bytes() == DATA
    monkeypatch.setenv("IMAGESASDATA_OFFLINE", "0")
    assert not fetch.offline()


def _tar(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [_tar, _zip])
def test_a_member_of_an_archive(site: Site, pack: object) -> None:
    site.files["/pack"] = pack({"other": b"x", "package/model/a.bin": DATA})  # type: ignore[operator]
    site.cut_after = 50_000
    one = weights(Download(f"{site.address}/pack", "package/model/a.bin"))
    assert store.locate(one).read_bytes() == DATA
    assert left() == [f"{one.sha256}-a.bin"]
    store.remove(one)
    for member, message in (("nowhere", "has no nowhere"), ("other", "other has 1 bytes, not 300")):
        with pytest.raises(WeightsError, match=message):
            store.locate(weights(Download(f"{site.address}/pack", member)))
    site.files["/pack"] = site.files["/pack"][:-20_000]
    with pytest.raises(WeightsError, match="The archive .* cannot be read|another file"):
        store.locate(one)
    assert left() == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None,
    reason="only root can make a disk that is full",
)
def test_a_full_disk(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "home"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets no test mount a disk")
    try:
        one = weights(Download(f"{site.address}/a.bin"))
        message = (
            r"There is no room for the weights a.bin: they need 0.3 MB in .* which has 0.\d MB free"
            "\nHint: make room, or name a folder on another disk"
        )
        with pytest.raises(WeightsError, match=message.replace("free\n", "free.\n")):
            store.locate(one)
        assert site.asked == [], "told before a byte was asked for"
        # The room is taken by someone else while the download runs.
        monkeypatch.setattr(fetch, "_check_room", lambda *_: None)
        with pytest.raises(WeightsError, match="There is no room for the weights a.bin"):
            store.locate(one)
        assert not store.is_here(one)
        subprocess.run(
            ["mount", "-o", "remount,size=2m", str(disk)], capture_output=True, check=True
        )
        assert store.locate(one).read_bytes() == DATA
        assert site.asked[-1].startswith("bytes="), "what there was room for was kept"  # type: ignore[union-attr]
    finally:
        subprocess.run(["umount", str(disk)], capture_output=True, check=True)


def test_a_folder_that_cannot_be_written(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "file"))
    with pytest.raises(
        WeightsError, match="cannot be written to .*\nHint: IMAGESASDATA_HOME names"
    ):
        store.locate(weights(Download(f"{site.address}/a.bin")))


def test_threads_share_one_download(site: Site) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    site.silent = 0.05
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(store.locate(one).read_bytes()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [DATA] * 6
    assert site.asked == [None]


def _locate(one: WeightFile, home: str) -> bytes:
    os.environ["IMAGESASDATA_HOME"] = home
    return hashlib.sha256(store.locate(one).read_bytes()).digest()


@pytest.mark.slow
def test_processes_share_one_download(site: Site) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    site.silent = 0.2
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.starmap(_locate, [(one, str(home()))] * 3)
    assert found == [hashlib.sha256(DATA).digest()] * 3
    assert site.asked == [None]


def test_a_disk_without_locks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from imagesasdata.networks.weights import lock

    def none(_: int) -> None:
        raise OSError(38, "not implemented")

    monkeypatch.setattr(lock, "_take", none)
    one = weights(Download(f"{site.address}/a.bin"))
    assert store.locate(one).read_bytes() == DATA
    assert left() == [f"{one.sha256}-a.bin"]


def test_a_progress_bar_counts_bytes(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    one = weights(Download(f"{site.address}/a.bin"))
    store.locate(one, progress=True)
    assert "a.bin: 100%" in capsys.readouterr().err
    store.remove(one)
    store.locate(one)
    size = f"{len(DATA) / 1e6:,.1f} MB"
    said = capsys.readouterr().err
    assert said.startswith(f"imagesasdata: downloads a.bin ({size}) into ")
    assert said.count("\n") == 1
    store.remove(one)
    store.locate(one, progress=False)
    assert capsys.readouterr().err == ""


def test_a_file_known_by_md5_whose_size_was_not_published(site: Site) -> None:
    source = Download(f"{site.address}/a.bin")
    good = WeightFile("a.bin", "", 0, (source,), md5=hashlib.md5(DATA).hexdigest())
    assert store.locate(good).read_bytes() == DATA
    bad = WeightFile("a.bin", "", 0, (source,), md5="0" * 32)
    with pytest.raises(WeightsError, match="provides a file other than the published one"):
        store.locate(bad)


@pytest.mark.parametrize("progress", [True, False])
def test_a_verbs_progress_is_that_of_its_download(
    site: Site, progress: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from imagesasdata.networks.zoo import registry

    family, card = registry._find("efficientnet_lite0")
    other = dataclasses.replace(card, weights=(weights(Download(f"{site.address}/a.bin")),))
    monkeypatch.setattr(registry, "_find", lambda name: (family, other))
    # What comes is no network; the question is what is shown before that is found.
    registry._load.cache_clear()
    with pytest.raises(WeightsError, match=r"a\.bin"):
        registry.load("efficientnet_lite0", task="classify", progress=progress)
    assert ("a.bin: 100%" in capsys.readouterr().err) is progress
