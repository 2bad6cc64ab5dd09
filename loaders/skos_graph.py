"""Holds the statements of SKOS files by subject, read without following links or entities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from kg.vocab import RDF, SKOS
from loaders.base import LoadReport, Source

XL: Final = "http://www.w3.org/2008/05/skos-xl#"
CLASSES: Final = RDF + "type"
CONCEPT: Final = SKOS + "Concept"
SCHEME: Final = SKOS + "ConceptScheme"
XL_LABEL: Final = XL + "Label"
COLLECTIONS: Final = frozenset((SKOS + "Collection", SKOS + "OrderedCollection"))

_FORMATS: Final = {
    ".ttl": RdfFormat.TURTLE,
    ".turtle": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".n3": RdfFormat.N3,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".skos": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
}
_ENTITY = re.compile(rb"<!ENTITY\s+(%\s+)?([^\s\"'<>]{1,200})\s+(?:\"([^\"]*+)\"|'([^']*+)'|([A-Z]{6}))")
MAX_ENTITIES: Final = 200
"""How many entities one XML file may declare; OWL tools write one a namespace."""

MAX_EXPANSION: Final = 64 * 1024 * 1024
"""How many bytes the entities of one XML file may grow to, together."""


class Node(NamedTuple):
    """A resource: an IRI, or a blank node under the name it has in its file."""

    name: str
    blank: bool = False


class Value(NamedTuple):
    """A literal; ``lang`` is empty where it has none."""

    text: str
    lang: str


class Statements:
    """What the files say, by subject and property; sets, so that order in a file means nothing."""

    def __init__(self) -> None:
        self.subjects: dict[Node, dict[str, set[Node | Value]]] = {}
        self._files: dict[Node, str] = {}

    def add(self, quad: Quad, file: str) -> Node | None:
        """Take one statement in; return its subject (none for quoted triples, which SKOS does not use)."""
        subject, value = _node(quad.subject, file), _object(quad.object, file)
        if subject is None or value is None:
            return None
        self.subjects.setdefault(subject, {}).setdefault(quad.predicate.value, set()).add(value)
        self._files[subject] = min(self._files.get(subject, file), file)
        return subject

    def forget(self, node: Node) -> None:
        """Drop a subject whose description was cut off."""
        self.subjects.pop(node, None)

    def file_of(self, node: Node) -> str:
        """Return the file that says something of the node; the first by name if several do."""
        return self._files[node]

    def predicates(self, node: Node) -> frozenset[str]:
        return frozenset(self.subjects.get(node, {}))

    def has(self, node: Node, predicate: str) -> bool:
        return predicate in self.subjects.get(node, {})

    def nodes(self, node: Node, predicate: str) -> set[Node]:
        return {o for o in self.subjects.get(node, {}).get(predicate, ()) if isinstance(o, Node)}

    def values(self, node: Node, predicate: str) -> set[Value]:
        return {o for o in self.subjects.get(node, {}).get(predicate, ()) if isinstance(o, Value)}

    def iris(self, node: Node, predicate: str) -> frozenset[str]:
        return frozenset(n.name for n in self.nodes(node, predicate) if not n.blank)

    def literals(self, node: Node, predicate: str, reified: str | None) -> Iterator[Value]:
        """Yield literals of a property, of its nodes' ``rdf:value`` and of its SKOS-XL form."""
        yield from self.values(node, predicate)
        for holder in self.nodes(node, predicate):
            yield from self.values(holder, RDF + "value")
        for label in self.nodes(node, reified) if reified else ():
            yield from self.values(label, XL + "literalForm")

    def pairs(self, predicate: str) -> Iterator[tuple[Node, Node]]:
        """Yield (subject, object) of a property; a literal object comes as a blank node."""
        for subject, described in self.subjects.items():
            for target in described.get(predicate, ()):
                yield subject, target if isinstance(target, Node) else Node(target.text[:100], blank=True)


def _node(term: object, file: str) -> Node | None:
    if isinstance(term, NamedNode):
        return Node(term.value)
    return Node(f"_:{term.value} of {file}", blank=True) if isinstance(term, BlankNode) else None


def _object(term: object, file: str) -> Node | Value | None:
    return Value(term.value, term.language or "") if isinstance(term, Literal) else _node(term, file)


