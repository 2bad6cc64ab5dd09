"""The records around a record: what it names, what names it, and how these stand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kg.entities.common import LABEL
from kg.entities.describe import status
from kg.entities.model import Ref
from kg.entities.reading import Names, ask, kind_of, lexical
from kg.errors import NotFound
from kg.store import GraphStore, Row
from kg.terms import is_iri
from kg.vocab import DCTERMS, OWL, PROV, RDF, SKOS, VOID, Iris

KINDS: Final = (
    "practice",
    "decision",
    "document",
    "publication",
    "concept",
    "country",
    "region",
    "framework",
    "criterion",
    "entity",
    "case",
)
"""Kinds of record that are neighbours; assessments, rules and datasets are about records."""

FEW, MOST = 40, 200
"""Relations read unless told otherwise, and at most."""
BETWEEN_MOST: Final = 120
_OWN_HIDDEN: Final = (
    "criterionOf",
    "framework",
    "publishedCriterion",
    "suggestsFramework",
    "suggestedFor",
    "listMember",
)
"""Properties of ours that say the same as their inverse, or that only programs suggest."""
_HIDDEN: Final = frozenset(
    {f"{RDF}type", f"{VOID}inDataset", f"{DCTERMS}license"}
    | {SKOS + name for name in ("inScheme", "topConceptOf", "hasTopConcept", "narrower")}
)
_SYMMETRIC: Final = frozenset(
    {SKOS + name for name in ("related", "exactMatch", "closeMatch", "relatedMatch")} | {f"{OWL}sameAs"}
)


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one kind that one relation leads to, or comes from; ``count`` may be above their number."""

    relation: Ref
    outgoing: bool
    kind: str
    records: tuple[Ref, ...]
    count: int

    @property
    def left(self) -> int:
        """How many are not among the records."""
        return self.count - len(self.records)


