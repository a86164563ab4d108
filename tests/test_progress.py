"""The progress bar: where it is shown, and what it counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from imagesasdata import progress
from imagesasdata.progress import Progress, is_shown


def test_it_is_shown_as_asked_else_where_someone_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = SimpleNamespace(isatty=lambda: True)
    pipe = SimpleNamespace(isatty=lambda: False)
    for stderr, someone in ((screen, True), (pipe, False)):
        monkeypatch.setattr(sys, "stderr", stderr)
        assert is_shown(None) is someone
        assert is_shown(True) is True
        assert is_shown(False) is False
    monkeypatch.setattr(progress, "notebook", lambda: "a notebook's shell")
    assert is_shown(None) is True


def test_it_counts_pictures_and_failures(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(4, "embed", show=True) as bar:
        bar.step(failed=False)
        bar.step(failed=True)
        bar.add(2)
        assert bar.failed == 1
    shown = capsys.readouterr().err
    assert re.search(r"embed: 100%.* 4/4 .*pictures/s, failed=1\]", shown)


def test_it_says_what_is_under_way(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2, "embed", show=True) as bar:
        bar.note("compiling")
        bar.step(failed=True)
        bar.note("")
        bar.step(failed=False)
    shown = capsys.readouterr().err
    assert re.search(r"embed:   0%.* 0/2 .*, compiling\]", shown)
    assert re.search(r"embed: 100%.* 2/2 .*pictures/s, failed=1\]", shown)
    with Progress(2, "embed", show=False) as bar:
        bar.note("compiling")
    assert capsys.readouterr().err == ""


def test_it_counts_bytes_in_units(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2_000_000, "a.bin", show=True, unit="bytes") as bar:
        bar.add(2_000_000)
    assert re.search(r"a\.bin: 100%.* 2\.00M/2\.00M .*B/s\]", capsys.readouterr().err)


def test_it_counts_without_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(None, "embed", show=False) as bar:
        bar.step(failed=True)
        bar.step(failed=False)
        bar.add(5)
    assert bar.failed == 1
    assert capsys.readouterr().err == ""


def test_an_error_goes_on_and_the_bar_ends(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> None:
        with Progress(2, "embed", show=True):
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stopped()
    assert capsys.readouterr().err.endswith("\n")


def test_a_pipe_sees_no_progress_bar(example_photos: Path) -> None:
    code = f"import imagesasdata as iad; iad.features({str(example_photos)!r}, groups='size')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stderr == ""
    code = code.replace("groups='size'", "groups='size', progress=True")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert re.search(r"features: 100%.* 11/11 .*pictures/s", done.stderr)
