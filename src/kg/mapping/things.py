"""Concepts of any scheme, entities of the Knowledge Hub, and partners' case studies."""

from __future__ import annotations

import re
from typing import Final

from kg.errors import BadRecord
from kg.mapping import common
from kg.mapping.pending import Pending
from kg.mapping.writing import LABEL, TYPE, Writer, boolean, camel, number
from kg.model import Case, Concept, Entity
from kg.terms import literal
from kg.vocab import DCTERMS, OWL, SKOS

_MAPPINGS: Final = frozenset({"exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"})
_DAYS: Final = {"start": "startDate", "end": "endDate", "deadline": "deadline"}
"""Facts that are days, and the properties that the meetings of decisions have as well."""
_DATED: Final = frozenset({"blog post", "news item"})
_PLACED: Final = frozenset({"meeting", "capacity offer"})
_FOUNDING: Final = "iccd-cop14-cst-5"
"""The document whose paragraphs the records name; the source of what it names in passing."""
_WHOLE_NUMBER: Final = re.compile(r"^(0|-?[1-9]\d{0,14})$")


def write_concept(w: Writer, concept: Concept) -> None:
    """Write one concept of a SKOS scheme."""
    if not re.match(r"^https?://", concept.iri):
        raise BadRecord("iri", f"{concept.iri[:120]!r} is not an http(s) IRI")
    w.link("", "", concept.iri, "iri")
    w.lines.clear()
    s = f"<{concept.iri}>"
    w.add(s, TYPE, f"<{SKOS}Concept>")
    common.origin(w, s, concept.origin)
    w.link(s, f"<{SKOS}inScheme>", concept.scheme, "scheme")
    for name, texts in (
        ("prefLabel", concept.pref),
        ("altLabel", concept.alt),
        ("hiddenLabel", concept.hidden),
        ("definition", concept.definitions),
        ("scopeNote", concept.scope_notes),
    ):
        w.texts(s, f"<{SKOS}{name}>", texts)
    for notation in concept.notations:
        w.string(s, common.NOTATION, notation)
    for broader in concept.broader:
        w.link(s, f"<{SKOS}broader>", broader, "broader")
    for related in concept.related:
        w.link(s, f"<{SKOS}related>", related, "related")
    for name, target in concept.mappings:
        if name not in _MAPPINGS:
            raise BadRecord(name[:60], "is not a mapping property of SKOS")
        w.link(s, f"<{SKOS}{name}>", target, name)
    if concept.deprecated:
        w.add(s, f"<{OWL}deprecated>", boolean(True))
    for replacement in concept.replaced_by:
        w.link(s, f"<{DCTERMS}isReplacedBy>", replacement, "replacedBy")


def write_entity(w: Writer, entity: Entity) -> None:
    """Write one body, platform, meeting, figure or other thing."""
    kg = w.names.kg
    s = f"<{w.names.record('entity', entity.id)}>"
    if entity.removed:
        w.add(s, TYPE, kg["Withdrawn"])
        w.string(s, common.IDENTIFIER, entity.origin.record)
        return
    w.add(s, TYPE, kg[class_of(entity.kind)])
    common.origin(w, s, entity.origin)
    w.texts(s, LABEL, entity.names)
    w.texts(s, common.ABSTRACT, entity.summaries)
    for country in entity.countries:
        w.add(s, kg["country"], w.names.countries[country])
    common.themes(w, s, entity.themes)
    common.paragraphs(w, s, entity.paragraphs)
    if entity.paragraphs and not entity.origin.url:
        w.add(s, common.SOURCE, f"<{w.names.record('document', _FOUNDING)}>")
    for name, value in entity.facts:
        if value and name in _DAYS:
            w.date(s, kg[_DAYS[name]], value, f"facts.{name}")
        elif value and name == "date" and entity.kind in _DATED:
            w.date(s, common.DATE, value, "date")
        elif value and name == "area_hectares":
            w.add(s, kg["areaHectares"], number(float(value)))
        elif value:
            placed = entity.kind in _PLACED and name == "place"
            w.add(s, kg["placeName" if placed else camel(name)], _fact(value))


def write_case(w: Writer, case: Case) -> None:
    """Write one case study of a partner."""
    kg = w.names.kg
    s = f"<{w.names.record('case', case.id)}>"
    w.add(s, TYPE, kg["PartnerCase"])
    common.origin(w, s, case.origin)
    w.texts(s, LABEL, case.titles)
    w.texts(s, common.TITLE, case.titles)
    w.texts(s, common.ABSTRACT, case.summaries)
    w.string(s, kg["partner"], case.partner)
    for country in case.countries:
        w.add(s, kg["country"], w.names.countries[country])
    for label in case.labels:
        w.string(s, kg["label"], label)
    for label in case.labelled_by_source:
        w.string(s, kg["labelledBySource"], label)
    common.themes(w, s, case.themes)


def class_of(kind: str) -> str:
    """Return the class of an entity's kind: ``platform component`` becomes ``PlatformComponent``."""
    name = camel(kind)
    return name[0].upper() + name[1:]


def entity_keys(w: Writer, entity: Entity) -> tuple[str, tuple[str, ...]]:
    """Return the entity's IRI and the keys by which others refer to it."""
    return w.names.record("entity", entity.id), (f"entity:{entity.id}",)


def entity_pending(w: Writer, entity: Entity, tail: str) -> list[Pending]:
    """Return the relations to other records; a target that is not loaded stays text."""
    kg = w.names.kg
    s = f"<{w.names.record('entity', entity.id)}>"
    return [
        Pending(
            tuple(f"{kind}:{target}" for kind in ("entity", "decision", "document", "publication")),
            s,
            kg[camel(relation)],
            tail,
            (f"{s} {kg['relatedText']} {literal(f'{relation}: {target}')}{tail}",),
        )
        for relation, target in entity.relations
    ]


def _fact(value: str) -> str:
    return number(int(value)) if _WHOLE_NUMBER.match(value) else literal(value)
