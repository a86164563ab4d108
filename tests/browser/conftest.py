"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests; each opens contexts of its own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="make browser installs Playwright")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        # WebGL by software, as a machine without a graphics card has it.
        options = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    """A fresh profile without network: a page that asks for anything outside fails its test."""
    context = chromium.new_context(offline=True, accept_downloads=True)
    yield context
    context.close()
