"""Jobs that link many records: kept in SQLite, resumed where they stopped, cancelled between batches.

A batch's links and the count of what is done are written in one transaction: a job that is killed and run
again loses no record and repeats none.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from kg import locks
from kg.errors import BadInput, NotFound, Unavailable
from kg.link.links import Link
from kg.link.records import PartnerRecord, from_row
from kg.link.suggest import Suggester
from kg.moments import now

FILE: Final = "jobs.sqlite"
BATCH: Final = 200
_TRIES: Final = 20
_COLUMNS: Final = "id, partner, total, done, state, created, updated, meaning"
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS jobs (
  id TEXT PRIMARY KEY, partner TEXT NOT NULL, total INTEGER NOT NULL, done INTEGER NOT NULL,
  state TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, meaning INTEGER NOT NULL DEFAULT 1
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
    """A job; ``done`` counts records, ``meaning`` says whether meaning is compared too.

    ``state`` is ``waiting``, ``running``, ``interrupted`` (its process died; it can be resumed),
    ``cancelled`` or ``done``.
    """

    id: str
    partner: str
    total: int
    done: int
    state: str
    created: str
    updated: str
    meaning: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "partner": self.partner,
            "state": self.state,
            "total": self.total,
            "done": self.done,
            "created": self.created,
            "updated": self.updated,
            "meaning": self.meaning,
        }


@contextmanager
def _open(home: Path) -> Iterator[sqlite3.Connection]:
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE, timeout=60)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_CREATE)
        if "meaning" not in {row[1] for row in db.execute("PRAGMA table_info(jobs)")}:
            db.execute("ALTER TABLE jobs ADD COLUMN meaning INTEGER NOT NULL DEFAULT 1")
        yield db


def create(home: Path, records: Iterable[PartnerRecord], partner: str = "", *, meaning: bool = True) -> Job:
    """Write down a job with all its records; ``meaning`` stays the same when it is resumed.

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
        values = (name, partner, count, now(), now(), meaning)
        db.execute(f"INSERT INTO jobs ({_COLUMNS}) VALUES (?, ?, ?, 0, 'waiting', ?, ?, ?)", values)  # noqa: S608
    return get(home, name)


def get(home: Path, name: str) -> Job:
    """Return a job.

    Raises:
        NotFound: there is none of this identifier.
    """
    with _open(home) as db:
        row = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (name,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"There is no job '{name[:40]}'.")
    return _job(home, row)


def _job(home: Path, row: Sequence[Any]) -> Job:
    """Return a job of a row; one that says it runs although no process holds its lock was interrupted."""
    job = Job(*(*row[:7], bool(row[7])))
    if job.state == "running":
        with locks.held(_lock(home, job.id)) as is_free:
            if is_free:
                return replace(job, state="interrupted")
    return job


def _lock(home: Path, name: str) -> Path:
    return home / "jobs" / f"{name}.lock"


@contextmanager
def _alone(home: Path, name: str) -> Iterator[None]:
    """Hold a job's lock; whoever asks for its state holds it for a moment too, so it is tried again."""
    for _ in range(_TRIES):
        with locks.held(_lock(home, name)) as is_ours:
            if is_ours:
                yield
                return
        time.sleep(0.05)
    raise Unavailable(f"The job {name[:40]} is running already.", retry_after=60)


def every(home: Path) -> list[Job]:
    """Return all jobs, the newest first."""
    with _open(home) as db:
        sql = f"SELECT {_COLUMNS} FROM jobs ORDER BY created DESC, id"  # noqa: S608
        return [_job(home, row) for row in db.execute(sql).fetchall()]


def forget(home: Path, partner: str, keep: int) -> int:
    """Remove a partner's oldest jobs beyond the newest ``keep``, unless they run; return how many went."""
    old = [each for each in every(home) if each.partner == partner][keep:]
    gone = [each for each in old if each.state not in ("running", "waiting")]
    with _open(home) as db, db:
        for each in gone:
            for table in ("job_links", "job_records"):
                db.execute(f"DELETE FROM {table} WHERE job = ?", (each.id,))  # noqa: S608
            db.execute("DELETE FROM jobs WHERE id = ?", (each.id,))
    for each in gone:
        _lock(home, each.id).unlink(missing_ok=True)
    return len(gone)


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
        Unavailable: another process or thread is running it.
    """
    get(home, name)
    with _alone(home, name), _open(home) as db:
        job = get(home, name)
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
