"""Counts of a generation that tell how many statements a triple pattern matches, at most and on average."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pyoxigraph as px

TOP: Final = 300
"""Objects of a predicate whose own count is kept: those that most statements have."""
_PREDICATES: Final = "SELECT DISTINCT ?p WHERE { ?s ?p ?o }"
_GRAPHS: Final = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
_SUBJECTS: Final = """SELECT (COUNT(*) AS ?ends) (MAX(?n) AS ?most) (SUM(?n) AS ?all) WHERE {
SELECT ?s (COUNT(*) AS ?n) WHERE { ?s %s ?o } GROUP BY ?s }"""
_OBJECTS: Final = "SELECT ?o (COUNT(*) AS ?n) WHERE { ?s %s ?o } GROUP BY ?o"


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements of one predicate (or of all): how many, with how many subjects and objects.

    Attributes:
        per_subject_max: most statements that one subject has.
        per_object_max: most statements that one object has.
        longest: characters of the longest object.
        top: IRI of an object to its number of statements, for the most frequent ones.
    """

    count: int = 0
    subjects: int = 0
    objects: int = 0
    per_subject_max: int = 0
    per_object_max: int = 0
    longest: int = 0
    top: Mapping[str, int] = field(default_factory=dict)

    def of_object(self, iri: str) -> float:
        """Return how many statements have this object: exactly for a frequent one, else on average."""
        known = self.top.get(iri)
        if known is not None:
            return known
        rest = self.objects - len(self.top)
        return max(0.0, (self.count - sum(self.top.values())) / rest) if rest > 0 else 0.0

    def of_object_max(self, iri: str | None) -> int:
        """Return how many statements have this object at most."""
        if iri is not None and iri in self.top:
            return self.top[iri]
        return self.per_object_max


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a generation.

    Attributes:
        graphs: the number of graphs; a statement is found once in each that has it.
        subject_max: most statements that one subject has.
        predicates: the counts of every predicate that occurs.
    """

    graphs: int
    subject_max: int
    predicates: Mapping[str, Counts]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Statistics:
        predicates = {iri: Counts(**counts) for iri, counts in document["predicates"].items()}
        return cls(document["graphs"], document["subject_max"], predicates)


def collect(store: px.Store) -> Statistics:
    """Count a store, predicate by predicate, so that only one predicate's groups are held at a time."""
    found = [row[0] for row in _select(store, _PREDICATES)]
    predicates = {each.value: _counts(store, str(each)) for each in found if isinstance(each, px.NamedNode)}
    ((graphs,),) = _select(store, _GRAPHS)
    ((_, most, _),) = _select(store, _SUBJECTS % "?p")
    unnamed = bool(store.query("ASK { ?s ?p ?o }"))
    return Statistics(_number(graphs) + unnamed, _number(most), predicates)


def _counts(store: px.Store, predicate: str) -> Counts:
    ((subjects, per_subject, count),) = _select(store, _SUBJECTS % predicate)
    objects = per_object = longest = 0
    frequent: list[tuple[int, str]] = []
    for value, number in _select(store, _OBJECTS % predicate):
        objects += 1
        many = _number(number)
        per_object = max(per_object, many)
        if isinstance(value, px.NamedNode | px.Literal):
            longest = max(longest, len(value.value))
        if many > 1 and isinstance(value, px.NamedNode):
            # The heap keeps the most frequent ones.
            if len(frequent) < TOP:
                heapq.heappush(frequent, (many, value.value))
            else:
                heapq.heappushpop(frequent, (many, value.value))
    top = {iri: many for many, iri in sorted(frequent, reverse=True)}
    return Counts(_number(count), _number(subjects), objects, _number(per_subject), per_object, longest, top)


def _number(term: Any) -> int:
    """Return the value of a count; the maximum of nothing has none."""
    return int(term.value) if isinstance(term, px.Literal) else 0


def _select(store: px.Store, query: str) -> Iterator[tuple[Any, ...]]:
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, px.QuerySolutions)  # noqa: S101 - every text here is a SELECT
    for solution in answer:
        yield tuple(solution)
