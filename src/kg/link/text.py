"""Forms of a name that differ in case, accents, punctuation or number, brought to one key."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kg.search.analysis import normalise

_KEPT: Final = frozenset("<>%+=≥≤")
"""Signs that tell labels apart, as in ``> 60%`` and ``< 60%``."""
_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_ARTICLES: Final = re.compile(r"\bال(?=[ء-ي]{3})")
_TEH: Final = str.maketrans({"ة": "ه", "ـ": ""})
_DOI: Final = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
_LONGEST: Final = 400


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the key under which a name is found: case, accents, marks and punctuation do not count."""
    found = unicodedata.normalize("NFD", normalise(text[:_LONGEST]).casefold().translate(_TEH))
    letters = []
    for each in found:
        kind = unicodedata.category(each)
        if kind[0] in "LN" or each in _KEPT:
            letters.append(each)
        elif kind[0] != "M":
            letters.append(" ")
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


@lru_cache(maxsize=65_536)
def singular(key: str) -> str:
    """Return a key with plural endings and Arabic articles taken off, for a second look."""
    return " ".join(_singular(word) for word in _ARTICLES.sub("", key).split())


def _singular(word: str) -> str:
    if not word.isascii() or len(word) < 4:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def grams(key: str) -> set[str]:
    """Return the pieces by which similar keys are found: trigrams, and signs and pairs for Chinese."""
    padded = f" {key} "
    found = {padded[at : at + 3] for at in range(len(padded) - 2)}
    if _HAN.search(key):
        joined = key.replace(" ", "")
        found |= {joined[at : at + 2] for at in range(len(joined) - 1)} | set(joined)
    return found


def has_han(key: str) -> bool:
    """Tell whether a key has Chinese characters, which stand without spaces between words."""
    return bool(_HAN.search(key))


def numbers(key: str) -> tuple[str, ...]:
    """Return the numbers and comparison signs of a key in their order."""
    return tuple(re.findall(r"\d+|[<>%+=≥≤]", key))


def doi(text: str) -> str | None:
    """Return the DOI that a text consists of, in lower case and without resolver."""
    found = _DOI.match(text.strip())
    return found[1].lower() if found else None
