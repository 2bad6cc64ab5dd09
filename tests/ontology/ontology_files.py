"""The ontology's files, each parsed once a session."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import Quad, RdfFormat, parse

ROOT: Final = Path(__file__).resolve().parents[2]
ONTOLOGY: Final = ROOT / "ontology"

KG: Final = "https://w3id.org/landkg/def/"
BASE: Final = "https://w3id.org/landkg/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
LANGUAGES: Final = ("en", "fr", "es", "ru", "zh", "ar")

TURTLE: Final = tuple(sorted(ONTOLOGY.rglob("*.ttl")))
SCHEMES: Final = tuple(path for path in TURTLE if path.parent.name == "schemes")
TERMS: Final = tuple(path for path in TURTLE if path.name in ("kg.ttl", "wocat.ttl", "terms.ttl"))
KINDS: Final = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
PREFIX: Final = re.compile(r"^@prefix\s+([\w.-]*):\s*<([^>]*)>", re.MULTILINE)


def name(path: Path) -> str:
    """Return a file's path within the ontology, for test ids."""
    return str(path.relative_to(ONTOLOGY))


@cache
def quads(path: Path) -> tuple[Quad, ...]:
    """Return the statements of one file."""
    return tuple(parse(input=path.read_bytes(), format=RdfFormat.TURTLE))


@cache
def of_all(paths: tuple[Path, ...]) -> dict[str, dict[str, set[object]]]:
    """Return subject to predicate to values over several files."""
    found: dict[str, dict[str, set[object]]] = {}
    for path in paths:
        for quad in quads(path):
            subject = quad.subject.value
            found.setdefault(subject, {}).setdefault(quad.predicate.value, set()).add(quad.object)
    return found


@cache
def kinds() -> dict[str, set[str]]:
    """Return each class and property of our own with what OWL says it is."""
    found: dict[str, set[str]] = {}
    for subject, statements in of_all(TERMS).items():
        types = {each.value.removeprefix(OWL) for each in statements.get(f"{RDF}type", ())}
        if types & set(KINDS):
            found[subject] = types & set(KINDS)
    return found
