"""Compiled programs that are kept on disk: whole, checked, and no reason to fail."""

from __future__ import annotations

import os
from pathlib import Path

from imagesasdata.engine.compiled import Programs


def test_a_program_is_given_back(tmp_path: Path) -> None:
    kept = Programs(tmp_path / "new" / "folder")
    assert kept.get("a") is None
    kept.put("a", b"program")
    assert kept.get("a") == b"program"
    assert Programs(tmp_path / "new" / "folder").get("a") == b"program"


def test_a_program_is_not_run_for_another_one(tmp_path: Path) -> None:
    kept = Programs(tmp_path)
    kept.put("a", b"program")
    (file,) = tmp_path.iterdir()
    os.rename(file, tmp_path / file.name.replace("a-", "b-"))
    assert kept.get("b") is None


def test_what_was_cut_off_is_kept_again(tmp_path: Path) -> None:
    kept = Programs(tmp_path)
    kept.put("a", b"program")
    (file,) = tmp_path.iterdir()
    for length in (0, 10, file.stat().st_size - 1):
        file.write_bytes(file.read_bytes()[:length])
        assert kept.get("a") is None
        kept.put("a", b"program")
        assert kept.get("a") == b"program"


def test_a_place_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = Programs(tmp_path / "file")
    kept.put("a", b"program")
    assert kept.get("a") is None
