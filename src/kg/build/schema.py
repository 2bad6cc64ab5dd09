"""The ontology's files as canonical N-Quads lines under the base of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg import resources, terms
from kg.errors import ConfigError
from kg.vocab import DEFAULT_BASE, XSD, Iris

_NOT_DATA: Final = frozenset({"shapes.ttl", "prefixes.ttl"})
"""Shapes are for checking and hold blank nodes; prefixes are a list."""


def files() -> list[tuple[str, Path]]:
    """Return (local name of the graph, file) for every ontology file that enters the graph."""
    root = resources.ontology()
    found = [("ontology", path) for path in sorted(root.glob("*.ttl")) if path.name not in _NOT_DATA]
    found += [("ontology", path) for path in sorted((root / "frameworks").glob("*.ttl"))]
    found += [("concepts", path) for path in sorted((root / "schemes").glob("*.ttl"))]
    return found


@cache
def lines(iris: Iris) -> tuple[str, ...]:
    """Return the statements of all ontology files, sorted.

    Statements with blank nodes (restrictions of OWL) stay in the files: the graph has none.

    Raises:
        ConfigError: a file does not parse.
    """
    found: set[str] = set()
    for graph, path in files():
        found.update(_file(path, iris, iris.graph(graph)))
    return tuple(sorted(found))


def _file(path: Path, iris: Iris, graph: str) -> Iterator[str]:
    tail = f" <{graph}> ."
    try:
        for quad in parse(input=path.read_bytes(), format=RdfFormat.TURTLE):
            spo = [_term(each, iris) for each in (quad.subject, quad.predicate, quad.object)]
            if None not in spo:
                yield f"{spo[0]} {spo[1]} {spo[2]}{tail}"
    except SyntaxError as fault:
        raise ConfigError(f"{path.name} does not parse: {fault}") from None


def _term(term: NamedNode | BlankNode | Literal | Triple, iris: Iris) -> str | None:
    if isinstance(term, NamedNode):
        return f"<{_rebase(term.value, iris)}>"
    if isinstance(term, Literal):
        if term.language:
            return terms.literal(term.value, lang=term.language.lower())
        datatype = term.datatype.value
        return terms.literal(term.value, datatype=None if datatype == f"{XSD}string" else datatype)
    return None


def _rebase(iri: str, iris: Iris) -> str:
    return iris.base + iri.removeprefix(DEFAULT_BASE) if iri.startswith(DEFAULT_BASE) else iri
