"""The pages of concepts, countries, regions and concept schemes."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from kg.entities import common, countries
from kg.entities.model import Concept, Ref
from kg.entities.reading import Names, Reading, ask, lexical
from kg.store import Row
from kg.vocab import OWL, SKOS

_MOST: Final = 10
_WAYS: Final = 4
_MAPPINGS: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_OWN: Final = (
    "broader",
    "narrower",
    "broaderTransitive",
    "narrowerTransitive",
    "related",
    "semanticRelation",
    "mappingRelation",
    "notation",
    "definition",
    "scopeNote",
    "topConceptOf",
    "inScheme",
    "hiddenLabel",
    *_MAPPINGS,
)


def read(reading: Reading, facets: bool = False) -> Concept:
    """Return what only concepts and countries have; ``facets`` counts what a country's practices have."""
    skos = SKOS.__add__
    backwards = {group.name.iri: group.records for group in common.inbound(reading, 200)}
    counted = ask(reading.store, "used-by-count", reading.iris, entity=reading.iri)
    counts = _facets(reading) if facets else ()
    own = {ref.iri for facet, found in counts if facet in ("hazard", "degradation") for ref, _ in found}
    return Concept(
        labels=tuple(reading.texts(skos("prefLabel")) or reading.texts(common.LABEL)),
        others=tuple(reading.texts(skos("altLabel"))),
        definitions=(*reading.texts(skos("definition")), *reading.texts(skos("scopeNote"))),
        notations=reading.values(skos("notation")),
        broader=reading.refs(skos("broader")),
        narrower=_merged(reading.refs(skos("narrower")), backwards.get(skos("broader"), ())),
        related=_merged(reading.refs(skos("related")), backwards.get(skos("related"), ())),
        schemes=_merged(reading.refs(skos("inScheme")), reading.refs(skos("topConceptOf"))),
        mappings=tuple((name, ref) for name in _MAPPINGS for ref in reading.refs(skos(name))),
        deprecated=reading.value(f"{OWL}deprecated") == "true",
        used_by=_by_kind(counted),
        records=common.listed(reading, "used-by"),
        facts=tuple((facet, found[:_MOST]) for facet, found in counts),
        above=() if facets else _above(reading),
        profile=countries.read(reading, own) if facets else None,
    )


def own_properties() -> frozenset[str]:
    """Properties that the page has shown."""
    return frozenset({*(SKOS + name for name in _OWN), f"{OWL}deprecated"})


def _by_kind(rows: list[Row]) -> tuple[tuple[str, int], ...]:
    found = [(lexical(row.get("kind")), int(lexical(row["count"]))) for row in rows if "kind" in row]
    return tuple(sorted(found, key=lambda each: (-each[1], each[0])))


def _merged(*groups: tuple[Ref, ...]) -> tuple[Ref, ...]:
    found = {ref.iri: ref for group in groups for ref in group}
    return tuple(sorted(found.values(), key=lambda ref: (ref.label.value.casefold(), ref.iri)))


def _facets(reading: Reading) -> tuple[tuple[str, tuple[tuple[Ref, int], ...]], ...]:
    rows = ask(reading.store, "country-facets", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "concept")
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        facet = lexical(row["facet"]).removeprefix(reading.iris.ns)
        counts[facet][lexical(row["concept"])] = int(lexical(row["count"]))
    return tuple(
        (facet, tuple(sorted(((names.ref(iri), n) for iri, n in found.items()), key=_most)))
        for facet, found in sorted(counts.items())
    )


def _above(reading: Reading) -> tuple[tuple[Ref, ...], ...]:
    """Return every way from a top concept down to this one, the shortest first."""
    if not reading.refs(f"{SKOS}broader"):
        return ()
    rows = ask(reading.store, "concept-above", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "above")
    parents: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if "parent" in row:
            parents[lexical(row["above"])].add(lexical(row["parent"]))
    ways: list[tuple[Ref, ...]] = []
    front: list[tuple[str, ...]] = [(ref.iri,) for ref in reading.refs(f"{SKOS}broader")]
    while front and len(ways) < _WAYS:
        way = front.pop(0)
        over = sorted(parents[way[0]] - set(way))
        front += [(each, *way) for each in over]
        if not over:
            ways.append(tuple(map(names.ref, way)))
    return tuple(ways)


def _most(item: tuple[Ref, int]) -> tuple[int, str]:
    return (-item[1], item[0].label.value)
