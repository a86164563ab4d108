"""A real HTTP server on this machine with configurable faults."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served, and how; ``asked`` gathers the Range header of every request."""

    files: dict[str, bytes]
    ranges: bool = True
    cut_after: int | None = None  # bytes of the body of the first answer, then the line is dropped
    busy: int = 0  # how many requests get 503
    silent: float = 0.0  # seconds before the body
    lie: int = 0  # added to the Content-Length and to Content-Range's total
    shift: int = 0  # added to the start of Content-Range
    redirect: dict[str, str] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    address: str = ""


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            site.asked.append(wanted)
            if self.path in site.redirect:
                self.send_response(302)
                self.send_header("Location", site.redirect[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if site.busy:
                site.busy -= 1
                self.send_error(503)
                return
            if self.path not in site.files:
                self.send_error(404)
                return
            data = site.files[self.path]
            start = 0
            if wanted and site.ranges:
                start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])  # type: ignore[index]
                if start >= len(data):
                    self.send_error(416)
                    return
                self.send_response(206)
                total = len(data) + site.lie
                self.send_header("Content-Range", f"bytes {start + site.shift}-{total - 1}/{total}")
            else:
                self.send_response(200)
            body = data[start:]
            self.send_header("Content-Length", str(len(body) + site.lie))
            self.end_headers()
            time.sleep(site.silent)
            if site.cut_after is not None:
                body, site.cut_after = body[: site.cut_after], None
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
