"""Which characters fit the requested languages."""

from __future__ import annotations

import pytest

from imagesasdata.networks.ocr.languages import LANGUAGES
from imagesasdata.networks.ocr.scripts import SCRIPTS, fitting, scripts_of
from tests.networks.ocr.test_languages import LETTERS

LATIN = [
    "a",
    "Z",
    "9",
    "\u00e9",
    "\u0151",
    "\u20ac",
    "\u03b1",
    "\u2192",
    "\U0001f600",
    " ",
    "blank",
]
HAN = ["\u65e5", "\u4e2d", "\uff10", "\uff21", "\u3002", "\u300c", "\u3005"]
KANA = ["\u3042", "\u30a2", "\uff71", "\u30fc"]


@pytest.mark.parametrize(
    ("languages", "han", "kana"),
    [(("en", "de"), False, False), (("zh",), True, False), (("en", "ja"), True, True)],
)
def test_characters_of_the_scripts_asked_for(
    languages: tuple[str, ...], han: bool, kana: bool
) -> None:
    scripts = scripts_of(languages)
    assert fitting(LATIN, scripts).all()
    assert set(fitting(HAN, scripts)) == {han}
    assert set(fitting(KANA, scripts)) == {kana}


def test_no_letter_of_a_language_is_lost() -> None:
    for code, letters in LETTERS.items():
        both = [*letters, *letters.upper()]
        assert fitting(both, scripts_of([code])).all(), code


def test_each_language_with_a_script_of_its_own_is_read() -> None:
    assert all(LANGUAGES[code].rapidocr for code in SCRIPTS)
