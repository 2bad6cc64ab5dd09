"""Turns ranked records into results that people read: snippet, highlights, reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from kg.search.analysis import normalise, stem, tokens
from kg.search.concepts import Concepts
from kg.search.fusion import Fused
from kg.search.index import Tables
from kg.search.passages import Passage, SearchRecord
from kg.search.requests import Hit
from kg.search.understanding import Reading
from kg.search.weights import EXPANSION

_SNIPPET: Final = 260
_LEAD: Final = 60
_WORD: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W_㐀-䶿一-鿿豈-﫿]+")
_HAN: Final = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_MOST_REASONS: Final = 4


class Presenter:
    """Writes results from the index's tables."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def hit(self, ranked: Fused, reading: Reading, language: str) -> Hit:
        """Return a ranked record as a result."""
        record = self._tables.records[ranked.record]
        label, label_language = record.title(language)
        passage = self._best_passage(ranked, record, reading)
        wanted = {
            (token, each.language)
            for group in reading.groups
            for each in group
            if each.weight >= EXPANSION
            for token in each.tokens
        }
        snippet, spans = cut_snippet(passage, wanted, label) if passage else ("", ())
        return Hit(
            iri=record.iri,
            type=record.kind,
            label=label,
            label_lang=label_language,
            score=ranked.score,
            snippet=snippet,
            snippet_lang=passage.lang if passage else "",
            highlights=spans,
            passage=passage.text if passage else "",
            other_language=passage is not None and passage.lang != language,
            parts=ranked.parts,
            why=self._reasons(ranked, record, reading, language),
            year=record.year,
            countries=tuple(record.facets.get("country", ())),
        )

    def text(self, ranked: Fused, reading: Reading) -> str:
        """Return the title of a ranked record and its best passage, as a cross-encoder reads it."""
        record = self._tables.records[ranked.record]
        title = record.title(reading.language)[0]
        passage = self._best_passage(ranked, record, reading)
        if passage is None or passage.text.startswith(title):
            return passage.text if passage is not None else title
        return f"{title}. {passage.text}"

    def related(self, ranked: Fused, reasons: tuple[str, ...]) -> Hit:
        """Return a related record as a result."""
        record = self._tables.records[ranked.record]
        label, language = record.title()
        passage = record.passages[0] if record.passages else None
        snippet = cut_snippet(passage, set(), label)[0] if passage else ""
        return Hit(
            iri=record.iri,
            type=record.kind,
            label=label,
            label_lang=language,
            score=ranked.score,
            snippet=snippet,
            snippet_lang=passage.lang if passage else "",
            passage=passage.text if passage else "",
            parts=ranked.parts,
            why=reasons,
            year=record.year,
            countries=tuple(record.facets.get("country", ())),
        )

    def _best_passage(self, ranked: Fused, record: SearchRecord, reading: Reading) -> Passage | None:
        """Prefer the passage that contains the words, then the one nearest in meaning."""
        numbers = [ranked.passages[name] for name in ("words", *ranked.passages) if name in ranked.passages]
        found = [self._tables.passages[number] for number in numbers] or record.passages
        summary = next((each for each in record.passages if each.part == "summary"), None)
        if found and found[0].part == "title" and summary is not None:
            return summary
        same = [each for each in found if each.lang == reading.language and each.part != "title"]
        return next(iter((*same, *found)), None)

    def _reasons(
        self, ranked: Fused, record: SearchRecord, reading: Reading, language: str
    ) -> tuple[str, ...]:
        reasons = []
        if "exact" in ranked.parts:
            reasons.append("named in the query")
        reasons += [label for _, label in shared_concepts(self._tables.concepts, record, reading, language)]
        if "words" in ranked.parts:
            reasons.append("contains words of the query")
        elif ranked.parts:
            reasons.append("close in meaning")
        return tuple(reasons[: _MOST_REASONS + 1])


def shared_concepts(
    concepts: Concepts, record: SearchRecord, reading: Reading, language: str
) -> list[tuple[str, str]]:
    """Return (facet, label) of the query's concepts that a record has."""
    found = []
    for entry in reading.concepts:
        for facet in entry.facets:
            if entry.value in record.facets.get(facet, ()):
                found.append((facet, concepts.label(facet, entry.value, language)))
                break
    return found


def cut_snippet(
    passage: Passage, wanted: set[tuple[str, str]], title: str
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the part of a passage with most of the wanted words, and where they stand in it."""
    text = passage.text
    if len(text) > len(title) + 40 and text.startswith(title):
        text = text[len(title) :].lstrip(" .")
    marks = [
        (word.start(), word.end())
        for word in _WORD.finditer(text)
        if _matches(word.group(), passage.lang, wanted)
    ]
    start = _densest(marks, len(text))
    end = min(len(text), start + _SNIPPET)
    if start and (space := text.find(" ", start, start + 30)) > 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - 30, end)) > 0:
        end = space
    lead, tail = ("… " if start else ""), (" …" if end < len(text) else "")
    shift = len(lead) - start
    spans = tuple((a + shift, b + shift) for a, b in marks if a >= start and b <= end)
    return f"{lead}{text[start:end]}{tail}", spans


def _matches(word: str, language: str, wanted: set[tuple[str, str]]) -> bool:
    if _HAN.match(word):
        return any((pair, "zh") in wanted for pair in tokens(normalise(word).lower(), "zh"))
    return (_stemmed(word, language), language) in wanted


@lru_cache(maxsize=100_000)
def _stemmed(word: str, language: str) -> str:
    return stem(normalise(word).lower(), language)


def _densest(marks: Sequence[tuple[int, int]], length: int) -> int:
    """Return where the window with most marks begins."""
    if length <= _SNIPPET or not marks:
        return 0
    best, most = 0, 0
    for at, (first, _) in enumerate(marks):
        inside = sum(1 for _, end in marks[at:] if end <= first + _SNIPPET - _LEAD)
        if inside > most:
            best, most = max(0, first - _LEAD), inside
    return min(best, max(0, length - _SNIPPET))
