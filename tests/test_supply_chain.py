"""What comes with the library: licenses, and wheels that anyone can make again byte by byte."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPO


def licenses() -> object:
    spec = importlib.util.spec_from_file_location("licenses", REPO / "tools" / "licenses.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_license_is_permissive() -> None:
    tool = licenses()
    found = tool.installed(tool.requirements(REPO / "pyproject.toml"))
    assert {"jax", "pandas", "pillow", "certifi" if "requests" in found else "numpy"} <= set(found)
    assert len(found) > 40
    for name, package in found.items():
        stated = tool.license(name, package)
        if name not in tool.BY_FILE:
            assert tool.PERMISSIVE.search(stated), f"{name}: {stated}"
        assert not tool.COPYLEFT.search(stated), f"{name}: {stated}"


@pytest.mark.skipif(sys.platform != "linux", reason="the page tells of the wheels for Linux")
def test_the_page_names_what_is_linked() -> None:
    tool = licenses()
    found = tool.installed(tool.requirements(REPO / "pyproject.toml"))
    linked = {name: tool.linked(package) for name, package in found.items()}
    strict = {
        f"{name}: {library}"
        for name, libraries in linked.items()
        for library, terms in libraries.items()
        if terms.startswith("GPL") and "exception" not in terms
    }
    assert strict == {"av: libx264", "av: libx265"}
    page = (REPO / "docs" / "concepts" / "what-needs-what.md").read_text("utf-8")
    section = page.partition("## Licenses of what is linked")[2]
    for name, libraries in linked.items():
        if libraries:
            assert f"`{name}`" in section, name
    for library in linked["av"]:
        assert f"`{library}`" in section, library
    assert "libx264" in (REPO / "SECURITY.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("stated", "permissive", "copyleft"),
    [
        ("GPL-3.0-or-later", False, True),
        ("GNU Lesser General Public License", False, True),
        ("AGPL", False, True),
        ("BSD-3-Clause", True, False),
        ("proprietary", False, False),
    ],
)
def test_licenses_are_told_apart(stated: str, permissive: bool, copyleft: bool) -> None:
    tool = licenses()
    assert bool(tool.PERMISSIVE.search(stated)) is permissive
    assert bool(tool.COPYLEFT.search(stated)) is copyleft


def test_security_says_how_to_report() -> None:
    text = (REPO / "SECURITY.md").read_text("utf-8")
    for name in re.findall(r"iad\.(\w+)", text):
        assert hasattr(__import__("imagesasdata"), name), name


@pytest.mark.slow
def test_a_wheel_is_made_again_byte_by_byte(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="needs pip install hatchling")
    digests = []
    for number in range(2):
        place = tmp_path / str(number)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)],
            cwd=REPO,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": str(number)},
            check=True,
            capture_output=True,
        )
        (wheel,) = place.glob("*.whl")
        digests.append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert digests[0] == digests[1]
