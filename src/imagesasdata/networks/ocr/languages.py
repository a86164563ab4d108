"""The supported languages, by their ISO 639-1 codes, and which engine reads each.

RapidOCR's model (PP-OCRv6) reads all of its languages at once: Chinese, Japanese, and those in Latin
letters but Vietnamese, most of whose letters it lacks. Tesseract has a file for each language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from imagesasdata.errors import ArgumentError, ArgumentTypeError, UnknownNameError, nearest

Engine = Literal["rapidocr", "tesseract"]
ENGINES = get_args(Engine)


class Language(NamedTuple):
    """A language: its English name, its name in Tesseract, and whether RapidOCR reads it."""

    name: str
    tesseract: str
    rapidocr: bool


LANGUAGES: dict[str, Language] = {
    "af": Language("Afrikaans", "afr", True),
    "am": Language("Amharic", "amh", False),
    "ar": Language("Arabic", "ara", False),
    "az": Language("Azerbaijani", "aze", True),
    "be": Language("Belarusian", "bel", False),
    "bg": Language("Bulgarian", "bul", False),
    "bn": Language("Bengali", "ben", False),
    "bs": Language("Bosnian", "bos", True),
    "ca": Language("Catalan", "cat", True),
    "cs": Language("Czech", "ces", True),
    "cy": Language("Welsh", "cym", True),
    "da": Language("Danish", "dan", True),
    "de": Language("German", "deu", True),
    "el": Language("Greek", "ell", False),
    "en": Language("English", "eng", True),
    "es": Language("Spanish", "spa", True),
    "et": Language("Estonian", "est", True),
    "eu": Language("Basque", "eus", True),
    "fa": Language("Persian", "fas", False),
    "fi": Language("Finnish", "fin", True),
    "fr": Language("French", "fra", True),
    "ga": Language("Irish", "gle", True),
    "gl": Language("Galician", "glg", True),
    "gu": Language("Gujarati", "guj", False),
    "he": Language("Hebrew", "heb", False),
    "hi": Language("Hindi", "hin", False),
    "hr": Language("Croatian", "hrv", True),
    "hu": Language("Hungarian", "hun", True),
    "hy": Language("Armenian", "hye", False),
    "id": Language("Indonesian", "ind", True),
    "is": Language("Icelandic", "isl", True),
    "it": Language("Italian", "ita", True),
    "ja": Language("Japanese", "jpn", True),
    "ka": Language("Georgian", "kat", False),
    "kk": Language("Kazakh", "kaz", False),
    "km": Language("Khmer", "khm", False),
    "kn": Language("Kannada", "kan", False),
    "ko": Language("Korean", "kor", False),
    "la": Language("Latin", "lat", True),
    "lb": Language("Luxembourgish", "ltz", True),
    "lo": Language("Lao", "lao", False),
    "lt": Language("Lithuanian", "lit", True),
    "lv": Language("Latvian", "lav", True),
    "mi": Language("Maori", "mri", True),
    "mk": Language("Macedonian", "mkd", False),
    "ml": Language("Malayalam", "mal", False),
    "mn": Language("Mongolian", "mon", False),
    "mr": Language("Marathi", "mar", False),
    "ms": Language("Malay", "msa", True),
    "mt": Language("Maltese", "mlt", True),
    "my": Language("Burmese", "mya", False),
    "ne": Language("Nepali", "nep", False),
    "nl": Language("Dutch", "nld", True),
    "no": Language("Norwegian", "nor", True),
    "oc": Language("Occitan", "oci", True),
    "pa": Language("Punjabi", "pan", False),
    "pl": Language("Polish", "pol", True),
    "ps": Language("Pashto", "pus", False),
    "pt": Language("Portuguese", "por", True),
    "qu": Language("Quechua", "que", True),
    "ro": Language("Romanian", "ron", True),
    "ru": Language("Russian", "rus", False),
    "si": Language("Sinhala", "sin", False),
    "sk": Language("Slovak", "slk", True),
    "sl": Language("Slovenian", "slv", True),
    "sq": Language("Albanian", "sqi", True),
    "sr": Language("Serbian", "srp", False),
    "sv": Language("Swedish", "swe", True),
    "sw": Language("Swahili", "swa", True),
    "ta": Language("Tamil", "tam", False),
    "te": Language("Telugu", "tel", False),
    "tg": Language("Tajik", "tgk", False),
    "th": Language("Thai", "tha", False),
    "ti": Language("Tigrinya", "tir", False),
    "tr": Language("Turkish", "tur", True),
    "uk": Language("Ukrainian", "ukr", False),
    "ur": Language("Urdu", "urd", False),
    "uz": Language("Uzbek", "uzb", True),
    "vi": Language("Vietnamese", "vie", False),
    "yi": Language("Yiddish", "yid", False),
    "zh": Language("Chinese, simplified", "chi_sim", True),
    "zh-Hant": Language("Chinese, traditional", "chi_tra", True),
}


def check_languages(languages: Sequence[str] | str, engine: Engine) -> tuple[str, ...]:
    """The requested codes as a tuple, after a check that the engine reads each.

    Raises
    ------
    UnknownNameError
        When a code is not known; the message names the nearest.
    ArgumentError, ArgumentTypeError
        When none is given, or the engine does not read one.
    """
    asked = (languages,) if isinstance(languages, str) else tuple(languages)
    if not asked:
        raise ArgumentError("languages is empty.", 'give codes, as in languages=("en", "de").')
    for code in asked:
        if not isinstance(code, str):
            raise ArgumentTypeError(
                f"languages must be codes, got {code!r}.", 'as in languages=("en", "de").'
            )
        if code not in LANGUAGES:
            raise _unknown(code)
        if engine == "rapidocr" and not LANGUAGES[code].rapidocr:
            raise ArgumentError(
                f"The engine rapidocr does not read {LANGUAGES[code].name} ({code!r}).",
                f'give engine="tesseract", languages=("{code}",).',
            )
    return asked


def _unknown(code: str) -> UnknownNameError:
    """The error for an unknown code; it also recognizes names and Tesseract's codes."""
    other_names = {
        **{language.name.lower(): known for known, language in LANGUAGES.items()},
        **{language.tesseract: known for known, language in LANGUAGES.items()},
        **{known.lower(): known for known in LANGUAGES},
    }
    close = nearest(code.lower(), other_names)
    hint = f"did you mean {other_names[close]!r}? " if close else ""
    return UnknownNameError(f"Unknown language {code!r}.", f"{hint}Known: {', '.join(LANGUAGES)}.")
