"""What of each record tells whether two are the same, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.quality.texts import folded
from kg.search.analysis import detect
from kg.search.encoders import ENGLISH_ONLY
from kg.search.passages import PRACTICES

if TYPE_CHECKING:
    from kg.search.passages import SearchRecord
    from kg.search.service import SearchIndex

BODIES: Final = frozenset({"Body", "Organization", "Group", "Initiative", "Programme", "Platform"})
_CLASSIFIED: Final = ("landUse", "measure", "degradation", "hazard", "purpose")
_SHORTEST_WORD: Final = 3
_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True)
class Features:
    """One record as it is compared; ``keys`` say with which others: those that share one of them."""

    iri: str
    title: str
    names: list[str]
    words: list[str]
    languages: list[str]
    keys: list[str]
    concepts: list[str]
    people: list[str]
    year: int | None
    doi: str | None
    sources: list[str]
    meaning: list[float] | None
    subjects: list[float] | None
    """How much the record speaks of each concept that any of them does, whatever its language."""


def model_of(record: SearchRecord) -> str:
    """Return which model compares the record: ``practice``, ``publication``, ``body`` or nothing."""
    if record.kind in PRACTICES:
        return "practice"
    if record.kind == "publication":
        return "publication"
    return "body" if BODIES.intersection(record.classes) else ""


def features(index: SearchIndex, model: str) -> Iterator[Features]:
    """Yield what tells the records apart that a model compares."""
    meaning = _Meaning(index)
    chosen = [each for each in enumerate(index.tables.records) if model_of(each[1]) == model]
    places = {
        name: place for place, name in enumerate(sorted({m for _, each in chosen for m in each.mentions}))
    }
    for number, record in chosen:
        yield _of(record, model, meaning.of(number), _subjects(record, places))


def _subjects(record: SearchRecord, places: Mapping[str, int]) -> list[float] | None:
    if not record.mentions:
        return None
    found = [0.0] * len(places)
    for name, weight in record.mentions.items():
        found[places[name]] = weight
    return found


def _languages(record: SearchRecord) -> list[str]:
    """Return the languages of its names; where the source does not tell, what they look like."""
    return sorted({tag or detect(titles[0]) for tag, titles in record.titles.items() if titles})


def _of(
    record: SearchRecord, model: str, meaning: list[float] | None, subjects: list[float] | None
) -> Features:
    titles = [title for several in record.titles.values() for title in several]
    known = [*titles, *record.names] if model == "body" else titles
    names = sorted({folded(name) for name in known} - {""})
    words = sorted({word for name in names for word in name.split() if len(word) >= _SHORTEST_WORD})
    people = sorted({surname(name) for name in record.names} - {""}) if model == "publication" else []
    doi = next((code.casefold() for code in record.codes if code.startswith("10.")), None)
    if model == "practice":
        # A technology and an approach are never one thing; what was reported in PRAIS may be either.
        sorts = ("technology", "approach") if record.kind == "prais" else (record.kind,)
        keys = [f"{country} {sort}" for country in sorted(record.facets.get("country", ())) for sort in sorts]
    elif model == "publication":
        keys = [*people, *names, *filter(None, [doi])]
    else:
        keys = [*words, *names]
    concepts = sorted({f"{facet}:{each}" for facet in _CLASSIFIED for each in record.facets.get(facet, ())})
    return Features(
        record.iri,
        record.title()[0],
        names,
        words,
        _languages(record),
        keys,
        concepts,
        people,
        record.year,
        doi,
        sorted(record.facets.get("dataset", ())),
        meaning,
        subjects,
    )


def surname(name: str) -> str:
    """Return what two ways of writing a person have in common: the family name, folded.

    ``Cowie, A.`` and ``Annette Cowie`` both give ``cowie``.
    """
    family, comma, _ = name.partition(",")
    words = folded(family).split()
    return (" ".join(words) if comma else words[-1]) if words else ""


class _Meaning:
    """The vector of a record's first passage, by an encoder that knows several languages.

    Vectors are fetched many at a time: the engine may be on another machine.
    """

    def __init__(self, index: SearchIndex) -> None:
        self._space = next((each for name, each in index.spaces.items() if name not in ENGLISH_ONLY), None)
        self._first: dict[int, int] = {}
        for passage, record in enumerate(index.tables.passage_record):
            self._first.setdefault(int(record), passage)
        self._held: dict[int, list[float]] = {}

    def of(self, record: int) -> list[float] | None:
        if self._space is None or record not in self._first:
            return None
        if record not in self._held:
            near = [each for each in range(record, record + _AT_ONCE) if each in self._first]
            found = self._space.vectors.vectors([self._first[each] for each in near])
            self._held = dict(zip(near, found.tolist(), strict=True))
        return self._held[record]
