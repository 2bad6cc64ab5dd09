"""Describes one record for its page, with a handful of queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.entities import bodies, common, concepts, frameworks, official, practices, publications
from kg.entities.bodies import Body
from kg.entities.framework_model import CriterionPage, Framework
from kg.entities.model import Concept, Decision, EntityPage, Inbound, Practice, Publication, Ref
from kg.entities.reading import Reading, ask, kind_of, lexical, readable
from kg.errors import NotFound
from kg.model import Text
from kg.store import GraphStore
from kg.vocab import DCTERMS, SKOS, VOID, Iris

_CONCEPTS = ("concept", "country", "region")
_FEW, _ALL = 12, 400
_OFFICIAL = ("decision", "document")
_COUNTED = ("missingCriterion", "contradictedCriterion", "hasCriterion", "publishedCriterion")
"""Properties by which assessments and frameworks name a criterion; its page counts or hides them."""


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a record is there; ``replacement`` is the IRI to go to instead of a withdrawn one."""

    known: bool
    withdrawn: bool = False
    replacement: str | None = None


def status(store: GraphStore, iri: str, iris: Iris) -> Status:
    """Tell whether the graph knows an IRI, and whether its record was withdrawn or merged."""
    rows = ask(store, "status", iris, entity=iri)
    withdrawn = any(lexical(row["type"]) == iris.term("Withdrawn") for row in rows)
    replacement = next((lexical(row["replacement"]) for row in rows if "replacement" in row), None)
    return Status(bool(rows), withdrawn, replacement if withdrawn else None)


def describe(store: GraphStore, iri: str, language: str, iris: Iris | None = None) -> EntityPage:
    """Return everything the page of a record shows, in the reader's language where it can be.

    Raises:
        NotFound: the graph says nothing of this IRI.
    """
    iris = iris or Iris()
    reading = Reading(store, iri, language, iris)
    if not reading.known:
        raise NotFound("There is no such record.")
    kind = kind_of(iri, iris)
    practice: Practice | None = None
    decision: Decision | None = None
    publication: Publication | None = None
    concept: Concept | None = None
    framework: Framework | None = None
    body: Body | None = None
    criterion: CriterionPage | None = None
    shown = frozenset({iris.term("citedInParagraph")})
    if kind == "practice":
        practice, shown = practices.read(reading), frozenset(reading.properties())
    elif kind in _OFFICIAL:
        decision, shown = official.read(reading), official.own_properties(reading)
    elif kind == "publication":
        publication, shown = publications.read(reading), shown | publications.own_properties(reading)
    elif kind in _CONCEPTS:
        concept, shown = concepts.read(reading, facets=kind == "country"), concepts.own_properties()
    elif kind == "framework":
        framework, shown = frameworks.read(reading), shown | frameworks.own_properties(reading)
    elif kind == "entity" and bodies.is_body(reading):
        body = bodies.read(reading)
    elif kind == "criterion":
        criterion = frameworks.read_criterion(reading)
    plain = all(each is None for each in (practice, decision, publication, concept, framework))
    return EntityPage(
        iri=iri,
        kind=kind,
        types=_types(reading),
        title=_assessment_title(reading) if kind == "assessment" else _title(reading),
        other_names=_other_names(reading),
        summary=reading.text(f"{DCTERMS}abstract"),
        descriptions=tuple(reading.texts(f"{DCTERMS}description")),
        identifier=reading.value(f"{DCTERMS}identifier"),
        source=reading.value(f"{DCTERMS}source"),
        source_ref=reading.ref(f"{DCTERMS}source"),
        licence=common.licence(reading),
        dataset=reading.ref(f"{VOID}inDataset"),
        modified=reading.value(f"{DCTERMS}modified") or None,
        trust=common.trust(reading),
        paragraphs=reading.values(iris.term("citedInParagraph")),
        translations=tuple(text for name in common.MACHINE for text in reading.texts(iris.term(name))),
        facts=common.facts(reading, shown),
        inbound=_inbound(reading, kind) if plain else (),
        practice=practice,
        decision=decision,
        publication=publication,
        concept=concept,
        framework=framework,
        body=body,
        criterion=criterion,
    )


def _types(reading: Reading) -> tuple[Ref, ...]:
    """Return the classes, ours before those of others, since they have labels in six languages.

    The class of all that is named says least, so it comes last of ours.
    """
    general = reading.iris.term("Entity")
    found = sorted(
        reading.values(common.TYPE), key=lambda iri: (not iri.startswith(reading.iris.ns), iri == general)
    )
    return tuple(map(reading.names.term, found))


def _inbound(reading: Reading, kind: str) -> tuple[Inbound, ...]:
    """Return what names the record; schemes and the ontology list all their members."""
    if kind == "scheme":
        return common.inbound(reading, _ALL, frozenset({f"{SKOS}topConceptOf"}))
    if kind == "criterion":
        hidden = frozenset(map(reading.iris.term, ("criterion", *_COUNTED)))
        return common.inbound(reading, _FEW, common.MANY | hidden)
    if bodies.is_body(reading):
        return common.inbound(
            reading, _FEW, common.MANY | {reading.iris.term(n) for n in ("body", "convention")}
        )
    return common.inbound(reading, _ALL if reading.iri == reading.iris.ns else _FEW)


def _names(reading: Reading) -> list[Text]:
    choices: tuple[Callable[[], list[Text]], ...] = (
        lambda: reading.texts(f"{SKOS}prefLabel"),
        lambda: reading.texts(f"{DCTERMS}title"),
        lambda: reading.texts(common.LABEL),
    )
    return next((found for choice in choices if (found := choice())), [])


def _title(reading: Reading) -> Text:
    found = _names(reading)
    if found:
        return found[0]
    symbol = reading.value(reading.iris.term("symbol")) or reading.value(f"{DCTERMS}identifier")
    return Text(symbol) if symbol else readable(reading.iri)


def _assessment_title(reading: Reading) -> Text:
    """An assessment has no name of its own: the practice and the framework name it, or its criterion."""
    named = (reading.ref(reading.iris.term(name)) for name in ("assesses", "framework", "criterion"))
    labels = [ref.label.value for ref in named if ref is not None]
    return Text(" · ".join(labels)) if labels else _title(reading)


def _other_names(reading: Reading) -> tuple[Text, ...]:
    title = _title(reading)
    return tuple(text for text in _names(reading) if text.value != title.value)
