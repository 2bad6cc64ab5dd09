"""The properties of reconciliation: what constrains a query and what data extension gives."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from kg import queries
from kg.entities.reading import lexical
from kg.errors import BadInput
from kg.link import names as reading
from kg.link.labels import LabelIndex
from kg.link.names import Entry
from kg.link.text import fold
from kg.store import GraphStore, Term
from kg.vocab import LANGUAGES, XSD, Iris

_LANGUAGE_NAMES: Final = dict(
    zip(LANGUAGES, ("English", "French", "Spanish", "Russian", "Chinese", "Arabic"), strict=True)
)


@dataclass(frozen=True, slots=True)
class Property:
    """One property: ``path`` is a SPARQL path, ``lang`` picks literals of a language.

    ``types`` are the reconciliation types that have it (none: all), ``expects`` the type of its values
    where these are entities.
    """

    id: str
    name: str
    path: str
    types: tuple[str, ...] = ()
    expects: str = ""
    lang: str = ""

    def fits(self, wanted: str) -> bool:
        """Tell whether things of a type have this property."""
        families = {"technology": "practice", "approach": "practice", "prais": "practice"}
        return not self.types or wanted in self.types or families.get(wanted, "") in self.types


_VERDICTS: Final = """SELECT ?thing ?framework ?value WHERE {
  ?assessment a kg:Assessment ; kg:assesses ?thing ; kg:framework ?framework ; kg:verdict ?value
}"""
_PRACTICE: Final = ("practice",)
_CONCEPTS: Final = ("concept", "country", "region")
_TITLED: Final = ("decision", "document", "publication")
_LABEL: Final = "rdfs:label"

PROPERTIES: Final = (
    Property("code", "code or identifier", "dcterms:identifier"),
    Property("country", "country", "kg:country", (*_PRACTICE, "case"), "country"),
    Property("coordinates", "coordinates (WKT, longitude first)", "geo:hasGeometry / geo:asWKT", _PRACTICE),
    Property("landUse", "land use", "kg:landUse", _PRACTICE, "concept"),
    Property("measure", "measure", "kg:measure", _PRACTICE, "concept"),
    Property("degradation", "land degradation addressed", "kg:degradation", _PRACTICE, "concept"),
    Property("purpose", "main purpose", "kg:purpose", _PRACTICE, "concept"),
    Property("slmGroup", "SLM group", "kg:slmGroup", _PRACTICE, "concept"),
    Property("hazard", "climate hazard", "kg:hazard", _PRACTICE, "concept"),
    Property("climateZone", "agro-climatic zone", "kg:climateZone", _PRACTICE, "concept"),
    Property("qualifiesAs", "framework it qualifies for", "kg:qualifiesAs", _PRACTICE, "framework"),
    Property("candidateFor", "framework it is a candidate for", "kg:candidateFor", _PRACTICE, "framework"),
    Property("verdict", "framework and verdict", "^kg:assesses", _PRACTICE),
    Property("localName", "local name", "kg:localName", _PRACTICE),
    Property("linkedPractice", "linked practice", "kg:linkedPractice", _PRACTICE, "practice"),
    Property("theme", "theme", "kg:theme", (*_TITLED, "case"), "concept"),
    Property("symbol", "document symbol", "kg:symbol", ("decision", "document")),
    Property("session", "session", "kg:session", ("decision",)),
    Property("convention", "convention", "kg:convention", ("decision", "document"), "body"),
    Property("year", "year", "kg:year", _TITLED),
    Property("doi", "DOI", "bibo:doi", ("publication",)),
    Property("container", "journal or book", "kg:containerTitle", ("publication",)),
    Property("exactMatch", "same concept elsewhere", "skos:exactMatch", _CONCEPTS),
    Property("closeMatch", "close concept elsewhere", "skos:closeMatch", _CONCEPTS),
    Property("broader", "broader", "skos:broader", _CONCEPTS, "concept"),
    Property("scheme", "concept scheme", "skos:inScheme / rdfs:label", _CONCEPTS, lang="en"),
    Property("wocatKeyword", "WOCAT keyword", "kg:wocatKeyword", ("concept",)),
    Property("iso3", "ISO 3166-1 alpha-3", "kg:iso3", ("country",)),
    Property("iso2", "ISO 3166-1 alpha-2", "kg:iso2", ("country",)),
    Property("m49", "UN M49 code", "kg:m49", ("country", "region")),
    Property("region", "region", "kg:region", ("country",), "region"),
    *(
        Property(f"label_{tag}", f"label in {name}", _LABEL, lang=tag)
        for tag, name in _LANGUAGE_NAMES.items()
    ),
    Property("altLabel", "other label", "skos:altLabel", _CONCEPTS),
    Property("summary", "summary", "dcterms:abstract", (*_PRACTICE, *_TITLED, "case")),
    Property("source", "address of the source", "dcterms:source"),
    Property("licence", "licence", "dcterms:license"),
)
BY_ID: Final = {each.id: each for each in PROPERTIES}


class PropertyTable:
    """Values of properties by entry, read from the graph a property at a time and kept."""

    def __init__(self, index: LabelIndex, store: GraphStore, iris: Iris) -> None:
        self._index, self._store, self._iris = index, store, iris
        self._lock = threading.Lock()
        self._kept: dict[str, dict[int, list[Term]]] = {}

    def values(self, prop: Property) -> dict[int, list[Term]]:
        """Return the values by entry number, in a fixed order."""
        with self._lock:
            if prop.id not in self._kept:
                self._kept[prop.id] = self._read(prop)
            return self._kept[prop.id]

    def _read(self, prop: Property) -> dict[int, list[Term]]:
        text = f"SELECT ?thing ?value WHERE {{ ?thing {prop.path} ?value }}"
        if prop.id == "verdict":
            text = (
                "SELECT ?thing ?framework ?value WHERE { ?assessment a kg:Assessment ; kg:assesses ?thing ; "
            )
            text += "kg:framework ?framework ; kg:verdict ?value }"
        found: dict[int, list[Term]] = defaultdict(list)
        for row in self._store.select(queries.with_prefixes(text, self._iris)):
            entry = self._index.by_iri.get(lexical(row["thing"]))
            if entry is None:
                continue
            value = row["value"]
            if prop.lang and (getattr(value, "language", None) or "").split("-")[0] != prop.lang:
                continue
            if "framework" in row:
                verdict = lexical(value).rsplit("verdict_", 1)[-1]
                value = Literal(f"{lexical(row['framework']).rsplit('/', 1)[-1]}: {verdict}")
            found[entry.number].append(value)
        return {number: sorted(set(terms), key=str) for number, terms in found.items()}

    def cells(self, entry: Entry | None, prop: Property, language: str, limit: int) -> list[dict[str, Any]]:
        """Return the cells of data extension; an unknown entry has none."""
        terms = self.values(prop).get(entry.number, []) if entry is not None else []
        cells = [self._cell(term, language) for term in terms]
        return cells[:limit] if limit else cells

    def _cell(self, term: Term, language: str) -> dict[str, Any]:
        if isinstance(term, NamedNode):
            other = self._index.by_iri.get(term.value)
            if other is not None:
                return {"id": other.id, "name": other.label(language).value}
            return {"str": term.value}
        kind = term.datatype.value if isinstance(term, Literal) else ""
        if kind == f"{XSD}integer":
            return {"int": int(lexical(term))}
        return {"str": lexical(term)}

    def having(self, prop: Property, wanted: Iterable[Any]) -> set[int]:
        """Return the entries that have one of the wanted values (id, IRI, label or text)."""
        keys = {key for value in wanted for key in wanted_keys(value)}
        return {
            number
            for number, terms in self.values(prop).items()
            if any(keys & self._keys(term) for term in terms)
        }

    def _keys(self, term: Term) -> set[str]:
        text = lexical(term)
        if not isinstance(term, NamedNode):
            return {fold(text), text.casefold()}
        other = self._index.by_iri.get(text)
        if other is None:
            return {text.casefold()}
        names = {fold(label.value) for label in other.labels}
        local = other.id.partition(":")[2]
        return {text.casefold(), other.id.casefold(), local.casefold(), fold(local), *names}


def wanted_keys(value: Any) -> set[str]:
    """Return the keys under which a given value may be found; an object counts by its id alone."""
    if isinstance(value, dict):
        given = value.get("id")
        return {given.casefold()} if isinstance(given, str) else set()
    if isinstance(value, bool) or value is None:
        return {str(value).lower()} if value is not None else set()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return {text.casefold(), fold(text)} - {""} if text else set()


def proposals(wanted: str, limit: int) -> list[Property]:
    """Return the properties that things of a type have; an unknown type has the general ones."""
    if limit < 0:
        raise BadInput("'limit' must not be negative.")
    found = [each for each in PROPERTIES if each.fits(wanted)] if wanted else list(PROPERTIES)
    special = [each for each in found if each.types]
    found = special + [each for each in found if not each.types]
    return found[:limit] if limit else found


class Kept:
    """Names and properties of the generation that serves, made when first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[str, LabelIndex, PropertyTable] | None = None

    def of(self, generation: str, store: GraphStore, iris: Iris) -> tuple[LabelIndex, PropertyTable]:
        """Return what belongs to a generation; one is kept, and made by one thread."""
        held = self._held
        if held is None or held[0] != generation:
            with self._lock:
                held = self._held
                if held is None or held[0] != generation:
                    index = LabelIndex(reading.read(store, iris))
                    held = self._held = (generation, index, PropertyTable(index, store, iris))
        return held[1], held[2]
