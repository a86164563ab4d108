"""What builds the site's tables, for tests to import."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..conftest import REPO


@pytest.fixture(scope="session", autouse=True)
def _support() -> Iterator[None]:
    """Lets tests import the modules of docs/support, as the site's build does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPO / "docs" / "support"))
        yield
