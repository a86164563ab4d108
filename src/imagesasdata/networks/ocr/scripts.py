"""The script of a character: which of those that a recognizer knows fit the requested languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Bool

Script = Literal["han", "kana"]

# Those of languages in other than Latin letters. Latin letters, digits and symbols go with all.
SCRIPTS: dict[str, frozenset[Script]] = {
    "zh": frozenset({"han"}),
    "zh-Hant": frozenset({"han"}),
    "ja": frozenset({"han", "kana"}),
}
_HAN = ("CJK ", "IDEOGRAPHIC ")
_KANA = ("HIRAGANA ", "KATAKANA", "HALFWIDTH ")
# Chinese and Japanese print has its own width of letters, digits and punctuation.
_WIDE = ("FULLWIDTH ", "PRESENTATION FORM ", "VERTICAL KANA ", "WAVE DASH", "PART ALTERNATION ")
_SIGNS = frozenset(map(chr, (*range(0x3008, 0x3012), *range(0x3013, 0x3020), 0x3030)))
_OTHER = ("COPTIC ", "ALEF ", "BET ", "GIMEL ", "DALET ")


def scripts_of(languages: Iterable[str]) -> frozenset[Script]:
    """The scripts of some languages, beyond Latin letters."""
    return frozenset().union(*(SCRIPTS.get(code, frozenset()) for code in languages))


def fitting(characters: Sequence[str], scripts: frozenset[Script]) -> Bool[np.ndarray, " n"]:
    """Which characters occur in text in Latin letters or in these scripts.

    Greek letters do, because they are symbols in text in Latin letters.
    """
    return np.array([_fits(character, scripts) for character in characters], bool)


def _fits(character: str, scripts: frozenset[Script]) -> bool:
    if len(character) != 1:
        return True
    name = unicodedata.name(character, "")
    if name.startswith(_HAN):
        return bool(scripts)
    if name.startswith(_KANA):
        return "kana" in scripts
    if name.startswith(_WIDE) or character in _SIGNS:
        return bool(scripts)
    return not name.startswith(_OTHER)
