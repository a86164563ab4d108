"""What a text is that stands in place of a picture: a web page, a server's answer, a table, ..."""

from __future__ import annotations

import codecs
import json
import re

# The tags by which the standard on MIME sniffing of the WHATWG knows a web page.
_TAGS = "html head body script iframe h1 h2 div font table a style title b br p meta link noscript"
_HTML = re.compile(rf"<(?:!doctype\s+html|(?:{'|'.join(_TAGS.split())})[\s>/])", re.IGNORECASE)
# Playlists and descriptions of streams, which FFmpeg would follow.
_PLAYLIST = re.compile(
    r"#EXTM3U|ffconcat |v=0\r?\n|\[playlist\]|\[Reference\]|RTSPtext"
    r"|<(?:asx|smil|MPD|SmoothStreamingMedia)\b",
    re.IGNORECASE,
)
# What may stand before a document's first tag.
_BEFORE = re.compile(
    r"\s*(?:<!--.*?-->|<\?.*?\?>|<!(?!doctype\s+html)[a-z][^>\[]*(?:\[.*?\]\s*)?>)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Enough for the comments and declarations that come before a document's first tag.
_READ = 1 << 16
_SHOWN = 40


def what_text(data: bytes) -> str | None:
    """The reason for a text in place of a picture; ``None`` when the bytes are not text."""
    text = _as_text(data)
    if text is None:
        return None
    start = text.lstrip()
    while before := _BEFORE.match(start):
        start = start[before.end() :].lstrip()
    if _PLAYLIST.match(start):
        return "is a playlist, not a picture: it names other files or addresses"
    if _HTML.match(start):
        return "is a web page (HTML), not a picture"
    if re.match(r"<(?:\w+:)?svg[\s>]", start, re.IGNORECASE):
        return "is an SVG drawing, which has no pixels; export it as PNG first"
    tag = _TAG.match(start)
    if tag is not None:
        name = tag[1]
        return f"is text (XML, <{name[:_SHOWN]}>), such as a server's answer, not a picture"
    if _is_json(start, whole=len(data) <= _READ):
        return f"is text (JSON: {_short(start)}), such as a server's answer, not a picture"
    if _is_table(text):
        return "is a table in a text file (CSV), not a picture; read the table first"
    if not start:
        return "is text without a word in it, which is not a picture"
    return f"is text ({_short(start)}), which is not a picture"


def is_playlist(data: bytes) -> bool:
    """Whether bytes begin as a list of files or addresses to play."""
    text = _as_text(data)
    return text is not None and _PLAYLIST.match(text.lstrip()) is not None


def _as_text(data: bytes) -> str | None:
    part = data[:_READ]
    for mark, encoding in _MARKS:
        if part.startswith(mark):
            return part[len(mark) :].decode(encoding, "ignore")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", part):
        return None
    try:
        # The last character may be cut in two.
        return codecs.getincrementaldecoder("utf-8")().decode(part)
    except UnicodeDecodeError:
        pass
    # An older encoding has few bytes over 127 among many letters.
    high = sum(byte > 127 for byte in part)
    return part.decode("latin-1") if high < len(part) / 4 else None


def _is_json(text: str, *, whole: bool) -> bool:
    if not text.startswith(("{", "[")):
        return False
    if not whole:
        return re.match(r"""[\[{]\s*["\[{]""", text) is not None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    """Whether the first lines have the same number of separators, and at least one."""
    lines = [line for line in text.splitlines()[:6] if line.strip()]
    lines = lines[:-1] if len(text) >= _READ else lines
    if len(lines) < 2:
        return False
    for separator in (",", ";", "\t"):
        counts = {re.sub(r'"[^"]*"', "", line).count(separator) for line in lines}
        if len(counts) == 1 and counts.pop() > 0:
            return True
    return False


def _short(text: str) -> str:
    words = " ".join(text[: 4 * _SHOWN].split())
    shown = "".join(letter for letter in words if letter.isprintable())[:_SHOWN]
    return repr(shown if len(shown) == len(words) else f"{shown} ...")
