"""What the names of files and folders say: the folder of a picture, and fields by a pattern."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from imagesasdata.errors import ArgumentError, ImageError
from imagesasdata.files.addresses import PART, is_remote, local, parse_member
from imagesasdata.files.media import PICTURES, VIDEOS, Media, ending_of

_FIELD = re.compile(r"\{([^{}]*)\}")


def parts_of(path: str) -> list[str]:
    """The folders of a path and its file's name, as text.

    Of a member of an archive those within the archive; of an address those on the server.
    """
    whole = PART.sub("", path)
    member = parse_member(whole)
    if member is not None:
        text = "" if member.name == "**" else PART.sub("", member.name)
    elif is_remote(whole):
        address = whole.partition("://")[2]
        text = unquote(re.split(r"[?#]", address.partition("/")[2])[0])
    else:
        try:
            text = os.fsencode(local(whole)).decode("utf-8", "backslashreplace")
        except ImageError:
            text = whole
        text = text.replace(os.sep, "/")
    return [part for part in text.split("/") if part not in {"", "."}]


def file_name(path: str | None) -> str:
    """The name of a path's file, for people: without the query of an address, which may be secret."""
    parts = parts_of(path) if path else []
    part = PART.search(path or "")
    return f"{parts[-1] if parts else ''}{part[0] if part else ''}"


def folder_of(path: str | None) -> str | None:
    """The name of the folder that holds a file; ``None`` where there is none."""
    parts = parts_of(path) if path else []
    return parts[-2] if len(parts) > 1 and parts[-2] != ".." else None


class Pattern:
    """Fields in the names of files: ``{outlet}/{date}_{title}``.

    A field is what stands between the texts around it, within one part of the path, and ends where
    the text after it first comes; the last field of a part takes the rest. The ending of the file's
    name belongs to no field, unless the pattern has one.

    Raises
    ------
    ArgumentError
        When the pattern has no field, one twice, one without a name, or two that touch.
    """

    def __init__(self, text: str) -> None:
        self.fields = _FIELD.findall(text)
        self._length = text.count("/") + 1
        self._whole = ending_of(_FIELD.sub("x", text)) != ""
        example = 'for example pattern="{outlet}/{date}_{title}".'
        if not self.fields or re.search(r"[{}]", _FIELD.sub("", text)):
            raise ArgumentError(f"pattern={text!r} has no fields in braces.", example)
        wrong = [name for name in self.fields if not name.isidentifier()]
        if wrong:
            raise ArgumentError(
                f"pattern={text!r} has a field {wrong[0]!r}, no column name.", example
            )
        if len(set(self.fields)) < len(self.fields):
            raise ArgumentError(f"pattern={text!r} has the same field twice.", example)
        if "}{" in text:
            raise ArgumentError(
                f"pattern={text!r} has two fields with nothing between them.",
                "write the text that stands between them, or make one field of both.",
            )
        split = re.split(r"\{([^{}]*)\}", text.strip("/"))
        self._match = re.compile(
            "".join(
                f"(?P<{part}>[^/]+?)" if number % 2 else re.escape(part)
                for number, part in enumerate(split)
            )
        )

    def cells(
        self, paths: Sequence[str | None], root: str | None = None
    ) -> Mapping[str, list[str | None]]:
        """Each field's values, ``None`` where a path does not match.

        With ``root``, the folder that was searched, the whole path below it has to match; else its end.
        """
        above = None if root is None else len(parts_of(root))
        # Names that are no UTF-8 are listed with the whole path (see `as_text`).
        whole = above if root is None or is_remote(root) else len(parts_of(os.path.abspath(root)))
        found = [
            self._fields(path, whole if path and path.startswith("file:/") else above)
            for path in paths
        ]
        return {name: [None if one is None else one[name] for one in found] for name in self.fields}

    def _fields(self, path: str | None, above: int | None) -> Mapping[str, str] | None:
        parts = parts_of(path) if path else []
        if above is not None and len(parts) > above and len(parts) - above != self._length:
            return None
        parts = parts[-self._length :]
        if not parts:
            return None
        if not self._whole:
            parts[-1] = _without_ending(parts[-1])
        match = self._match.fullmatch("/".join(parts))
        return None if match is None else match.groupdict()


def _without_ending(name: str) -> str:
    ending = ending_of(name)
    known = any(_belongs(ending, media) for media in (PICTURES, VIDEOS))
    return name[: -len(ending)] if known else name


def _belongs(ending: str, media: Media) -> bool:
    """Whether an ending is one of a kind of media, or one that a download has lengthened."""
    return any(ending.startswith(known) for known in media.endings)
