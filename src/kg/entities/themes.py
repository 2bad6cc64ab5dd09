"""Decisions and publications by what they are about, read once of a graph, and those that share it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from kg.entities import common
from kg.entities.memory import remembered
from kg.entities.model import Listed, Ref
from kg.entities.reading import Reading, ask, kind_of, labels_of, lexical
from kg.store import Row

_FIRST: Final = 6
"""Decisions, and publications, that share most."""


@dataclass(slots=True)
class _Themes:
    by_topic: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def latest(self, record: str) -> str:
        return max(lexical(row["year"]) for row in self.rows[record])


def sharing(reading: Reading, topics: Iterable[str]) -> tuple[tuple[Listed, tuple[Ref, ...]], ...]:
    """Return the decisions, then the publications, that share most of the topics, each with those it shares.

    Of as many shared, newer ones come first.
    """
    themes = remembered(reading.store, "themes", lambda: _read(reading))
    shared: dict[str, list[str]] = defaultdict(list)
    for topic in sorted(set(topics)):
        for record in themes.by_topic.get(topic, ()):
            shared[record].append(topic)
    # Sorts keep the order of what is equal, so the last one counts most.
    ordered = sorted(shared)
    ordered.sort(key=themes.latest, reverse=True)
    ordered.sort(key=lambda record: len(shared[record]), reverse=True)
    chosen = [
        record
        for kind in ("decision", "publication")
        for record in [each for each in ordered if kind_of(each, reading.iris) == kind][:_FIRST]
    ]
    rows = [row for record in chosen for row in themes.rows[record]]
    labels = labels_of(reading.store, chosen, reading.iris)
    return tuple(
        (line, tuple(map(reading.names.ref, shared[line.ref.iri])))
        for line in common.listed_rows(reading, rows, labels)
    )


def _read(reading: Reading) -> _Themes:
    found = _Themes()
    for row in ask(reading.store, "official-themes", reading.iris):
        record = lexical(row["record"])
        found.by_topic[lexical(row["topic"])].add(record)
        found.rows[record].append({name: row[name] for name in ("record", "year", "symbol") if name in row})
    return found
