"""The graph's concepts, countries and regions with their labels, as the index keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kg.search.passages import SearchRecord, local, select
from kg.vocab import LANGUAGES, Iris

_DEEPEST: Final = 12
_ENCODED: Final = ("measure", "landUse", "degradation", "purpose", "hazard", "theme", "country")
_MOST_ENCODED: Final = 4

RECOGNISED_SCHEMES: Final = frozenset(
    {
        "animals",
        "climate-zones",
        "countries",
        "crops",
        "degradation",
        "drought-toolbox",
        "hazards",
        "land-use",
        "ld-goals",
        "measures",
        "purposes",
        "slm-groups",
        "themes",
        "trees",
    }
)
"""Schemes whose labels are looked for in queries and texts, besides every concept that filters."""


@dataclass(slots=True)
class ConceptEntry:
    """A thing with labels: ``labels[language]`` holds the preferred one first."""

    iri: str
    labels: dict[str, list[str]] = field(default_factory=dict)
    broader: list[str] = field(default_factory=list)
    facets: list[str] = field(default_factory=list)
    scheme: str = ""

    @property
    def value(self) -> str:
        return local(self.iri)

    def label(self, language: str) -> str:
        """Return the preferred label, in the asked language if there is one."""
        for each in (language, *LANGUAGES, *sorted(self.labels)):
            if self.labels.get(each):
                return self.labels[each][0]
        return self.value

    def to_json(self) -> dict[str, Any]:
        return {
            "iri": self.iri,
            "labels": self.labels,
            "broader": self.broader,
            "facets": self.facets,
            "scheme": self.scheme,
        }

    @property
    def recognised(self) -> bool:
        """Whether queries are searched for it: the rest answer form questions such as 'yes, some'."""
        return bool(self.facets) or self.scheme in RECOGNISED_SCHEMES


class Concepts:
    """All entries by IRI and by local name, with their hierarchy."""

    def __init__(self, entries: Iterable[ConceptEntry]) -> None:
        self.by_iri = {entry.iri: entry for entry in entries}
        self.by_value: dict[str, ConceptEntry] = {}
        for entry in self.by_iri.values():
            held = self.by_value.get(entry.value)
            if held is None or len(entry.facets) > len(held.facets):
                self.by_value[entry.value] = entry
        self._narrower: dict[str, list[str]] = defaultdict(list)
        for entry in self.by_iri.values():
            for each in entry.broader:
                self._narrower[each].append(entry.iri)

    def ancestors(self, iri: str) -> list[str]:
        """Return everything broader, nearest first; cycles end."""
        return self._walk(iri, lambda each: self.by_iri[each].broader if each in self.by_iri else [])

    def descendants(self, iri: str) -> list[str]:
        """Return everything narrower, nearest first; cycles end."""
        return self._walk(iri, lambda each: self._narrower.get(each, []))

    @staticmethod
    def _walk(iri: str, step: Any) -> list[str]:
        found: dict[str, None] = {}
        level = [iri]
        for _ in range(_DEEPEST):
            level = [other for each in level for other in step(each) if other not in found and other != iri]
            found.update(dict.fromkeys(level))
        return list(found)

    def label(self, facet: str, value: str, language: str) -> str:
        """Return the label of a facet's value."""
        entry = self.by_value.get(value)
        return entry.label(language) if entry is not None and facet != "dataset" else value


def read(store: Any, iris: Iris, records: Sequence[SearchRecord]) -> Concepts:
    """Read labels and hierarchy from the graph; facets are those under which records use the concept."""
    entries: dict[str, ConceptEntry] = {}
    order = {"prefLabel": 0, "altLabel": 1, "hiddenLabel": 2}
    rows = select(store, "concepts", iris)
    rows.sort(key=lambda row: (order.get(local(row["property"].value), 3), row["label"].value))
    for row in rows:
        iri = row["concept"].value
        if not iri.startswith(iris.base):
            continue
        entry = entries.setdefault(iri, ConceptEntry(iri))
        language = (getattr(row["label"], "language", None) or "").split("-")[0]
        labels = entry.labels.setdefault(language, [])
        if row["label"].value not in labels:
            labels.append(row["label"].value)
    for row in select(store, "schemes", iris):
        if (held := entries.get(row["concept"].value)) is not None:
            held.scheme = max(held.scheme, local(row["scheme"].value))
    for row in select(store, "broader", iris):
        if (held := entries.get(row["concept"].value)) is not None and row["broader"].value != held.iri:
            held.broader.append(row["broader"].value)
    concepts = Concepts(entries[iri] for iri in sorted(entries))
    _mark_facets(concepts, records, iris)
    for entry in concepts.by_iri.values():
        entry.broader.sort()
        entry.facets.sort()
    return concepts


def _mark_facets(concepts: Concepts, records: Sequence[SearchRecord], iris: Iris) -> None:
    """Note the facets of each concept and give every record what is broader than its values."""
    skipped = {"type", "dataset", "language", "year", "convention"}
    for record in records:
        for facet in [name for name in record.facets if name not in skipped]:
            values = record.facets[facet]
            for value in list(values):
                iri = iris.country(value) if facet == "country" else iris.concept(value)
                for each in (iri, *concepts.ancestors(iri)):
                    entry = concepts.by_iri.get(each)
                    if entry is None:
                        continue
                    name = "region" if "/id/region/" in each else facet
                    if name not in entry.facets:
                        entry.facets.append(name)
                    held = record.facets.setdefault(name, [])
                    if entry.value not in held:
                        held.append(entry.value)
        for values in record.facets.values():
            values.sort()


def english_words(concepts: Concepts, record: SearchRecord) -> list[str]:
    """Return the English labels of a record's classification and of what it mentions, for the word index."""
    found: list[str] = []
    for name in record.mentions:
        entry = concepts.by_value.get(name.removeprefix("c:"))
        if entry is not None:
            found += entry.labels.get("en", [])[:2]
    for facet, values in sorted(record.facets.items()):
        if facet in ("type", "dataset", "language", "year"):
            continue
        for value in values:
            entry = concepts.by_value.get(value)
            if entry is not None:
                found += entry.labels.get("en", [])[:3]
    return list(dict.fromkeys(found))


def classification(concepts: Concepts, record: SearchRecord) -> str:
    """Return a record's classification and countries in English, encoded along with its first passage."""
    said = []
    for facet in _ENCODED:
        entries = [concepts.by_value.get(value) for value in record.facets.get(facet, ())]
        labels = [entry.label("en") for entry in entries if entry is not None and not is_top(entry, facet)]
        if labels:
            said.append(", ".join(labels[:_MOST_ENCODED]))
    return "; ".join(said)


def is_top(entry: ConceptEntry, facet: str) -> bool:
    """Top concepts ('SLM measures') say no more than the name of the facet."""
    return not entry.broader and facet in ("measure", "landUse", "degradation")
