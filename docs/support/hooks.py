"""What the site's build adds to MkDocs: imports, a check of the reference, live pages, a small index."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.plugins import event_priority

HERE = Path(__file__).parent

# A warning ends a strict build.
log = logging.getLogger("mkdocs.plugins.imagesasdata")


def on_startup(**_: Any) -> None:
    """Let executed code blocks import the modules of this folder."""
    sys.path.insert(0, str(HERE))


def on_pre_build(config: Any) -> None:
    """Warn of public names that no page of the reference documents."""
    import tables

    import imagesasdata

    pages = (Path(config["docs_dir"]) / "reference").glob("*.md")
    for name in tables.undocumented(pages, imagesasdata.__all__):
        log.warning("imagesasdata.%s has no '::: imagesasdata.%s' in docs/reference/", name, name)


def on_post_page(output: str, **_: Any) -> str:
    """Name the theme's search for those who hear the page."""
    return output.replace(
        'data-md-component="search" role="dialog"',
        'data-md-component="search" role="dialog" aria-label="Search"',
    )


@event_priority(
    -50
)  # when the index of the search is there, before it is copied for pages from disk
def on_post_build(config: Any) -> None:
    """Write the live pages; take the markup out of the search's index, which every page loads."""
    import live

    site = Path(config["site_dir"])
    (site / "live").mkdir(exist_ok=True)
    for name, page in live.KEPT.items():
        (site / "live" / name).write_text(page, "utf-8")
    index = site / "search" / "search_index.json"
    found = json.loads(index.read_text("utf-8"))
    for entry in found["docs"]:
        words = " ".join(re.sub(r"<[^>]+>", " ", entry["text"]).split())
        entry["text"] = _searched(entry["location"], words)
    index.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _searched(location: str, words: str) -> str:
    """A section's text for the search: a model card's beginning, nothing of a script.

    Cards repeat the licenses and limits of their families, and scripts the words of their page.
    """
    if location.endswith("#the-script"):
        return ""
    return words[:150] if location.startswith("reference/model-cards.html#") else words
