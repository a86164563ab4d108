"""Pages that the library makes (a map, a label page), inside the site's pages."""

from __future__ import annotations

import html
from pathlib import Path

# The files that the build writes to the site's folder "live", by name.
KEPT: dict[str, str] = {}


def frame(page: Path, title: str, height: int = 480) -> str:
    """Keep a page that was made, and give the frame that shows it on a page one folder down."""
    KEPT[page.name] = page.read_text("utf-8")
    name = html.escape(page.name)
    return (
        f'<iframe class="live" src="../live/{name}" title="{html.escape(title)}" loading="lazy" '
        f'style="height: {height}px"></iframe>\n\n'
        f'<p><a href="../live/{name}">On a page of its own</a></p>'
    )
