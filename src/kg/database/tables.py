"""The tables of what people write: links and decisions, assessments, accounts, reports, jobs.

They fall into parts. In SQLite each part is a file of the data folder, with the names they always had; in
PostgreSQL all parts are in one database. Migrations (Alembic) are chains of their own, one for each part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

META: Final = MetaData()
NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
"""Only an INTEGER counts up by itself in SQLite."""


@dataclass(frozen=True, slots=True)
class Part:
    """Tables that go together: their file in the data folder, and their migrations, the first first."""

    name: str
    file: str
    versions: tuple[str, ...]


JOURNAL: Final = Part("journal", "journal.sqlite", ("journal_1",))
REPORTS: Final = Part("reports", "reports.sqlite", ("reports_1",))
JOBS: Final = Part("jobs", "jobs.sqlite", ("jobs_1", "jobs_2"))
PARTS: Final = (JOURNAL, REPORTS, JOBS)


def _text(name: str, **more: str) -> Column[str]:
    default = text("''") if more.get("empty") else None
    return Column(name, Text, nullable=False, server_default=default)


def _numbered(name: str, *columns: Column[str] | Column[float] | UniqueConstraint | Index) -> Table:
    """Return a table whose rows count up and whose numbers are never used again."""
    number = Column("number", NUMBER, primary_key=True, autoincrement=True)
    return Table(name, META, number, *columns, sqlite_autoincrement=True)


SUGGESTIONS: Final = _numbered(
    "link_suggestions",
    *(_text(each) for each in ("partner", "subject", "subject_label", "predicate", "object")),
    *(_text(each) for each in ("object_label", "object_kind")),
    Column("confidence", Double, nullable=False),
    *(_text(each) for each in ("justification", "comment", "source", "added")),
    UniqueConstraint("partner", "subject", "object"),
)
DECISIONS: Final = _numbered(
    "link_decisions",
    *(_text(each) for each in ("partner", "subject", "object", "action", "predicate", "curator")),
    *(_text(each) for each in ("at", "reason")),
    Index("link_decisions_pair", "partner", "subject", "object"),
)
ASSESSMENTS: Final = _numbered(
    "human_assessments",
    *(_text(each) for each in ("practice", "framework", "verdict", "reviewer", "day", "reason")),
)
CURATORS: Final = Table(
    "curators",
    META,
    Column("name", Text, primary_key=True),
    _text("role"),
    Column("token_hash", Text, nullable=False, unique=True),
    _text("created"),
    Column("revoked", Integer, nullable=False, server_default=text("0")),
)
SESSIONS: Final = Table(
    "curator_sessions",
    META,
    Column("hash", Text, primary_key=True),
    _text("curator"),
    Column("ends", Double, nullable=False),
)
REPORTED: Final = _numbered(
    "reports",
    *(_text(each) for each in ("record", "title", "problem", "text", "contact", "language", "generation")),
    _text("at"),
    *(_text(each, empty="yes") for each in ("closed", "closed_by", "reason")),
    Index("reports_record", "record"),
)
FORM_KEY: Final = Table(
    "form_key",
    META,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
)
JOB: Final = Table(
    "jobs",
    META,
    Column("id", Text, primary_key=True),
    _text("partner"),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    *(_text(each) for each in ("state", "created", "updated")),
    Column("meaning", Integer, nullable=False, server_default=text("1")),
)
JOB_RECORDS: Final = Table(
    "job_records",
    META,
    _text("job"),
    Column("number", Integer, nullable=False),
    _text("record"),
    PrimaryKeyConstraint("job", "number"),
    sqlite_with_rowid=False,
)
JOB_LINKS: Final = Table(
    "job_links",
    META,
    _text("job"),
    Column("number", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    _text("link"),
    PrimaryKeyConstraint("job", "number", "place"),
    sqlite_with_rowid=False,
)
TABLES: Final[dict[str, tuple[Table, ...]]] = {
    "journal": (SUGGESTIONS, DECISIONS, ASSESSMENTS, CURATORS, SESSIONS),
    "reports": (REPORTED, FORM_KEY),
    "jobs": (JOB, JOB_RECORDS, JOB_LINKS),
}
"""The tables of each part."""
