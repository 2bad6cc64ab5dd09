"""Jobs that are really killed: nothing is lost, nothing repeated, and what is told of them is true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kg import database, locks
from kg.database import opening
from kg.errors import Unavailable
from kg.link import jobs
from kg.link.links import EXACT, Link
from kg.link.records import PartnerRecord

RECORDS = 35
RUN = """
import os, signal, sys
from pathlib import Path
from kg.link import jobs
from kg.link.links import EXACT, Link

home, job, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
jobs.BATCH = 10

class Suggester:
    def suggest(self, records):
        if moment == "thinking" and records[0].iri.endswith("/20"):
            os.kill(os.getpid(), signal.SIGKILL)
        return [[Link(each.iri, each.title, EXACT, f"https://ours.example/{n}", "", "", 0.9, "x:y")
                 for n in range(2)] for each in records]

written, asked = jobs.now, []
def now():
    asked.append(1)
    if moment == "writing" and len(asked) == 4:  # begun, two batches, and now the third
        os.kill(os.getpid(), signal.SIGKILL)  # within the transaction: links are there, the count is not
    return written()

jobs.now = now
print(jobs.run(home, job, Suggester()).state)
"""


def _run(home: Path, job: str, moment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, str(home), job, moment]
    env = {**os.environ, "KG_DATABASE_URL": opening.address(home)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.mark.parametrize("moment", ["thinking", "writing"])
def test_job_when_its_process_is_killed_and_resumed_loses_none_and_repeats_none(
    tmp_path: Path, moment: str
) -> None:
    records = [PartnerRecord(f"https://p.example/{n}", f"Case {n}") for n in range(RECORDS)]
    job = jobs.create(tmp_path, records).id
    assert _run(tmp_path, job, moment).returncode == -signal.SIGKILL
    broken = jobs.get(tmp_path, job)
    assert (broken.state, broken.done) == ("interrupted", 20)
    assert len(list(jobs.links(tmp_path, job))) == 40
    again = _run(tmp_path, job, "never")
    assert again.stdout.strip() == "done", again.stderr
    found = [(each.subject, each.object) for each in jobs.links(tmp_path, job)]
    assert found == [
        (f"https://p.example/{n}", f"https://ours.example/{m}") for n in range(RECORDS) for m in range(2)
    ]


def test_job_when_it_runs_elsewhere_is_told_as_running_and_not_run_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow:
        def suggest(self, records: list[PartnerRecord]) -> list[list[Link]]:
            assert jobs.get(tmp_path, job).state == "running"
            monkeypatch.setattr(jobs, "_TRIES", 1)
            with pytest.raises(Unavailable):
                jobs.run(tmp_path, job, self)  # type: ignore[arg-type]
            return [[Link("a:b", "", EXACT, "c:d", "", "", 0.9, "x:y")] for _ in records]

    job = jobs.create(tmp_path, [PartnerRecord("https://p.example/1", "Case")]).id
    assert jobs.run(tmp_path, job, Slow()).state == "done"  # type: ignore[arg-type]
    assert len(list(jobs.links(tmp_path, job))) == 1
    with locks.held(tmp_path / "jobs" / f"{job}.lock") as is_free:
        assert is_free


def test_job_when_written_before_meaning_was_kept_is_still_read(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / database.JOBS.file) as db:
        db.execute(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, partner TEXT NOT NULL, total INTEGER NOT NULL,"
            " done INTEGER NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL)"
        )
        db.execute("INSERT INTO jobs VALUES ('old', 'near', 3, 0, 'waiting', '2026-01-01', '2026-01-01')")
    assert jobs.get(tmp_path, "old").meaning
