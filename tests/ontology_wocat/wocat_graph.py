"""What the tests of WOCAT's schemes share: the graph of the ontology files and the questionnaires."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/landkg/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
LANGUAGES = ("en", "fr", "es", "ru", "zh", "ar")

Triple = tuple[str, str, NamedNode | Literal]


@cache
def questionnaire() -> dict[str, Any]:
    """Return ``loaders/wocat_questionnaire.json``."""
    found: dict[str, Any] = json.loads((ROOT / "loaders" / "wocat_questionnaire.json").read_text("utf-8"))
    return found


def questions() -> list[tuple[str, str, dict[str, Any]]]:
    """Return (configuration, keyword, question) of every question."""
    return [
        (name, keyword, question)
        for name, configuration in questionnaire()["configurations"].items()
        for keyword, question in configuration["questions"].items()
    ]


@cache
def triples(*patterns: str) -> tuple[Triple, ...]:
    """Return the triples of ontology files, each pattern relative to ``ontology/``."""
    paths = sorted(path for pattern in patterns for path in (ROOT / "ontology").glob(pattern))
    found: list[Triple] = []
    for path in paths:
        for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
            assert isinstance(quad.subject, NamedNode)
            assert isinstance(quad.object, NamedNode | Literal)
            found.append((quad.subject.value, quad.predicate.value, quad.object))
    return tuple(found)


def schemes() -> tuple[Triple, ...]:
    """Return the triples of every concept scheme."""
    return triples("schemes/*.ttl")


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    """Return concept to language to preferred labels."""
    head = f"{BASE}id/concept/"
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in schemes():
        if predicate == f"{SKOS}prefLabel" and subject.startswith(head):
            assert isinstance(value, Literal)
            found[subject.removeprefix(head)][value.language or ""].append(value.value)
    return found
