"""What the answers of a source look like, and whether they still do."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Final

from kg.harvest.snapshot import Snapshot

_FEWEST: Final = 10
"""Records fetched in a run from which their outline tells something."""
_USUAL, _RARE = 0.9, 0.5
"""A field that nearly all had, and that half no longer have, is gone from the source's answers."""

_MARK: Final = "CREATE TABLE IF NOT EXISTS accepted (run INTEGER NOT NULL)"
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS validators "
    "(address TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL)"
)


def lost_fields(snapshot: Snapshot) -> list[str]:
    """Return the fields that nearly every record had, and few of those fetched since the last switch have.

    The first harvest has nothing to be compared with, and a handful of records says nothing. What was found
    stays found, however often is harvested, until a sync has switched (:func:`accept`).
    """
    if not snapshot.exists:
        return []
    with closing(snapshot.open()) as database:
        rows = database.execute(
            "SELECT fetched_in > ?, shape, COUNT(*) FROM records WHERE state = 'active' AND shape != '' "
            "GROUP BY 1, 2",
            (_accepted(database),),
        ).fetchall()
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    totals = [0, 0]
    for fresh, shape, number in rows:
        totals[fresh] += number
        for path in shape.split("\n"):
            counts[fresh][path] += number
    before, after = totals
    if before < _FEWEST or after < _FEWEST:
        return []
    usual = [path for path, count in counts[0].items() if count >= _USUAL * before]
    lost = sorted(path for path in usual if counts[1][path] < _RARE * after)
    # A branch that is gone is named once, not with every field under it.
    return [path for path in lost if path.rpartition("/")[0] not in lost]


def accept(snapshot: Snapshot) -> None:
    """Note that all that was fetched so far is in the generation that serves: it is what others are like."""
    if not snapshot.exists:
        return
    with closing(snapshot.open()) as database, database:
        database.execute(_MARK)
        database.execute("DELETE FROM accepted")
        database.execute("INSERT INTO accepted SELECT COALESCE(MAX(number), 0) FROM runs")


def _accepted(database: sqlite3.Connection) -> int:
    database.execute(_MARK)
    row = database.execute("SELECT run FROM accepted").fetchone()
    return int(row[0]) if row else 0


def validators(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """Return entity tag and date of listings, by address."""
    with closing(snapshot.open()) as database, database:
        database.execute(_TABLE)
        return {row[0]: (row[1], row[2]) for row in database.execute("SELECT * FROM validators")}


def remember(snapshot: Snapshot, found: dict[str, tuple[str, str]]) -> None:
    """Keep entity tags and dates for the next run; only once everything listed has been kept."""
    with closing(snapshot.open()) as database, database:
        database.execute(_TABLE)
        rows = [(address, *tags) for address, tags in found.items()]
        database.executemany("INSERT OR REPLACE INTO validators VALUES (?, ?, ?)", rows)
