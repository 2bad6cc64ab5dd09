"""What people write, kept in SQLite files and in a real PostgreSQL: the same tests on both."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kg import database, reports
from kg.align import journal as assessments
from kg.config import Settings
from kg.database import JOBS, JOURNAL, locking
from kg.database.tables import ASSESSMENTS, DECISIONS
from kg.errors import BadInput, NotFound, Refused, Unavailable
from kg.link import accounts, jobs, journal, working
from kg.link.links import CLOSE, EXACT, Link
from kg.link.records import PartnerRecord
from kg.vocab import Iris

OURS = Iris().id("concept", "eba")


def _link(number: int = 1, confidence: float = 0.9) -> Link:
    return Link(f"https://p.example/{number}", "Case", CLOSE, OURS, "EbA", "concept", confidence, "x:y")


# -- accounts -----------------------------------------------------------------------------------------


def test_account_when_made_anew_has_another_token_and_signs_in_again(home: Path) -> None:
    first = accounts.create(home, "Ana")
    accounts.revoke(home, "Ana")
    with pytest.raises(Refused):
        accounts.of_token(home, first)
    second = accounts.create(home, " Ana ", "partner")
    assert accounts.of_token(home, second) == accounts.Account("Ana", "partner")
    assert accounts.every(home) == [("Ana", "partner", True)]
    with pytest.raises(NotFound):
        accounts.revoke(home, "Ben")


def test_session_when_open_is_one_accounts_until_it_ends(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = accounts.open_session(home, accounts.create(home, "Ana"))
    other = accounts.open_session(home, accounts.create(home, "Ben"))
    assert accounts.of_session(home, secret) == accounts.Account("Ana", "curator")
    accounts.close_session(home, other)
    assert accounts.of_session(home, other) is None
    later = accounts.time.time() + accounts.SESSION_SECONDS + 1
    monkeypatch.setattr(accounts.time, "time", lambda: later)
    assert accounts.of_session(home, secret) is None


def test_reading_when_nothing_was_written_is_empty(home: Path) -> None:
    assert (accounts.every(home), journal.listed(home), jobs.every(home), assessments.every(home)) == (
        [], [], [], [],
    )  # fmt: skip
    assert journal.counts(home) == {}
    assert reports.listed(home) == []
    with pytest.raises(NotFound):
        jobs.get(home, "nothing")


# -- decisions ----------------------------------------------------------------------------------------


def test_queue_when_a_link_comes_twice_has_it_once_with_the_new_probability(home: Path) -> None:
    assert journal.queue(home, "near", [_link(1, 0.5), _link(2, 0.7)], "test") == 2
    assert journal.queue(home, "near", [_link(1, 0.8), _link(3, 0.6)], "again") == 1
    found = journal.listed(home)
    assert [(each.number, each.link.confidence, each.source) for each in found][:2] == [
        (1, 0.8, "test"), (2, 0.7, "test"),
    ]  # fmt: skip
    assert [each.link.subject for each in journal.listed(home, limit=1, offset=1)] == ["https://p.example/2"]
    assert len(journal.several(home, range(600))) == 3


def test_decision_when_changed_keeps_the_earlier_and_the_latest_holds(home: Path) -> None:
    journal.queue(home, "near", [_link(1), _link(2)], "test")
    journal.decide(home, 1, action="accept", curator="Ana", reason="", predicate=EXACT)
    journal.decide(home, 1, action="reject", curator="Ben", reason="another place")
    assert journal.get(home, 1).state == "reject"
    past = journal.history(home, "near", "https://p.example/1", OURS)
    assert [(each.action, each.predicate, each.curator) for each in past] == [
        ("accept", EXACT, "Ana"), ("reject", EXACT, "Ben"),
    ]  # fmt: skip
    assert journal.counts(home) == {"near": {"reject": 1, "open": 1}}
    assert journal.total(home, state="open", sources=("test",)) == 1
    assert journal.total(home, partner="far") == 0
    assert [each.number for each in journal.of_objects(home, [OURS])] == [1, 2]


@pytest.mark.parametrize("table", [DECISIONS, ASSESSMENTS], ids=lambda table: table.name)
def test_journal_when_rows_would_change_or_go_refuses(home: Path, table: sa.Table) -> None:
    journal.queue(home, "near", [_link()], "test")
    journal.decide(home, 1, action="accept", curator="Ana", reason="")
    said = {"practice": "technologies_1", "framework": "ldn", "verdict": "candidate", "reviewer": "Ana"}
    assert assessments.add(home, **said, reason="seen", day=date(2026, 1, 31)).number == 1
    for change in (table.delete(), table.update().values(reason="")):
        with pytest.raises(IntegrityError, match="append-only"), database.writing(home, JOURNAL) as db:
            db.execute(change)
    assert journal.get(home, 1).state == "accept"
    assert [each.reason for each in assessments.every(home)] == ["seen"]


def test_decisions_when_many_curators_write_at_once_are_all_kept(home: Path) -> None:
    journal.queue(home, "near", [_link()], "test")

    def decide(name: str) -> None:
        for _ in range(5):
            journal.decide(home, 1, action="accept", curator=name, reason="")

    threads = [threading.Thread(target=decide, args=(f"C{n}",)) for n in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    past = journal.history(home, "near", "https://p.example/1", OURS)
    assert sorted(each.curator for each in past) == sorted(f"C{n}" for n in range(6) for _ in range(5))


@pytest.mark.parametrize("address", ["https://p.example/" + "x" * 3000, "no IRI"])
def test_link_when_its_iri_cannot_be_kept_is_refused(home: Path, address: str) -> None:
    with pytest.raises(BadInput):
        journal.queue(home, "near", [Link(address, "", CLOSE, OURS, "", "concept", 0.9, "x:y")], "test")


@pytest.mark.parametrize("name", ["\0", "a\0b", "x' OR '1'='1", "ü" * 3000])
def test_name_when_hostile_finds_nothing_or_is_refused(home: Path, name: str) -> None:
    jobs.create(home, [PartnerRecord("https://p.example/1", "Case")])
    with pytest.raises((NotFound, BadInput)):
        jobs.get(home, name)


# -- reports and jobs ---------------------------------------------------------------------------------


def test_report_when_sent_by_many_at_once_is_kept_once(home: Path) -> None:
    found: list[int] = []

    def send() -> None:
        found.append(
            reports.add(
                home, record=OURS, title="T", problem="fact", text="Wrong.", language="en", generation="g"
            )
        )

    threads = [threading.Thread(target=send) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [1] * 6
    assert reports.close(home, 1, curator="Ana", reason="Mended.").state == "closed"
    assert len(reports.form_key(home)) == 32
    assert reports.form_key(home) == reports.form_key(home)


class Counting:
    """Suggests one link a record."""

    def suggest(self, records: list[PartnerRecord]) -> list[list[Link]]:
        return [[Link(each.iri, "", EXACT, OURS, "", "", 0.9, "x:y")] for each in records]


def test_job_when_stopped_and_gone_on_with_does_each_record_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    job = jobs.create(
        home, [PartnerRecord(f"https://p.example/{n}", "Case") for n in range(5)], meaning=False
    )
    assert (job.state, job.meaning) == ("waiting", False)

    class Stopping(Counting):
        def suggest(self, records: list[PartnerRecord]) -> list[list[Link]]:
            if records[0].iri.endswith("/2"):
                jobs.cancel(home, job.id)
            return super().suggest(records)

    stopped: Any = Stopping()
    assert jobs.run(home, job.id, stopped).state == "cancelled"
    assert [each.state for each in jobs.every(home)] == ["cancelled"]
    assert jobs.left(home) == []
    assert jobs.resume(home, job.id).state == "waiting"
    whole: Any = Counting()
    assert jobs.run(home, job.id, whole).state == "done"
    assert [each.subject for each in jobs.links(home, job.id)] == [f"https://p.example/{n}" for n in range(5)]
    assert jobs.forget(home, "", 0) == 1
    assert jobs.every(home) == []


def test_job_when_it_waits_for_long_is_among_those_that_nobody_goes_on_with(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.create(home, [PartnerRecord("https://p.example/1", "Case")])
    assert jobs.left(home) == []
    monkeypatch.setattr(jobs, "_FORGOTTEN_S", -10)
    assert jobs.left(home) == [job]


def test_job_when_the_database_is_away_for_a_while_is_gone_on_with(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.create(home, [PartnerRecord("https://p.example/1", "Case")])
    tried: list[str] = []

    def run(_settings: Settings, _live: object, name: str) -> None:
        tried.append(name)
        if len(tried) < 3:
            raise Unavailable("It does not answer.", retry_after=0)
        whole: Any = Counting()
        jobs.run(home, name, whole)

    monkeypatch.setattr(working, "_run", run)
    nothing: Any = None
    working.work(Settings.from_env({}, home=str(home)), nothing, job.id)
    working.work(Settings.from_env({}, home=str(home)), nothing, job.id)
    assert (tried, jobs.get(home, job.id).state) == ([job.id] * 3, "done")


def test_lock_when_held_is_not_given_twice_and_ends_with_its_holder(home: Path) -> None:
    with locking.held(home, JOBS, "one") as first, locking.held(home, JOBS, "one") as second:
        assert (first, second) == (True, False)
        assert locking.is_free(home, JOBS, "other")
    with pytest.raises(ZeroDivisionError), locking.held(home, JOBS, "one"):
        1 / 0  # noqa: B018
    assert locking.is_free(home, JOBS, "one")
