"""Counts which concepts and glossary meanings a record speaks of, in its texts and classification."""

from __future__ import annotations

from collections.abc import Sequence

from kg.search.analysis import detect, normalise
from kg.search.concepts import Concepts
from kg.search.contexts import clarified
from kg.search.lexicon import Meaning
from kg.search.matching import Labels, key
from kg.search.passages import SearchRecord
from kg.search.weights import MENTIONED
from kg.vocab import LANGUAGES

_UNSAID = ("type", "dataset", "language", "year", "region", "convention")


def of_record(record: SearchRecord, labels: Labels, concepts: Concepts) -> dict[str, float]:
    """Return a weight for each key of :func:`kg.search.matching.key`: where it stands decides."""
    found: dict[str, float] = {}
    for language, titles in record.titles.items():
        _count(found, titles, language, MENTIONED["title"], labels)
    for passage in record.passages:
        part = "summary" if passage.part in ("summary", "title") else "text"
        _count(found, [passage.text], passage.lang, MENTIONED[part], labels)
    for facet, values in record.facets.items():
        if facet in _UNSAID:
            continue
        for value in values:
            if value in concepts.by_value:
                found[f"c:{value}"] = max(found.get(f"c:{value}", 0.0), MENTIONED["facet"])
    return dict(sorted(found.items()))


def _count(
    found: dict[str, float], texts: Sequence[str], language: str, weight: float, labels: Labels
) -> None:
    for text in texts:
        spoken = language if language in LANGUAGES else detect(text)
        read = normalise(text)
        for match in clarified(list(labels.find(read, spoken, others=False)), read):
            for meant in match.meant:
                if isinstance(meant, Meaning) and meant.weak:
                    continue
                found[key(meant)] = max(found.get(key(meant), 0.0), weight)