@dataclass(frozen=True, slots=True)
class Edge:
    """One relation between two records, as the graph states it."""

    source: Ref
    relation: Ref
    target: Ref


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A record with what stands around it.

    ``between`` are relations among its neighbours, ``between_count`` how many there are of them.
    """

    centre: Ref
    groups: tuple[Group, ...]
    between: tuple[Edge, ...] = ()
    between_count: int = 0

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Every relation: the record's own by group, then those among its neighbours."""
        own = (
            Edge(self.centre, group.relation, other)
            if group.outgoing
            else Edge(other, group.relation, self.centre)
            for group in self.groups
            for other in group.records
        )
        return (*own, *self.between)

    @property
    def neighbours(self) -> tuple[Ref, ...]:
        """Every record but the one in the middle, once."""
        return tuple({ref.iri: ref for group in self.groups for ref in group.records}.values())

    @property
    def shown(self) -> int:
        return sum(len(group.records) for group in self.groups)

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A group before its records are read; ``given`` are those of statements, read already."""

    outgoing: bool
    relation: str
    kind: str
    count: int
    given: tuple[str, ...] = ()


def read(store: GraphStore, iri: str, language: str, iris: Iris, *, limit: int = FEW) -> Neighbourhood:
    """Return the neighbourhood of a record.

    Args:
        store: the graph.
        iri: the record.
        language: of labels.
        iris: the identifiers in use.
        limit: relations of the record itself to read, shared out evenly among groups.

    Raises:
        NotFound: the graph has no such record, or it was withdrawn.
    """
    found = status(store, iri, iris)
    if not found.known or found.withdrawn or kind_of(iri, iris) in ("term", "external"):
        raise NotFound("There is no such record.")
    groups = [*_counted(store, iri, iris), *_claimed(store, iri, iris)]
    symbols: dict[str, str] = {}
    members: list[tuple[_Counted, list[str]]] = []
    for group, room in zip(groups, shares([each.count for each in groups], limit), strict=True):
        members.append((group, _members(store, iri, iris, group, symbols)[:room]))
    others = list(dict.fromkeys(other for _group, listed in members for other in listed if other != iri))
    pairs = _between(store, iris, others)
    names = _names(
        store, iris, language, {iri, *others, *(g.relation for g in groups), *(p for _, p, _ in pairs)}
    )

    def ref(one: str) -> Ref:
        return names.ref(one, symbols.get(one, ""))

    return Neighbourhood(
        ref(iri),
        tuple(
            Group(
                names.term(group.relation), group.outgoing, group.kind, tuple(map(ref, listed)), group.count
            )
            for group, listed in members
        ),
        tuple(Edge(ref(a), names.term(relation), ref(b)) for a, relation, b in pairs[:BETWEEN_MOST]),
        len(pairs),
    )


def shares(counts: list[int], limit: int) -> list[int]:
    """Return how much of each count fits into a limit when none gets more than it has; at least 1 each."""
    given = [0] * len(counts)
    left = limit
    for done, place in enumerate(sorted(range(len(counts)), key=lambda each: counts[each])):
        given[place] = max(1, min(counts[place], left // (len(counts) - done)))
        left = max(0, left - given[place])
    return given


def _counted(store: GraphStore, iri: str, iris: Iris) -> list[_Counted]:
    rows = ask(store, "neighbour-groups", iris, entity=iri, base=f"{iris.base}id/")
    found = {
        (lexical(row["direction"]) == "out", lexical(row["relation"]), lexical(row["kind"])): int(
            lexical(row["count"])
        )
        for row in rows
        if lexical(row["kind"]) in KINDS and _is_shown(lexical(row["relation"]), iris)
    }
    kept = [
        _Counted(outgoing, relation, kind, count)
        for (outgoing, relation, kind), count in found.items()
        if outgoing or relation not in _SYMMETRIC or found.get((True, relation, kind)) != count
    ]
    return sorted(kept, key=lambda each: (not each.outgoing, each.relation, KINDS.index(each.kind)))


def _is_shown(relation: str, iris: Iris) -> bool:
    return (
        relation not in _HIDDEN
        and relation not in map(iris.term, _OWN_HIDDEN)
        # What the questionnaire says word for word has a property of ours beside it.
        and not relation.startswith((iris.wocat_ns, PROV))
    )


def _claimed(store: GraphStore, iri: str, iris: Iris) -> list[_Counted]:
    found: dict[tuple[bool, str, str], list[str]] = {}
    for row in ask(store, "neighbour-claims", iris, entity=iri):
        other = lexical(row["other"])
        kind = kind_of(other, iris)
        if kind in KINDS and other != iri:
            key = (lexical(row["direction"]) == "out", lexical(row["relation"]), kind)
            found.setdefault(key, []).append(other)
    return [_Counted(*key, len(others), tuple(others)) for key, others in found.items()]


def _members(store: GraphStore, iri: str, iris: Iris, group: _Counted, symbols: dict[str, str]) -> list[str]:
    """Return the records of a group in their order, and note the symbols of those that have one."""
    if group.given:
        return list(group.given)
    query = "neighbours-out" if group.outgoing else "neighbours-in"
    start = f"{iris.base}id/{group.kind}/"
    rows = ask(store, query, iris, entity=iri, relation=group.relation, start=start)
    symbols |= {lexical(row["other"]): lexical(row.get("symbol")) for row in rows if row.get("symbol")}
    return [lexical(row["other"]) for row in rows]


def _between(store: GraphStore, iris: Iris, others: list[str]) -> list[tuple[str, str, str]]:
    """Return (source, relation, target) among records."""
    if len(others) < 2:
        return []
    values = _values(others)
    text = (
        "SELECT DISTINCT ?one ?relation ?other WHERE {"
        f" VALUES ?one {{ {values} }} ?one ?relation ?other VALUES ?other {{ {values} }}"
        " FILTER(?one != ?other) }"
    )
    found: dict[tuple[str, str, str], None] = {}
    for row in sorted(map(_triple, store.select(text))):
        one, relation, other = row
        mirrored = relation in _SYMMETRIC and (other, relation, one) in found
        if _is_shown(relation, iris) and not mirrored:
            found[row] = None
    return list(found)


def _triple(row: Row) -> tuple[str, str, str]:
    return lexical(row["one"]), lexical(row["relation"]), lexical(row["other"])


def _names(store: GraphStore, iris: Iris, language: str, things: Iterable[str]) -> Names:
    names = Names(iris, language)
    text = f"SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {_values(things)} }} ?thing <{LABEL}> ?label }}"
    names.add(store.select(text))
    return names


def _values(things: Iterable[str]) -> str:
    return " ".join(f"<{thing}>" for thing in sorted(things) if is_iri(thing))
