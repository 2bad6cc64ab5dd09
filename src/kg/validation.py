"""Checks records against the SHACL shapes, and a whole graph against the check queries.

Shapes speak of one record at a time, so they are run on batches of records beside the types of the
concepts and countries that these name. What spans records is asked by ``queries/checks``: a row is a
fault, an empty answer means healthy.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from pyoxigraph import Literal as Value
from pyoxigraph import RdfFormat, parse

from kg import queries, resources
from kg.mapping.writing import record_of
from kg.store import GraphStore
from kg.vocab import DEFAULT_BASE, RDF, RDFS, SH, XSD, Iris

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Identifier, Node

Severity = Literal["violation", "warning", "info"]

_TYPE: Final = f"<{RDF}type>"
_LABEL: Final = f"<{RDFS}label>"
_TEXT: Final = re.compile(r'^"((?:[^"\\]|\\.)*)"')
_LOOKS_AT_ALL: Final = (f"{SH}closed", f"{SH}sparql", f"{SH}rule")
_RECORDS: Final = ("practice", "decision", "document", "publication", "entity", "case")


@dataclass(frozen=True, slots=True)
class Violation:
    """One result: the record's IRI, the field by its label, and what is wrong in plain words."""

    record: str
    field: str
    message: str
    severity: Severity
    value: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)


class Validator:
    """The shapes of ``ontology/shapes.ttl`` for one base, ready to check batches of records."""

    def __init__(self, iris: Iris, schema: Iterable[str]) -> None:
        """Read the shapes; ``schema`` are the ontology's N-Quads lines, for labels and types."""
        self._iris = iris
        self._labels: dict[str, str] = {}
        self._types: dict[str, list[str]] = {}
        for line in schema:
            subject, predicate, rest = line.split(" ", 2)
            if predicate == _TYPE:
                self._types.setdefault(subject, []).append(_triple(line))
            elif predicate == _LABEL and rest.startswith('"') and "@en <" in rest:
                found = _TEXT.match(rest)
                self._labels[subject[1:-1]] = found[1] if found else ""

    @cached_property
    def _shapes(self) -> Graph:
        from rdflib import Graph

        text = (resources.ontology() / "shapes.ttl").read_text(encoding="utf-8")
        return Graph().parse(data=text.replace(DEFAULT_BASE, self._iris.base), format="turtle")

    @cached_property
    def _predicates(self) -> frozenset[str] | None:
        """Properties that some shape looks at (all IRIs it names); None where one looks at all."""
        from rdflib import URIRef

        if any((None, URIRef(each), None) in self._shapes for each in _LOOKS_AT_ALL):
            return None
        named = {f"<{each}>" for each in self._shapes.objects() if isinstance(each, URIRef)}
        return frozenset(named | {_TYPE})

    def check(self, records: Sequence[tuple[str, Iterable[str]]]) -> list[Violation]:
        """Check some records, given as (IRI, N-Quads lines with what follows from them).

        Returns:
            violations, warnings and information, sorted by record; empty when all is well.
        """
        if not records:
            return []
        from pyshacl import validate

        data = self._data(records)
        conforms, report, _ = validate(
            data, shacl_graph=self._shapes, inference="none", advanced=False, inplace=True
        )
        if conforms:
            return []
        # Concepts and countries stand beside the records only for their types.
        checked = {iri for iri, _ in records}
        found = {each for each in self._results(report) if each is not None and each.record in checked}
        return sorted(found, key=lambda each: (each.record, each.severity, each.field, each.message))

    def _data(self, records: Sequence[tuple[str, Iterable[str]]]) -> Graph:
        from rdflib import Graph

        wanted = self._predicates
        triples: list[str] = []
        named: set[str] = set()
        for _, lines in records:
            for line in lines:
                _, predicate, rest = line.split(" ", 2)
                if wanted is None or predicate in wanted:
                    triples.append(_triple(line))
                    if rest.startswith("<"):
                        named.add(rest.split(" ", 1)[0])
        for each in named & self._types.keys():
            triples += self._types[each]
        graph = Graph()
        graph_add = graph.add
        for quad in parse(input="\n".join(triples), format=RdfFormat.N_TRIPLES):
            graph_add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
        return graph

    def _results(self, report: Graph) -> Iterator[Violation | None]:
        from rdflib import URIRef

        def one(result: Node, name: str) -> Node | None:
            return report.value(result, URIRef(f"{SH}{name}"))

        for result in report.subjects(URIRef(f"{RDF}type"), URIRef(f"{SH}ValidationResult")):
            value = one(result, "value")
            component = str(one(result, "sourceConstraintComponent"))
            if component.endswith("#ClassConstraintComponent") and self._is_record(str(value)):
                continue  # Whether another record is of its class is seen when all are there.
            focus, path = str(one(result, "focusNode")), one(result, "resultPath")
            messages = sorted(str(each) for each in report.objects(result, URIRef(f"{SH}resultMessage")))
            severity = str(one(result, "resultSeverity")).rpartition("#")[2].lower()
            yield Violation(
                record=record_of(focus),
                field=self._labels.get(str(path)) or str(path or "").rpartition("/")[2] or "(record)",
                message=" ".join(messages) or "The record does not fit its shape.",
                severity=severity if severity in ("warning", "info") else "violation",  # type: ignore[arg-type]
                value="" if value is None or str(value) == focus else str(value)[:200],
            )

    def _is_record(self, iri: str) -> bool:
        return iri.startswith(tuple(self._iris.id(kind, "") for kind in _RECORDS))


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check query: its name and title, and the first rows of its answer."""

    name: str
    title: str
    count: int
    rows: tuple[dict[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "count": self.count, "rows": list(self.rows)}


def check_graph(
    store: GraphStore, iris: Iris, *, most: int = 50, names: Collection[str] | None = None
) -> list[Check]:
    """Run the queries of ``queries/checks``, all or those named, and return those that found something."""
    found = []
    for query in queries.load_folder("checks").values():
        if names is not None and query.name not in names:
            continue
        text, bound = queries.bind(query, {}, iris)
        rows = store.select(text, bound)
        if rows:
            shown = tuple(
                {name: str(getattr(term, "value", term))[:300] for name, term in row.items()}
                for row in rows[:most]
            )
            found.append(Check(query.name, query.title, len(rows), shown))
    return found


def _triple(line: str) -> str:
    return f"{line[: line.rindex(' <')]} ."


def _node(term: Any) -> Identifier:
    from rdflib import Literal as RdfLiteral
    from rdflib import URIRef

    if isinstance(term, Value):
        if term.language:
            return RdfLiteral(term.value, lang=term.language)
        if term.datatype.value == f"{XSD}string":
            # rdflib tells "a" from "a"^^xsd:string, which RDF 1.1 holds to be the same; shapes write "a".
            return RdfLiteral(term.value)
        return RdfLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
    return URIRef(term.value)
