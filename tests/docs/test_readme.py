"""The README's example is run, and what it prints is what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPO


def blocks(language: str) -> list[str]:
    text = (REPO / "README.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_example_prints_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(REPO / "examples")
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ,
    )
    (printed,) = blocks("text")
    assert stripped(done.stdout) == stripped(printed)
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_every_target_it_names_exists() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (REPO / "Makefile").read_text(), re.MULTILINE)
    text = (REPO / "README.md").read_text() + (REPO / "CONTRIBUTING.md").read_text()
    named = {name for line in re.findall(r"`make ([a-z ]+)`", text) for name in line.split()}
    named |= set(re.findall(r"^make ([a-z]+)\b", text, re.MULTILINE))
    assert named
    assert named <= set(targets)
