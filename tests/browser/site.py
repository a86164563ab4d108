"""The built site: where it is, what its pages link to, and a server for it."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SITE = Path(os.environ.get("IMAGESASDATA_SITE", Path(__file__).parents[2] / "site"))

# What people search for, in their words.
WORDS = (
    *("intercoder", "out-of-fold", "clustered standard errors", "docx", "LLM", "GPT"),
    *("sentiment", "complexity", "women", "offline", "glossary", "filename", "overlay text"),
)


class Page(HTMLParser):
    """What a page can be linked by, and what it links to."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.anchors = {""}
        self.links: list[str] = []
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in {"id", "name"}:
                self.anchors.add(value)
            elif value and name in {"href", "src"}:
                self.links.append(value)


def pages(site: Path = SITE) -> list[Path]:
    """The site's pages, without those inside of others and that of missing ones."""
    found = sorted(site.rglob("*.html"))
    return [file for file in found if file.name != "404.html" and file.parent.name != "live"]


def dead_links(site: Path = SITE) -> list[str]:
    """Each broken link to a file or an anchor of the site."""
    known = {file: Page(file) for file in pages(site)}
    dead = []
    for file, page in known.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = file if not address.path else (file.parent / unquote(address.path)).resolve()
            if target.is_dir():
                target = target / "index.html"
            there = target.is_file()
            if there and target in known:
                there = unquote(address.fragment) in known[target].anchors
            if not there:
                dead.append(f"{file.relative_to(site)}: {link}")
    return dead


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Do not log requests."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a browser that leaves a page before it is fully loaded."""


@contextmanager
def serve(site: Path = SITE) -> Iterator[str]:
    """The site's address while it is served on this machine."""
    handler = functools.partial(_Quiet, directory=str(site))
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
