"""What builds the site's tables, for tests to import."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import REPO


@pytest.fixture(scope="session", autouse=True)
def _support() -> Iterator[None]:
    """Lets tests import what the site's build and the tutorials import."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("docs/support", "examples", "tools"):
            patch.syspath_prepend(str(REPO / folder))
        yield
