"""What people write, kept in SQLite files and in a real PostgreSQL: the same tests on both."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import servers
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from kg import database, reports
from kg.align import journal as assessments
from kg.cli.app import app
from kg.config import Settings
from kg.database import JOBS, JOURNAL, PARTS, locking, opening, upgrading, upkeep
from kg.database.tables import ASSESSMENTS, DECISIONS, META, TABLES
from kg.errors import BadInput, ConfigError, NotFound, Refused, Unavailable
from kg.link import accounts, jobs, journal
from kg.link.links import CLOSE, EXACT, Link
from kg.link.records import PartnerRecord
from kg.vocab import Iris

OURS = Iris().id("concept", "eba")
OLD = Path(__file__).parent / "data" / "journal"
"""What releases without migrations have written."""


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Server]:
    with servers.postgresql() as running:
        yield running


def _bound(server: servers.Server, home: Path) -> None:
    """Give a data folder the server's database, with nothing in it."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    database.bind(Settings.from_env({}, home=str(home), database_url=server.url))


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder whose database is that of the parameter."""
    if request.param == "postgresql":
        _bound(request.getfixturevalue("server"), tmp_path)
    yield tmp_path
    opening.unbind(tmp_path)


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


def test_lock_when_held_is_not_given_twice_and_ends_with_its_holder(home: Path) -> None:
    with locking.held(home, JOBS, "one") as first, locking.held(home, JOBS, "one") as second:
        assert (first, second) == (True, False)
        assert locking.is_free(home, JOBS, "other")
    with pytest.raises(ZeroDivisionError), locking.held(home, JOBS, "one"):
        1 / 0  # noqa: B018
    assert locking.is_free(home, JOBS, "one")


# -- migrations ---------------------------------------------------------------------------------------


def test_tables_when_migrated_are_those_of_the_code(home: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    for part in PARTS:
        names = {each.name for each in TABLES[part.name]}

        def is_of_part(thing: Any, name: str, kind: str, *_more: object, names: set[str] = names) -> bool:
            return (name if kind == "table" else thing.table.name) in names

        with database.writing(home, part) as db:
            context = MigrationContext.configure(
                db, opts={"compare_type": True, "include_object": is_of_part}
            )
            assert compare_metadata(context, META) == []
            assert upgrading.is_current(db, part)


def test_database_when_written_by_a_later_release_is_left_alone(home: Path) -> None:
    accounts.create(home, "Ana")
    with database.writing(home, JOURNAL) as db:
        changed = "UPDATE alembic_version SET version_num = 'journal_99' WHERE version_num LIKE 'journal%'"
        db.exec_driver_sql(changed.replace("%", "%%") if db.dialect.name == "postgresql" else changed)
    opening.unbind(home, keep=True)
    with pytest.raises(ConfigError, match="journal_99"):
        accounts.create(home, "Ben")


def test_migration_when_many_open_an_empty_database_at_once_is_run_once(home: Path) -> None:
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            accounts.create(home, "Ana")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    assert accounts.every(home) == [("Ana", "curator", True)]


def _old_folder(home: Path) -> None:
    """Write the files as releases before the migrations did."""
    for file in OLD.glob("*.sql"):
        with closing(sqlite3.connect(home / f"{file.stem}.sqlite")) as db:
            db.executescript(file.read_text(encoding="utf-8"))


def test_folder_when_of_a_release_before_the_migrations_goes_on_working(tmp_path: Path) -> None:
    _old_folder(tmp_path)
    assert accounts.every(tmp_path) == [("Ana", "curator", True)]
    assert journal.get(tmp_path, 1).state == "accept"
    assert [each.text for each in reports.listed(tmp_path)] == ["Wrong country."]
    assert jobs.get(tmp_path, "old").meaning
    assert [each.reviewer for each in assessments.every(tmp_path)] == ["Ana"]
    journal.decide(tmp_path, 1, action="reject", curator="Ben", reason="no")
    assert [each.version for each in upkeep.status(tmp_path)] == [part.versions[-1] for part in PARTS]


def test_folder_when_copied_to_postgresql_has_all_its_rows_there_and_goes_on_counting(
    server: servers.Server, tmp_path: Path
) -> None:
    _old_folder(tmp_path)
    journal.queue(tmp_path, "near", [_link(7)], "test")
    before = (journal.listed(tmp_path), reports.listed(tmp_path), jobs.every(tmp_path))
    _bound(server, tmp_path)
    assert journal.listed(tmp_path) == []
    env = {"KG_DATABASE_URL": server.url}
    done = CliRunner().invoke(app, ["database", "copy", "--home", str(tmp_path)], env=env)
    assert done.exit_code == 0, done.output
    assert (journal.listed(tmp_path), reports.listed(tmp_path), jobs.every(tmp_path)) == before
    assert journal.queue(tmp_path, "near", [_link(8)], "test") == 1
    assert max(each.number for each in journal.listed(tmp_path)) == 3
    again = CliRunner().invoke(app, ["database", "copy", "--home", str(tmp_path)], env=env)
    assert isinstance(again.exception, BadInput)
    opening.unbind(tmp_path)


def test_command_when_asked_for_the_state_tells_each_part(home: Path) -> None:
    accounts.create(home, "Ana")
    env = {"KG_DATABASE_URL": opening.address(home)}
    done = CliRunner().invoke(app, ["database", "status", "--home", str(home), "--json"], env=env)
    found = {each["part"]: each for each in json.loads(done.stdout)}
    assert (found["journal"]["version"], found["journal"]["rows"]) == ("journal_1", 1)
    CliRunner().invoke(app, ["database", "upgrade", "--home", str(home)], env=env)
    done = CliRunner().invoke(app, ["database", "status", "--home", str(home), "--json"], env=env)
    assert all(each["version"] == each["newest"] for each in json.loads(done.stdout))


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///x.db", "nothing", "postgresql"])
def test_setting_when_it_names_no_postgresql_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="KG_DATABASE_URL"):
        database.bind(Settings.from_env({}, home=str(tmp_path), database_url=url))


def test_database_when_away_is_told_and_used_again_when_it_is_back(
    server: servers.Server, tmp_path: Path
) -> None:
    _bound(server, tmp_path)
    journal.queue(tmp_path, "near", [_link()], "test")
    journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="")
    server.kill()
    for asked in (lambda: journal.listed(tmp_path), lambda: accounts.create(tmp_path, "Ana")):
        with pytest.raises(Unavailable, match="does not answer"):
            asked()
    server.start()
    assert journal.get(tmp_path, 1).state == "accept"
    opening.unbind(tmp_path)
