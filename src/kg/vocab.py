"""Namespaces of the graph: our own, derived from the base IRI, and the standards we reuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEFAULT_BASE: Final = "https://w3id.org/landkg/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ORG: Final = "http://www.w3.org/ns/org#"
BIBO: Final = "http://purl.org/ontology/bibo/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
VOID: Final = "http://rdfs.org/ns/void#"
SCHEMA: Final = "https://schema.org/"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
SH: Final = "http://www.w3.org/ns/shacl#"

LANGUAGES: Final = ("en", "fr", "es", "ru", "zh", "ar")
"""The six official languages of the United Nations, in the order labels fall back."""


@dataclass(frozen=True, slots=True)
class Iris:
    """Mints every IRI of ours from a base that ends in ``/`` (design, section 3)."""

    base: str = DEFAULT_BASE

    @property
    def ns(self) -> str:
        """Namespace of classes and properties (prefix ``kg:``)."""
        return f"{self.base}def/"

    @property
    def wocat_ns(self) -> str:
        """Namespace of one property a WOCAT question (prefix ``wocat:``)."""
        return f"{self.base}def/wocat/"

    def term(self, name: str) -> str:
        return f"{self.base}def/{name}"

    def wocat(self, question: str) -> str:
        return f"{self.base}def/wocat/{question}"

    def id(self, kind: str, local: str) -> str:
        """IRI of a record; ``local`` must already be IRI safe (see :mod:`kg.terms`)."""
        return f"{self.base}id/{kind}/{local}"

    def concept(self, local: str) -> str:
        return f"{self.base}id/concept/{local}"

    def country(self, iso3: str) -> str:
        return f"{self.base}id/country/{iso3}"

    def graph(self, name: str) -> str:
        return f"{self.base}graph/{name}"
