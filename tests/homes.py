"""Fixtures: data folders whose database is SQLite's files or a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import servers

from kg import database
from kg.config import Settings
from kg.database import opening
from kg.database.tables import TABLES


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    with servers.postgresql() as running:
        yield running


def bound(server: servers.Server, home: Path) -> None:
    """Give a data folder the server's database, with nothing in it."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    database.bind(Settings.from_env({}, home=str(home), database_url=server.url))


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder whose database is that of the parameter."""
    if request.param == "postgresql":
        bound(request.getfixturevalue("server"), tmp_path)
    yield tmp_path
    opening.unbind(tmp_path)


def empty(home: Path) -> None:
    """Take away the journal of a data folder, wherever it is; its numbers begin anew."""
    for left in home.glob("journal.sqlite*"):
        left.unlink()
    if not opening.address(home):
        return
    names = ", ".join(each.name for each in TABLES["journal"])
    with database.writing(home, database.JOURNAL) as db:
        db.exec_driver_sql("SET LOCAL session_replication_role = replica")  # Rows may not go otherwise.
        db.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
