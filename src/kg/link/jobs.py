"""Jobs that link many records: kept in the database, resumed where they stopped, cancelled between batches.

A batch's links and the count of what is done are written in one transaction: a job that is killed and run
again loses no record and repeats none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa

from kg import database
from kg.batches import batches
from kg.database import JOBS, locking
from kg.database.tables import JOB, JOB_LINKS, JOB_RECORDS
from kg.errors import BadInput, NotFound, Unavailable
from kg.link.links import Link
from kg.link.records import PartnerRecord, from_row
from kg.link.suggest import Suggester
from kg.moments import now, written

BATCH: Final = 200
_TRIES: Final = 20
_AT_ONCE: Final = 1000
"""Rows of one statement."""
_FORGOTTEN_S: Final = 60
"""Seconds after which a job that waits has been forgotten by whoever was to run it."""
_JOBS: Final = sa.select(JOB)


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


def create(home: Path, records: Iterable[PartnerRecord], partner: str = "", *, meaning: bool = True) -> Job:
    """Write down a job with all its records; ``meaning`` stays the same when it is resumed.

    Raises:
        BadInput: there is no record, or a record of :func:`kg.link.records.read` cannot be used.
    """
    name = uuid4().hex[:16]
    rows = (
        {"job": name, "number": number, "record": json.dumps(record.to_json(), ensure_ascii=False)}
        for number, record in enumerate(records)
    )
    with database.writing(home, JOBS) as db:
        count = 0
        for some in batches(rows, _AT_ONCE):
            db.execute(JOB_RECORDS.insert(), some)
            count += len(some)
        if not count:
            raise BadInput("There are no records to link.")
        row = {
            "id": name, "partner": partner, "total": count, "done": 0, "state": "waiting",
            "created": now(), "updated": now(), "meaning": int(meaning),
        }  # fmt: skip
        db.execute(JOB.insert().values(row))
    return get(home, name)


def get(home: Path, name: str) -> Job:
    """Return a job.

    Raises:
        NotFound: there is none of this identifier.
    """
    found = _read(home, _JOBS.where(JOB.c.id == name)) if name.isprintable() else []
    if not found:
        raise NotFound(f"There is no job '{name[:40]}'.")
    return found[0]


def _read(home: Path, asked: sa.Select[Any]) -> list[Job]:
    """Return jobs; one that says it runs although nobody holds its lock was interrupted."""
    with database.reading(home, JOBS) as db:
        rows = db.execute(asked).all() if db is not None else []
    found = [Job(*(*row[:7], bool(row[7]))) for row in rows]
    return [
        replace(each, state="interrupted")
        if each.state == "running" and locking.is_free(home, JOBS, each.id)
        else each
        for each in found
    ]


@contextmanager
def _alone(home: Path, name: str) -> Iterator[None]:
    """Hold a job's lock; whoever asks for its state holds it for a moment too, so it is tried again."""
    for _ in range(_TRIES):
        with locking.held(home, JOBS, name) as is_ours:
            if is_ours:
                yield
                return
        time.sleep(0.05)
    raise Unavailable(f"The job {name[:40]} is running already.", retry_after=60)


def every(home: Path) -> list[Job]:
    """Return all jobs, the newest first."""
    return _read(home, _JOBS.order_by(JOB.c.created.desc(), JOB.c.id))


def left(home: Path) -> list[Job]:
    """Return the jobs that nobody goes on with: interrupted ones, and those that have waited for a minute."""
    before = written(datetime.now(UTC) - timedelta(seconds=_FORGOTTEN_S))
    found = _read(home, _JOBS.where(JOB.c.state.in_(("running", "waiting"))).order_by(JOB.c.created))
    return [
        each
        for each in found
        if each.state == "interrupted" or (each.state == "waiting" and each.updated < before)
    ]


