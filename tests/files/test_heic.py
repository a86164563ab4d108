"""HEIC pictures by a package that is installed, with its reader in place of the real one."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagesasdata.errors import ImageError
from imagesasdata.files import heic, kinds
from imagesasdata.files.decode import decode, read_frames, read_header
from tests.conftest import picture
from tests.files.test_kinds import media


class Held:
    """A picture of a file, as pi-heif holds it: rows may be longer than the picture."""

    def __init__(self, image: Image.Image, exif: bytes) -> None:
        self.size, self.mode, self.stride = image.size, image.mode, 3 * image.width + 5
        rows = np.zeros((image.height, self.stride), np.uint8)
        rows[:, : 3 * image.width] = np.asarray(image).reshape(image.height, -1)
        self.data = rows.tobytes()
        self.info = {"exif": exif}


class HeldFile(list[Held]):
    """The pictures of a file, and the number of the main one."""

    primary_index = 1


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    pictures = HeldFile([Held(picture(4, 4), b""), Held(picture(30, 20, seed=3), exif.tobytes())])
    module: Any = types.ModuleType("pi_heif")
    module.open_heif = lambda file: pictures
    module.set_orientation = lambda info: info.pop("exif", None)
    monkeypatch.setitem(sys.modules, "pi_heif", module)
    for place in (kinds, heic):
        monkeypatch.setattr(place, "heic_reader", lambda: "pi_heif")
    return module


def test_the_main_picture_is_read(package: types.ModuleType) -> None:
    data = media(b"heic")
    header = read_header(data)
    assert (header.format, header.mode, header.width, header.height) == ("HEIF", "RGB", 30, 20)
    np.testing.assert_array_equal(np.asarray(decode(data)), np.asarray(picture(30, 20, seed=3)))
    assert len(read_frames(data)) == 1
    with pytest.raises(ImageError, match="30 x 20 pixels, over the limit of 10 "):
        decode(data, max_pixels=10)


@pytest.mark.parametrize("error", [ValueError, EOFError, SyntaxError, RuntimeError, OSError])
def test_a_damaged_file(package: Any, error: type[Exception]) -> None:
    def broken(file: object) -> None:
        raise error("bad")

    package.open_heif = broken
    with pytest.raises(ImageError, match="is a damaged HEIC picture"):
        decode(media(b"heim"))
