"""Neither a program's settings of Pillow nor other calls change what is decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import PIL.Image
import PIL.ImageFile
import pytest

from imagesasdata.errors import reason
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.pillow import FORMATS, open_image
from tests.conftest import encoded, picture

WHOLE = {
    kind: encoded(picture(120, 90, seed=2), kind)
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO")
}
HALF = {kind: data[: len(data) * 2 // 3] for kind, data in WHOLE.items()}


def outcome(data: bytes, **options: int) -> object:
    try:
        read_header(data, **options)
        return np.asarray(decode(data, **options)).tobytes()
    except Exception as error:
        return reason(error)


def alone() -> list[object]:
    return [outcome(data) for data in (*WHOLE.values(), *HALF.values())]


def no_reader(*_: object) -> object:
    raise AssertionError("a reader of the program was asked")


def settings() -> Iterator[tuple[str, Callable[[pytest.MonkeyPatch], None]]]:
    image, file = PIL.Image, PIL.ImageFile
    yield "few pixels", lambda patch: patch.setattr(image, "MAX_IMAGE_PIXELS", 10)
    yield "any pixels", lambda patch: patch.setattr(image, "MAX_IMAGE_PIXELS", None)
    yield "truncated", lambda patch: patch.setattr(file, "LOAD_TRUNCATED_IMAGES", True)
    yield "own reader", lambda patch: patch.setitem(image.OPEN, "PNG", (no_reader, None))
    yield "no reader", lambda patch: patch.setattr(image, "OPEN", {})
    yield "small blocks", lambda patch: patch.setattr(file, "MAXBLOCK", 64)


CHANGES = dict(settings())


@pytest.mark.parametrize("name", CHANGES)
def test_settings_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = alone()
    CHANGES[name](monkeypatch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert alone() == expected


def test_reading_changes_no_setting() -> None:
    before = (PIL.Image.MAX_IMAGE_PIXELS, PIL.ImageFile.LOAD_TRUNCATED_IMAGES, warnings.filters[:])
    alone()
    after = (PIL.Image.MAX_IMAGE_PIXELS, PIL.ImageFile.LOAD_TRUNCATED_IMAGES, warnings.filters[:])
    assert after == before


def test_limits_at_once_are_as_alone() -> None:
    jobs = [
        (data, {"max_pixels": most})
        for data in (*WHOLE.values(), *HALF.values())
        for most in (1, 10_799, 10_800, 200_000_000)
    ]
    expected = [outcome(data, **options) for data, options in jobs]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            assert list(threads.map(lambda job: outcome(job[0], **job[1]), jobs)) == expected
    refused = [text for text in expected if isinstance(text, str) and "max_pixels" in text]
    assert len(refused) >= 2 * len(WHOLE)


def test_the_readers_are_those_of_the_list() -> None:
    for kind in ("EPS", "PDF", "IM", "MSP", "SPIDER", "XBM", "PALM"):
        assert kind not in FORMATS
    with pytest.raises(OSError, match="cannot identify"):
        open_image(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 1000)


def test_pictures_are_of_the_program_s_own_pillow() -> None:
    got = decode(WHOLE["PNG"])
    assert type(got) is PIL.Image.Image
    got.putpixel((0, 0), (1, 2, 3))
    assert got.resize((10, 10)).mode == "RGB"
    file = io.BytesIO()
    got.save(file, "PNG")
    assert decode(file.getvalue()).getpixel((0, 0)) == (1, 2, 3)


def test_libtiff_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    data = encoded(picture(200, 100), "TIFF", compression="tiff_lzw")
    for at in range(20, len(data) - 200, len(data) // 40):
        outcome(data[:at] + b"\xff" * 60 + data[at + 60 :])
    assert capfd.readouterr() == ("", "")
