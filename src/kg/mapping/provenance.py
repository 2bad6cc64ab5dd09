"""Datasets (DCAT, VoID) and the build that made the graph (PROV-O), without any clock value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.mapping import common
from kg.mapping.writing import LABEL, TYPE, Writer
from kg.model import Dataset
from kg.terms import is_iri, is_web_address
from kg.vocab import DCAT, DCTERMS, FOAF, OWL, PROV, VOID, Iris


@dataclass(frozen=True, slots=True)
class DatasetCounts:
    """What a build took from one dataset; ``sha256`` is over its files."""

    dataset: Dataset
    graph: str
    records: int
    triples: int
    files: int
    sha256: str


def lines(
    datasets: Iterable[DatasetCounts],
    graphs: Mapping[str, int],
    software: Mapping[str, str],
    inputs_sha256: str,
    iris: Iris,
) -> list[str]:
    """Return the N-Quads lines of the provenance graph.

    Args:
        graphs: number of statements by graph IRI, without this one.
        software: name and version of what took part (landkg, pyoxigraph, the ontology, the encoders with
            the fingerprints of their models).
        inputs_sha256: digest of all inputs; names the build's activity.
    """
    w = Writer(iris, iris.graph("provenance"))
    kg = w.names.kg
    build = f"<{iris.id('build', inputs_sha256[:16])}>"
    whole = f"<{iris.id('dataset', 'landkg')}>"
    w.add(build, TYPE, f"<{PROV}Activity>")
    w.string(build, LABEL, "Build of the knowledge graph")
    w.string(build, kg["sha256"], inputs_sha256)
    for name, version in sorted(software.items()):
        agent = f"<{iris.id('build', inputs_sha256[:16])}/software/{name}>"
        w.add(build, f"<{PROV}wasAssociatedWith>", agent)
        w.add(agent, TYPE, f"<{PROV}SoftwareAgent>")
        w.string(agent, LABEL, name)
        w.string(agent, f"<{OWL}versionInfo>", version)
    for kind in (f"<{DCAT}Dataset>", f"<{VOID}Dataset>", f"<{PROV}Entity>"):
        w.add(whole, TYPE, kind)
    w.string(whole, LABEL, "LandKG")
    w.string(whole, common.TITLE, "LandKG")
    w.add(whole, f"<{PROV}wasGeneratedBy>", build)
    w.integer(whole, f"<{VOID}triples>", sum(graphs.values()))
    w.link(whole, f"<{VOID}sparqlEndpoint>", f"{iris.base}sparql", "endpoint")
    w.link(whole, f"<{VOID}uriSpace>", f"{iris.base}id/", "space")
    for each in datasets:
        _dataset(w, each, whole, build)
    for graph, triples in sorted(graphs.items()):
        w.add(f"<{graph}>", TYPE, f"<{VOID}Dataset>")
        w.string(f"<{graph}>", LABEL, graph.removeprefix(iris.graph("")))
        w.integer(f"<{graph}>", f"<{VOID}triples>", triples)
        w.add(whole, f"<{VOID}subset>", f"<{graph}>")
    return w.lines


def _dataset(w: Writer, each: DatasetCounts, whole: str, build: str) -> None:
    dataset, kg = each.dataset, w.names.kg
    s = f"<{w.names.record('dataset', dataset.name)}>"
    for kind in (f"<{DCAT}Dataset>", f"<{VOID}Dataset>", f"<{PROV}Entity>"):
        w.add(s, TYPE, kind)
    w.string(s, LABEL, dataset.title)
    w.string(s, common.TITLE, dataset.title)
    w.string(s, common.IDENTIFIER, dataset.name)
    if is_iri(dataset.licence):
        w.add(s, common.LICENSE, f"<{dataset.licence}>")
    w.string(s, kg["publisherName"], dataset.publisher)
    if dataset.homepage and is_web_address(dataset.homepage):
        w.add(s, f"<{FOAF}homepage>", f"<{dataset.homepage}>")
    w.date(s, kg["retrieved"], dataset.retrieved, "retrieved")
    w.string(s, kg["note"], dataset.note)
    w.string(s, kg["attribution"], dataset.attribution)
    w.integer(s, f"<{VOID}entities>", each.records)
    w.integer(s, f"<{VOID}triples>", each.triples)
    w.integer(s, kg["fileCount"], each.files)
    w.string(s, kg["sha256"], each.sha256)
    w.add(whole, f"<{DCTERMS}hasPart>", s)
    w.add(build, f"<{PROV}used>", s)
    w.add(s, f"<{DCTERMS}isPartOf>", whole)
    w.add(s, kg["inGraph"], f"<{each.graph}>")
