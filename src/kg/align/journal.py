"""Human assessments: an append-only table in the curation journal, and its statements.

The latest entry for a practice and framework wins over the rules; earlier ones and the rules' own
verdict stay visible. The journal is written first and enters the graph with the next build.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kg.align.logic import Verdict
from kg.errors import BadInput
from kg.terms import clean_text, literal
from kg.vocab import DCTERMS, FOAF, PROV, RDF, RDFS, XSD, Iris

FILE: Final = "journal.sqlite"
_CREATE: Final = """
CREATE TABLE IF NOT EXISTS human_assessments (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  practice TEXT NOT NULL, framework TEXT NOT NULL, verdict TEXT NOT NULL,
  reviewer TEXT NOT NULL, day TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS human_assessments_stay BEFORE UPDATE ON human_assessments
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS human_assessments_remain BEFORE DELETE ON human_assessments
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
_CODE: Final = re.compile(r"(technologies|unccd)_\d{1,9}")


@dataclass(frozen=True, slots=True)
class Review:
    """One human assessment; ``day`` is an ISO 8601 date, ``practice`` a code."""

    number: int
    practice: str
    framework: str
    verdict: Verdict
    reviewer: str
    day: str
    reason: str

    def iri(self, iris: Iris) -> str:
        return iris.id("assessment", f"{self.practice}/{self.framework}/review/{self.number}")


def add(
    home: Path, *, practice: str, framework: str, verdict: str, reviewer: str, reason: str, day: date
) -> Review:
    """Append a human assessment to the journal of a data folder.

    Raises:
        BadInput: the practice's code or the verdict is unknown, or the name or reason is empty.
    """
    if not _CODE.fullmatch(practice):
        raise BadInput(f"{practice[:60]!r} is not the code of a technology or PRAIS practice.")
    if verdict not in set(Verdict):
        raise BadInput(f"{verdict[:40]!r} is not a verdict.", hint=f"Verdicts: {', '.join(Verdict)}.")
    reviewer, reason = clean_text(reviewer), clean_text(reason)
    if not reviewer or not reason:
        raise BadInput("A human assessment needs the reviewer's name and the reason.")
    row = (practice, framework, verdict, reviewer, day.isoformat(), reason)
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE)) as db, db:
        db.executescript(_CREATE)
        sql = (
            "INSERT INTO human_assessments (practice, framework, verdict, reviewer, day, reason)"
            " VALUES (?, ?, ?, ?, ?, ?)"
        )
        number = db.execute(sql, row).lastrowid
    return Review(number or 0, practice, framework, Verdict(verdict), reviewer, day.isoformat(), reason)


def every(home: Path) -> list[Review]:
    """Return all human assessments in the order they were made; none without a journal."""
    path = home / FILE
    if not path.is_file():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'human_assessments'").fetchone()
        rows = db.execute("SELECT * FROM human_assessments ORDER BY number").fetchall() if known else []
    return [Review(n, p, f, Verdict(v), who, day, why) for n, p, f, v, who, day, why in rows]


def latest(home: Path) -> dict[tuple[str, str], Review]:
    """Return the assessment that holds by (practice code, framework)."""
    return {(each.practice, each.framework): each for each in every(home)}


def lines(reviews: Iterable[Review], practices: set[str], iris: Iris) -> Iterator[str]:
    """Yield the statements of human assessments of the practices (IRIs) that are in the graph."""
    tail = f" <{iris.graph('review-assessments')}> ."
    for each in reviews:
        practice = iris.id("practice", each.practice)
        if practice not in practices:
            continue
        node = f"<{each.iri(iris)}>"
        assessment = iris.id("assessment", f"{each.practice}/{each.framework}")
        for predicate, value in (
            (f"{RDF}type", f"<{iris.term('HumanAssessment')}>"),
            (f"{RDFS}label", literal(f"Human assessment {each.number}")),
            (iris.term("assesses"), f"<{practice}>"),
            (iris.term("framework"), f"<{iris.id('framework', each.framework)}>"),
            (iris.term("verdict"), f"<{iris.concept(f'verdict_{each.verdict}')}>"),
            (iris.term("overrules"), f"<{assessment}>"),
            (iris.term("reason"), literal(each.reason)),
            (f"{DCTERMS}date", literal(each.day, datatype=f"{XSD}date")),
            (f"{PROV}wasAttributedTo", f"<{each.iri(iris)}/reviewer>"),
        ):
            yield f"{node} <{predicate}> {value}{tail}"
        yield f"<{each.iri(iris)}/reviewer> <{RDF}type> <{PROV}Agent>{tail}"
        yield f"<{each.iri(iris)}/reviewer> <{FOAF}name> {literal(each.reviewer)}{tail}"
