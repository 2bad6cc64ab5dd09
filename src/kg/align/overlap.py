"""Counts the practices that reach each combination of frameworks: overall and by a facet."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, Final

from kg import queries
from kg.align.explain import FRAMEWORKS
from kg.entities.memory import remembered
from kg.errors import BadInput
from kg.store import GraphStore
from kg.vocab import Iris

FACETS: Final = ("country", "landUse", "measure")
LEVELS: Final = ("candidate", "qualifies")
"""``candidate`` counts practices that qualify or are candidates, ``qualifies`` only the former."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Practices (IRIs) by the exact set of frameworks that they reach, in the order of FRAMEWORKS."""

    level: str
    facet: str | None
    value: str | None
    practices: dict[tuple[str, ...], tuple[str, ...]]

    @property
    def sizes(self) -> dict[str, int]:
        """Practices under each framework, alone or with others."""
        found = Counter(dict.fromkeys(FRAMEWORKS, 0))
        for names, practices in self.practices.items():
            found.update(dict.fromkeys(names, len(practices)))
        return dict(found)

    @property
    def columns(self) -> list[tuple[tuple[str, ...], int]]:
        """Combinations with their counts, the largest first."""
        counted = ((names, len(practices)) for names, practices in self.practices.items())
        return sorted(counted, key=lambda each: (-each[1], len(each[0]), each[0]))

    def to_json(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "facet": self.facet,
            "value": self.value,
            "practices": sum(count for _, count in self.columns),
            "frameworks": self.sizes,
            "combinations": [{"frameworks": list(names), "practices": n} for names, n in self.columns],
        }


def first(store: GraphStore, iris: Iris) -> Overlap:
    """Return the overlap at the first level that any practice reaches, counted once for a graph."""
    return remembered(store, "first overlap", lambda: _first(store, iris))


def _first(store: GraphStore, iris: Iris) -> Overlap:
    levels = [overlap(store, iris, level=level) for level in LEVELS]
    return next((each for each in levels if each.columns), levels[0])


def overlap(
    store: GraphStore,
    iris: Iris,
    *,
    level: str = "candidate",
    facet: str | None = None,
    value: str | None = None,
) -> Overlap:
    """Return the overlap of the frameworks.

    Args:
        facet, value: count only practices with this country (ISO 3166-1 alpha-3), land use or measure
            (local name of the concept).

    Raises:
        BadInput: the level or facet is unknown.
    """
    if level not in LEVELS:
        raise BadInput(f"'{level[:40]}' is no level.", hint=f"Levels: {', '.join(LEVELS)}.")
    if facet is None:
        text, bound = queries.get("align", "overlap").bind({}, iris)
    else:
        given = {"facet": _facet(facet, iris), "value": _value(facet, value or "", iris)}
        text, bound = queries.get("align", "overlap-of").bind(given, iris)
    reached: dict[str, set[str]] = defaultdict(set)
    for row in store.select(text, bound):
        if level == "candidate" or str(row["statement"])[1:-1] == iris.term("qualifiesAs"):
            reached[str(row["practice"])[1:-1]].add(str(row["framework"])[1:-1].rpartition("/")[2])
    practices: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for practice in sorted(reached):
        practices[tuple(name for name in FRAMEWORKS if name in reached[practice])].append(practice)
    return Overlap(level, facet, value, {names: tuple(each) for names, each in practices.items()})


def values(store: GraphStore, iris: Iris, facet: str) -> list[tuple[str, int]]:
    """Return (local name or ISO code, assessed practices) of a facet's values, the most common first.

    Raises:
        BadInput: the facet is unknown.
    """
    text, bound = queries.get("align", "overlap-values").bind({"facet": _facet(facet, iris)}, iris)
    return [
        (str(row["value"])[1:-1].rpartition("/")[2], int(getattr(row["practices"], "value", 0)))
        for row in store.select(text, bound)
    ]


def _facet(facet: str, iris: Iris) -> str:
    if facet not in FACETS:
        raise BadInput(f"'{facet[:40]}' is no facet.", hint=f"Facets: {', '.join(FACETS)}.")
    return iris.term(facet)


def _value(facet: str, value: str, iris: Iris) -> str:
    kind = "country" if facet == "country" else "concept"
    term = queries.read_term(kind, value, iris, field=facet)
    return str(getattr(term, "value", term))
