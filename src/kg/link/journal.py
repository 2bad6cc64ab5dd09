"""The curation journal of links: suggestions to look at, decisions that stay, accounts of curators.

It shares the file of :mod:`kg.align.journal`. Decisions are append-only and the latest for a pair of
records holds; they are written here first and enter the graph with the next build, so no build loses them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import BadInput, NotFound
from kg.link.journal_file import reading, writing
from kg.link.links import RELATIONS, Link
from kg.moments import now
from kg.terms import clean_text, is_iri

ACTIONS: Final = ("accept", "reject")
_AT_ONCE: Final = 500
"""Values of one SQL statement; SQLite has a limit."""
_SELECT: Final = """
SELECT s.number, s.partner, s.subject, s.subject_label, s.predicate, s.object, s.object_label, s.object_kind,
  s.confidence, s.justification, s.comment, s.source, s.added,
  d.action, d.predicate, d.curator, d.at, d.reason, d.number
FROM link_suggestions s LEFT JOIN link_decisions d ON d.number = (
  SELECT MAX(number) FROM link_decisions
  WHERE partner = s.partner AND subject = s.subject AND object = s.object)
"""


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
    with writing(home) as db:
        before = int(db.execute("SELECT COUNT(*) FROM link_suggestions").fetchone()[0])
        db.executemany(
            "INSERT INTO link_suggestions (partner, subject, subject_label, predicate, object, object_label,"
            " object_kind, confidence, justification, comment, source, added)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (partner, subject, object) DO UPDATE SET confidence = excluded.confidence,"
            " predicate = excluded.predicate, comment = excluded.comment",
            rows,
        )
        return int(db.execute("SELECT COUNT(*) FROM link_suggestions").fetchone()[0]) - before


def _row(partner: str, link: Link, source: str) -> tuple[Any, ...]:
    if not (is_iri(link.subject) and is_iri(link.object)):
        raise BadInput(f"A link needs two IRIs, not {link.subject[:80]!r} and {link.object[:80]!r}.")
    check_relation(link.predicate)
    return (
        partner, link.subject, clean_text(link.subject_label)[:500], link.predicate, link.object,
        clean_text(link.object_label)[:500], link.object_kind, link.confidence, link.justification,
        clean_text(link.comment)[:2000], source, now(),
    )  # fmt: skip


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
    with writing(home) as db:
        db.execute(
            "INSERT INTO link_decisions (partner, subject, object, action, predicate, curator, at, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (held.partner, held.link.subject, held.link.object, action, relation, curator, now(), reason),
        )
    return get(home, number)


def get(home: Path, number: int) -> Queued:
    """Return one queued link.

    Raises:
        NotFound: there is none of this number.
    """
    found = _read(home, " WHERE s.number = ?", (number,))
    if not found:
        raise NotFound(f"There is no link {number} in the queue.")
    return found[0]


def listed(
    home: Path, *, partner: str = "", state: str = "", limit: int = 0, offset: int = 0
) -> list[Queued]:
    """Return the queue, the surest first; ``state`` is ``open``, ``accept``, ``reject`` or empty for all."""
    where, values = _where(partner, state)
    tail = where + " ORDER BY s.confidence DESC, s.number"
    if limit:
        tail += f" LIMIT {int(limit)} OFFSET {int(offset)}"
    return _read(home, tail, values)


def total(home: Path, *, partner: str = "", state: str = "", sources: Sequence[str] = ()) -> int:
    """Return how many links :func:`listed` would return without a limit, of some sources if any are named."""
    where, values = _where(partner, state)
    if sources:
        where += f" AND s.source IN ({', '.join('?' * len(sources))})"
        values += sources
    with reading(home) as db:
        sql = f"SELECT COUNT(*) FROM ({_SELECT}{where})"  # noqa: S608
        return int(db.execute(sql, values).fetchone()[0]) if db is not None else 0


def _where(partner: str, state: str) -> tuple[str, list[str]]:
    where, values = [" WHERE 1"], []
    if partner:
        where.append("s.partner = ?")
        values.append(partner)
    if state == "open":
        where.append("d.action IS NULL")
    elif state:
        where.append("d.action = ?")
        values.append(state)
    return " AND ".join(where), values


def several(home: Path, numbers: Collection[int]) -> list[Queued]:
    """Return the links of these numbers that there are."""
    return _among(home, "s.number", sorted(numbers))


def of_objects(home: Path, objects: Collection[str]) -> list[Queued]:
    """Return the links to these records of ours."""
    return _among(home, "s.object", sorted(objects))


def _among(home: Path, column: str, values: Sequence[Any]) -> list[Queued]:
    found: list[Queued] = []
    for at in range(0, len(values), _AT_ONCE):
        some = values[at : at + _AT_ONCE]
        found += _read(home, f" WHERE {column} IN ({', '.join('?' * len(some))})", some)
    return found


def counts(home: Path) -> dict[str, dict[str, int]]:
    """Return for each partner the number of links in each state."""
    found: dict[str, dict[str, int]] = {}
    with reading(home) as db:
        if db is not None:
            sql = f"SELECT partner, COALESCE(action, 'open'), COUNT(*) FROM ({_SELECT}) GROUP BY 1, 2"  # noqa: S608
            for partner, state, count in db.execute(sql.replace("d.predicate", "d.predicate AS chosen")):
                found.setdefault(partner, {})[state] = count
    return found


def history(home: Path, partner: str, subject: str, object_: str) -> list[Decision]:
    """Return every decision about a pair, the first first."""
    with reading(home) as db:
        if db is None:
            return []
        rows = db.execute(
            "SELECT number, action, predicate, curator, at, reason FROM link_decisions"
            " WHERE partner = ? AND subject = ? AND object = ? ORDER BY number",
            (partner, subject, object_),
        ).fetchall()
    return [Decision(*row) for row in rows]


def _read(home: Path, tail: str, values: Sequence[Any]) -> list[Queued]:
    with reading(home) as db:
        rows = db.execute(_SELECT + tail, values).fetchall() if db is not None else []
    return [_queued(row) for row in rows]


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