def forget(home: Path, partner: str, keep: int) -> int:
    """Remove a partner's oldest jobs beyond the newest ``keep``, unless they run; return how many went."""
    old = [each for each in every(home) if each.partner == partner][keep:]
    gone = [each for each in old if each.state not in ("running", "waiting")]
    names = [each.id for each in gone]
    with database.writing(home, JOBS) as db:
        db.execute(JOB_LINKS.delete().where(JOB_LINKS.c.job.in_(names)))
        db.execute(JOB_RECORDS.delete().where(JOB_RECORDS.c.job.in_(names)))
        db.execute(JOB.delete().where(JOB.c.id.in_(names)))
    for name in names:
        locking.forget(home, JOBS, name)
    return len(gone)


def cancel(home: Path, name: str) -> Job:
    """Stop a job after the batch it is at; what is done stays, and 'resume' goes on from there.

    Raises:
        NotFound: there is none of this identifier.
    """
    _mark(home, name, "cancelled")
    return get(home, name)


def resume(home: Path, name: str) -> Job:
    """Let a job that was cancelled or interrupted wait for whoever runs it next.

    Raises:
        NotFound: there is none of this identifier.
        Unavailable: it is running.
    """
    if get(home, name).state == "running":
        raise Unavailable(f"The job {name[:40]} is running already.", retry_after=60)
    _mark(home, name, "waiting")
    return get(home, name)


def _mark(home: Path, name: str, state: str) -> None:
    unfinished = JOB.update().where(JOB.c.id == name, JOB.c.state != "done")
    with database.writing(home, JOBS) as db:
        db.execute(unfinished.values(state=state, updated=now()))


def run(home: Path, name: str, suggester: Suggester, advance: Callable[[int], None] = lambda _: None) -> Job:
    """Link the records that are not done yet, a batch at a time; returns when done or cancelled.

    Raises:
        NotFound: there is none of this identifier.
        Unavailable: another process or thread is running it.
    """
    get(home, name)
    with _alone(home, name):
        _mark(home, name, "running")
        job = get(home, name)
        advance(job.done)
        for start in range(job.done, job.total, BATCH):
            rows = _records(home, name, start)
            records = [from_row(json.loads(body), f"record {number}") for number, body in rows]
            found = suggester.suggest(records)
            if not _keep(home, name, [number for number, _ in rows], found):
                break
            advance(len(rows))
    return get(home, name)


def _records(home: Path, name: str, start: int) -> list[tuple[int, str]]:
    of = JOB_RECORDS.c
    asked = sa.select(of.number, of.record).where(
        of.job == name, of.number >= start, of.number < start + BATCH
    )
    with database.reading(home, JOBS) as db:
        rows = db.execute(asked.order_by(of.number)).all() if db is not None else []
    return [(number, body) for number, body in rows]


def _keep(home: Path, name: str, numbers: list[int], found: list[list[Link]]) -> bool:
    """Write a batch's links and go on counting, unless the job was cancelled or another run was faster."""
    rows = (
        {
            "job": name, "number": number, "place": place,
            "link": json.dumps(link.to_json(), ensure_ascii=False),
        }
        for number, links in zip(numbers, found, strict=True)
        for place, link in enumerate(links)
    )  # fmt: skip
    this = JOB.c.id == name
    with database.writing(home, JOBS) as db:
        asked = sa.select(JOB.c.state, JOB.c.done, JOB.c.total).where(this).with_for_update()
        state, done, total = db.execute(asked).one()
        if not numbers or state != "running" or done != numbers[0]:
            return False
        for some in batches(rows, _AT_ONCE):
            db.execute(JOB_LINKS.insert(), some)
        done = numbers[-1] + 1
        state = "done" if done >= total else "running"
        db.execute(JOB.update().where(this).values(done=done, state=state, updated=now()))
    return True


def links(home: Path, name: str) -> Iterator[Link]:
    """Yield the links that a job has found so far, in the order of its records."""
    of = JOB_LINKS.c
    asked = sa.select(of.link).where(of.job == name).order_by(of.number, of.place)
    with database.reading(home, JOBS) as db:
        if db is not None:
            for body in db.scalars(asked.execution_options(yield_per=_AT_ONCE)):
                yield Link.of_json(json.loads(body))
