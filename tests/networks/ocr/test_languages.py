"""Languages: codes, and the errors for others."""

from __future__ import annotations

import unicodedata
from pathlib import Path

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
        ("vi", "rapidocr", iad.ArgumentError, "does not read Vietnamese.*\nHint: .*tesseract"),
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


# The letters of each language beyond a to z; capitals are added. "qu" is written with a to z and ñ.
LETTERS = {
    "af": "áèéêëîïôûŉ",
    "az": "çəğıİöşü",
    "bs": "čćđšž",
    "ca": "àçèéíïòóúü·ŀ",
    "cs": "áčďéěíňóřšťúůýž",
    "cy": "àáâäèéêëìíîïòóôöùúûüẁẃŵẅỳýŷÿ",
    "da": "æøåéÉ",
    "de": "äöüß",
    "en": "éï",
    "es": "áéíñóúü¿ºª",
    "et": "äöõšüž",
    "eu": "çñü",
    "fi": "åäöšž",
    "fr": "àâæçéèêëîïôœùûüÿ«»\u2019",
    "ga": "áéíóú",
    "gl": "áéíïñóúü",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "id": "é",
    "is": "áæðéíóöúýþ",
    "it": "àèéìíîòóù",
    "la": "āēīōūæœ",
    "lb": "äéëôüö",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "mi": "āēīōū",
    "ms": "é",
    "mt": "àċèġħìòùż",
    "nl": "áéëèïíĳóöúü€",
    "no": "æøåéòôó",
    "oc": "áàçèéíïòóúü·",
    "pl": "ąćęłńóśźż",
    "pt": "àáâãçéêíòóôõúü",
    "qu": "ñ",
    "ro": "ăâîșțşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sq": "çë",
    "sv": "åäöé",
    "sw": "\u2019",
    "tr": "âçğıİîöşüû",
    "uz": "\u2018\u2019",
    "vi": "ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
}
# Letters of loanwords and learned spellings that may be missing; without the mark they are read.
RARE = {"cy": "ẁẃẅỳ", "af": "ŉ"}
# Writings with thousands of letters, by the national standard that lists the common ones first.
COMMON = {
    "zh": ("gb2312", 0xB0, 0xD8),
    "zh-Hant": ("big5", 0xA4, 0xC7),
    "ja": ("euc_jp", 0xB0, 0xD0),
}


@pytest.fixture(scope="module")
def characters() -> set[str]:
    """The letters that RapidOCR's model can give."""
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'text' is not installed")
    package = pytest.importorskip("rapidocr", reason="the extra 'text' is not installed")
    [file] = (Path(package.__file__).parent / "models").glob("PP-OCRv6_rec_*.onnx")
    kept = runtime.InferenceSession(str(file)).get_modelmeta().custom_metadata_map
    return set(kept["character"].splitlines())


def common_letters(code: str) -> set[str]:
    encoding, first, end = COMMON[code]
    pairs = (bytes((high, low)) for high in range(first, end) for low in range(0x40, 0xFF))
    texts = (pair.decode(encoding, errors="ignore") for pair in pairs)
    return {text for text in texts if len(text) == 1 and unicodedata.category(text) == "Lo"}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code in LETTERS])
def test_a_language_is_read_if_the_model_has_its_letters(code: str, characters: set[str]) -> None:
    plain = "abcdefghijklmnopqrstuvwxyz"
    both = {
        case
        for letter in plain + LETTERS[code]
        for case in (letter, letter.upper())
        if len(case) == 1 and case != "ẞ"
    }
    missing = both - characters - set(RARE.get(code, "")) - set(RARE.get(code, "").upper())
    assert LANGUAGES[code].rapidocr == (not missing), "".join(sorted(missing))


@pytest.mark.parametrize("code", COMMON)
def test_the_common_letters_of_large_writings(code: str, characters: set[str]) -> None:
    letters = common_letters(code)
    assert len(letters) > 2900
    assert len(letters & characters) / len(letters) >= 0.995


def test_each_language_of_the_engine_is_checked() -> None:
    assert {code for code, one in LANGUAGES.items() if one.rapidocr} < {*LETTERS, *COMMON}
