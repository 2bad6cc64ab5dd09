"""The file of the curation journal: tables of links, decisions, accounts and sessions, and how it is opened.

It is the file of :mod:`kg.align.journal`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from kg.align.journal import FILE

_CREATE: Final = """
CREATE TABLE IF NOT EXISTS link_suggestions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  partner TEXT NOT NULL, subject TEXT NOT NULL, subject_label TEXT NOT NULL, predicate TEXT NOT NULL,
  object TEXT NOT NULL, object_label TEXT NOT NULL, object_kind TEXT NOT NULL, confidence REAL NOT NULL,
  justification TEXT NOT NULL, comment TEXT NOT NULL, source TEXT NOT NULL, added TEXT NOT NULL,
  UNIQUE (partner, subject, object)
);
CREATE TABLE IF NOT EXISTS link_decisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  partner TEXT NOT NULL, subject TEXT NOT NULL, object TEXT NOT NULL, action TEXT NOT NULL,
  predicate TEXT NOT NULL, curator TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS link_decisions_pair ON link_decisions (partner, subject, object);
CREATE TRIGGER IF NOT EXISTS link_decisions_stay BEFORE UPDATE ON link_decisions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS link_decisions_remain BEFORE DELETE ON link_decisions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE IF NOT EXISTS curators (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS curator_sessions (
  hash TEXT PRIMARY KEY, curator TEXT NOT NULL, ends REAL NOT NULL
);
"""


@contextmanager
def writing(home: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal for one transaction, with its tables made."""
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE, timeout=30)) as db:
        db.executescript(_CREATE)
        with db:
            yield db


@contextmanager
def reading(home: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the journal to read; ``None`` where there is none or it has no links yet."""
    path = home / FILE
    if not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
        known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'curator_sessions'").fetchone()
        yield db if known else None
