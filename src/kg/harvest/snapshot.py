"""What was fetched: whole answers by their SHA-256, and an index of which record each of them is.

Layout of a data folder::

    <home>/snapshots/<source>/objects/<2 hex>/<sha256><suffix>   never changed once written
                              index.sqlite                       records, runs, the queue of the run

An object is on the disk before the index names it, and every step of a harvest is one transaction, so a
harvest may be killed at any moment: the next one goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from kg.locks import held

FOLDER: Final = "snapshots"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS records (
  key TEXT PRIMARY KEY, version TEXT NOT NULL, digest TEXT NOT NULL, suffix TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active', etag TEXT NOT NULL DEFAULT '', modified TEXT NOT NULL DEFAULT '',
  shape TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '', first_seen TEXT NOT NULL,
  fetched TEXT NOT NULL, fetched_in INTEGER NOT NULL, seen_in INTEGER NOT NULL,
  withdrawn TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS records_state ON records (state, key);
CREATE TABLE IF NOT EXISTS runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, began TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT 'running', whole INTEGER NOT NULL, since TEXT NOT NULL DEFAULT '',
  stage TEXT NOT NULL DEFAULT 'list', cursor TEXT NOT NULL DEFAULT '', expected INTEGER,
  listed INTEGER NOT NULL DEFAULT 0, fetched INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
  withdrawn INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '', retry_at TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS queue (
  key TEXT PRIMARY KEY, place INTEGER NOT NULL, version TEXT NOT NULL, about TEXT NOT NULL,
  digest TEXT NOT NULL DEFAULT '', suffix TEXT NOT NULL DEFAULT '', shape TEXT NOT NULL DEFAULT '',
  gone INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A record of a snapshot; ``state`` is ``active`` or ``withdrawn``, times are ISO 8601 in UTC."""

    key: str
    version: str
    digest: str
    suffix: str
    state: str
    etag: str
    modified: str
    shape: str
    address: str
    fetched: str
    withdrawn: str
    error: str


_HELD: Final = ", ".join(Held.__slots__)


@dataclass(frozen=True, slots=True)
class Run:
    """One harvest of a source, from its beginning over any interruptions to its end."""

    number: int
    began: str
    ended: str
    outcome: str
    whole: bool
    since: str
    stage: str
    cursor: str
    expected: int | None
    listed: int
    fetched: int
    changed: int
    withdrawn: int
    failed: int
    requests: int
    message: str
    retry_at: str
    settings: str

    def to_json(self) -> dict[str, Any]:
        hidden = ("stage", "cursor", "settings")
        return {name: getattr(self, name) for name in Run.__slots__ if name not in hidden}


_RUN: Final = ", ".join(Run.__slots__)


class Snapshot:
    """The snapshot of one source; one process writes at a time (:meth:`writing`), any may read."""

    def __init__(self, home: Path, source: str) -> None:
        self.source = source
        self.folder = home / FOLDER / source
        self._file = self.folder / "index.sqlite"

    @property
    def exists(self) -> bool:
        """Whether anything was ever harvested from the source."""
        return self._file.is_file()

    def open(self) -> sqlite3.Connection:
        """Open the index, creating it if need be; the caller closes it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file, timeout=60)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
        return database

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """Hold the right to harvest this source; gives False where another process has it."""
        with held(self.folder / "lock") as free:
            yield free

    # Objects

    def keep(self, body: bytes, suffix: str) -> str:
        """Write an object unless it is there, and return its digest."""
        digest = hashlib.sha256(body).hexdigest()
        place = self.object(digest, suffix)
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{uuid4().hex}")
            with part.open("wb") as out:
                out.write(body)
                out.flush()
                os.fsync(out.fileno())
            part.replace(place)
        return digest

    def object(self, digest: str, suffix: str) -> Path:
        """Return the place of an object."""
        return self.folder / "objects" / digest[:2] / f"{digest}{suffix}"

    # Reading

    def records(self, state: str = "") -> list[Held]:
        """Return the records in the order of their keys, all or those of a state."""
        if not self.exists:
            return []
        where = "WHERE state = ?" if state else ""
        with closing(self.open()) as database:
            rows = database.execute(
                f"SELECT {_HELD} FROM records {where} ORDER BY key",  # noqa: S608 - our own names
                (state,) if state else (),
            )
            return [Held(*row) for row in rows]

    def count(self, state: str = "active") -> int:
        """Return the number of records of a state."""
        if not self.exists:
            return 0
        with closing(self.open()) as database:
            (found,) = database.execute("SELECT COUNT(*) FROM records WHERE state = ?", (state,)).fetchone()
            return int(found)

    def runs(self, most: int = 20) -> list[Run]:
        """Return the latest runs, newest first."""
        if not self.exists:
            return []
        with closing(self.open()) as database:
            rows = database.execute(
                f"SELECT {_RUN} FROM runs ORDER BY number DESC LIMIT ?",  # noqa: S608 - our own names
                (most,),
            ).fetchall()
        return [_run(row) for row in rows]

    def last_good(self, *, whole: bool = False) -> Run | None:
        """Return the last run that came to its end, or the last that listed everything."""
        if not self.exists:
            return None
        with closing(self.open()) as database:
            row = database.execute(
                f"SELECT {_RUN} FROM runs WHERE outcome = 'done' AND whole >= ? "  # noqa: S608
                "ORDER BY number DESC LIMIT 1",
                (int(whole),),
            ).fetchone()
        return _run(row) if row else None


def _run(row: tuple[Any, ...]) -> Run:
    values = dict(zip(Run.__slots__, row, strict=True))
    return Run(**values | {"whole": bool(values["whole"])})


def shape_of(body: bytes) -> str:
    """Return the outline of a JSON object: its paths of keys to the third level, sorted, one a line.

    Lists and texts have no outline of their own; what is not JSON has none at all.
    """
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    return "\n".join(sorted(set(_paths(document, "", 3))))


def _paths(value: Any, head: str, depth: int) -> Iterable[str]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            path = f"{head}/{key}"
            yield path
            yield from _paths(inner, path, depth - 1)
