"""The one rule that decides which label or text a reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kg.model import Text
from kg.vocab import LANGUAGES


def choose(texts: Iterable[Text], language: str) -> Text | None:
    """Return the best text for a reader, ``None`` when there is none.

    The order: the language asked for, its parent (``pt`` for ``pt-BR``), a regional form of it, then
    en, fr, es, ru, zh, ar, then a text without language, then any; ties go to the smaller language tag
    and text, so that the choice never depends on the order of rows.
    """
    return min(
        texts, key=lambda text: (_rank(text.lang, language), text.lang or "", text.value), default=None
    )


def ranked(texts: Iterable[Text], language: str) -> list[Text]:
    """Return the texts in the order of :func:`choose`, without repeated ones."""
    found = sorted(set(texts), key=lambda text: (_rank(text.lang, language), text.lang or "", text.value))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _rank(tag: str | None, language: str) -> int:
    asked = language.lower()
    found = (tag or "").lower()
    if found == asked:
        return 0
    if found and asked.startswith(f"{found}-"):
        return 1
    if found.split("-")[0] == asked.split("-")[0]:
        return 2
    if not found:
        return 3 + len(LANGUAGES)
    head = found.split("-")[0]
    return 3 + LANGUAGES.index(head) if head in LANGUAGES else 4 + len(LANGUAGES)
