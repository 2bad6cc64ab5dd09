"""The curation journal of links: suggestions to look at, decisions that stay, accounts of curators.

It shares a part of the database with :mod:`kg.align.journal`. Decisions are append-only and the latest for
a pair of records holds; they are written here first and enter the graph with the next build, so no build
loses them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from kg import database
from kg.database import JOURNAL
from kg.database.tables import DECISIONS, SUGGESTIONS
from kg.errors import BadInput, NotFound
from kg.link.links import RELATIONS, Link
from kg.moments import now
from kg.terms import clean_text, is_iri

ACTIONS: Final = ("accept", "reject")
_AT_ONCE: Final = 500
"""Values of one SQL statement; SQLite has a limit."""
_ADDRESSES_LONGEST: Final = 2400
"""Octets of a link's two IRIs; PostgreSQL's indexes take no more than 2,704 in a row."""
_S: Final = SUGGESTIONS.c
_D: Final = DECISIONS.c
_LINK: Final = (_S.subject, _S.subject_label, _S.predicate, _S.object, _S.object_label, _S.object_kind)


def _latest() -> sa.Join:
    """Join links with the decision that holds, the latest about their pair."""
    others = DECISIONS.alias()
    last = (
        sa.select(sa.func.max(others.c.number))
        .where(others.c.partner == _S.partner, others.c.subject == _S.subject, others.c.object == _S.object)
        .scalar_subquery()
    )
    return SUGGESTIONS.outerjoin(DECISIONS, _D.number == last)


_LINKS: Final = sa.select(
    _S.number, _S.partner, *_LINK, _S.confidence, _S.justification, _S.comment, _S.source, _S.added,
    _D.action, _D.predicate.label("chosen"), _D.curator, _D.at, _D.reason, _D.number.label("place"),
).select_from(_latest())  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator decided: who, when (ISO 8601, UTC), why."""

    number: int
    action: str
    predicate: str
    curator: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A link in the queue, with the decision that holds."""

    number: int
    partner: str
    link: Link
    source: str
    added: str
    decision: Decision | None

    @property
    def state(self) -> str:
        """Return ``open``, ``accept`` or ``reject``."""
        return self.decision.action if self.decision else "open"

    @property
    def predicate(self) -> str:
        """Return the relation that holds: the curator's, else the suggested one."""
        return self.decision.predicate if self.decision else self.link.predicate

    def to_json(self) -> dict[str, Any]:
        body = {"number": self.number, "partner": self.partner, "state": self.state, **self.link.to_json()}
        if self.decision:
            body["decision"] = {
                "predicate": self.decision.predicate,
                "curator": self.decision.curator,
                "at": self.decision.at,
                "reason": self.decision.reason,
            }
        return body


def queue(home: Path, partner: str, links: Iterable[Link], source: str) -> int:
    """Put links before the curators and return how many are new; a known one gets the new probability.

    Raises:
        BadInput: a link has no IRIs or an unknown relation.
    """
    rows = [_row(partner, link, source) for link in links]
    if not rows:
        return 0
    held = sa.select(sa.func.count()).select_from(SUGGESTIONS)
    with database.writing(home, JOURNAL) as db:
        database.alone(db, SUGGESTIONS)
        before = db.scalar(held) or 0
        added = database.insert(db, SUGGESTIONS)
        renewed = {name: added.excluded[name] for name in ("confidence", "predicate", "comment")}
        pair = ["partner", "subject", "object"]
        db.execute(added.on_conflict_do_update(index_elements=pair, set_=renewed), rows)
        return (db.scalar(held) or 0) - before


def _row(partner: str, link: Link, source: str) -> dict[str, Any]:
    if not (is_iri(link.subject) and is_iri(link.object)):
        raise BadInput(f"A link needs two IRIs, not {link.subject[:80]!r} and {link.object[:80]!r}.")
    if len(f"{link.subject}{link.object}".encode()) > _ADDRESSES_LONGEST:
        raise BadInput(f"The IRIs of a link may have {_ADDRESSES_LONGEST} octets together.")
    return {
        "partner": partner,
        "subject": link.subject,
        "subject_label": clean_text(link.subject_label)[:500],
        "predicate": check_relation(link.predicate),
        "object": link.object,
        "object_label": clean_text(link.object_label)[:500],
        "object_kind": link.object_kind,
        "confidence": link.confidence,
        "justification": link.justification,
        "comment": clean_text(link.comment)[:2000],
        "source": source,
        "added": now(),
    }


def check_relation(predicate: str) -> str:
    """Return a relation that links may have.

    Raises:
        BadInput: it is another one.
    """
    if predicate not in RELATIONS:
        raise BadInput(f"'{predicate[:60]}' is no relation of links.", hint=f"Known: {', '.join(RELATIONS)}.")
    return predicate


