"""Parts of a page that several kinds of record share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import Final

from kg.entities.model import Fact, Inbound, Listed, Ref, Trust, Value
from kg.entities.reading import Names, Reading, ask, is_iri, lexical, text_of
from kg.model import Text
from kg.store import Row
from kg.vocab import DCTERMS, RDF, RDFS, SKOS, VOID

LABEL: Final = f"{RDFS}label"
TYPE: Final = f"{RDF}type"

SHOWN_ELSEWHERE: Final = frozenset(
    {LABEL, TYPE, f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{VOID}inDataset", f"{SKOS}inScheme"}
    | {DCTERMS + name for name in ("title", "identifier", "source", "license", "modified", "abstract")}
    | {DCTERMS + name for name in ("description", "rights")}
)
"""Properties that every page shows in a fixed place."""

TRUST_TERMS: Final = (
    "confidence",
    "evidenceNote",
    "note",
    "sourceNote",
    "titleSource",
    "operativeBasis",
    "citesBasis",
    "citesInferred",
    "doiBasis",
    "spiMemberBasis",
    "urlKind",
    "verifiedUrl",
    "otherUrl",
    "statusInSeed",
    "relationToSeed",
    "factsBasis",
)
"""Local names of ``kg:`` properties that say how far a record can be trusted."""

MACHINE: Final = ("machineTranslatedName", "machineTranslatedText")
"""Local names of ``kg:`` properties of what a machine translated, which every page shows apart."""

LEVELS: Final = ("high", "medium", "low")
"""Grades of confidence; frameworks and their relations say in words how their source was read instead."""
UNCHECKED: Final = ("own knowledge", "not checked", "memory", "unverified", "paraphrase")
_CREATIVE_COMMONS: Final = re.compile(
    r"creativecommons\.org/(?P<kind>licenses|publicdomain)/(?P<name>[a-z-]+)/(?P<version>\d\.\d)"
)
_APACHE: Final = re.compile(r"apache\.org/licenses/LICENSE-2\.0")
MANY: Final = frozenset({f"{VOID}inDataset", f"{SKOS}inScheme", TYPE, f"{SKOS}topConceptOf"})
"""Properties by which more records name one thing than a page can list."""


def trust(reading: Reading) -> Trust:
    """Return the source's remarks; a title or DOI from memory counts as not checked."""
    kg = reading.iris.term
    notes = [
        (name, text) for name in TRUST_TERMS if name != "confidence" for text in _notes(reading, kg(name))
    ]
    confidence = reading.value(kg("confidence"))
    confidence = confidence.lower() if confidence.lower() in LEVELS else confidence
    basis = {name: text.value.lower() for name, text in notes}
    return Trust(
        confidence=confidence or None,
        notes=tuple(notes),
        title_checked=not _doubtful(basis.get("titleSource", "")),
        doi_checked=not _doubtful(basis.get("doiBasis", "")),
    )


def _notes(reading: Reading, predicate: str) -> list[Text]:
    return [text_of(term) for term in reading.terms(predicate)]


def _doubtful(basis: str) -> bool:
    return any(word in basis for word in UNCHECKED)


def facts(reading: Reading, shown: frozenset[str] = frozenset(), node: str | None = None) -> tuple[Fact, ...]:
    """Return what the page has not shown yet, by property label."""
    hidden = SHOWN_ELSEWHERE | shown | {reading.iris.term(name) for name in (*TRUST_TERMS, *MACHINE)}
    found = []
    for predicate in reading.properties(node):
        if predicate in hidden:
            continue
        values = fact_values(reading, predicate, node)
        if values:
            found.append(Fact(reading.names.term(predicate), values))
    return tuple(sorted(found, key=lambda fact: (fact.name.label.value.casefold(), fact.name.iri)))


def fact_values(reading: Reading, predicate: str, node: str | None = None) -> tuple[Value, ...]:
    """Return the values of a property without the record's own parts."""
    terms = reading.terms(predicate, node)
    if len(terms) == 1 and not is_iri(terms[0]):
        return (text_of(terms[0]),)  # Most answers of a questionnaire are one word.
    values: list[Value] = list(reading.texts(predicate, node))
    values += [ref for ref in reading.refs(predicate, node) if not ref.iri.startswith(f"{reading.iri}/")]
    return tuple(values)


def inbound(reading: Reading, first: int = 12, hidden: frozenset[str] = MANY) -> tuple[Inbound, ...]:
    """Return the records that name this one, by property; at most ``first`` of each are listed."""
    rows = ask(reading.store, "inbound", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "source")
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(lexical(row["property"]), set()).add(lexical(row["source"]))
    found = []
    for predicate in sorted(set(groups) - hidden):
        refs = sorted(
            map(names.ref, groups[predicate]), key=lambda ref: (ref.label.value.casefold(), ref.iri)
        )
        found.append(Inbound(reading.names.term(predicate), tuple(refs[:first]), len(refs)))
    return tuple(found)


def listed(reading: Reading, query: str) -> tuple[Listed, ...]:
    """Return the records that a list query gives, in its order."""
    return listed_rows(reading, ask(reading.store, query, reading.iris, entity=reading.iri))


def sharing(reading: Reading, query: str) -> tuple[tuple[Listed, tuple[Ref, ...]], ...]:
    """Return the records that a query gives, each with the themes and frameworks it shares with this one."""
    rows = ask(reading.store, query, reading.iris, entity=reading.iri)
    topics = {lexical(row["record"]): lexical(row["topics"]).split() for row in rows}
    return tuple(
        (line, tuple(map(reading.names.ref, sorted(topics[line.ref.iri]))))
        for line in listed_rows(reading, rows)
    )


def listed_rows(
    reading: Reading, rows: list[Row], labels: Mapping[str, Set[Text]] = MappingProxyType({})
) -> tuple[Listed, ...]:
    """Return the records of a list query's rows, in their order; labels are in the rows or come with them."""
    names = Names(reading.iris, reading.language)
    names.add(rows, "record")
    names.take(labels)
    notes: dict[str, list[str]] = {}
    for row in rows:
        kept = notes.setdefault(lexical(row["record"]), [])
        for key in ("symbol", "year"):
            value = lexical(row.get(key))
            if value and value not in kept:
                kept.append(value)
    return tuple(Listed(ref(names, iri, note), _note(note, iri, names)) for iri, note in notes.items())


def ref(names: Names, iri: str, note: list[str]) -> Ref:
    """Return a reference whose label falls back to the symbol rather than to the IRI."""
    return names.ref(iri, note[0] if note else "")


def _note(note: list[str], iri: str, names: Names) -> str:
    label = ref(names, iri, note).label.value
    return " · ".join(part for part in note if not label.startswith(part))


def licence(reading: Reading) -> Ref | None:
    """Return the licence with the name people know it by."""
    found = reading.ref(f"{DCTERMS}license")
    name = licence_name(found.iri) if found else ""
    return Ref(found.iri, Text(name), found.kind) if found and name else found


def licence_name(iri: str) -> str:
    """Return the name people know a licence by, empty for one that has none here."""
    if match := _CREATIVE_COMMONS.search(iri):
        public = match["kind"] == "publicdomain"
        return f"CC0 {match['version']}" if public else f"CC {match['name'].upper()} {match['version']}"
    return "Apache License 2.0" if _APACHE.search(iri) else ""
