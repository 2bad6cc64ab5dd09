"""Migrations: which version a database has, and bringing it to that of this software."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from kg.database.tables import Part
from kg.errors import ConfigError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_ASKED: Final = "SELECT version_num FROM alembic_version"
_LOCK: Final = 0x6B67_6462
"""Of PostgreSQL, for whoever migrates; any fixed number that others do not use."""


def held(connection: Connection) -> set[str]:
    """Return the versions that a database has; none where it has not been migrated yet."""
    if connection.dialect.name == "sqlite":
        try:
            return {row[0] for row in connection.exec_driver_sql(_ASKED)}
        except OperationalError as fault:
            if "no such table" in str(fault.orig):
                return set()
            raise
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return set()  # A statement that fails would end the transaction.
    return {row[0] for row in connection.exec_driver_sql(_ASKED)}


def is_current(connection: Connection, part: Part) -> bool:
    """Tell whether a part has the version of this software.

    Raises:
        ConfigError: it has one that this software does not know.
    """
    found = version_of(part, held(connection))
    if found and found not in part.versions:
        raise ConfigError(
            f"The database has version '{found[:40]}', which this software does not know.",
            hint="Another release of LandKG has written it: use that, or a later one.",
        )
    return found == part.versions[-1]


def version_of(part: Part, versions: set[str]) -> str:
    """Return the version that a part has among those of a database; empty if it has none."""
    return next((each for each in versions if each.startswith(f"{part.name}_")), "")


def upgrade(connection: Connection, part: Part) -> None:
    """Run the migrations that a part lacks, within the transaction that is begun; one process at a time."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    if is_current(connection, part):
        return  # Another process came first.
    config = Config()
    # '%' would begin an interpolation of the settings' format.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, f"{part.name}@head")
