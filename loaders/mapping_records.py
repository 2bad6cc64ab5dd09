"""Turns the statements of one subject of a mapping file into a record, by its class."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal
from urllib.parse import unquote

from kg.errors import BadRecord
from kg.model import Author, Case, Credit, Document, Entity, Practice, Publication
from kg.terms import is_web_address, language_tag
from kg.vocab import BIBO, DCTERMS, FOAF
from loaders.bibliographic import doi
from loaders.hub_kinds import COMMON_FIELDS, FORMS, KINDS, OTHER_KINDS, PERSONS, refuse_contact
from loaders.mapping_answers import answers
from loaders.mapping_subject import KG, LABELS, TYPE, Said, Statement, Subject
from loaders.reading import Reading

Built = Practice | Publication | Document | Case | Entity
_KIND: Final[Mapping[str, Literal["technology", "approach", "prais"]]] = {
    "Technology": "technology",
    "Approach": "approach",
    "PraisPractice": "prais",
}
_HELD: Final = {
    **dict.fromkeys(_KIND, "practice"),
    "Publication": "publication",
    "Document": "document",
    "PartnerCase": "case",
}
"""Classes with a kind of record of their own, and the part of the IRI that goes with it."""


def build(subject: Subject, reading: Reading, table: Mapping[str, Mapping[str, str]]) -> Built:
    """Return the record of a subject; statements that have no place in it are reported.

    Raises:
        BadRecord: it has no class that is known, no name, or a value that cannot be.
    """
    found = [each for each in subject.all(TYPE) if each.value.startswith(KG)]
    if not found:
        raise BadRecord("a", "names no class of the graph, such as kg:Technology")
    name = found[0].value.removeprefix(KG)
    if not subject.texts(*LABELS):
        told = next((subject.empty[each] for each in LABELS if each in subject.empty), "rdfs:label")
        raise BadRecord(told, "is missing or empty, so the record has no name")
    said = Said(subject, reading, table)
    if name in _KIND:
        return _practice(said, _KIND[name])
    if name == "Publication":
        return _publication(said)
    if name == "Document":
        return _document(said)
    if name == "PartnerCase":
        return _case(said)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    if kind not in KINDS and kind not in OTHER_KINDS:
        known = ", ".join(f"kg:{each}" for each in _HELD)
        raise BadRecord(
            found[0].field, f"kg:{name[:40]} is no class of a record; known are {known} and others"
        )
    return _entity(said, kind)


def _practice(said: Said, kind: Literal["technology", "approach", "prais"]) -> Practice:
    subject = said.subject
    answered = answers(said.subject.statements, kind, said.reading, subject.used)
    people = subject.all(f"{DCTERMS}contributor", f"{DCTERMS}creator")
    languages = dict.fromkeys(
        language_tag(each.value, each.field)
        for each in subject.all(f"{KG}pageLanguage", f"{DCTERMS}language")
    )
    return Practice(
        code=said.local("practice"),
        kind=kind,
        names=subject.texts(*LABELS),
        local_names=subject.texts(f"{KG}localName"),
        summaries=subject.texts(f"{DCTERMS}abstract"),
        descriptions=subject.texts(f"{DCTERMS}description"),
        countries=said.countries(),
        places=subject.texts(f"{KG}place"),
        points=said.points(),
        page_languages=tuple(languages),
        documented=said.day(f"{KG}documented"),
        facts=(*said.facets(), *answered.facts),
        impacts=answered.impacts,
        hazards=said.hazards(),
        linked=tuple(unquote(each.value.rpartition("/")[2]) for each in subject.all(f"{KG}linkedPractice")),
        credits=tuple(Credit(each.value, None, "contributor") for each in people),
        images=tuple(each.value for each in subject.all(f"{FOAF}depiction") if is_web_address(each.value)),
        origin=said.origin(),
    )


def _publication(said: Said) -> Publication:
    subject = said.subject
    found = subject.one(f"{BIBO}doi")
    name = doi(found.value, found.field) if found else None
    authors = [_author(each) for each in subject.all(f"{DCTERMS}creator", f"{FOAF}maker")]
    return Publication(
        id=f"doi/{name}" if name else said.local("publication"),
        kind=subject.value(f"{KG}publicationKind") or "publication",
        titles=subject.texts(*LABELS),
        authors=tuple(authors),
        year=said.year(),
        container=subject.value(f"{KG}containerTitle"),
        volume=subject.value(f"{BIBO}volume"),
        issue=subject.value(f"{BIBO}issue"),
        pages=subject.value(f"{BIBO}pages"),
        publisher=subject.value(f"{KG}publisherName", f"{DCTERMS}publisher"),
        doi=name,
        abstracts=subject.texts(f"{DCTERMS}abstract", f"{DCTERMS}description"),
        themes=said.themes(),
        origin=said.origin(),
    )


def _author(each: Statement) -> Author:
    family, comma, given = each.value.partition(",")
    return Author(family.strip(), given.strip() or None) if comma else Author(each.value)


def _document(said: Said) -> Document:
    subject = said.subject
    note = subject.texts(f"{KG}note", f"{DCTERMS}abstract", f"{DCTERMS}description")
    return Document(
        id=said.local("document"),
        titles=subject.texts(*LABELS),
        symbol=subject.value(f"{KG}symbol"),
        year=said.year(),
        date=said.day(f"{DCTERMS}date"),
        kind=subject.value(f"{KG}documentKind"),
        note=note[0] if note else None,
        themes=said.themes(),
        origin=said.origin(),
    )


def _case(said: Said) -> Case:
    subject = said.subject
    return Case(
        id=said.local("case"),
        partner=subject.value(f"{KG}partner", f"{DCTERMS}publisher") or said.reading.source.dataset.publisher,
        titles=subject.texts(*LABELS),
        summaries=subject.texts(f"{DCTERMS}abstract", f"{DCTERMS}description"),
        countries=said.countries(),
        labels=tuple(each.value for each in subject.all(f"{KG}label")),
        labelled_by_source=tuple(each.value for each in subject.all(f"{KG}labelledBySource")),
        themes=said.themes(),
        origin=said.origin(),
    )


def _entity(said: Said, kind: str) -> Entity:
    """Return one of the hub's other things; ``KINDS`` says which fields each may have."""
    subject = said.subject
    facts: dict[tuple[str, str], None] = {}
    relations: dict[tuple[str, str], None] = {}
    for each in KINDS.get(kind, COMMON_FIELDS):
        for found in subject.all(f"{KG}{each.property}", *each.also):
            if each.form == "relation":
                relations[each.name, unquote(found.value.rpartition("/")[2])] = None
            else:
                if kind in PERSONS:
                    refuse_contact(found.value, found.field)
                facts[each.name, FORMS[each.form](found.value, found.field)] = None
    missing = next(
        (each for each in KINDS.get(kind, ()) if each.required and not _has(each.name, facts)), None
    )
    if missing:
        told = subject.empty.get(f"{KG}{missing.property}", f"kg:{missing.property}")
        raise BadRecord(told, f"is missing or empty; a record of the kind {kind} needs it")
    return Entity(
        id=said.local("entity"),
        kind=kind,
        names=subject.texts(*LABELS),
        summaries=subject.texts(f"{DCTERMS}abstract", f"{DCTERMS}description"),
        countries=said.countries(),
        themes=said.themes(),
        facts=tuple(facts),
        relations=tuple(relations),
        origin=said.origin(),
    )


def _has(name: str, facts: Iterable[tuple[str, str]]) -> bool:
    return any(found == name for found, _ in facts)
