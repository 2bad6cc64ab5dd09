"""What records speak of: concepts found in text, words with weights, and practices by both."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.entities.reading import lexical
from kg.link.labels import LabelIndex
from kg.link.names import Entry
from kg.link.properties import BY_ID, PropertyTable
from kg.link.text import fold, has_han, singular
from kg.search.analysis import STOPWORDS, detect, tokens

_LONGEST_LABEL: Final = 7
_LONGEST_HAN: Final = 16
_FACETS: Final = ("measure", "degradation", "landUse", "slmGroup", "hazard")
_TITLE_WEIGHT: Final = 3
_COMMON_SHARE: Final = 0.3
"""Share of practices above which a word tells nothing and is not followed."""

GENERIC: Final = frozenset(
    {
        "ecosystem", "resilience", "vulnerability", "best_practice", "settlements", "other_measure",
        "slm_measure", "slm_technology", "slm_approach", "slm_group", "land_use_type", "land_cover", "mines",
        "biodiversity", "climate_change", "trade_offs", "unproductive_land", "co_benefits", "infestation",
    }
)  # fmt: skip
"""Concepts that any text names in passing; they are never suggested."""


@dataclass(slots=True)
class Mention:
    """A concept found in a text: how often, and in which of its parts."""

    entry: Entry
    count: int = 0
    in_title: bool = False
    in_keywords: bool = False
    words: int = 1
    text: str = ""


class ConceptFinder:
    """Finds labels of the themes' concepts in running text of six languages, the longest first."""

    def __init__(self, index: LabelIndex) -> None:
        self._labels: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
        self._han: dict[str, Entry] = {}
        for name in index.names:
            entry = index.entries[name.entry]
            if entry.scheme != "themes" or name.role not in ("label", "alt") or local(entry) in GENERIC:
                continue
            part = name.text.split(" (")[0]
            key = fold(part)
            if has_han(key):
                self._han.setdefault(key.replace(" ", ""), entry)
            elif len(key) >= 3:
                self._add(singular(key), entry, part if len(key) < 6 else "")
        self._longest: dict[str, int] = defaultdict(int)
        for key in self._labels:
            first, *more = key.split()
            self._longest[first] = min(_LONGEST_LABEL, max(self._longest[first], 1 + len(more)))
        for meant in self._labels.values():
            meant.sort(key=lambda pair: (local(pair[0]).startswith("group_"), pair[0].rank))

    def _add(self, key: str, entry: Entry, exact: str) -> None:
        """``exact`` is the spelling that a short name must have, so that ``EbA`` is not any ``eba``."""
        if all((other, spelling) != (entry, exact) for other, spelling in self._labels[key]):
            self._labels[key].append((entry, exact))

    def find(self, title: str, text: str, keywords: Iterable[str]) -> dict[int, Mention]:
        """Return the mentions by entry number."""
        found: dict[int, Mention] = {}
        for part, where in ((title, "title"), (text, "text"), *((word, "keywords") for word in keywords)):
            for entry, length in self._in(part):
                mention = found.setdefault(entry.number, Mention(entry))
                mention.count += 1
                mention.words = max(mention.words, length)
                mention.in_title |= where == "title"
                mention.in_keywords |= where == "keywords"
        return found

    def _in(self, text: str) -> Iterable[tuple[Entry, int]]:
        key = fold(text[:400]) if len(text) <= 400 else " ".join(map(fold, _pieces(text)))
        if has_han(key):
            yield from self._in_han(key.replace(" ", ""))
        words = singular(key).split()
        spelled = text
        at = 0
        while at < len(words):
            for length in range(min(self._longest.get(words[at], 0), len(words) - at), 0, -1):
                meant = self._labels.get(" ".join(words[at : at + length]))
                entry = next((e for e, exact in meant or () if not exact or exact in spelled), None)
                if entry is not None:
                    yield entry, length
                    at += length
                    break
            else:
                at += 1

    def _in_han(self, text: str) -> Iterable[tuple[Entry, int]]:
        at = 0
        while at < len(text):
            for length in range(min(_LONGEST_HAN, len(text) - at), 1, -1):
                if (entry := self._han.get(text[at : at + length])) is not None:
                    yield entry, 2
                    at += length
                    break
            else:
                at += 1


def _pieces(text: str) -> Iterable[str]:
    """Cut a long text at spaces into pieces that folding takes whole."""
    at = 0
    while at < len(text):
        end = min(len(text), at + 380)
        if end < len(text) and (space := text.rfind(" ", at, end)) > at:
            end = space
        yield text[at:end]
        at = end


