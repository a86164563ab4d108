"""Packages of npm, brought by an npm of the test's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights import npm

Install = Callable[[str], None]


@pytest.fixture
def own_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a shell script in the place of npm."""
    if os.name == "nt":
        pytest.skip("a shell script stands for npm")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    archives = tmp_path / "archives"
    archives.mkdir()
    monkeypatch.setattr(npm, "_folder", lambda: SimpleNamespace(name=str(archives)))

    def install(script: str) -> None:
        path = tmp_path / "npm"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return install


def test_an_archive_is_brought_once(own_npm: Install, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    own_npm(f'echo "$@" >> {asked}; echo whole > them-models-1.2.3.tgz')
    first = npm.pack("@them/models", "1.2.3")
    assert first.read_text() == "whole\n"
    assert npm.pack("@them/models", "1.2.3") == first
    # Nothing that is in the package is run.
    assert asked.read_text() == "pack --ignore-scripts --silent @them/models@1.2.3\n"


def test_what_npm_says_is_passed_on(own_npm: Install) -> None:
    own_npm("echo 'npm ERR! 404   Not Found' >&2; exit 1")
    with pytest.raises(
        WeightsError, match=r"npm does not give @them/models@9.9.9: npm ERR! 404 Not Found\."
    ):
        npm.pack("@them/models", "9.9.9")


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("exit 0", 0)])
def test_npm_that_says_nothing(own_npm: Install, script: str, code: int) -> None:
    own_npm(script)
    with pytest.raises(WeightsError, match=rf"npm does not give a@1.0.0: it ended with {code}\."):
        npm.pack("a", "1.0.0")


def test_npm_that_hangs(own_npm: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    own_npm("exec sleep 60")
    monkeypatch.setattr(npm, "_SECONDS", 0.2)
    with pytest.raises(WeightsError, match=r"npm did not run \(TimeoutExpired\)\."):
        npm.pack("a", "1.0.0")


def test_without_npm(own_npm: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert not npm.is_here()
    with pytest.raises(WeightsError, match=r"npm did not run \(FileNotFoundError\)\."):
        npm.pack("a", "1.0.0")
