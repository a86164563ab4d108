"""A picture's EXIF metadata: the camera, its settings and, on request, the location.

EXIF is written by the camera and by later programs, and may be wrong. See the standard, CIPA DC-008
(Exif 2.32).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from imagesasdata.columns import Column
from imagesasdata.files.dates import changed, taken
from imagesasdata.files.isolation import pool
from imagesasdata.files.opening import inner_exif, open_picture, read_exif
from imagesasdata.files.pillow import ExifTags

_NULL = "the picture could not be read or does not say"
_CHANGED_AT = "changed_at"

CAMERA = (
    Column("camera_make", "string", "Maker of the camera.", null=_NULL),
    Column("camera_model", "string", "Model of the camera.", null=_NULL),
    Column("software", "string", "Program that wrote the file.", null=_NULL),
    Column(
        "orientation",
        "int64",
        "How the stored pixels are turned or mirrored; 1 is upright.",
        range="1 to 8",
        null=_NULL,
    ),
    Column(
        "exposure_time", "float64", "Exposure time.", unit="seconds", range="over 0", null=_NULL
    ),
    Column("f_number", "float64", "Aperture.", range="over 0", null=_NULL),
    Column("iso", "int64", "Sensitivity, ISO.", range="1 ...", null=_NULL),
    Column("focal_length", "float64", "Focal length.", unit="mm", range="over 0", null=_NULL),
    Column(
        "taken_offset",
        "string",
        "How far the clock of taken_at is from UTC, such as +02:00.",
        range="-14:00 to +14:00",
        null=_NULL,
    ),
    Column(
        _CHANGED_AT,
        "timestamp",
        "When a program last changed the file, by its clock (EXIF), without time zone.",
        null=_NULL,
    ),
)
PLACE = (
    Column(
        "gps_latitude",
        "float64",
        "Latitude; north is over 0.",
        unit="degrees",
        range="-90 to 90",
        null=_NULL,
    ),
    Column(
        "gps_longitude",
        "float64",
        "Longitude; east is over 0.",
        unit="degrees",
        range="-180 to 180",
        null=_NULL,
    ),
    Column("gps_altitude", "float64", "Height above the sea.", unit="meters", null=_NULL),
)


def camera(data: bytes, *, place: bool, max_pixels: int) -> dict[str, Any]:
    """A value for each column of `CAMERA`, and with ``place`` of `PLACE`; ``None`` if missing.

    Raises
    ------
    ImageError
        When the bytes are not a picture.
    """
    apart = pool()
    if apart is not None:
        values, _ = apart.ask("camera", data, place=place, max_pixels=max_pixels)
        at = values[_CHANGED_AT]
        return {**values, _CHANGED_AT: at and dt.datetime.fromisoformat(at)}
    with open_picture(data, max_pixels) as image:
        exif = read_exif(image)
        inner = inner_exif(exif, ExifTags.IFD.Exif)
        values = (
            _text(exif.get(ExifTags.Base.Make)),
            _text(exif.get(ExifTags.Base.Model)),
            _text(exif.get(ExifTags.Base.Software)),
            _whole(exif.get(ExifTags.Base.Orientation), 1, 8),
            _number(inner.get(ExifTags.Base.ExposureTime)),
            _number(inner.get(ExifTags.Base.FNumber)),
            _whole(_first(inner.get(ExifTags.Base.ISOSpeedRatings)), 1, 10_000_000),
            _number(inner.get(ExifTags.Base.FocalLength)),
            taken(inner).offset,
            changed(exif),
        )
        values_by_column = {
            column.name: value for column, value in zip(CAMERA, values, strict=True)
        }
        if place:
            where = _place(inner_exif(exif, ExifTags.IFD.GPSInfo))
            values_by_column |= {
                column.name: value for column, value in zip(PLACE, where, strict=True)
            }
        return values_by_column


def camera_as_json(values: dict[str, Any]) -> dict[str, Any]:
    """The values of `camera` in types that JSON has."""
    at = values[_CHANGED_AT]
    return {**values, _CHANGED_AT: at and at.isoformat()}


def _place(gps: dict[int, Any]) -> tuple[float | None, float | None, float | None]:
    latitude = _angle(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    longitude = _angle(
        gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W"
    )
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None, None
    altitude = _number(gps.get(ExifTags.GPS.GPSAltitude), least=0.0)
    below = gps.get(ExifTags.GPS.GPSAltitudeRef) in (1, b"\x01")
    return latitude, longitude, -altitude if below and altitude is not None else altitude


def _angle(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    angle = degrees + minutes / 60.0 + seconds / 3600.0
    if not math.isfinite(angle):
        return None
    return -angle if _text(side) == negative else angle


def _number(value: Any, *, least: float | None = None) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    enough = number > 0.0 if least is None else number >= least
    return number if math.isfinite(number) and enough else None


def _whole(value: Any, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and least <= value <= most else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and value else value


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").strip() or None
