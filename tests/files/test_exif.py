"""EXIF from cameras: correct, wrong and incomplete."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

import imagesasdata as iad
from imagesasdata.files.exif import CAMERA, PLACE
from tests.conftest import encoded, picture

BASE, GPS = ExifTags.Base, ExifTags.GPS


def photo(path: Path, gps: dict[int, Any] | None = None) -> Path:
    exif = Image.Exif()
    exif[BASE.Make], exif[BASE.Model], exif[BASE.Orientation] = "Maker\0", "Model 1", 6
    exif[BASE.Software] = "Editor"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[BASE.ExposureTime] = IFDRational(1, 250)
    inner[BASE.FNumber], inner[BASE.FocalLength] = IFDRational(28, 10), IFDRational(50)
    inner[BASE.ISOSpeedRatings] = 400
    if gps is not None:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    path.write_bytes(encoded(picture(), exif=exif))
    return path


PLACE_OF = {
    GPS.GPSLatitude: (IFDRational(48), IFDRational(30), IFDRational(36)),
    GPS.GPSLatitudeRef: "S",
    GPS.GPSLongitude: (IFDRational(2), IFDRational(15), IFDRational(0)),
    GPS.GPSLongitudeRef: "W",
    GPS.GPSAltitude: IFDRational(355, 10),
    GPS.GPSAltitudeRef: b"\x01",
}


def test_the_camera(tmp_path: Path) -> None:
    got = iad.read_images(photo(tmp_path / "a.jpg", PLACE_OF), exif=True).iloc[0]
    expected = ["Maker", "Model 1", "Editor", 6, 1 / 250, 2.8, 400, 50.0]
    assert got[[column.name for column in CAMERA]].tolist()[: len(expected)] == expected
    assert (got["width"], got["height"]) == (32, 48)


def test_the_place_only_when_asked(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", PLACE_OF)
    for options in ({}, {"exif": True}):
        assert not any("gps" in name for name in iad.read_images(path, **options))
    got = iad.read_images(path, gps=True).iloc[0]
    degrees = float(48 + Fraction(30, 60) + Fraction(36, 3600))
    assert got[[column.name for column in PLACE]].tolist() == pytest.approx(
        [-degrees, -2.25, -35.5]
    )


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {GPS.GPSLatitude: (IFDRational(48), IFDRational(0), IFDRational(0))},
        {**PLACE_OF, GPS.GPSLatitude: (IFDRational(98), IFDRational(0), IFDRational(0))},
        {**PLACE_OF, GPS.GPSLatitude: (IFDRational(1, 0), IFDRational(0), IFDRational(0))},
        {**PLACE_OF, GPS.GPSLongitude: IFDRational(2)},
    ],
    ids=["empty", "half", "too far north", "no number", "no minutes"],
)
def test_places_that_are_none(tmp_path: Path, gps: dict[int, Any]) -> None:
    got = iad.read_images(photo(tmp_path / "a.jpg", gps), gps=True).iloc[0]
    assert got[[column.name for column in PLACE]].isna().all()
    assert pd.isna(got["image_error"])


def test_a_picture_that_says_nothing(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    got = iad.read_images(tmp_path, exif=True, gps=True)
    assert got[[column.name for column in (*CAMERA, *PLACE)]].isna().all(axis=None)
    assert got["image_error"].isna().tolist() == [True, False]


def test_all_frames(tmp_path: Path) -> None:
    pages = [picture(seed=n) for n in range(3)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "b.png")
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    got = iad.read_images(tmp_path, frames="all")
    assert got["image_id"].tolist() == list(range(5))
    assert got["file_id"].tolist() == [0, 0, 0, 1, 2]
    assert got["frame"].tolist()[:4] == [0, 1, 2, 0]
    assert got["path"].str[-11:].tolist()[:2] == ["gif#frame=0", "gif#frame=1"]
    assert got["path"][3] == got["file_path"][3]
    features = iad.features(got[:4], groups="light")
    assert features["image_error"].isna().all()
    assert features["luminance_mean"].nunique() == 4
    with pytest.raises(iad.UnknownNameError, match="Unknown frames 'last'"):
        iad.read_images(tmp_path, frames="last")  # type: ignore[arg-type]
