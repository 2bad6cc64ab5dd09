"""Problems that readers report about records: kept beside the generations, closed with a reason.

They are a part of the database of their own rather than the curation journal's, since strangers write into
it: it can be moved, emptied or shut off without touching a decision. An address to answer to is kept only
until its report is closed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Select

from kg import database
from kg.database import REPORTS
from kg.database.tables import FORM_KEY, REPORTED
from kg.errors import BadInput, NotFound, Unavailable
from kg.moments import now
from kg.tables import csv_text, plain_cell
from kg.terms import clean_text, is_iri
from kg.vocab import LANGUAGES

PROBLEMS: Final = ("fact", "link", "translation", "licence", "other")
"""What may be wrong: a fact, a link that does not work, a translation, the licence, something else."""
STATES: Final = ("open", "closed")
LONGEST: Final = 4000
"""Letters of a report or of the reason to close it."""
LONGEST_CONTACT: Final = 254
"""Octets that an address may have (RFC 5321, section 4.5.3.1.3, less the brackets)."""
MOST: Final = 20_000
"""Reports that are kept; the disk is not strangers' to fill."""
_ADDRESS: Final = re.compile(
    r"[^@\s<>\"',;:()\[\]\\]{1,64}@[^@\s<>\"',;:()\[\]\\]+\.[^@\s<>\"',;:()\[\]\\]{2,}"
)
# Terminals read C1 controls as commands; overrides of direction make a text read otherwise than it is.
_TRICKS: Final = re.compile(r"[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
_BY_NUMBER: Final = sa.select(REPORTED).order_by(REPORTED.c.number)


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
    row = {
        "record": record, "title": _plain(title)[:500], "problem": problem_of(problem),
        "text": text_of(text), "contact": contact_of(contact), "language": language,
        "generation": generation, "at": now(),
    }  # fmt: skip
    of = REPORTED.c
    same = sa.select(of.number).where(
        of.record == record, of.problem == row["problem"], of.text == row["text"], of.closed == ""
    )
    with database.writing(home, REPORTS) as db:
        database.alone(db, REPORTED)
        known = db.scalar(same.limit(1))
        if known is not None:
            return int(known)
        if (db.scalar(sa.select(sa.func.count()).select_from(REPORTED)) or 0) >= MOST:
            raise Unavailable("No more reports can be taken at the moment.", retry_after=86400)
        return int(db.execute(REPORTED.insert().values(row).returning(of.number)).scalar_one())


def listed(home: Path, *, state: str = "open", record: str = "", limit: int = 0) -> list[Report]:
    """Return reports, the oldest first; an empty ``state`` and a ``limit`` of 0 mean all.

    Raises:
        BadInput: there is no such state.
    """
    if state and state not in STATES:
        raise BadInput(f"'{state[:20]}' is no state of reports.", hint=f"Known: {', '.join(STATES)}.")
    asked = _BY_NUMBER
    if state:
        asked = asked.where(REPORTED.c.closed == "" if state == "open" else REPORTED.c.closed != "")
    if record:
        asked = asked.where(REPORTED.c.record == record)
    return _read(home, asked.limit(limit) if limit else asked)


def get(home: Path, number: int) -> Report:
    """Return one report.

    Raises:
        NotFound: there is none of this number.
    """
    found = _read(home, _BY_NUMBER.where(REPORTED.c.number == number))
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
    still_open = REPORTED.update().where(REPORTED.c.number == number, REPORTED.c.closed == "")
    with database.writing(home, REPORTS) as db:
        db.execute(still_open.values(closed=now(), closed_by=who, reason=why, contact=""))
    return get(home, number)


def table(found: Iterable[Report]) -> str:
    """Return reports as CSV, safe to open in a spreadsheet."""
    rows = ([plain_cell(str(value)) for value in asdict(each).values()] for each in found)
    return csv_text([each.name for each in fields(Report)], rows)


def form_key(home: Path) -> bytes:
    """Return the secret that signs the forms of this data folder; it is made on first use."""
    asked = sa.select(FORM_KEY.c.key)
    with database.reading(home, REPORTS) as db:
        key = db.scalar(asked) if db is not None else None
    if key is None:
        with database.writing(home, REPORTS) as db:
            made = database.insert(db, FORM_KEY).values(one=1, key=secrets.token_bytes(32))
            db.execute(made.on_conflict_do_nothing())
            key = db.scalars(asked).one()
    return bytes(key)


def _plain(value: str) -> str:
    return clean_text(_TRICKS.sub("", value))


def _read(home: Path, asked: Select[Any]) -> list[Report]:
    with database.reading(home, REPORTS) as db:
        return [Report(*row) for row in db.execute(asked)] if db is not None else []
