"""Data folders whose database is a real PostgreSQL, and their journals."""

from __future__ import annotations

from pathlib import Path

import backends
import psycopg

from kg import database
from kg.config import Settings
from kg.database import opening
from kg.database.tables import TABLES


def bound(server: backends.Server, home: Path) -> None:
    """Give a data folder the server's database, with nothing in it."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    database.bind(Settings.from_env({}, home=str(home), database_url=server.url))


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