def local(entry: Entry) -> str:
    """Return ``eba`` of ``concept:eba``."""
    return entry.id.partition(":")[2]


def bag(title: str, text: str, language: str = "") -> Counter[str]:
    """Return the word stems of a record, those of the title counting more."""
    tongue = language[:2] if language[:2] in STOPWORDS else detect(f"{title} {text}"[:500])
    found = Counter(tokens(text, tongue))
    for word in tokens(title, tongue):
        found[word] += _TITLE_WEIGHT
    return found


@dataclass(slots=True)
class Practice:
    """A practice as links see it."""

    entry: Entry
    words: dict[str, float] = field(default_factory=dict)
    name_words: tuple[frozenset[str], ...] = ()
    concepts: frozenset[int] = frozenset()


class Practices:
    """All practices, found by the words and concepts they share with a record."""

    def __init__(self, index: LabelIndex, table: PropertyTable, finder: ConceptFinder) -> None:
        self.index = index
        self.finder = finder
        self.all: list[Practice] = []
        facets = [table.values(BY_ID[name]) for name in _FACETS]
        summaries = table.values(BY_ID["summary"])
        local_names = table.values(BY_ID["localName"])
        bags: list[Counter[str]] = []
        for entry in index.entries:
            if "practice" not in entry.types or entry.withdrawn:
                continue
            names = [label.value for label in entry.labels]
            names += [lexical(term).split(" (")[0] for term in local_names.get(entry.number, [])]
            text = " ".join(map(lexical, summaries.get(entry.number, [])))
            concepts = {
                other.number
                for values in facets
                for term in values.get(entry.number, [])
                if (other := index.by_iri.get(lexical(term))) is not None
            }
            concepts |= set(finder.find(" ; ".join(names), text, ()))
            name_words = tuple(frozenset(tokens(name, detect(name))) for name in names)
            self.all.append(
                Practice(entry, name_words=tuple(filter(None, name_words)), concepts=frozenset(concepts))
            )
            bags.append(bag(" ".join(names), text))
        self._weigh(bags)

    def _weigh(self, bags: list[Counter[str]]) -> None:
        count = max(1, len(self.all))
        frequency = Counter(word for each in bags for word in each)
        self.idf = {word: math.log(1 + count / n) for word, n in frequency.items()}
        self.rarest = math.log(1 + count)
        concepts = Counter(number for each in self.all for number in each.concepts)
        self.concept_idf = {number: math.log(1 + count / n) for number, n in concepts.items()}
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, words in enumerate(bags):
            vector = self.vector(words)
            self.all[at].words = vector
            for word, weight in vector.items():
                if frequency[word] <= max(20, _COMMON_SHARE * count):
                    postings[word].append((at, weight))
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {
            word: (
                np.array([at for at, _ in found], dtype=np.int32),
                np.array([weight for _, weight in found], dtype=np.float32),
            )
            for word, found in postings.items()
        }
        by_concept: dict[int, list[int]] = defaultdict(list)
        for at, practice in enumerate(self.all):
            for number in practice.concepts:
                by_concept[number].append(at)
        self._by_concept = {number: np.array(found, dtype=np.int32) for number, found in by_concept.items()}

    def vector(self, words: Counter[str]) -> dict[str, float]:
        """Return a bag of words as a unit vector, rare words weighing more."""
        weighted = {word: (1 + math.log(n)) * self.idf.get(word, self.rarest) for word, n in words.items()}
        length = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
        return {word: value / length for word, value in weighted.items()}

    def near(self, vector: dict[str, float], concepts: Iterable[int], limit: int) -> NDArray[np.int32]:
        """Return the places of the practices that share most words and concepts: the block of a record."""
        scores = np.zeros(len(self.all), dtype=np.float32)
        for word, weight in vector.items():
            if word in self._postings:
                places, weights = self._postings[word]
                scores[places] += weight * weights
        for number in concepts:
            if number in self._by_concept:
                scores[self._by_concept[number]] += 0.02 * self.concept_idf[number]
        limit = min(limit, len(scores))
        if not limit:
            return np.zeros(0, dtype=np.int32)
        best = np.argpartition(-scores, limit - 1)[:limit]
        best = best[scores[best] > 0]
        return best[np.lexsort((best, -scores[best]))].astype(np.int32)
