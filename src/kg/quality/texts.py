"""Texts that are damaged, or not in the language that they say."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal

from kg.entities.reading import lexical
from kg.quality.reasons import say
from kg.quality.report import Finding, local_name
from kg.search.analysis import detect
from kg.store import Row
from kg.vocab import LANGUAGES, RDFS

LONG: Final = 60
"""Characters from which the language of a text can be told with some certainty."""
_MOJIBAKE: Final = re.compile(r"Ã[\x80-\xbf©¨ªº±³¡]|â€[œ™“”\x9d]|Â[«»°§]|Ð[\x80-\xbf]|\ufffd")
_MARKUP: Final = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?/?>|&(amp|nbsp|lt|gt|quot|#\d+);", re.IGNORECASE)
_FILLER: Final = re.compile(r"(n/?a|none|test|tbd|xxx+|todo|lorem ipsum.*|[-–—.?\s]+)", re.IGNORECASE)
_NO_LANGUAGE_NEEDED: Final = f"{RDFS}label"


def findings(rows: Iterable[Row]) -> Iterator[Finding]:
    """Yield what is wrong with each text, at most one thing a text."""
    for row in rows:
        text = row["text"]
        if not isinstance(text, Literal):
            continue
        record, field = lexical(row["record"]), lexical(row["property"])
        name = local_name(field)
        reason = damage(text.value)
        if reason:
            yield Finding("damaged-text", record, name, reason)
            continue
        stated = (text.language or "").split("-")[0]
        if not stated:
            if len(text.value) >= LONG and field != _NO_LANGUAGE_NEEDED:
                yield Finding("no-language", record, name, say("no-language", "none"))
            continue
        seen = other_language(text.value, stated)
        if seen:
            said = say("language", "other", stated=stated, seen=seen, text=text.value[:60])
            yield Finding("language", record, name, said)


def damage(text: str) -> str:
    """Return what is broken in a text, or nothing."""
    if _MOJIBAKE.search(text):
        return say("damaged-text", "encoding", text=text[:60])
    if _MARKUP.search(text):
        return say("damaged-text", "markup", text=text[:60])
    if _FILLER.fullmatch(text.strip()):
        return say("damaged-text", "empty", text=repr(text[:40]))
    return ""


def other_language(text: str, stated: str) -> str:
    """Return the language that a long text clearly has, if it is not the stated one."""
    if stated not in LANGUAGES or len(text) < (LONG if text.isascii() else LONG // 3):
        return ""
    seen = detect(text, stated)
    return "" if seen == stated else seen


def languages(rows: Iterable[Row]) -> tuple[tuple[str, int], ...]:
    """Return the number of texts by stated language, most first; ``-`` for none."""
    count: Counter[str] = Counter()
    for row in rows:
        text = row["text"]
        if isinstance(text, Literal):
            count[text.language or "-"] += 1
    return tuple(sorted(count.items(), key=lambda each: (-each[1], each[0])))


def folded(name: str) -> str:
    """Return a name without differences of case, accents, punctuation and spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each))))
