"""Transparency and modes: what is seen is measured."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from imagesasdata.files import pillow
from imagesasdata.files.decode import decode
from tests.conftest import encoded, picture

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def drawing(color: tuple[int, int, int], opacity: int = 255, mode: str = "RGBA") -> Image.Image:
    """A square of a color on nothing."""
    image = Image.new("RGBA", (8, 8), (*color, 0))
    image.paste((*color, opacity), (2, 2, 6, 6))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_white_on_nothing_is_seen(mode: str) -> None:
    got = decode(encoded(drawing(WHITE, mode=mode), "PNG"))
    assert got.getpixel((4, 4)) == WHITE
    assert got.getpixel((0, 0)) == BLACK


@pytest.mark.parametrize("color", [(200, 0, 0), BLACK, (240, 240, 240), (255, 255, 0)])
def test_what_differs_from_white_lies_on_white(color: tuple[int, int, int]) -> None:
    got = decode(encoded(drawing(color), "PNG"))
    assert got.getpixel((4, 4)) == color
    assert got.getpixel((0, 0)) == WHITE


def test_many_rows_are_flattened_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(31, 57).convert("RGBA")
    image.putalpha(picture(31, 57, seed=4).convert("L"))
    data = encoded(image, "PNG")
    whole = np.asarray(decode(data))
    monkeypatch.setattr(pillow, "_AT_ONCE", 100)
    np.testing.assert_array_equal(np.asarray(decode(data)), whole)


def test_a_faint_shadow_lies_on_white() -> None:
    got = decode(encoded(drawing(BLACK, opacity=6), "PNG"))
    assert got.getpixel((4, 4)) == (249, 249, 249)
    assert got.getpixel((0, 0)) == WHITE


@pytest.mark.parametrize("opacity", [0, 255])
def test_an_even_sheet_stays_white(opacity: int) -> None:
    got = decode(encoded(Image.new("RGBA", (4, 4), (255, 255, 255, opacity)), "PNG"))
    assert got.getcolors() == [(16, WHITE)]


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_one_color_that_stands_for_nothing(mode: str) -> None:
    image = Image.new("RGB", (4, 4), BLACK)
    image.paste(WHITE, (2, 0, 4, 4))
    stored = image.convert(mode)
    nothing = stored.getpixel((0, 0))
    got = decode(encoded(stored, "PNG", transparency=nothing))
    # Black is left out, and what is left is white, so it is shown on black.
    assert {got.getpixel((0, 0)), got.getpixel((3, 0))} == {WHITE, BLACK}


def test_a_gray_profile_of_a_picture_with_transparency() -> None:
    gamma = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(drawing((90, 90, 90), mode="LA"), "PNG", icc_profile=gamma)
    assert decode(data).getpixel((4, 4)) == (90, 90, 90)


@pytest.mark.parametrize(
    ("ink", "expected"),
    [((0, 0, 0, 0), WHITE), ((0, 0, 0, 255), BLACK), ((0, 255, 255, 0), (255, 0, 0))],
)
@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_cmyk(kind: str, ink: tuple[int, ...], expected: tuple[int, int, int]) -> None:
    got = decode(encoded(Image.new("CMYK", (16, 16), ink), kind))
    np.testing.assert_allclose(got.getpixel((8, 8)), expected, atol=3)


def test_channels_beyond_rgb_are_left_out() -> None:
    image = picture(6, 5)
    data = encoded(image.convert("RGBX"), "TIFF")
    np.testing.assert_array_equal(np.asarray(decode(data)), np.asarray(image))
