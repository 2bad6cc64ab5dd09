"""What a decision builds on and what builds on it, as a graph in layers of years."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from kg.entities import common
from kg.entities.model import Ref
from kg.entities.reading import Names, ask, lexical
from kg.store import GraphStore
from kg.vocab import Iris

MOST: Final = 36
"""Records of a lineage that are shown; the nearest are kept."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a lineage; ``distance`` counts citations, negative to what it builds on."""

    ref: Ref
    symbol: str
    year: str
    distance: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Records from the oldest to the newest; ``cites`` are pairs (citing IRI, cited IRI)."""

    steps: tuple[Step, ...]
    cites: tuple[tuple[str, str], ...]
    left_out: int = 0

    @property
    def before(self) -> tuple[Step, ...]:
        """What it builds on, the nearest first."""
        return tuple(sorted((s for s in self.steps if s.distance < 0), key=lambda s: -s.distance))

    @property
    def after(self) -> tuple[Step, ...]:
        """What builds on it, the nearest first."""
        return tuple(sorted((s for s in self.steps if s.distance > 0), key=lambda s: s.distance))


def read(store: GraphStore, iri: str, language: str, iris: Iris) -> Lineage:
    """Return the lineage of a decision or document; at most `MOST` records, the nearest ones.

    Args:
        store: the graph.
        iri: the record.
        language: of the labels.
        iris: the identifiers in use.
    """
    rows = ask(store, "lineage", iris, entity=iri)
    names = Names(iris, language)
    names.add(rows, "record")
    cites: dict[str, set[str]] = defaultdict(set)
    cited: dict[str, set[str]] = defaultdict(set)
    symbols: dict[str, str] = {}
    years: dict[str, str] = {}
    known = {lexical(row["record"]) for row in rows}
    for row in rows:
        record, target = lexical(row["record"]), lexical(row.get("cites"))
        symbols.setdefault(record, lexical(row.get("symbol")))
        years.setdefault(record, lexical(row.get("year")))
        if target in known and target != record:
            cites[record].add(target)
            cited[target].add(record)
    distances = _walk(iri, cited, 1) | _walk(iri, cites, -1) | {iri: 0}
    near = sorted(distances, key=lambda each: (abs(distances[each]), years.get(each, ""), each))[:MOST]
    steps = [
        Step(
            common.ref(names, each, [symbols.get(each, "")]),
            symbols.get(each, ""),
            years.get(each, ""),
            distances[each],
        )
        for each in near
    ]
    steps.sort(key=lambda step: (step.year, step.symbol, step.ref.iri))
    kept = set(near)
    pairs = sorted((a, b) for a in kept for b in cites[a] if b in kept)
    return Lineage(tuple(steps), tuple(pairs), len(distances) - len(near))


def _walk(start: str, edges: dict[str, set[str]], sign: int) -> dict[str, int]:
    """Return the distance of everything that the edges lead to, times the sign."""
    found, front, distance = {start: 0}, {start}, 0
    while front:
        distance += 1
        front = {each for one in front for each in edges[one]} - set(found)
        found |= dict.fromkeys(front, distance * sign)
    return found
