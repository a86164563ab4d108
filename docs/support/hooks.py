"""What the site's build adds to MkDocs: pages may import from this folder; no public name is left out."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

# A warning ends a strict build.
log = logging.getLogger("mkdocs.plugins.imagesasdata")


def on_startup(**_: Any) -> None:
    """Let executed code blocks import what is in this folder."""
    sys.path.insert(0, str(HERE))


def on_pre_build(config: Any) -> None:
    """Warn of public names that no page of the reference documents."""
    import tables

    import imagesasdata

    pages = (Path(config["docs_dir"]) / "reference").glob("*.md")
    for name in tables.undocumented(pages, imagesasdata.__all__):
        log.warning("imagesasdata.%s has no '::: imagesasdata.%s' in docs/reference/", name, name)
