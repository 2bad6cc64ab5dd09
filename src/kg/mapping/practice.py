"""Practices: WOCAT technologies and approaches, PRAIS best practices."""

from __future__ import annotations

from typing import Final

from kg.errors import BadRecord
from kg.mapping import common
from kg.mapping.keywords import concept_of
from kg.mapping.pending import Pending
from kg.mapping.writing import LABEL, TYPE, Writer, boolean, number, tag
from kg.model import Fact, Practice, Text
from kg.terms import literal
from kg.vocab import FOAF, GEO, PROV

CLASSES: Final = {"technology": "Technology", "approach": "Approach", "prais": "PraisPractice"}
_AS_WKT: Final = f"<{GEO}asWKT>"
_WKT: Final = f"^^<{GEO}wktLiteral>"


def write(w: Writer, practice: Practice) -> None:
    """Write one practice with its facts, exposures, places and credits."""
    kg = w.names.kg
    iri = w.names.record("practice", practice.code)
    s = f"<{iri}>"
    w.add(s, TYPE, kg[CLASSES[practice.kind]])
    common.origin(w, s, practice.origin)
    w.texts(s, LABEL, practice.names)
    w.texts(s, kg["localName"], practice.local_names)
    w.texts(s, common.ABSTRACT, practice.summaries)
    w.texts(s, common.DESCRIPTION, practice.descriptions)
    for country in practice.countries:
        w.add(s, kg["country"], w.names.countries[country])
    w.texts(s, kg["place"], practice.places)
    w.string(s, kg["edition"], practice.edition)
    w.date(s, kg["documented"], practice.documented, "documented")
    for language in practice.page_languages:
        w.string(s, kg["pageLanguage"], tag(language))
    for image in practice.images:
        w.link(s, f"<{FOAF}depiction>", image, "image")
    _points(w, iri, practice)
    _facts(w, iri, practice.facts)
    for question, step in practice.impacts:
        w.integer(s, w.names.wocat[question], step)
    _exposures(w, iri, practice)
    _credits(w, iri, practice)


def keys(w: Writer, practice: Practice) -> tuple[str, tuple[str, ...]]:
    """Return the practice's IRI and the keys by which others refer to it."""
    return w.names.record("practice", practice.code), (f"practice:{practice.code}",)


def pending(w: Writer, practice: Practice, tail: str) -> list[Pending]:
    """Return the links to other practices; a code that is not loaded stays text."""
    s = f"<{w.names.record('practice', practice.code)}>"
    kg = w.names.kg
    return [
        Pending(
            (f"practice:{code}",),
            s,
            kg["linkedPractice"],
            tail,
            (f"{s} {kg['linkedPracticeCode']} {literal(code)}{tail}",),
        )
        for code in practice.linked
        if code
    ]


def _points(w: Writer, iri: str, practice: Practice) -> None:
    for n, (longitude, latitude) in enumerate(practice.points):
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise BadRecord("geometry", f"({longitude}, {latitude}) is not a longitude and a latitude")
        node = f"<{iri}/geometry/{n}>"
        x, y = (number(float(each)).split('"')[1] for each in (longitude, latitude))
        w.add(f"<{iri}>", f"<{GEO}hasGeometry>", node)
        w.add(node, TYPE, f"<{GEO}Geometry>")
        w.add(node, _AS_WKT, f'"POINT({x} {y})"{_WKT}')


def _facts(w: Writer, iri: str, facts: tuple[Fact, ...]) -> None:
    s = f"<{iri}>"
    wocat, kg = w.names.wocat, w.names.kg
    rows: set[str] = set()
    for fact in facts:
        subject = s
        if fact.row is not None:
            subject = f"<{iri}/row/{fact.group}/{fact.row}>"
            if subject not in rows:
                rows.add(subject)
                if not fact.group.isidentifier() or not fact.group.isascii():
                    raise BadRecord(fact.group[:60], "is no name of a question group")
                w.add(s, kg["hasRow"], subject)
                w.add(subject, TYPE, kg["Row"])
                w.string(subject, kg["group"], fact.group)
        if isinstance(fact.value, str) and not fact.coded:
            w.text(subject, wocat[fact.property], Text(fact.value, fact.lang))
        else:
            w.add(subject, wocat[fact.property], _value(w, fact))
    for basis in sorted({fact.basis for fact in facts}):
        w.string(s, kg["factsBasis"], basis)


def _value(w: Writer, fact: Fact) -> str:
    value = fact.value
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, int | float):
        return number(value)
    return w.names.concepts[concept_of(value)]


def _exposures(w: Writer, iri: str, practice: Practice) -> None:
    s = f"<{iri}>"
    kg, concepts = w.names.kg, w.names.concepts
    for hazard in practice.hazards:
        w.add(s, kg["hazard"], concepts[concept_of(hazard)])
    counts: dict[str, int] = {}
    for exposure in practice.exposures:
        hazard = concepts[concept_of(exposure.hazard)]
        n = counts[exposure.hazard] = counts.get(exposure.hazard, -1) + 1
        local = f"{exposure.hazard}/{n}" if n else exposure.hazard
        node = f"<{iri}/exposure/{local}>"
        w.add(s, kg["hazard"], hazard)
        w.add(s, kg["exposure"], node)
        w.add(node, TYPE, kg["Exposure"])
        w.add(node, kg["hazard"], hazard)
        w.string(node, kg["change"], exposure.change)
        if exposure.sensitivity:
            w.add(node, kg["sensitivity"], concepts[concept_of(exposure.sensitivity)])
        w.string(node, kg["season"], exposure.season)


def _credits(w: Writer, iri: str, practice: Practice) -> None:
    for n, credit in enumerate(practice.credits):
        node = f"<{iri}/credit/{n}>"
        w.add(f"<{iri}>", common.CONTRIBUTOR, node)
        w.add(node, TYPE, f"<{PROV}Agent>")
        w.string(node, f"<{FOAF}name>", credit.name)
        w.string(node, w.names.kg["institution"], credit.institution)
        w.string(node, w.names.kg["creditRole"], credit.role)
