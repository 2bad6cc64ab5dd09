"""Takes the documented facts of practices out of the graph, in batches small enough to stay quick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as px

from kg.align.rules import RuleSet, rebase
from kg.queries import with_prefixes
from kg.store import GraphStore
from kg.vocab import Iris

BATCH: Final = 1000
"""Practices evaluated together."""

_CLASSIFIED: Final = (
    "SELECT ?practice WHERE { ?practice a ?class . VALUES ?class { kg:Technology kg:PraisPractice } }"
)
_EXPOSURES: Final = "SELECT ?practice ?part WHERE { ?practice kg:exposure ?part }"
_ROWS: Final = "SELECT ?practice ?part WHERE { ?practice kg:hasRow ?part }"
_LINKS: Final = "SELECT ?practice ?part WHERE { ?practice kg:linkedPractice ?part }"
_APPROACHES: Final = "SELECT ?practice WHERE { ?practice a kg:Approach }"


@dataclass(slots=True)
class Outline:
    """Which practices are classified, and the nodes that hold facts of theirs."""

    practices: list[str]
    exposures: dict[str, list[str]]
    rows: dict[str, list[str]]
    approaches: dict[str, list[str]]
    """Practice to linked approaches, whichever side states the link."""


@dataclass(slots=True)
class Facts:
    """The facts of some practices in a store of their own (default graph, lists included)."""

    store: px.Store
    practices: list[str]
    row_of: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(practice, property, value) that only a row of a table states, to that row; N-Triples terms."""


def outline(store: GraphStore, iris: Iris) -> Outline:
    """Read which practices there are and where their facts stand."""

    def pairs(text: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in store.select(with_prefixes(text, iris)):
            found[_iri(row["practice"])].append(_iri(row["part"]))
        # In an order of their own: stores in memory and on disk answer in different ones.
        return {practice: sorted(parts) for practice, parts in found.items()}

    def alone(text: str) -> set[str]:
        return {_iri(row["practice"]) for row in store.select(with_prefixes(text, iris))}

    approaches = alone(_APPROACHES)
    linked: dict[str, set[str]] = defaultdict(set)
    for one, others in pairs(_LINKS).items():
        for other in others:
            if other in approaches:
                linked[one].add(other)
            if one in approaches:
                linked[other].add(one)
    return Outline(
        sorted(alone(_CLASSIFIED)),
        pairs(_EXPOSURES),
        pairs(_ROWS),
        {one: sorted(others) for one, others in linked.items()},
    )


def batches(seen: Outline, size: int = BATCH) -> Iterator[list[str]]:
    """Yield the practices in batches."""
    for start in range(0, len(seen.practices), size):
        yield seen.practices[start : start + size]


def take(store: GraphStore, seen: Outline, practices: list[str], rules: RuleSet, iris: Iris) -> Facts:
    """Copy the facts of some practices and of the approaches linked to them."""
    owners = dict.fromkeys(practices)
    for practice in practices:
        owners.update(dict.fromkeys(seen.approaches.get(practice, ())))
    subjects = [*owners]
    for owner in owners:
        subjects += seen.exposures.get(owner, ())
        subjects += seen.rows.get(owner, ())
    values = " ".join(f"<{subject}>" for subject in subjects)
    # The engine writes and reads the text itself: no statement passes through Python.
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
    facts = Facts(px.Store(), practices)
    facts.store.bulk_load(input=store.answer(text, "application/n-triples"), format=px.RdfFormat.N_TRIPLES)
    member = px.NamedNode(iris.term("listMember"))
    facts.store.extend(
        px.Quad(px.NamedNode(rebase(name, iris)), member, px.NamedNode(rebase(each, iris)))
        for name, each in rules.members
    )
    _flatten(facts, seen, owners, iris)
    return facts


def _flatten(facts: Facts, seen: Outline, owners: dict[str, None], iris: Iris) -> None:
    """Say of a practice what the rows of its tables say, so that rules need not know of tables."""
    more = []
    for owner in owners:
        for row in seen.rows.get(owner, ()):
            for quad in facts.store.quads_for_pattern(px.NamedNode(row), None, None):
                if quad.predicate.value.startswith(iris.wocat_ns):
                    stated = px.Quad(px.NamedNode(owner), quad.predicate, quad.object)
                    if stated not in facts.store:
                        key = (str(stated.subject), str(stated.predicate), str(stated.object))
                        facts.row_of.setdefault(key, f"<{row}>")
                        more.append(stated)
    facts.store.extend(more)


def _iri(term: object) -> str:
    return str(term)[1:-1]
