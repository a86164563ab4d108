"""Languages: codes, and the errors for others."""

from __future__ import annotations

import pytest

import imagesasdata as iad
from imagesasdata.networks.ocr.languages import LANGUAGES, check_languages


def test_one_or_several() -> None:
    assert check_languages("de", "rapidocr") == ("de",)
    assert check_languages(["en", "ru"], "tesseract") == ("en", "ru")


@pytest.mark.parametrize(
    ("languages", "engine", "error", "message"),
    [
        (
            "eng",
            "rapidocr",
            iad.UnknownNameError,
            "Unknown language 'eng'.\nHint: did you mean 'en'",
        ),
        ("german", "rapidocr", iad.UnknownNameError, "did you mean 'de'"),
        ("zh-hant", "rapidocr", iad.UnknownNameError, "did you mean 'zh-Hant'"),
        ("ru", "rapidocr", iad.ArgumentError, "does not read Russian.*\nHint: .*tesseract"),
        ((), "rapidocr", iad.ArgumentError, "languages is empty"),
        ((1,), "tesseract", iad.ArgumentTypeError, "languages must be codes, got 1"),
    ],
)
def test_misuse(languages: object, engine: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_languages(languages, engine)  # type: ignore[arg-type]


def test_rapidocr_knows_the_languages_that_are_said_to_be_its_own() -> None:
    package = pytest.importorskip("rapidocr", reason="the extra 'text' is not installed")
    known = package.RapidOCR.list_supported_langs("rec", "PP-OCRv6", "small")
    own = {"zh": "ch", "zh-Hant": "chinese_cht", "ja": "japan"}
    ours = {own.get(code, code) for code, one in LANGUAGES.items() if one.rapidocr}
    assert ours <= set(known)
