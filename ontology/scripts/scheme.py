"""What the scripts share that write concept schemes: labels and statements of a concept as triples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import turtle_form as ttl
from pyoxigraph import Literal, NamedNode

BASE: Final = "https://w3id.org/landkg/"
LANGUAGES: Final = ttl.LANGUAGES


def node(name: str) -> NamedNode:
    """Return the IRI of a prefixed name; a whole IRI stays."""
    prefix, _, local = name.partition(":")
    return NamedNode(name) if local.startswith("//") else NamedNode(ttl.prefixes()[prefix] + local)


class Scheme:
    """Collects the statements of one concept scheme."""

    def __init__(self, name: str, labels: Mapping[str, str], description: str) -> None:
        self.iri = NamedNode(f"{BASE}id/scheme/{name}")
        self.triples: list[ttl.Triple] = []
        self.add(self.iri, "rdf:type", "skos:ConceptScheme")
        self.labels(self.iri, labels)
        self.text(self.iri, "dcterms:description", description, "en")

    def add(self, subject: NamedNode, predicate: str, value: str | NamedNode) -> None:
        """State that something has a value, both given as IRIs or prefixed names."""
        self.triples.append((subject, node(predicate), node(value) if isinstance(value, str) else value))

    def text(self, subject: NamedNode, predicate: str, value: str, language: str | None = None) -> None:
        """State a text, with its language if it has one."""
        literal = Literal(value, language=language) if language else Literal(value)
        self.triples.append((subject, node(predicate), literal))

    def labels(self, subject: NamedNode, labels: Mapping[str, str]) -> None:
        """State the preferred label of each language."""
        for language, label in labels.items():
            self.text(subject, "skos:prefLabel", label, language)

    def alternatives(
        self, subject: NamedNode, language: str, labels: Iterable[str], *, preferred: str
    ) -> None:
        """State alternative labels, without the preferred one and without repetitions."""
        for label in dict.fromkeys(labels):
            if label and label.casefold() != preferred.casefold():
                self.text(subject, "skos:altLabel", label, language)

    def concept(self, iri: NamedNode, labels: Mapping[str, str], *, top: bool) -> None:
        """Place a concept in the scheme, on top of it or below another."""
        self.add(iri, "rdf:type", "skos:Concept")
        self.add(iri, "skos:inScheme", self.iri)
        if top:
            self.add(iri, "skos:topConceptOf", self.iri)
            self.add(self.iri, "skos:hasTopConcept", iri)
        self.labels(iri, labels)
