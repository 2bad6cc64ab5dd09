"""The catalogue (DCAT) of what can be had: files with sizes and checksums, services, partners, linksets.

https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/void/. Everything is given as N-Triples lines;
what is not known, such as a partner's licence, is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg import queries
from kg.entities.reading import lexical
from kg.link import partners, stream
from kg.link.dumps import MEDIA_TYPES, Dump, File
from kg.link.partners import Partner
from kg.link.sssom import LICENCE
from kg.store import GraphStore
from kg.terms import literal
from kg.vocab import DCAT, DCTERMS, FOAF, RDF, VOID, XSD, Iris

SPDX: Final = "http://spdx.org/rdf/terms#"
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_DUMPED: Final = ("nq", "trig", "jsonld")
_LINKS: Final = "links/"
_SPECS: Final = {
    "sparql": ("SPARQL 1.1 endpoint", "http://www.w3.org/TR/sparql11-protocol/"),
    "reconcile": (
        "Reconciliation service",
        "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
    ),
    "inbox": ("Inbox for Linked Data Notifications", "https://www.w3.org/TR/ldn/"),
    "webmention": ("Webmention receiver", "https://www.w3.org/TR/webmention/"),
    "changes/stream": ("Event stream of all changes", "https://w3id.org/ldes/specification"),
}
"""Name and specification of each service, by its path."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Links by relation (IRI): ``inward`` by partner's identifier, ``outward`` by namespace."""

    inward: Mapping[str, Mapping[str, int]]
    outward: Mapping[str, Mapping[str, int]]


def counts(store: GraphStore, iris: Iris) -> Counts:
    """Count the links that the graph holds."""
    inward: dict[str, dict[str, int]] = defaultdict(dict)
    outward: dict[str, dict[str, int]] = defaultdict(dict)
    for name, key, found in (("link-counts", "graph", inward), ("outside", "space", outward)):
        text, bound = queries.get("links", name).bind({"base": iris.base}, iris)
        for row in store.select(text, bound):
            if key in row:
                place = lexical(row[key]).removeprefix(iris.graph(_LINKS))
                found[place][lexical(row["property"])] = int(lexical(row["count"]))
    return Counts(inward, outward)


def lines(
    address: str,
    dumps: Iterable[Dump],
    datasets: Iterable[Mapping[str, Any]],
    known: Mapping[str, Partner],
    found: Counts,
    iris: Iris,
) -> Iterator[str]:
    """Yield the catalogue.

    Args:
        address: of the service, ending in a slash.
        datasets: what the generation was built from, as its manifest lists it.
    """
    rows = list(datasets)
    dumped = list(dumps)
    catalogue = f"<{address}catalog>"
    yield from _facts(
        catalogue,
        (f"{RDF}type", f"<{DCAT}Catalog>"),
        (f"{DCTERMS}title", literal("LandKG", lang="en")),
        (f"{FOAF}homepage", f"<{address}>"),
        (f"{DCAT}dataset", f"<{iris.id('dataset', 'landkg')}>"),
        *((f"{DCAT}dataset", f"<{iris.id('dataset', str(row['name']))}>") for row in rows),
        *((f"{DCAT}dataset", f"<{iris.graph(each.graph)}>") for each in dumped),
        *((f"{DCAT}dataset", f"<{each.dataset(iris)}>") for each in known.values()),
        (f"{DCAT}dataset", f"<{address}changes/stream>"),
    )
    yield from _services(address, catalogue, iris)
    yield from stream.described(f"{address}changes/stream")
    for each in dumped:
        named = [row for row in rows if row.get("graph") == each.graph]
        yield from _dataset(address, each, named, iris)
    yield from (f"{line[: line.rindex(' <')]} ." for line in partners.lines(known.values(), iris))
    with_files = {each.graph for each in dumped}
    for name in sorted({*known, *found.inward}):
        place = f"{address}dumps/{_LINKS}{name}" if f"{_LINKS}{name}" in with_files else ""
        yield from _inward(place, name, known.get(name), found.inward.get(name, {}), iris)
    for number, space in enumerate(sorted(found.outward), 1):
        yield from _outward(number, space, found.outward[space], iris)


def _services(address: str, catalogue: str, iris: Iris) -> Iterator[str]:
    for path, (title, spec) in _SPECS.items():
        node = f"<{address}{path}#service>"
        yield f"{catalogue} <{DCAT}service> {node} ."
        yield from _facts(
            node,
            (f"{RDF}type", f"<{DCAT}DataService>"),
            (f"{DCTERMS}title", literal(title, lang="en")),
            (f"{DCAT}endpointURL", f"<{address}{path}>"),
            (f"{DCTERMS}conformsTo", f"<{spec}>"),
            (f"{DCAT}servesDataset", f"<{iris.id('dataset', 'landkg')}>"),
        )