def decide(home: Path, number: int, *, action: str, curator: str, reason: str, predicate: str = "") -> Queued:
    """Write down a decision about a queued link.

    Raises:
        NotFound: there is no such link in the queue.
        BadInput: the action or relation is unknown, or the reason of a rejection is missing.
    """
    if action not in ACTIONS:
        raise BadInput(f"'{action[:20]}' is neither accept nor reject.")
    curator, reason = clean_text(curator), clean_text(reason)[:2000]
    if not curator:
        raise BadInput("A decision needs the curator's name.")
    if action == "reject" and not reason:
        raise BadInput("A rejection needs a reason.")
    held = get(home, number)
    relation = check_relation(predicate or held.predicate)
    row = {
        "partner": held.partner, "subject": held.link.subject, "object": held.link.object, "action": action,
        "predicate": relation, "curator": curator, "at": now(), "reason": reason,
    }  # fmt: skip
    with database.writing(home, JOURNAL) as db:
        db.execute(DECISIONS.insert().values(row))
    return get(home, number)


def get(home: Path, number: int) -> Queued:
    """Return one queued link.

    Raises:
        NotFound: there is none of this number.
    """
    found = _read(home, _LINKS.where(_S.number == number))
    if not found:
        raise NotFound(f"There is no link {number} in the queue.")
    return found[0]


def listed(
    home: Path, *, partner: str = "", state: str = "", limit: int = 0, offset: int = 0
) -> list[Queued]:
    """Return the queue, the surest first; ``state`` is ``open``, ``accept``, ``reject`` or empty for all."""
    asked = _LINKS.where(*_where(partner, state)).order_by(_S.confidence.desc(), _S.number)
    return _read(home, asked.limit(limit).offset(offset) if limit else asked)


def total(home: Path, *, partner: str = "", state: str = "", sources: Sequence[str] = ()) -> int:
    """Return how many links :func:`listed` would return without a limit, of some sources if any are named."""
    asked = sa.select(sa.func.count()).select_from(_latest()).where(*_where(partner, state))
    if sources:
        asked = asked.where(_S.source.in_(sources))
    with database.reading(home, JOURNAL) as db:
        return (db.scalar(asked) or 0) if db is not None else 0


def _where(partner: str, state: str) -> Iterator[ColumnElement[bool]]:
    if partner:
        yield _S.partner == partner
    if state == "open":
        yield _D.action.is_(None)
    elif state:
        yield _D.action == state


def several(home: Path, numbers: Collection[int]) -> list[Queued]:
    """Return the links of these numbers that there are."""
    return _among(home, _S.number, sorted(numbers))


def of_objects(home: Path, objects: Collection[str]) -> list[Queued]:
    """Return the links to these records of ours."""
    return _among(home, _S.object, sorted(objects))


def _among(home: Path, column: ColumnElement[Any], values: Sequence[Any]) -> list[Queued]:
    found: list[Queued] = []
    for at in range(0, len(values), _AT_ONCE):
        found += _read(home, _LINKS.where(column.in_(values[at : at + _AT_ONCE])))
    return found


def counts(home: Path) -> dict[str, dict[str, int]]:
    """Return for each partner the number of links in each state."""
    state = sa.func.coalesce(_D.action, "open").label("state")
    asked = sa.select(_S.partner, state, sa.func.count()).select_from(_latest()).group_by(_S.partner, "state")
    found: dict[str, dict[str, int]] = {}
    with database.reading(home, JOURNAL) as db:
        for partner, name, count in db.execute(asked) if db is not None else ():
            found.setdefault(partner, {})[name] = count
    return found


def history(home: Path, partner: str, subject: str, object_: str) -> list[Decision]:
    """Return every decision about a pair, the first first."""
    asked = (
        sa.select(_D.number, _D.action, _D.predicate, _D.curator, _D.at, _D.reason)
        .where(_D.partner == partner, _D.subject == subject, _D.object == object_)
        .order_by(_D.number)
    )
    with database.reading(home, JOURNAL) as db:
        return [Decision(*row) for row in db.execute(asked)] if db is not None else []


def _read(home: Path, asked: Select[Any]) -> list[Queued]:
    with database.reading(home, JOURNAL) as db:
        return [_queued(row) for row in db.execute(asked)] if db is not None else []


def _queued(row: Sequence[Any]) -> Queued:
    number, partner, subject, subject_label, predicate, object_, object_label, kind = row[:8]
    confidence, justification, comment, source, added = row[8:13]
    action, chosen, curator, at, reason, place = row[13:]
    link = Link(
        subject,
        subject_label,
        predicate,
        object_,
        object_label,
        kind,
        confidence,
        justification,
        note=comment,
    )
    decision = Decision(place, action, chosen, curator, at, reason) if action else None
    return Queued(number, partner, link, source, added, decision)
