"""Turns text of the six languages into search tokens, the same way for records, labels and queries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from kg.vocab import LANGUAGES

_STEMMERS: Final = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]+")
_WORDS: Final = re.compile(r"[^\W_]+")
_ARABIC_MARKS: Final = re.compile(r"[ً-ٰٟـۖ-ۭ]")
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_ARABIC_LETTERS: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ؤ": "و", "ئ": "ي"})
_ARABIC_CLITICS: Final = re.compile(r"^(?:[وف]?(?:بال|كال|ال|لل)|[وف](?=[ء-ي]{4}))")
_LONGEST_TOKEN: Final = 40
_LONGEST_UTF8: Final = 4 * _LONGEST_TOKEN
_ISE: Final = re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$")


class _Blanks(dict[int, int]):
    """Maps control, surrogate, private and unassigned characters to a space; fills as characters come."""

    def __missing__(self, code: int) -> int:
        self[code] = 32 if unicodedata.category(chr(code)) in ("Cc", "Cs", "Co", "Cn") else code
        return self[code]


_BLANKS: Final = _Blanks()


def normalise(text: str) -> str:
    """Return text in NFKC without control characters, with Arabic letter variants and digits unified."""
    text = unicodedata.normalize("NFKC", text).translate(_DIGITS)
    text = text.translate(_BLANKS)
    text = _ARABIC_MARKS.sub("", text).translate(_ARABIC_LETTERS).replace("ё", "е").replace("Ё", "Е")
    return text.replace("’", "'").replace("ʼ", "'")


def _table(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _read_stopwords() -> dict[str, frozenset[str]]:
    return {language: frozenset(normalise(words).split()) for language, words in _table("stopwords.tsv")}


STOPWORDS: Final = _read_stopwords()
"""Words that say nothing about a need; matched before stemming."""

_STEMS: Final = {
    (normalise(form), language): stem
    for language, stem, forms in _table("stems.tsv")
    for form in forms.split()
}


@cache
def _analyser(language: str) -> Any:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_UTF8)).filter(tantivy.Filter.lowercase())
    if language in _STEMMERS:
        builder = builder.filter(tantivy.Filter.stemmer(_STEMMERS[language]))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Return the stem of one word, without Arabic article and particles, accents folded.

    ``stems.tsv`` keeps words of different meaning apart, and British spelling counts as American.
    """
    if language == "ar":
        word = _ARABIC_CLITICS.sub("", word) or word
    if (known := _STEMS.get((word, language))) is not None:
        return known
    if language == "en":
        word = _ISE.sub(r"iz\1", word)
    found = _analyser(language).analyze(word)
    return found[0] if found else ""


def words(text: str) -> list[str]:
    """Split normalised text into lower-case words; a run of Chinese characters is one word."""
    parts = _WORDS.findall(text.lower())
    if not _HAN.search(text):
        return [word for word in parts if len(word) <= _LONGEST_TOKEN]
    found: list[str] = []
    for part in parts:
        at = 0
        for run in _HAN.finditer(part):
            found += [part[at : run.start()], run.group()]
            at = run.end()
        found.append(part[at:])
    return [word for word in found if (word and len(word) <= _LONGEST_TOKEN) or _HAN.match(word)]


def tokens(text: str, language: str, *, stop: bool = True) -> list[str]:
    """Return the search tokens of a text: stems, and overlapping pairs of Chinese characters."""
    unwanted = STOPWORDS.get(language, frozenset()) if stop else frozenset()
    found: list[str] = []
    for word in words(normalise(text)):
        if _HAN.match(word):
            found += pairs(word)
        elif word not in unwanted and (each := stem(word, _of_script(word, language))):
            found.append(each)
    return found


def pairs(run: str) -> list[str]:
    """Split a run of Chinese characters into overlapping pairs; a single one stays itself."""
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def _of_script(word: str, language: str) -> str:
    """A Latin word inside Russian, Arabic or Chinese text is stemmed as English."""
    return "en" if word.isascii() and language in ("ru", "ar", "zh") else language


def joined(texts: Iterable[str], language: str) -> str:
    """Return the tokens of several texts as one text, for an index that splits at spaces."""
    return " ".join(" ".join(tokens(text, language)) for text in texts)


def detect(text: str, hint: str | None = None) -> str:
    """Return the most likely of the six languages of a short text.

    The script decides for Chinese, Arabic and Russian; function words and letters among the others.
    ``hint`` (the language of the interface) wins ties.
    """
    text = normalise(text)
    counts = {
        "zh": len(_HAN.findall(text)) and sum(map(len, _HAN.findall(text))) * 3,
        "ar": len(re.findall(r"[؀-ۿ]", text)),
        "ru": len(re.findall(r"[Ѐ-ӿ]", text)),
        "latin": len(re.findall(r"[A-Za-zÀ-ɏ]", text)),
    }
    script = max(counts, key=lambda name: counts[name])
    if not counts[script]:
        return hint if hint in LANGUAGES else "en"
    if script != "latin":
        return script
    return _latin(text.lower(), hint)


_LETTERS: Final = {"fr": "àâçèêëîïôœùûæ", "es": "ñ¿¡áíóú"}
_ENDINGS: Final = {
    "en": ("ing", "tion", "ed", "ness", "ly", "ght", "th", "y", "ck", "sh"),
    "fr": ("eaux", "aux", "eux", "tion", "ée", "ées", "és", "ique", "iques", "oire", "ières", "er", "ement"),
    "es": ("ción", "cion", "ciones", "dad", "ado", "ada", "os", "as", "ar", "ico", "ica", "o", "a"),
}


def _latin(text: str, hint: str | None) -> str:
    found = words(text)
    scores = dict.fromkeys(("en", "fr", "es"), 0.0)
    for language in scores:
        stop = STOPWORDS[language]
        scores[language] += sum(1.0 for word in found if word in stop)
        scores[language] += sum(1.5 for letter in text if letter in _LETTERS.get(language, ""))
        scores[language] += sum(0.3 for word in found if len(word) > 3 and word.endswith(_ENDINGS[language]))
    scores["fr"] += sum(1.0 for letter in text if letter == "é") * 0.9
    scores["es"] += sum(1.0 for letter in text if letter == "é") * 0.5
    if hint in scores:
        scores[hint] += 0.35
    scores["en"] += 0.1
    return max(scores, key=lambda language: scores[language])
