"""Tables of what people write: made, taken over, copied to PostgreSQL, away."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import backends
import pytest
from homes import bound
from typer.testing import CliRunner

from kg import database, reports
from kg.align import journal as assessments
from kg.cli.app import app
from kg.config import Settings
from kg.database import JOURNAL, PARTS, opening, upgrading, upkeep
from kg.database.tables import META, TABLES
from kg.errors import BadInput, ConfigError, Unavailable
from kg.link import accounts, jobs, journal
from kg.link.links import CLOSE, Link
from kg.vocab import Iris

OURS = Iris().id("concept", "eba")
OLD = Path(__file__).resolve().parents[1] / "data" / "journal"
"""What releases without migrations have written."""


def _link(number: int = 1, confidence: float = 0.9) -> Link:
    return Link(f"https://p.example/{number}", "Case", CLOSE, OURS, "EbA", "concept", confidence, "x:y")


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
    server: backends.Server, tmp_path: Path
) -> None:
    _old_folder(tmp_path)
    journal.queue(tmp_path, "near", [_link(7)], "test")
    before = (journal.listed(tmp_path), reports.listed(tmp_path), jobs.every(tmp_path))
    bound(server, tmp_path)
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
    server: backends.Server, tmp_path: Path
) -> None:
    bound(server, tmp_path)
    journal.queue(tmp_path, "near", [_link()], "test")
    journal.decide(tmp_path, 1, action="accept", curator="Ana", reason="")
    server.kill()
    for asked in (lambda: journal.listed(tmp_path), lambda: accounts.create(tmp_path, "Ana")):
        with pytest.raises(Unavailable, match="does not answer"):
            asked()
    server.start()
    assert journal.get(tmp_path, 1).state == "accept"
    opening.unbind(tmp_path)
