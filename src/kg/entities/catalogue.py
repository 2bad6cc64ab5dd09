"""Figures and lists of one generation, counted once and kept while it is served."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from kg.entities import frameworks, hub
from kg.entities.memory import remembered
from kg.entities.model import Listed, Ref
from kg.entities.reading import Names, ask, kind_of, lexical, read_labels
from kg.store import GraphStore, Row
from kg.vocab import LANGUAGES, VOID, Iris

CLASSES: Final = {
    "practices": ("Technology", "Approach", "PraisPractice"),
    "decisions": ("Decision",),
    "documents": ("Document",),
    "publications": ("Publication",),
    "frameworks": ("Framework",),
    "cases": ("PartnerCase",),
    "platforms": ("Platform", "PlatformComponent"),
    "bodies": ("Body", "Convention", "Organization"),
    "meetings": ("Meeting",),
    "datasets": (f"{VOID}Dataset",),
    **{name: (each,) for name, each in hub.LISTS.items()},
}
"""Names of the browse lists and the classes each one shows, by local name or by IRI."""

NEWEST_FIRST: Final = frozenset({"decisions", "documents", "publications", "meetings"})


@dataclass(frozen=True, slots=True)
class Way:
    """A way in: a concept and the number of practices that have it."""

    ref: Ref
    count: int


class Catalogue:
    """What home and the browse lists show; each question is asked of the graph once."""

    def __init__(self, generation: str, iris: Iris) -> None:
        self.generation = generation
        self._iris = iris
        self._lock = threading.Lock()
        self._kept: dict[str, list[Row]] = {}
        self._lists: dict[tuple[str, str], tuple[Listed, ...]] = {}
        self._ways: dict[tuple[str, str], tuple[Way, ...]] = {}
        self._named: dict[str, Names] = {}
        self._concept_iris: list[str] = []

    def warm(self, store: GraphStore) -> None:
        """Count, list and name what many pages show, so that no reader waits for it."""
        read_labels(store, self._iris)
        self.figures(store)
        for language in LANGUAGES:
            self.conventions(store, language)
            for name in ("frameworks", "decisions", "publications", "countries"):
                self.listing(store, name, language)
        for line in self.listing(store, "frameworks", LANGUAGES[0]):
            frameworks.reached(store, line.ref.iri, self._iris)

    def counts(self, store: GraphStore) -> dict[str, int]:
        """Return the number of records of each class, by the class's local name."""
        rows = self._rows(store, "class-counts")
        return {lexical(row["class"]).removeprefix(self._iris.ns): int(lexical(row["count"])) for row in rows}

    def figures(self, store: GraphStore) -> dict[str, int]:
        """Return the number of records of each browse list, and of countries with practices."""
        counts = self.counts(store)
        found = {name: sum(counts.get(each, 0) for each in classes) for name, classes in CLASSES.items()}
        found["countries"] = len(self.ways(store, "country", "en"))
        found["concepts"] = len(self._concepts(store))
        return found

    def ways(self, store: GraphStore, facet: str, language: str) -> tuple[Way, ...]:
        """Return the concepts of a facet (local name of the property), most used first.

        Concepts below another one are left out: the broader one stands for them.
        """
        key = (facet, language)
        if key not in self._ways:
            self._ways[key] = self._count_ways(store, facet, language)
        return self._ways[key]

    def conventions(self, store: GraphStore, language: str) -> tuple[Way, ...]:
        """Return the conventions with the number of their decisions and documents, most first."""
        rows = self._rows(store, "conventions")
        names = Names(self._iris, language)
        names.add(rows, "convention")
        counted = {lexical(row["convention"]): int(lexical(row["count"])) for row in rows}
        ways = [Way(names.ref(iri), count) for iri, count in counted.items()]
        return tuple(sorted(ways, key=lambda way: (-way.count, way.ref.label.value)))

    def _count_ways(self, store: GraphStore, facet: str, language: str) -> tuple[Way, ...]:
        names = self._names(store, language)
        narrow = {lexical(row["concept"]) for row in self._rows(store, "top-concepts")}
        rows = [row for row in self._rows(store, "facets") if lexical(row["facet"]) == self._iris.term(facet)]
        counted = {lexical(row["concept"]): int(lexical(row["count"])) for row in rows}
        top = {iri: n for iri, n in counted.items() if iri not in narrow or facet == "country"} or counted
        ways = [Way(names.ref(iri), n) for iri, n in top.items()]
        return tuple(sorted(ways, key=lambda way: (-way.count, way.ref.label.value)))

    def concepts_of(self, store: GraphStore, facet: str, language: str) -> list[Ref]:
        """Return the concepts that practices have in a facet, narrower ones too, by label."""
        names = self._names(store, language)
        rows = self._rows(store, "facets")
        found = {lexical(row["concept"]) for row in rows if lexical(row["facet"]) == self._iris.term(facet)}
        return sorted(map(names.ref, found), key=_by_name)

    def regions(self, store: GraphStore, language: str) -> list[Ref]:
        """Return the regions of the world by label."""
        names = self._names(store, language)
        things = {lexical(row["thing"]) for row in self._rows(store, "concept-labels")}
        found = (iri for iri in things if kind_of(iri, self._iris) == "region")
        return sorted(map(names.ref, found), key=_by_name)

    def concepts(self, store: GraphStore, language: str) -> tuple[Listed, ...]:
        """Return all concepts by label."""
        names = self._names(store, language)
        found = [Listed(names.ref(iri)) for iri in self._concepts(store)]
        return tuple(sorted(found, key=_by_label))

    def listing(self, store: GraphStore, name: str, language: str) -> tuple[Listed, ...]:
        """Return one browse list in the order of its labels, official ones newest first."""
        key = (name, language)
        if key not in self._lists:
            self._lists[key] = self._list(store, name, language)
        return self._lists[key]

    def _list(self, store: GraphStore, name: str, language: str) -> tuple[Listed, ...]:
        if name == "concepts":
            return self.concepts(store, language)
        if name == "countries":
            ways = self.ways(store, "country", language)
            return tuple(sorted((Listed(way.ref, str(way.count)) for way in ways), key=_by_label))
        rows = [
            row
            for each in CLASSES[name]
            for row in ask(
                store, "records", self._iris, **{"class": each if "://" in each else self._iris.term(each)}
            )
        ]
        names = self._names(store, language).with_rows(rows, "record")
        notes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in rows:
            kept = notes[lexical(row["record"])]
            for part in ("symbol", "country", "year"):
                if part in row:
                    kept[part].add(lexical(row[part]))
        if name in hub.DATED:
            days = ask(store, "days", self._iris, **{"class": self._iris.term(hub.LISTS[name])})
            for row in days:
                notes[lexical(row["record"])]["year"].add(lexical(row["day"]))
        found = [_listed(names, iri, parts) for iri, parts in notes.items()]
        found.sort(key=_by_label)
        if name in NEWEST_FIRST or name in hub.DATED:
            found.sort(key=lambda line: max(notes[line.ref.iri]["year"], default=""), reverse=True)
        return tuple(found)

    def _names(self, store: GraphStore, language: str) -> Names:
        if language not in self._named:
            names = Names(self._iris, language)
            names.add(self._rows(store, "concept-labels"))
            self._named[language] = names
        return self._named[language]

    def _concepts(self, store: GraphStore) -> list[str]:
        if not self._concept_iris:
            things = {lexical(row["thing"]) for row in self._rows(store, "concept-labels")}
            self._concept_iris = sorted(iri for iri in things if kind_of(iri, self._iris) == "concept")
        return self._concept_iris

    def _rows(self, store: GraphStore, query: str) -> list[Row]:
        with self._lock:
            if query not in self._kept:
                self._kept[query] = ask(store, query, self._iris)
            return self._kept[query]


def catalogue_of(store: GraphStore, generation: str, iris: Iris) -> Catalogue:
    """Return the one catalogue of a store."""
    return remembered(store, "catalogue", lambda: Catalogue(generation, iris))


def _listed(names: Names, iri: str, parts: dict[str, set[str]]) -> Listed:
    symbol = min(parts["symbol"], default="")
    countries = sorted(names.ref(country).label.value for country in parts["country"])
    ref = names.ref(iri, symbol)
    symbol = "" if ref.label.value.startswith(symbol) else symbol
    shown = (symbol, ", ".join(countries), max(parts["year"], default=""))
    return Listed(ref, " · ".join(part for part in shown if part))


def _by_label(line: Listed) -> tuple[str, str]:
    return _by_name(line.ref)


def _by_name(ref: Ref) -> tuple[str, str]:
    return (ref.label.value.casefold(), ref.iri)
