"""Locks by name that end with whoever holds them: files beside SQLite, advisory locks in PostgreSQL.

https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kg import locks
from kg.database.opening import address, engine_of, told
from kg.database.tables import Part


@contextmanager
def held(home: Path, part: Part, name: str) -> Iterator[bool]:
    """Hold a lock, or give False at once where another process or thread has it.

    Raises:
        Unavailable: the database does not answer.
    """
    if not address(home):
        with locks.held(file(home, part, name)) as is_ours:
            yield is_ours
        return
    key = int.from_bytes(hashlib.sha256(f"{part.name} {name}".encode()).digest()[:8], "big", signed=True)
    with told():
        connection = engine_of(home, part).connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with told():
            is_ours = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))))
        yield is_ours
        if is_ours:
            with told():
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
    except BaseException:
        connection.invalidate()  # Its session ends, and the lock with it.
        raise
    finally:
        connection.close()


def is_free(home: Path, part: Part, name: str) -> bool:
    """Tell whether nobody holds a lock at the moment."""
    with held(home, part, name) as is_ours:
        return is_ours


def file(home: Path, part: Part, name: str) -> Path:
    """Return the file of a lock beside SQLite."""
    return home / part.name / f"{name}.lock"


def forget(home: Path, part: Part, name: str) -> None:
    """Remove what a lock has left that is not needed again."""
    file(home, part, name).unlink(missing_ok=True)
