"""Problems that readers report about records: kept beside the generations, closed with a reason.

They have a file of their own rather than the curation journal's, since strangers write into it: it can be
moved, emptied or shut off without touching a decision. An address to answer to is kept only until its
report is closed.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import BadInput, NotFound, Unavailable
from kg.moments import now
from kg.tables import csv_text, plain_cell
from kg.terms import clean_text, is_iri
from kg.vocab import LANGUAGES

FILE: Final = "reports.sqlite"
PROBLEMS: Final = ("fact", "link", "translation", "licence", "other")
"""What may be wrong: a fact, a link that does not work, a translation, the licence, something else."""
STATES: Final = ("open", "closed")
LONGEST: Final = 4000
"""Letters of a report or of the reason to close it."""
LONGEST_CONTACT: Final = 254
"""Octets that an address may have (RFC 5321, section 4.5.3.1.3, less the brackets)."""
MOST: Final = 20_000
"""Reports that are kept; the disk is not strangers' to fill."""
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS reports (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  record TEXT NOT NULL, title TEXT NOT NULL, problem TEXT NOT NULL, text TEXT NOT NULL, contact TEXT NOT NULL,
  language TEXT NOT NULL, generation TEXT NOT NULL, at TEXT NOT NULL,
  closed TEXT NOT NULL DEFAULT '', closed_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS reports_record ON reports (record);
CREATE TABLE IF NOT EXISTS form_key (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL);
"""
_COLUMNS: Final = (
    "number",
    "record",
    "title",
    "problem",
    "text",
    "contact",
    "language",
    "generation",
    "at",
    "closed",
    "closed_by",
    "reason",
)
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM reports"  # noqa: S608 - the names above
_ADDRESS: Final = re.compile(
    r"[^@\s<>\"',;:()\[\]\\]{1,64}@[^@\s<>\"',;:()\[\]\\]+\.[^@\s<>\"',;:()\[\]\\]{2,}"
)
# Terminals read C1 controls as commands; overrides of direction make a text read otherwise than it is.
_TRICKS: Final = re.compile(r"[\x80-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Report:
    """One report; ``at`` and ``closed`` are ISO 8601 in UTC, the latter empty while it is open."""

    number: int
    record: str
    title: str
    problem: str
    text: str
    contact: str
    language: str
    generation: str
    at: str
    closed: str = ""
    closed_by: str = ""
    reason: str = ""

    @property
    def state(self) -> str:
        return "closed" if self.closed else "open"

    def to_json(self) -> dict[str, Any]:
        return {"state": self.state, **asdict(self)}


def problem_of(value: str) -> str:
    """Return what is wrong, by its name.

    Raises:
        BadInput: it is none of PROBLEMS.
    """
    if value not in PROBLEMS:
        raise BadInput("Say what is wrong: choose one of the five.", hint=f"Known: {', '.join(PROBLEMS)}.")
    return value


def text_of(value: str) -> str:
    """Return a report's text without what is no text.

    Raises:
        BadInput: nothing is left, or it is too long.
    """
    text = _plain(value)
    if not text:
        raise BadInput("Write what is wrong.")
    if len(text) > LONGEST:
        raise BadInput("The text is too long: 4,000 letters are read.")
    return text


def contact_of(value: str) -> str:
    """Return an e-mail address, or nothing where nothing is given.

    Raises:
        BadInput: it is no address.
    """
    contact = value.strip()
    if contact and (
        len(contact.encode("utf-8", "replace")) > LONGEST_CONTACT or not _ADDRESS.fullmatch(contact)
    ):
        raise BadInput("This is no e-mail address; leave the field empty if you want no answer.")
    return contact if contact == _plain(contact) else ""


def add(
    home: Path,
    *,
    record: str,
    title: str,
    problem: str,
    text: str,
    contact: str = "",
    language: str,
    generation: str,
) -> int:
    """Keep a report and return its number; the same one sent twice is kept once while it is open.

    Raises:
        BadInput: a field is missing, too long or none of what it may be.
        Unavailable: too many reports are kept already.
    """
    if not is_iri(record) or language not in LANGUAGES:
        raise BadInput("A report is about a record, in one of the six languages.")
    row = (
        record,
        _plain(title)[:500],
        problem_of(problem),
        text_of(text),
        contact_of(contact),
        language,
        generation,
    )
    with _writing(home) as db:
        same = db.execute(
            "SELECT number FROM reports WHERE record = ? AND problem = ? AND text = ? AND closed = ''",
            (row[0], row[2], row[3]),
        ).fetchone()
        if same:
            return int(same[0])
        if db.execute("SELECT COUNT(*) FROM reports").fetchone()[0] >= MOST:
            raise Unavailable("No more reports can be taken at the moment.", retry_after=86400)
        done = db.execute(
            "INSERT INTO reports (record, title, problem, text, contact, language, generation, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, now()),
        )
        return int(done.lastrowid or 0)


def listed(home: Path, *, state: str = "open", record: str = "", limit: int = 0) -> list[Report]:
    """Return reports, the oldest first; an empty ``state`` and a ``limit`` of 0 mean all.

    Raises:
        BadInput: there is no such state.
    """
    if state and state not in STATES:
        raise BadInput(f"'{state[:20]}' is no state of reports.", hint=f"Known: {', '.join(STATES)}.")
    where, values = ["1"], []
    if state:
        where.append("closed = ''" if state == "open" else "closed <> ''")
    if record:
        where.append("record = ?")
        values.append(record)
    tail = f" WHERE {' AND '.join(where)} ORDER BY number" + (f" LIMIT {int(limit)}" if limit else "")
    return _read(home, tail, values)


def get(home: Path, number: int) -> Report:
    """Return one report.

    Raises:
        NotFound: there is none of this number.
    """
    found = _read(home, " WHERE number = ?", (number,))
    if not found:
        raise NotFound(f"There is no report {number}.")
    return found[0]


def close(home: Path, number: int, *, curator: str, reason: str) -> Report:
    """Close a report and forget its address.

    Raises:
        NotFound: there is no such report.
        BadInput: it is closed already, or the name or the reason is missing.
    """
    who, why = _plain(curator)[:200], _plain(reason)[:LONGEST]
    if not who or not why:
        raise BadInput("Closing a report needs a name and a reason.")
    if get(home, number).closed:
        raise BadInput(f"Report {number} is closed already.")
    with _writing(home) as db:
        db.execute(
            "UPDATE reports SET closed = ?, closed_by = ?, reason = ?, contact = ''"
            " WHERE number = ? AND closed = ''",
            (now(), who, why, number),
        )
    return get(home, number)


def table(found: Iterable[Report]) -> str:
    """Return reports as CSV, safe to open in a spreadsheet."""
    rows = ([plain_cell(str(value)) for value in asdict(each).values()] for each in found)
    return csv_text(_COLUMNS, rows)


def form_key(home: Path) -> bytes:
    """Return the secret that signs the forms of this data folder; it is made on first use."""
    with _reading(home) as db:
        row = db.execute("SELECT key FROM form_key").fetchone() if db else None
    if row is None:
        with _writing(home) as db:
            db.execute("INSERT OR IGNORE INTO form_key VALUES (1, ?)", (secrets.token_bytes(32),))
            row = db.execute("SELECT key FROM form_key").fetchone()
    return bytes(row[0])


def _plain(value: str) -> str:
    return clean_text(_TRICKS.sub("", value))


@contextmanager
def _writing(home: Path) -> Iterator[sqlite3.Connection]:
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE, timeout=30)) as db:
        # What a closed report's address stood on is overwritten, not only given free.
        db.execute("PRAGMA secure_delete = ON")
        db.executescript(_CREATE)
        with db:
            db.execute("BEGIN IMMEDIATE")
            yield db


@contextmanager
def _reading(home: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the file to read; None where there is none yet."""
    path = home / FILE
    if not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
        known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'form_key'").fetchone()
        yield db if known else None


def _read(home: Path, tail: str, values: Sequence[Any]) -> list[Report]:
    with _reading(home) as db:
        return [Report(*row) for row in db.execute(_SELECT + tail, values)] if db else []
