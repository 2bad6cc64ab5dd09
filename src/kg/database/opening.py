"""Opens the database of what people write: SQLite files in the data folder, or PostgreSQL by a setting.

Functions that keep such things take the data folder; :func:`bind` says once which database belongs to it.
A transaction that has ended is on disk: what is answered after it is not lost when anything is killed.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from kg.config import Settings
from kg.database import upgrading
from kg.database.tables import JOBS, Part
from kg.errors import BadInput, ConfigError, MissingExtra, Unavailable

AWAY: Final = "The database of accounts, decisions and jobs does not answer."
RETRY_S: Final = 5
_CONNECT_S: Final = 3
_WAIT_S: Final = 10
"""Seconds for a connection of the pool."""
_FILE_WAIT_S: Final = 60
"""Seconds that a writer waits for another one of the same file."""
_OPTIONS: Final = (
    "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=300000"
    # A server notices within a minute that the machine of a job's holder is gone.
    " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
)
_POSTGRESQL: Final = ("postgresql", "postgresql+psycopg")
_bound: Final[dict[Path, str]] = {}
_servers: Final[dict[str, Engine]] = {}
_current: Final[set[tuple[str, str]]] = set()
_lock: Final = threading.Lock()
_log: Final = logging.getLogger(__name__)


def bind(settings: Settings) -> Settings:
    """Say which database belongs to the settings' data folder, for as long as the process runs.

    Raises:
        ConfigError: it is named by something else than an address of PostgreSQL.
        MissingExtra: the driver is not installed.
    """
    if settings.database_url:
        _checked(settings.database_url)
    _bound[settings.home_folder] = settings.database_url
    return settings


def unbind(home: Path, *, keep: bool = False) -> None:
    """Forget a data folder's database and its connections, or with ``keep`` what version it had."""
    _current.clear()
    if not keep:
        with _lock:
            engine = _servers.pop(_bound.pop(home, ""), None)
        if engine is not None:
            engine.dispose()


def address(home: Path) -> str:
    """Return the address of a data folder's database; empty for its own files.

    A folder that nobody has bound is that of the environment's settings.
    """
    found = _bound.get(home)
    return Settings.from_env().database_url if found is None else found


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in _POSTGRESQL:
        raise ConfigError(
            "KG_DATABASE_URL must be 'postgresql://user:password@host:5432/name', or empty for SQLite files."
        )
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtra(
            "KG_DATABASE_URL needs the driver of PostgreSQL.", hint="pip install 'landkg[scale]'"
        ) from None
    return url.set(drivername="postgresql+psycopg")


@contextmanager
def writing(home: Path, part: Part) -> Iterator[Connection]:
    """Open a part for one transaction, with its tables made; nothing of it stays if the block raises.

    Raises:
        Unavailable: the database does not answer.
        BadInput: a value cannot be kept in it.
    """
    if not address(home):
        home.mkdir(parents=True, exist_ok=True)
    with told(), _begun(engine_of(home, part), part, is_writing=True) as connection:
        yield connection


@contextmanager
def reading(home: Path, part: Part) -> Iterator[Connection | None]:
    """Open a part to read what is there at one moment; None where nothing has been written yet.

    Raises:
        Unavailable: the database does not answer.
    """
    if not address(home) and not (home / part.file).is_file():
        yield None
        return
    with told(), _begun(engine_of(home, part), part) as connection:
        yield connection


@contextmanager
def reading_file(home: Path, part: Part) -> Iterator[Connection]:
    """Open the file of a part to read, although its folder may have another database by now."""
    with told(), _begun(_sqlite(home / part.file, part is JOBS), part) as connection:
        yield connection


@contextmanager
def told() -> Iterator[None]:
    """Tell in our words what goes wrong with a database.

    Raises:
        Unavailable: it does not answer, is locked or full.
        BadInput: a value cannot be kept in it.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as fault:
        raise _away(fault) from fault
    except DataError:
        raise BadInput("A value holds characters or a number that cannot be kept.") from None
    except DBAPIError as fault:
        if isinstance(fault, ProgrammingError):
            _current.clear()  # Tables are missing where an older copy was put back: migrate anew.
        if not fault.connection_invalidated:
            raise
        raise _away(fault) from fault


def _away(fault: Exception) -> Unavailable:
    _log.warning("database: %s", getattr(fault, "orig", fault))
    return Unavailable(AWAY, retry_after=RETRY_S)


@contextmanager
def _begun(engine: Engine, part: Part, *, is_writing: bool = False) -> Iterator[Connection]:
    """Begin a transaction, after the migrations if there are new ones."""
    # A server is asked for its version once; a file can be replaced by another one at any time.
    key = (str(engine.url), part.name)
    while True:
        with engine.connect() as connection:
            connection.execution_options(is_writing=is_writing)
            with connection.begin():
                if key in _current or upgrading.is_current(connection, part):
                    if engine.dialect.name != "sqlite":
                        _current.add(key)
                    yield connection
                    return
        _upgrade(engine, part)


def _upgrade(engine: Engine, part: Part) -> None:
    with engine.connect() as connection:
        connection.execution_options(is_writing=True)
        with connection.begin():
            upgrading.upgrade(connection, part)


def engine_of(home: Path, part: Part) -> Engine:
    """Return the engine of a part; connections to PostgreSQL are kept, files are opened each time."""
    url = address(home)
    with _lock:
        return _postgresql(url) if url else _sqlite(home / part.file, part is JOBS)


def _postgresql(url: str) -> Engine:
    found = _servers.get(url)
    if found is None:
        found = _servers[url] = _connecting(url)
    return found


def _connecting(url: str) -> Engine:
    address = _checked(url)
    # An address may have options of its own, such as the schema: ?options=-csearch_path%3Dlandkg
    options = " ".join((_OPTIONS, *address.normalized_query.get("options", ())))
    return sa.create_engine(
        address,
        # A connection is tried before it is given out, so a server that is back is used at once.
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        pool_timeout=_WAIT_S,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": _CONNECT_S,
            "application_name": "landkg",
            # Milliseconds after which a server that has gone silent counts as gone.
            "tcp_user_timeout": 1000 * _WAIT_S,
            "options": options,
        },
    )


@lru_cache(maxsize=64)
def _sqlite(file: Path, has_log: bool) -> Engine:
    """Return the engine of a file; ``has_log`` lets readers go on beside a writer (WAL)."""
    engine = sa.create_engine(
        URL.create("sqlite", database=str(file)), poolclass=NullPool, connect_args={"timeout": _FILE_WAIT_S}
    )

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # We begin transactions, not the driver.
        # What is deleted is overwritten, such as the address that a closed report stood with.
        connection.execute("PRAGMA secure_delete = ON")
        if has_log:
            connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its turn before it reads, so that nobody writes between.
        is_writing = connection.get_execution_options().get("is_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


def _forget_connections() -> None:
    """Leave a parent's connections to the parent."""
    for engine in _servers.values():
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


def insert(connection: Connection, table: Table) -> Any:
    """Return an INSERT of the connection's kind, which can say what to do where a row is there already."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def alone(connection: Connection, table: Table) -> None:
    """Let no other transaction write this table until this one has ended; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.exec_driver_sql(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE")
