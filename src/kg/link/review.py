"""What curators do with queued links: take back an edited mapping set, and see where links clash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.errors import BadInput, Refused, TooLarge
from kg.link import journal, sssom
from kg.link.accounts import Account
from kg.link.journal import Queued
from kg.link.labels import LabelIndex
from kg.link.links import EXACT
from kg.link.partners import Partner
from kg.link.sssom import Row
from kg.mapping import retired
from kg.vocab import Iris

ROWS_MOST: Final = 50_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a mapping set that was handed in."""

    rows: int
    queued: int
    decided: int

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "queued": self.queued, "decided": self.decided}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Links that cannot all be right, or lead nowhere; ``links`` are their numbers."""

    kind: str
    about: str
    links: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "about": self.about, "links": list(self.links)}


def read(text: str, iris: Iris) -> list[Row]:
    """Return the rows of a mapping set.

    Raises:
        BadInput: it is not SSSOM.
        TooLarge: it has too many rows.
    """
    if text.count("\n") > ROWS_MOST:
        raise TooLarge(f"A mapping set may have {ROWS_MOST} rows.")
    return sssom.read(text, iris)


def take(home: Path, rows: Sequence[Row], partner: Partner, account: Account, iris: Iris) -> Taken:
    """Queue the links of a mapping set or linkset and carry out the decisions in it.

    Decisions count only from a curator; a partner's rows are suggestions whatever they say. Rows whose
    decision is the one that holds already change nothing, so a file may be loaded twice.

    Raises:
        BadInput: a link does not join a record of this partner with one of ours.
        Refused: the account belongs to another partner.
    """
    if account.role == "partner" and account.name != partner.id:
        raise Refused("This account belongs to another partner.")
    for number, row in enumerate(rows, 1):
        if not row.link.object.startswith(f"{iris.base}id/"):
            raise BadInput(f"Row {number} names no record of ours.")
        if not partner.owns(row.link.subject):
            raise BadInput(f"Row {number}: <{row.link.subject[:100]}> is no record of {partner.name}.")
    held = {(each.link.subject, each.link.object): each for each in journal.listed(home, partner=partner.id)}
    fresh = [row.link for row in rows if (row.link.subject, row.link.object) not in held]
    queued = journal.queue(home, partner.id, fresh, f"mapping set by {account.name}")
    held = {(each.link.subject, each.link.object): each for each in journal.listed(home, partner=partner.id)}
    decided = 0
    for row in rows if account.role == "curator" else ():
        now = held[row.link.subject, row.link.object]
        if row.action is None or (now.state, now.predicate) == (row.action, row.link.predicate):
            continue
        journal.decide(
            home,
            now.number,
            action=row.action,
            predicate=row.link.predicate,
            curator=account.name,
            reason=row.reason or f"decided in a mapping set{f' by {row.curator}' if row.curator else ''}",
        )
        decided += 1
    return Taken(len(rows), queued, decided)


def conflicts(home: Path, index: LabelIndex | None, iris: Iris) -> list[Conflict]:
    """Return where links clash: two exact matches of one record, or a record that is not there.

    Of links that wait, only those to records that are gone count: nobody should accept them. Without an
    index of names, links to unknown records are not looked for.
    """
    gone = retired.read(home, iris)
    found: list[Conflict] = []
    accepted = journal.listed(home, state="accept")
    lost = {*gone, *(each.iri for each in index.entries if each.withdrawn)} if index else {*gone}
    waiting = [each for each in journal.of_objects(home, lost) if each.state == "open"]
    for each in (*accepted, *waiting):
        kind = _missing(each, gone, index, iris)
        if kind and (each.state == "accept" or kind != "unknown record"):
            found.append(Conflict(kind, each.link.object, (each.number,)))
    for groups in _exact(accepted):
        for (_partner, iri), several in groups.items():
            if len(several) > 1:
                found.append(Conflict("two exact matches", iri, tuple(each.number for each in several)))
    return found


def warnings(home: Path, queue: Sequence[Queued], clashes: Iterable[Conflict]) -> dict[int, list[str]]:
    """Return by number what a curator should know of some links before accepting them.

    ``clashes`` are the conflicts there are; told besides is where another exact match is accepted already.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for clash in clashes:
        for number in clash.links:
            found[number].append(clash.kind)
    forth, back = _exact(journal.listed(home, state="accept"))
    for each in queue:
        ends = forth.get((each.partner, each.link.subject), []) + back.get(
            (each.partner, each.link.object), []
        )
        is_same = each.state == "open" and each.link.predicate == EXACT
        if is_same and any(other.number != each.number for other in ends):
            found[each.number].append("another exact match")
    return dict(found)


_Ends = dict[tuple[str, str], list[Queued]]


def _exact(accepted: Iterable[Queued]) -> tuple[_Ends, _Ends]:
    """Return the exact matches of each partner by the partner's record, and by ours."""
    forth: _Ends = defaultdict(list)
    back: _Ends = defaultdict(list)
    for each in accepted:
        if each.predicate == EXACT:
            forth[each.partner, each.link.subject].append(each)
            back[each.partner, each.link.object].append(each)
    return forth, back


def _missing(
    each: Queued, gone: Mapping[str, retired.Retired], index: LabelIndex | None, iris: Iris
) -> str | None:
    """Return what is wrong with the record of ours that a link names."""
    iri = each.link.object
    if iri in gone:
        return "merged record" if gone[iri].replaced_by else "withdrawn record"
    if index is None or not iri.startswith(f"{iris.base}id/"):
        return None
    entry = index.by_iri.get(iri)
    if entry is None:
        return "unknown record"
    return "withdrawn record" if entry.withdrawn else None
