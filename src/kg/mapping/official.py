"""Decisions and documents of the conventions, and the bodies and meetings that they imply."""

from __future__ import annotations

from typing import Final

from kg.mapping import common
from kg.mapping.pending import Pending, symbol_key
from kg.mapping.writing import LABEL, TYPE, Writer, by_machine, day, slug
from kg.model import Decision, Document, Origin, Text
from kg.terms import literal
from kg.vocab import OWL

_SAME: Final = f"<{OWL}sameAs>"
_HOME_CONVENTION: Final = "unccd"
"""The founding document names the meetings of its own convention without it: ``cop13``."""


def write_decision(w: Writer, decision: Decision) -> None:
    """Write one decision with its provisions."""
    kg = w.names.kg
    iri = w.names.record("decision", decision.id)
    s = f"<{iri}>"
    w.add(s, TYPE, kg["Decision"])
    common.origin(w, s, decision.origin)
    w.texts(s, common.TITLE, decision.titles)
    _label(w, s, decision)
    w.string(s, kg["symbol"], decision.symbol)
    w.add(s, kg["body"], _entity(w, slug(decision.body)))
    w.add(s, kg["convention"], _entity(w, slug(decision.convention)))
    w.string(s, kg["session"], decision.session)
    if decision.session:
        w.add(s, kg["meeting"], _entity(w, _meeting(decision)))
    w.integer(s, kg["year"], decision.year)
    w.date(s, common.DATE, decision.date, "date")
    w.text(s, kg["topic"], decision.topic)
    w.texts(s, common.ABSTRACT, decision.summaries)
    common.themes(w, s, decision.themes)
    common.paragraphs(w, s, decision.paragraphs)
    for n, provision in enumerate(decision.operative):
        node = f"<{iri}/provision/{n}>"
        w.add(s, kg["provision"], node)
        w.add(node, TYPE, kg["Provision"])
        w.integer(node, kg["ordinal"], n + 1)
        w.string(node, kg["verb"], provision.verb)
        w.string(node, kg["addressee"], provision.addressee)
        w.string(node, kg["what"], provision.what)


def write_document(w: Writer, document: Document) -> None:
    """Write one document that is not a decision."""
    kg = w.names.kg
    s = f"<{w.names.record('document', document.id)}>"
    w.add(s, TYPE, kg["Document"])
    common.origin(w, s, document.origin)
    w.texts(s, common.TITLE, document.titles)
    w.texts(s, LABEL, document.titles)
    if not document.titles:
        w.string(s, LABEL, document.symbol or document.id)
    w.string(s, kg["symbol"], document.symbol)
    w.integer(s, kg["year"], document.year)
    w.date(s, common.DATE, document.date, "date")
    if document.convention:
        w.add(s, kg["convention"], _entity(w, slug(document.convention)))
    w.string(s, kg["documentKind"], document.kind)
    w.text(s, kg["note"], document.note)
    common.themes(w, s, document.themes)
    common.paragraphs(w, s, document.paragraphs)


def keys(w: Writer, record: Decision | Document) -> tuple[str, tuple[str, ...]]:
    """Return the record's IRI and the keys by which others refer to it."""
    kind = "decision" if isinstance(record, Decision) else "document"
    symbol = (symbol_key(record.symbol),) if record.symbol else ()
    return w.names.record(kind, record.id), (f"{kind}:{record.id}", *symbol)


def pending(w: Writer, record: Decision | Document, tail: str) -> list[Pending]:
    """Return citations, and what is said of bodies and meetings unless a record of theirs says it."""
    kg = w.names.kg
    found: list[Pending] = []
    if isinstance(record, Decision):
        s = f"<{w.names.record('decision', record.id)}>"
        found += [
            Pending(
                (f"decision:{cited}", f"document:{cited}", symbol_key(cited), f"publication:{cited}"),
                s,
                kg["cites"],
                tail,
                (f"{s} {kg['citesText']} {literal(cited)}{tail}",),
            )
            for cited in record.cites
            if cited
        ]
        found.append(_implied(w, record.body, "Body", record.origin, tail))
        found += _implied_meeting(w, record, tail)
    if record.convention:
        found.append(_implied(w, record.convention, "Convention", record.origin, tail))
    return found


def _label(w: Writer, s: str, decision: Decision) -> None:
    """Write a label people can read: the real title, else symbol and topic."""
    w.texts(s, LABEL, decision.titles)
    if any(not by_machine(each.lang) for each in decision.titles):
        return
    name, topic = decision.symbol or decision.id, decision.topic
    if topic is not None and topic.value and not by_machine(topic.lang):
        w.text(s, LABEL, Text(f"{name}: {topic.value}", topic.lang))
    else:
        w.string(s, LABEL, name)


def _entity(w: Writer, local: str) -> str:
    return f"<{w.names.record('entity', local)}>"


def _meeting(decision: Decision) -> str:
    return f"{slug(decision.convention)}-{slug(decision.session or '')}"


def _implied(w: Writer, name: str, kind: str, origin: Origin, tail: str) -> Pending:
    return _unless_known(w, slug(name), [(TYPE, w.names.kg[kind]), (LABEL, literal(name))], origin, tail)


def _unless_known(w: Writer, local: str, pairs: list[tuple[str, str]], origin: Origin, tail: str) -> Pending:
    """Return what a decision says of an entity, to stand only where no record of the entity says it."""
    s = _entity(w, local)
    pairs = [
        *pairs,
        (common.IDENTIFIER, literal(local)),
        (common.IN_DATASET, f"<{w.names.record('dataset', origin.dataset)}>"),
    ]
    if origin.licence:
        pairs.append((common.LICENSE, f"<{origin.licence}>"))
    lines = tuple(f"{s} {predicate} {value}{tail}" for predicate, value in pairs)
    return Pending((f"entity:{local}",), s, "", tail, lines)


def _implied_meeting(w: Writer, decision: Decision, tail: str) -> list[Pending]:
    if not decision.session:
        return []
    kg = w.names.kg
    local = _meeting(decision)
    s = _entity(w, local)
    pairs = [
        (TYPE, kg["Meeting"]),
        (LABEL, literal(f"{decision.convention} {decision.session}")),
    ]
    for name, value in (("startDate", decision.session_start), ("endDate", decision.session_end)):
        if value:
            pairs.append((kg[name], day(value, name)))
    if decision.place:
        pairs.append((kg["placeName"], literal(decision.place)))
    found = [_unless_known(w, local, pairs, decision.origin, tail)]
    if local.startswith(f"{_HOME_CONVENTION}-"):
        plain = local.removeprefix(f"{_HOME_CONVENTION}-")
        found.append(Pending((f"entity:{plain}",), s, _SAME, tail))
    return found
