"""The pages of bodies and conventions: their decisions over time, and what is asked of them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from kg.entities import common
from kg.entities.model import Listed, Provision, Ref
from kg.entities.reading import Names, Reading, ask, lexical, text_of
from kg.store import Row

CLASSES: Final = ("Body", "Convention")
_AMBIGUOUS: Final = frozenset({"COP"})
"""Short names that bodies of several conventions have."""


@dataclass(frozen=True, slots=True)
class Session:
    """Decisions of one session; ``meeting`` is its record where there is one."""

    name: str
    year: str
    meeting: Ref | None
    decisions: tuple[tuple[Listed, int], ...]
    """(decision, number of its provisions that are recorded)."""


@dataclass(frozen=True, slots=True)
class Body:
    """What only bodies and conventions have; sessions and requests are newest first."""

    sessions: tuple[Session, ...]
    short: str
    asked: tuple[tuple[Listed, Provision], ...]

    @property
    def decisions(self) -> int:
        return sum(len(each.decisions) for each in self.sessions)

    @property
    def years(self) -> tuple[tuple[str, int], ...]:
        """(year, number of decisions), oldest first."""
        found: dict[str, int] = defaultdict(int)
        for each in self.sessions:
            found[each.year] += len(each.decisions)
        return tuple(sorted((year, count) for year, count in found.items() if year))


def is_body(reading: Reading) -> bool:
    """Tell whether a record is a body or a convention."""
    types = reading.values(common.TYPE)
    return any(reading.iris.term(name) in types for name in CLASSES)


def read(reading: Reading) -> Body:
    """Return what only bodies and conventions have."""
    rows = ask(reading.store, "body-decisions", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "record")
    lines = {line.ref.iri: line for line in common.listed_rows(reading, rows)}
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(lexical(row["record"]), row)
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for iri, row in first.items():
        year, session, meeting = (lexical(row.get(name)) for name in ("year", "session", "meeting"))
        groups[year, session, meeting].append(iri)
    sessions = [
        Session(
            session or year,
            year,
            reading.names.ref(meeting, session) if meeting else None,
            tuple((lines[iri], int(lexical(first[iri]["provisions"]))) for iri in sorted(found)),
        )
        for (year, session, meeting), found in sorted(groups.items(), reverse=True)
    ]
    short = reading.value(reading.iris.term("abbrev"))
    return Body(tuple(sessions), short, tuple(_asked(reading, short)))


def _asked(reading: Reading, short: str) -> list[tuple[Listed, Provision]]:
    """Return the provisions whose addressee names the body by its short form, as a word of its own."""
    if len(short) < 3 or short in _AMBIGUOUS:
        return []
    word = re.compile(rf"(?<!\w){re.escape(short)}(?!\w)")
    rows = [
        row
        for row in ask(reading.store, "asked-of", reading.iris, word=short)
        if word.search(lexical(row["to"]))
    ]
    lines = {line.ref.iri: line for line in common.listed_rows(reading, rows)}
    found = {(lexical(row["record"]), lexical(row["verb"]), lexical(row["what"])): row for row in rows}
    ordered = sorted(found, key=lambda key: (lexical(found[key].get("year")), key), reverse=True)
    return [
        (lines[key[0]], Provision(key[1], lexical(found[key]["to"]), text_of(found[key]["what"])))
        for key in ordered
    ]
