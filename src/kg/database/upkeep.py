"""What operators do with the database: see its state, migrate it, move from files to PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import make_url

from kg.batches import batches
from kg.database import opening, upgrading
from kg.database.tables import NUMBER, PARTS, TABLES, Part
from kg.errors import BadInput

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class State:
    """A part: where it is, its version (empty where nothing has been written) and how many rows it has."""

    part: str
    place: str
    version: str
    newest: str
    rows: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def status(home: Path) -> list[State]:
    """Return the state of each part; nothing is changed.

    Raises:
        Unavailable: the database does not answer.
    """
    return [_state(home, part) for part in PARTS]


def _state(home: Path, part: Part) -> State:
    url = opening.address(home)
    place = make_url(url).render_as_string(hide_password=True) if url else str(home / part.file)
    if not url and not (home / part.file).is_file():
        return State(part.name, place, "", part.versions[-1], 0)
    with opening.told(), opening.engine_of(home, part).connect() as connection, connection.begin():
        version = upgrading.version_of(part, upgrading.held(connection))
        there = set(sa.inspect(connection).get_table_names())
        rows = sum(_count(connection, table) for table in TABLES[part.name] if table.name in there)
    return State(part.name, place, version, part.versions[-1], rows)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def upgrade(home: Path) -> list[State]:
    """Migrate every part, making those that are not there, and return their state.

    Raises:
        Unavailable: the database does not answer.
        ConfigError: it was written by a later release.
    """
    for part in PARTS:
        with opening.writing(home, part):
            pass  # Opening is what migrates.
    return status(home)


def copy(home: Path) -> dict[str, int]:
    """Copy all rows of a data folder's files into its PostgreSQL, and return how many by table.

    Everything or nothing is copied; the files stay as they are. Sessions are left out: people sign in again.

    Raises:
        BadInput: no database is set, or it holds rows already.
        Unavailable: it does not answer.
    """
    if not opening.address(home):
        raise BadInput("There is no database to copy to.", hint="Set KG_DATABASE_URL.")
    upgrade(home)
    found: dict[str, int] = {}
    with opening.writing(home, PARTS[0]) as target:
        for part in PARTS:
            for table in TABLES[part.name]:
                if _count(target, table):
                    raise BadInput(f"The database has rows in '{table.name}' already; nothing was copied.")
        for part in PARTS:
            if (home / part.file).is_file():
                found |= _copied(home, part, target)
    return found


def _copied(home: Path, part: Part, target: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    with opening.reading_file(home, part) as source:
        for table in TABLES[part.name]:
            if table.name == "curator_sessions":
                continue
            found[table.name] = 0
            rows = source.execute(sa.select(table).execution_options(yield_per=_AT_ONCE)).mappings()
            for some in batches(map(dict, rows), _AT_ONCE):
                target.execute(table.insert(), some)
                found[table.name] += len(some)
            if table.c.keys()[0] == "number" and table.c.number.type is NUMBER:
                _go_on(target, table)
    return found


def _go_on(target: Connection, table: Table) -> None:
    """Let the numbers of new rows follow those that were copied."""
    last = sa.select(sa.func.max(table.c.number)).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table.name, "number")
    target.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))
