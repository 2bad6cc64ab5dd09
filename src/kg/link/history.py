"""The log of what happened to every record, from the first generation on, for partners who replay it.

``<home>/changes.sqlite`` only grows: pruned generations and rollbacks do not take anything back. Each
generation that serves is compared with the state at the end of the log; what differs is appended as events.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kg import generation
from kg.errors import Unavailable
from kg.link.changes import MASK, digests, digests_of
from kg.mapping import retired
from kg.moments import now
from kg.vocab import DCTERMS, Iris

FILE: Final = "changes.sqlite"
PAGE: Final = 500
"""Events of one page of the feed; a page with that many never changes again."""
Kind = Literal["Create", "Update", "Delete"]

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS events (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, iri TEXT NOT NULL,
  replaced_by TEXT NOT NULL, generation TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS held (iri TEXT PRIMARY KEY, digest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY, generation TEXT NOT NULL, at TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS events_remain BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One record came, changed or went; ``replaced_by`` is set where it was merged into another.

    ``number`` counts from 1 without gaps; ``at`` is when the generation was noticed (ISO 8601, UTC) and
    never goes back.
    """

    number: int
    at: str
    kind: str
    iri: str
    replaced_by: str
    generation: str


@dataclass(frozen=True, slots=True)
class Delta:
    """What made a generation from the one before: lines of the graph that went, and lines that came."""

    before: str
    gone: Sequence[bytes]
    come: Sequence[bytes]


def follow(home: Path, iris: Iris, delta: Delta | None = None) -> int:
    """Append what the current generation changed since the one noted last; return the number of events.

    With ``delta``, if that begins at the one noted last, the graph itself need not be read.

    Only the generation that the pointer names counts: a process that still serves the one before would
    otherwise write its own changes back.

    Raises:
        NoGeneration: nothing has been built yet.
        Unavailable: the log cannot be written.
    """
    current = generation.current(home)
    with _opened(home) as base:
        last = _last(base)
        if last == current.id:
            return 0
        earlier = dict(base.execute("SELECT iri, digest FROM held")) if delta and delta.before == last else {}
    if delta and earlier:
        states, merged = _moved(earlier, delta, iris), _merged(delta.come, iris)
    else:
        states = digests(current.graph_file, iris)
        with current.graph_file.open("rb") as lines:
            merged = _merged(lines, iris)
    with _opened(home) as base:
        base.execute("BEGIN IMMEDIATE")  # Another process may have come first.
        if _last(base) == current.id:
            return 0
        known = dict(base.execute("SELECT iri, digest FROM held"))
        # SQLite's integers have a sign.
        fresh = {iri: digest - (1 << 63) for iri, digest in states.items()}
        found = list(_events(known, fresh))
        at = max(now(), base.execute("SELECT MAX(at) FROM seen").fetchone()[0] or "")
        base.execute("INSERT INTO seen (generation, at) VALUES (?, ?)", (current.id, at))
        base.executemany(
            "INSERT INTO events (at, kind, iri, replaced_by, generation) VALUES (?, ?, ?, ?, ?)",
            (
                (at, kind, iri, merged.get(iri, "") if kind == "Delete" else "", current.id)
                for kind, iri in found
            ),
        )
        base.executemany(
            "DELETE FROM held WHERE iri = ?", ((iri,) for kind, iri in found if kind == "Delete")
        )
        base.executemany(
            "INSERT OR REPLACE INTO held VALUES (?, ?)",
            ((iri, fresh[iri]) for kind, iri in found if kind != "Delete"),
        )
        base.commit()
        return len(found)


def _events(known: dict[str, int], fresh: dict[str, int]) -> Iterator[tuple[Kind, str]]:
    """Yield creations first, so that what others were merged into is there before they go."""
    yield from (("Create", iri) for iri in sorted(fresh.keys() - known.keys()))
    yield from (("Update", iri) for iri in sorted(fresh.keys() & known.keys()) if fresh[iri] != known[iri])
    yield from (("Delete", iri) for iri in sorted(known.keys() - fresh.keys()))


def _moved(held: dict[str, int], delta: Delta, iris: Iris) -> dict[str, int]:
    """Return the digests after a change; a record of which nothing is left has none."""
    states = {iri: digest + (1 << 63) for iri, digest in held.items()}
    for lines, sign in ((delta.gone, -1), (delta.come, 1)):
        for iri, digest in digests_of(lines, iris).items():
            states[iri] = (states.get(iri, 0) + sign * digest) & MASK
    return {iri: digest for iri, digest in states.items() if digest}


def _merged(lines: Iterable[bytes], iris: Iris) -> dict[str, str]:
    """Return what stands for each merged record, from the tombstones."""
    tail = f"> <{iris.graph(retired.GRAPH)}> .\n".encode()
    middle = f"> <{DCTERMS}isReplacedBy> <".encode()
    found = {}
    for line in lines:
        if line.endswith(tail) and middle in line:
            iri, _predicate, other = line[1 : -len(tail)].partition(middle)
            found[iri.decode()] = other.decode()
    return found


def total(home: Path) -> int:
    """Return the number of events."""
    with _opened(home) as base:
        return int(base.execute("SELECT COALESCE(MAX(number), 0) FROM events").fetchone()[0])


def page(home: Path, number: int) -> list[Event]:
    """Return the events of one page, the first being 1; empty beyond the last."""
    first = (number - 1) * PAGE
    with _opened(home) as base:
        rows = base.execute(
            "SELECT number, at, kind, iri, replaced_by, generation FROM events "
            "WHERE number > ? AND number <= ? ORDER BY number",
            (first, first + PAGE),
        ).fetchall()
    return [Event(*row) for row in rows]


def _last(base: sqlite3.Connection) -> str:
    row = base.execute("SELECT generation FROM seen ORDER BY number DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


@contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(home / FILE, timeout=60)) as base:
            base.executescript(_CREATE)
            yield base
    except sqlite3.Error as fault:
        raise Unavailable(f"The log of changes cannot be used: {fault}.", retry_after=60) from None
