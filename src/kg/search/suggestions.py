"""Completes what is being typed from labels, titles and codes, in any of the six languages."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Final

from kg.search.analysis import normalise
from kg.search.index import Tables

_READ: Final = 400
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: the text to put in, what it names, and of which kind that is."""

    text: str
    iri: str
    type: str
    lang: str

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "iri": self.iri, "type": self.type, "lang": self.lang}


class Suggestions:
    """A sorted table of every word start; found by bisection."""

    def __init__(self, tables: Tables) -> None:
        rows: list[tuple[str, int, Suggestion]] = []
        for entry in tables.concepts.by_iri.values():
            kind = entry.iri.split("/id/")[-1].split("/")[0]
            for language, labels in entry.labels.items():
                for at, label in enumerate(labels):
                    _add(
                        rows,
                        label,
                        (0 if entry.facets else 1) + at,
                        Suggestion(label, entry.iri, kind, language),
                    )
        for record in tables.records:
            for language, titles in record.titles.items():
                for title in titles[:1]:
                    _add(rows, title, 3, Suggestion(title, record.iri, record.kind, language))
            for code in record.codes:
                rows.append((_key(code), 2, Suggestion(code, record.iri, record.kind, "")))
        rows.sort(key=lambda row: (row[0], row[1], row[2].text, row[2].iri))
        self._rows = rows
        self._keys = [row[0] for row in rows]

    def find(self, prefix: str, language: str, limit: int) -> list[Suggestion]:
        """Return completions, those in the asked language and of concepts first."""
        key = _key(prefix[:_LONGEST])
        if not key or limit <= 0:
            return []
        start = bisect_left(self._keys, key)
        found: dict[str, tuple[tuple[int, int, int, str], Suggestion]] = {}
        for text, rank, suggestion in self._rows[start : start + _READ]:
            if not text.startswith(key):
                break
            other = suggestion.lang not in (language, "")
            whole = not _key(suggestion.text).startswith(key)
            order = (int(other), int(whole), rank, suggestion.text)
            if suggestion.iri not in found or order < found[suggestion.iri][0]:
                found[suggestion.iri] = (order, suggestion)
        best = sorted(found.values(), key=lambda each: (each[0], each[1].iri))
        return [suggestion for _, suggestion in best[:limit]]


def _key(text: str) -> str:
    return " ".join(normalise(text).lower().split())


def _add(rows: list[tuple[str, int, Suggestion]], label: str, rank: int, suggestion: Suggestion) -> None:
    """Enter a label under each of its words; Chinese under its beginning only."""
    key = _key(label)
    rows.append((key, rank, suggestion))
    at = key.find(" ")
    while 0 <= at < _LONGEST:
        rows.append((key[at + 1 :], rank + 1, suggestion))
        at = key.find(" ", at + 1)
