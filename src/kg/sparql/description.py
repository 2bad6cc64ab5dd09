"""Describes the service and its dataset in RDF: SPARQL Service Description, VoID and DCAT.

Source: https://www.w3.org/TR/sparql11-service-description/, https://www.w3.org/TR/void/.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final

import pyoxigraph as px

from kg.config import Settings
from kg.sparql.formats import GRAPHS, RESULTS
from kg.vocab import DCAT, DCTERMS, RDF, VOID, XSD

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_TOTALS: Final = """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
(COUNT(DISTINCT ?p) AS ?properties) WHERE { ?s ?p ?o }"""
_BY_GRAPH: Final = "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_BY_CLASS: Final = "SELECT ?class (COUNT(DISTINCT ?s) AS ?entities) WHERE { ?s a ?class } GROUP BY ?class"
_BY_PROPERTY: Final = "SELECT ?property (COUNT(*) AS ?triples) WHERE { ?s ?property ?o } GROUP BY ?property"

Ask = Callable[[str], bytes]
"""Answers a SELECT as CSV."""


def describe(ask: Ask, settings: Settings, endpoint: str, media_type: str, generation_id: str) -> bytes:
    """Return the description as RDF.

    Args:
        ask: runs a SELECT over the whole graph and returns CSV.
        endpoint: the service's own address.
        media_type: one of :data:`kg.sparql.formats.GRAPHS`.
    """
    kind = px.RdfFormat.from_media_type(media_type)
    prefixes = {"sd": _SD, "void": VOID, "dcat": DCAT, "dcterms": DCTERMS, "kg": settings.iris.ns}
    triples = [px.Triple(*each) for each in _triples(ask, settings, endpoint, generation_id)]
    return px.serialize(triples, format=kind, prefixes=prefixes) or b""


_Parts = tuple[px.NamedNode, px.NamedNode, px.NamedNode | px.Literal]


def _triples(ask: Ask, settings: Settings, endpoint: str, generation_id: str) -> Iterator[_Parts]:
    service, dataset = px.NamedNode(endpoint), px.NamedNode(f"{endpoint}#dataset")
    default = px.NamedNode(f"{endpoint}#default-graph")
    yield service, _a(), _sd("Service")
    yield service, _sd("endpoint"), service
    for name in ("SPARQL10Query", "SPARQL11Query"):
        yield service, _sd("supportedLanguage"), _sd(name)
    yield service, _sd("feature"), _sd("UnionDefaultGraph")
    for each in (*RESULTS, *GRAPHS):
        yield service, _sd("resultFormat"), px.NamedNode(each.iri)
    yield service, _sd("defaultDataset"), dataset
    yield dataset, _a(), _sd("Dataset")
    yield dataset, _a(), px.NamedNode(f"{VOID}Dataset")
    yield dataset, _a(), px.NamedNode(f"{DCAT}Dataset")
    yield dataset, px.NamedNode(f"{DCTERMS}title"), px.Literal("LandKG", language="en")
    yield dataset, px.NamedNode(f"{DCTERMS}identifier"), px.Literal(generation_id)
    yield dataset, px.NamedNode(f"{VOID}sparqlEndpoint"), service
    yield dataset, px.NamedNode(f"{VOID}uriSpace"), px.Literal(settings.base)
    yield dataset, px.NamedNode(f"{VOID}vocabulary"), px.NamedNode(settings.iris.ns)
    yield dataset, _sd("defaultGraph"), default
    yield default, _a(), _sd("Graph")
    yield from _totals(ask, default)
    yield from _totals(ask, dataset)
    yield from _named_graphs(ask, dataset, endpoint)
    yield from _partitions(ask, dataset, endpoint)
    yield from _distribution(dataset, service, endpoint)


def _totals(ask: Ask, node: px.NamedNode) -> Iterator[_Parts]:
    (row,) = _rows(ask(_TOTALS))
    yield node, px.NamedNode(f"{VOID}triples"), _count(row["triples"])
    yield node, px.NamedNode(f"{VOID}distinctSubjects"), _count(row["subjects"])
    yield node, px.NamedNode(f"{VOID}properties"), _count(row["properties"])


def _named_graphs(ask: Ask, dataset: px.NamedNode, endpoint: str) -> Iterator[_Parts]:
    for number, row in enumerate(sorted(_rows(ask(_BY_GRAPH)), key=lambda each: each["graph"])):
        named, graph = px.NamedNode(f"{endpoint}#named-{number}"), px.NamedNode(f"{endpoint}#graph-{number}")
        yield dataset, _sd("namedGraph"), named
        yield named, _a(), _sd("NamedGraph")
        yield named, _sd("name"), px.NamedNode(row["graph"])
        yield named, _sd("graph"), graph
        yield graph, _a(), _sd("Graph")
        yield graph, px.NamedNode(f"{VOID}triples"), _count(row["triples"])


def _partitions(ask: Ask, dataset: px.NamedNode, endpoint: str) -> Iterator[_Parts]:
    for what, query, counted in (("class", _BY_CLASS, "entities"), ("property", _BY_PROPERTY, "triples")):
        for number, row in enumerate(sorted(_rows(ask(query)), key=lambda each: each[what])):
            if row[what].startswith("_:"):
                continue
            part = px.NamedNode(f"{endpoint}#{what}-{number}")
            yield dataset, px.NamedNode(f"{VOID}{what}Partition"), part
            yield part, px.NamedNode(f"{VOID}{what}"), px.NamedNode(row[what])
            yield part, px.NamedNode(f"{VOID}{counted}"), _count(row[counted])


def _distribution(dataset: px.NamedNode, service: px.NamedNode, endpoint: str) -> Iterator[_Parts]:
    access, distribution = px.NamedNode(f"{endpoint}#access"), px.NamedNode(f"{endpoint}#distribution")
    yield dataset, px.NamedNode(f"{DCAT}distribution"), distribution
    yield distribution, _a(), px.NamedNode(f"{DCAT}Distribution")
    yield distribution, px.NamedNode(f"{DCAT}accessService"), access
    yield distribution, px.NamedNode(f"{DCAT}accessURL"), service
    yield access, _a(), px.NamedNode(f"{DCAT}DataService")
    yield access, px.NamedNode(f"{DCAT}endpointURL"), service
    yield access, px.NamedNode(f"{DCAT}servesDataset"), dataset
    yield (
        access,
        px.NamedNode(f"{DCTERMS}conformsTo"),
        px.NamedNode("http://www.w3.org/TR/sparql11-protocol/"),
    )


def _rows(answer: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.decode("utf-8"), newline="")))


def _a() -> px.NamedNode:
    return px.NamedNode(f"{RDF}type")


def _sd(name: str) -> px.NamedNode:
    return px.NamedNode(f"{_SD}{name}")


def _count(text: str) -> px.Literal:
    return px.Literal(text, datatype=px.NamedNode(f"{XSD}integer"))
