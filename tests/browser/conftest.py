"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

# WebGL by software, as a machine without a graphics card has it.
OPTIONS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Playwright's own Chromium type, and the program that it starts."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="make browser installs Playwright")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium, program


@pytest.fixture(scope="session")
def chromium(driver: Any) -> Iterator[Any]:
    """One browser for all tests; each opens contexts of its own."""
    kind, program = driver
    browser = kind.launch(executable_path=program, args=OPTIONS)
    yield browser
    browser.close()


@pytest.fixture
def with_profile(driver: Any) -> Callable[[Path], AbstractContextManager[Any]]:
    """A browser whose profile is kept in a folder, for a test that ends it by force."""
    kind, program = driver

    @contextmanager
    def opened(profile: Path) -> Iterator[Any]:
        context = kind.launch_persistent_context(
            str(profile), executable_path=program, args=OPTIONS, accept_downloads=True
        )
        try:
            yield context
        finally:
            with suppress(Exception):  # it was ended
                context.close()

    return opened


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    """A fresh profile without network: a page that asks for anything outside fails its test."""
    context = chromium.new_context(offline=True, accept_downloads=True)
    yield context
    context.close()