def read(source: Source, report: LoadReport) -> Statements:
    """Read all files; what stands after a syntax error of a file is lost, and reported."""
    graph = Statements()
    base = f"{source.base}id/dataset/{source.dataset.name}"
    for path in source.paths:
        try:
            content = path.read_bytes()
        except OSError as fault:
            report.quarantine(path.name, path.name, "file", f"cannot be read: {fault.strerror}")
            continue
        syntax = _syntax(path, content)
        refusal = _refusal(content) if syntax == RdfFormat.RDF_XML else None
        if refusal:
            report.quarantine(path.name, path.name, "DOCTYPE", refusal)
        elif syntax in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
            _read_lines(content, syntax, path, graph, report)
        else:
            _read_document(content, base, path, graph, report)
    return graph


def _syntax(path: Path, content: bytes) -> RdfFormat:
    known = _FORMATS.get(path.suffix.lower())
    start = content[:300].removeprefix(b"\xef\xbb\xbf").lstrip()
    if known in (None, RdfFormat.RDF_XML, RdfFormat.JSON_LD) and not start.startswith(
        (b"{", b"[", b"<?xml", b"<rdf:")
    ):
        return known or RdfFormat.TURTLE
    if start.startswith((b"<?xml", b"<rdf:")):
        return RdfFormat.RDF_XML
    return RdfFormat.JSON_LD if known in (None, RdfFormat.RDF_XML, RdfFormat.JSON_LD) else known


def _refusal(content: bytes) -> str | None:
    """Tell why an XML file with entities is not read: they point outside, nest, or grow without bound."""
    if b"<!ENTITY" not in content:
        return None
    grown, declared = 0, 0
    for match in islice(_ENTITY.finditer(content), MAX_ENTITIES):
        declared += 1
        value = match[3] if match[3] is not None else match[4]
        if match[1] or value is None:
            return "declares an external or parameter entity, which is never resolved"
        if b"&" in value:
            return "declares an entity made of others, which may grow without bound"
        grown += len(value) * content.count(b"&" + match[2] + b";")
    if declared != content.count(b"<!ENTITY"):
        return "declares entities in a form or a number that is not read"
    return "has entities that grow beyond 64 MiB" if grown > MAX_EXPANSION else None


def _read_document(content: bytes, base: str, path: Path, graph: Statements, report: LoadReport) -> None:
    last: Node | None = None
    try:
        for quad in parse(BytesIO(content), format=_syntax(path, content), base_iri=base):
            last = graph.add(quad, path.name) or last
    except (SyntaxError, ValueError, OSError) as fault:
        lost = ""
        if last is not None:
            graph.forget(last)
            lost = f"; left out from {last.name[:120]} on"
        report.quarantine(path.name, path.name, "file", f"{_told(fault)}{lost}")


def _read_lines(content: bytes, syntax: RdfFormat, path: Path, graph: Statements, report: LoadReport) -> None:
    """Read the whole file at once, and line by line only where it has a broken line."""
    try:
        quads = list(parse(content, format=syntax))
    except (SyntaxError, ValueError):
        quads = []
        for number, line in enumerate(content.split(b"\n"), 1):
            try:
                quads.extend(parse(line, format=syntax))
            except (SyntaxError, ValueError) as fault:
                report.quarantine(path.name, f"line {number}", "statement", _told(fault))
    for quad in quads:
        graph.add(quad, path.name)


def _told(fault: Exception) -> str:
    return f"not readable: {str(fault.args[0] if fault.args else fault)[:200]}"


def cycles(links: Mapping[Node, set[Node]], nodes: frozenset[Node]) -> dict[Node, int]:
    """Return a number for each node that lies on a cycle, the same for all nodes of one knot.

    Tarjan's strongly connected components with a stack of our own: a hierarchy may be deeper than
    Python's recursion.
    """
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: dict[Node, int] = {}
    for root in sorted(nodes):
        if root in index:
            continue
        work = [(root, iter(sorted(links.get(root, ()))))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in nodes:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(links.get(target, ())))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    knot: list[Node] = []
                    while not knot or knot[-1] != node:
                        knot.append(stack.pop())
                    on_stack.difference_update(knot)
                    if len(knot) > 1:
                        found.update(dict.fromkeys(knot, index[node]))
    return found
