"""Files that a call names for its result, checked before the work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from imagesasdata.errors import ArgumentError
from imagesasdata.files.targets import target


@pytest.mark.parametrize(
    ("to", "options", "message"),
    [
        (
            "a.txt",
            {"endings": (".csv", ".dta")},
            r"to='.*a.txt' must end in .csv, .dta.\nHint: for",
        ),
        ("a.txt", {"endings": (".html",), "argument": "--to"}, r'--to=.*\nHint: .* --to="a.html".'),
        ("gone/a.csv", {}, r"The folder '.*gone' does not exist.\nHint: make it"),
        ("folder", {}, "is a folder, and a file is written"),
    ],
)
def test_files_that_cannot_be_written(
    tmp_path: Path, to: str, options: dict[str, Any], message: str
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArgumentError, match=message):
        target(tmp_path / to, **options)
    assert target(tmp_path / "a.CSV", (".csv",)) == tmp_path / "a.CSV"
    assert target(tmp_path / "a") == tmp_path / "a"


def test_folders_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with pytest.raises(ArgumentError, match=r"permission denied.\nHint: give a file in a folder"):
        target(tmp_path / "a.csv")
