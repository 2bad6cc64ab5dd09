"""Human assessments: an append-only table in the curation journal, and its statements.

The latest entry for a practice and framework wins over the rules; earlier ones and the rules' own
verdict stay visible. The journal is written first and enters the graph with the next build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from kg import database
from kg.align.logic import Verdict
from kg.database import JOURNAL
from kg.database.tables import ASSESSMENTS
from kg.errors import BadInput
from kg.terms import clean_text, literal
from kg.vocab import DCTERMS, FOAF, PROV, RDF, RDFS, XSD, Iris

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
    row = {
        "practice": practice, "framework": framework, "verdict": verdict, "reviewer": reviewer,
        "day": day.isoformat(), "reason": reason,
    }  # fmt: skip
    with database.writing(home, JOURNAL) as db:
        number = db.execute(ASSESSMENTS.insert().values(row).returning(ASSESSMENTS.c.number)).scalar_one()
    return Review(number, practice, framework, Verdict(verdict), reviewer, day.isoformat(), reason)


def every(home: Path) -> list[Review]:
    """Return all human assessments in the order they were made; none without a journal."""
    with database.reading(home, JOURNAL) as db:
        asked = sa.select(ASSESSMENTS).order_by(ASSESSMENTS.c.number)
        rows = db.execute(asked).all() if db is not None else []
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
