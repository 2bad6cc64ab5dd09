"""Nearness in meaning, by the multilingual encoder of the search index; never enough for a match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg.search.analysis import detect, words
from kg.search.encoders import ENGLISH_ONLY

if TYPE_CHECKING:
    from kg.search.service import SearchIndex

_FEWEST_WORDS = 2


def is_speech(text: str) -> bool:
    """Tell a text with words from a code or a random string."""
    found = [word for word in words(text) if word.isalpha()]
    return len(found) >= _FEWEST_WORDS or any(ord(word[0]) > 0x3400 for word in found)


def nearest(search: SearchIndex, texts: Sequence[str], limit: int) -> list[list[tuple[str, float]]]:
    """Return for each text (IRI, cosine) of the records nearest in meaning, best first, each once.

    All texts are encoded in one call of the model.
    """
    space = next((each for name, each in search.spaces.items() if name not in ENGLISH_ONLY), None)
    if space is None:
        return [[] for _ in texts]
    vectors = space.queries([(text, detect(text)) for text in texts])
    return [_records(search, space.vectors.search(vector, limit * 4), limit) for vector in vectors]


def _records(search: SearchIndex, passages: list[tuple[int, float]], limit: int) -> list[tuple[str, float]]:
    best: dict[int, float] = {}
    for passage, cosine in passages:
        record = int(search.tables.passage_record[passage])
        best[record] = max(cosine, best.get(record, -1.0))
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    return [(search.tables.records[record].iri, cosine) for record, cosine in ranked]
