"""Jobs that link many records: kept in SQLite, resumed where they stopped, cancelled between batches.

A batch's links and the count of what is done are written in one transaction: a job that is killed and run
again loses no record and repeats none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from kg.errors import BadInput, NotFound
from kg.link.links import Link
from kg.link.records import PartnerRecord, from_row
from kg.link.suggest import Suggester
from kg.moments import now

FILE: Final = "jobs.sqlite"
BATCH: Final = 200
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, partner TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL,
  state TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS job_records (
  job TEXT NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS job_links (
  job TEXT NOT NULL, number INTEGER NOT NULL, place INTEGER NOT NULL, link TEXT NOT NULL,
  PRIMARY KEY (job, number, place)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: ``state`` is ``waiting``, ``running``, ``done`` or ``cancelled``; ``done`` counts records."""

    id: str
    partner: str
    total: int
    done: int
    state: str
    created: str
    updated: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "partner": self.partner,
            "state": self.state,
            "total": self.total,
            "done": self.done,
            "created": self.created,
            "updated": self.updated,
        }


@contextmanager
def _open(home: Path) -> Iterator[sqlite3.Connection]:
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE, timeout=60)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_CREATE)
        yield db


def create(home: Path, records: Iterable[PartnerRecord], partner: str = "") -> Job:
    """Write down a job with all its records.

    Raises:
        BadInput: there is no record, or a record of :func:`kg.link.records.read` cannot be used.
    """
    name = uuid4().hex[:16]
    with _open(home) as db, db:
        count = 0
        for number, record in enumerate(records):
            body = json.dumps(record.to_json(), ensure_ascii=False)
            db.execute("INSERT INTO job_records VALUES (?, ?, ?)", (name, number, body))
            count = number + 1
        if not count:
            raise BadInput("There are no records to link.")
        values = (name, partner, count, now(), now())
        db.execute("INSERT INTO jobs VALUES (?, ?, ?, 0, 'waiting', ?, ?)", values)
    return get(home, name)


def get(home: Path, name: str) -> Job:
    """Return a job.

    Raises:
        NotFound: there is none of this identifier.
    """
    with _open(home) as db:
        row = db.execute("SELECT * FROM jobs WHERE id = ?", (name,)).fetchone()
    if row is None:
        raise NotFound(f"There is no job '{name[:40]}'.")
    return Job(*row)


def every(home: Path) -> list[Job]:
    """Return all jobs, the newest first."""
    with _open(home) as db:
        return [Job(*row) for row in db.execute("SELECT * FROM jobs ORDER BY created DESC, id")]


def cancel(home: Path, name: str) -> Job:
    """Stop a job after the batch it is at; what is done stays, and 'resume' goes on from there.

    Raises:
        NotFound: there is none of this identifier.
    """
    with _open(home) as db, db:
        sql = "UPDATE jobs SET state = 'cancelled', updated = ? WHERE id = ? AND state <> 'done'"
        db.execute(sql, (now(), name))
    return get(home, name)


def run(home: Path, name: str, suggester: Suggester, advance: Callable[[int], None] = lambda _: None) -> Job:
    """Link the records that are not done yet, a batch at a time; returns when done or cancelled.

    Raises:
        NotFound: there is none of this identifier.
    """
    job = get(home, name)
    with _open(home) as db:
        with db:
            sql = "UPDATE jobs SET state = 'running', updated = ? WHERE id = ? AND state <> 'done'"
            db.execute(sql, (now(), name))
        advance(job.done)
        for start in range(job.done, job.total, BATCH):
            rows = db.execute(
                "SELECT number, record FROM job_records WHERE job = ? AND number >= ? AND number < ?"
                " ORDER BY number",
                (name, start, start + BATCH),
            ).fetchall()
            records = [from_row(json.loads(body), f"record {number}") for number, body in rows]
            found = suggester.suggest(records)
            if not _keep(db, name, [number for number, _ in rows], found):
                break
            advance(len(rows))
    return get(home, name)


def _keep(db: sqlite3.Connection, name: str, numbers: list[int], found: list[list[Link]]) -> bool:
    """Write a batch's links and go on counting, unless the job was cancelled or another run was faster."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        sql = "SELECT state, done, total FROM jobs WHERE id = ?"
        state, done, total = db.execute(sql, (name,)).fetchone()
        if state != "running" or done != numbers[0]:
            return False
        rows = [
            (name, number, place, json.dumps(link.to_json(), ensure_ascii=False))
            for number, links in zip(numbers, found, strict=True)
            for place, link in enumerate(links)
        ]
        db.executemany("INSERT INTO job_links VALUES (?, ?, ?, ?)", rows)
        done = numbers[-1] + 1
        state = "done" if done >= total else "running"
        db.execute(
            "UPDATE jobs SET done = ?, state = ?, updated = ? WHERE id = ?", (done, state, now(), name)
        )
    return True


def links(home: Path, name: str) -> Iterator[Link]:
    """Yield the links that a job has found so far, in the order of its records."""
    with _open(home) as db:
        cursor = db.execute("SELECT link FROM job_links WHERE job = ? ORDER BY number, place", (name,))
        for (body,) in cursor:
            yield Link.of_json(json.loads(body))