def _dataset(address: str, each: Dump, named: list[Mapping[str, Any]], iris: Iris) -> Iterator[str]:
    """Yield the files of a graph, as distributions of the graph and of the datasets that fill it."""
    graph = f"<{iris.graph(each.graph)}>"
    title = str(named[0]["title"]) if len(named) == 1 else each.graph
    licences = {str(row["licence"]) for row in named if str(row.get("licence", "")).startswith("http")}
    if each.graph.startswith(_LINKS):
        licences = {LICENCE}
    yield from _facts(
        graph,
        (f"{RDF}type", f"<{DCAT}Dataset>"),
        (f"{DCTERMS}title", literal(title, lang="en")),
        *((f"{DCTERMS}license", f"<{licence}>") for licence in sorted(licences)),
    )
    subjects = [graph, *(f"<{iris.id('dataset', str(row['name']))}>" for row in named)]
    for file in each.files:
        place = f"{address}dumps/{each.graph}.{file.form}"
        for subject in subjects:
            yield f"{subject} <{DCAT}distribution> <{place}> ."
            yield f"{subject} <{DCAT}distribution> <{place}.gz> ."
            if file.form in _DUMPED:
                yield f"{subject} <{VOID}dataDump> <{place}> ."
        yield from _distribution(place, file, licences, is_packed=False)
        yield from _distribution(place, file, licences, is_packed=True)


def _distribution(place: str, file: File, licences: set[str], *, is_packed: bool) -> Iterator[str]:
    address = f"{place}.gz" if is_packed else place
    size, digest = (file.packed_bytes, file.packed_sha256) if is_packed else (file.bytes, file.sha256)
    node, checksum = f"<{address}>", f"<{address}#sha256>"
    yield from _facts(
        node,
        (f"{RDF}type", f"<{DCAT}Distribution>"),
        (f"{DCAT}accessURL", node),
        (f"{DCAT}downloadURL", node),
        (f"{DCAT}mediaType", f"<{_IANA}{MEDIA_TYPES[file.form]}>"),
        (f"{DCAT}byteSize", literal(str(size), datatype=f"{XSD}nonNegativeInteger")),
        *((f"{DCTERMS}license", f"<{licence}>") for licence in sorted(licences)),
        *(((f"{DCAT}compressFormat", f"<{_IANA}application/gzip>"),) if is_packed else ()),
        (f"{SPDX}checksum", checksum),
    )
    yield from _facts(
        checksum,
        (f"{RDF}type", f"<{SPDX}Checksum>"),
        (f"{SPDX}algorithm", f"<{SPDX}checksumAlgorithm_sha256>"),
        (f"{SPDX}checksumValue", literal(digest, datatype=f"{XSD}hexBinary")),
    )


def _inward(
    place: str, name: str, partner: Partner | None, by_relation: Mapping[str, int], iris: Iris
) -> Iterator[str]:
    node = f"<{iris.id('dataset', f'links-{name}')}>"
    title = f"Links from {partner.name if partner else name} to LandKG, each accepted by a curator"
    targets = [(f"{VOID}objectsTarget", f"<{iris.id('dataset', 'landkg')}>")]
    if partner is not None:
        targets.append((f"{VOID}subjectsTarget", f"<{partner.dataset(iris)}>"))
    targets += [(f"{VOID}dataDump", f"<{place}.{form}>") for form in _DUMPED if place]
    yield from _linkset(node, title, by_relation, (*targets, (f"{DCTERMS}license", f"<{LICENCE}>")))


def _outward(number: int, space: str, by_relation: Mapping[str, int], iris: Iris) -> Iterator[str]:
    node = f"<{iris.id('dataset', f'mappings-{number}')}>"
    target = f"<{iris.id('dataset', f'mappings-{number}')}/target>"
    yield from _linkset(
        node,
        f"Mappings of concepts to {space}",
        by_relation,
        ((f"{VOID}subjectsTarget", f"<{iris.graph('concepts')}>"), (f"{VOID}objectsTarget", target)),
    )
    yield f"{target} <{RDF}type> <{VOID}Dataset> ."
    yield f"{target} <{VOID}uriSpace> {literal(space)} ."


def _linkset(
    node: str, title: str, by_relation: Mapping[str, int], more: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """Yield a linkset with its number of links, in all and by relation (VoID, sections 4.6 and 5)."""
    yield from _facts(
        node,
        (f"{RDF}type", f"<{VOID}Linkset>"),
        (f"{RDF}type", f"<{DCAT}Dataset>"),
        (f"{DCTERMS}title", literal(title, lang="en")),
        (f"{VOID}triples", _whole(sum(by_relation.values()))),
        *more,
    )
    for relation, count in sorted(by_relation.items()):
        part = f"{node[:-1]}/{relation.rpartition('#')[2].rpartition('/')[2]}>"
        yield f"{node} <{VOID}linkPredicate> <{relation}> ."
        yield f"{node} <{VOID}propertyPartition> {part} ."
        yield f"{part} <{VOID}property> <{relation}> ."
        yield f"{part} <{VOID}triples> {_whole(count)} ."


def _whole(number: int) -> str:
    return literal(str(number), datatype=f"{XSD}integer")


def _facts(subject: str, *pairs: tuple[str, str]) -> Iterator[str]:
    yield from (f"{subject} <{predicate}> {value} ." for predicate, value in pairs)
