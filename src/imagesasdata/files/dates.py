"""The dates in a picture's EXIF block: when it was taken, and when a program last changed it.

Exif 2.32 has three: the original's (36867), the digitized copy's (36868), which a camera sets to the
same, and that of the last change (306), which says nothing on when a picture was taken.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

from imagesasdata.files.pillow import ExifTags

# The standard has colons. Some programs write the date as ISO 8601 does.
_DATE = re.compile(
    r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?"
)
_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
_FARTHEST_HOURS = 14

_TAKEN = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)


class Moment(NamedTuple):
    """A date by the local clock, and that clock's offset from UTC, such as ``+02:00``."""

    at: dt.datetime | None
    offset: str | None


def taken(inner: dict[int, Any]) -> Moment:
    """When a picture was taken, or else digitized, from the EXIF block's inner part."""
    for tag, offset_tag in _TAKEN:
        moment = _moment(inner.get(tag), inner.get(offset_tag))
        if moment.at is not None:
            return moment
    return Moment(None, None)


def changed(exif: Any) -> dt.datetime | None:
    """When a program last changed the file."""
    return _moment(exif.get(ExifTags.Base.DateTime), None).at


def _moment(text: Any, offset: Any) -> Moment:
    match = _DATE.fullmatch(_text(text))
    if match is None:
        return Moment(None, None)
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        at = dt.datetime(year, month, day, hour, minute, second)
    except ValueError:  # such as 0000:00:00
        return Moment(None, None)
    return Moment(at, _offset(match[7] or offset))


def _offset(text: Any) -> str | None:
    text = _text(text)
    if text == "Z":
        return "+00:00"
    match = _OFFSET.fullmatch(text)
    return text if match is not None and int(match[2]) <= _FARTHEST_HOURS else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return value.strip("\0 ") if isinstance(value, str) else ""
