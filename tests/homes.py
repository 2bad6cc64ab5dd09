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
