"""Which records have to be made anew when some parts of the inputs changed: pure functions on what is known.

A record's statements depend on the record itself, on what others say of it, and, for a practice's
assessments, on the approaches linked to it. Everything else of a generation stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.build.units import Key, Unit


@dataclass(frozen=True, slots=True)
class Touched:
    """What is made anew.

    Attributes:
        records: records (IRIs) whose statements are replaced.
        subjects: IRIs of no record whose statements are replaced.
        around: records that have to be read besides, because assessments look at them.
    """

    records: frozenset[str]
    subjects: frozenset[str]
    around: frozenset[str]


class Owners:
    """The records of some units, and which of them an IRI belongs to."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: dict[str, list[Key]] = defaultdict(list)
        for unit in units:
            for seen in unit.records:
                self.units[seen.iri].append(unit.key)

    def of(self, iri: str) -> str | None:
        """Return the record that an IRI is, or is a part of."""
        end = len(iri)
        while end > 0:
            if iri[:end] in self.units:
                return iri[:end]
            end = iri.rfind("/", 0, end)
        return None


def find(
    changed: Iterable[str], differing: Iterable[str], links: Iterable[str], owners: Owners, linked: str
) -> Touched:
    """Return what is touched by changes.

    Args:
        changed: records that are new, changed or gone, or whose reviews changed.
        differing: statements that belong to no single record and came or went.
        links: all of those statements, old and new.
        linked: the property that links practices, as an N-Quads term.
    """
    records, subjects = set(changed), set()
    for line in differing:
        subject = line[1 : line.index(">")]
        owner = owners.of(subject)
        if owner is None and subject not in records:
            subjects.add(subject)
        elif owner is not None:
            records.add(owner)
    near = _neighbours(links, linked)
    records |= _beside(records, near)
    # A record whose IRI continues that of another one stands between its statements.
    records |= {iri for iri in owners.units if any(above in records for above in _above(iri))}
    around = _beside(records, near) - records
    return Touched(frozenset(records), frozenset(subjects), frozenset(around & owners.units.keys()))


def _neighbours(lines: Iterable[str], linked: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        if predicate == linked:
            one, other = subject[1:-1], rest[1 : rest.index(">")]
            found[one].add(other)
            found[other].add(one)
    return found


def _beside(records: Collection[str], near: Mapping[str, set[str]]) -> set[str]:
    return {other for one in records for other in near.get(one, ())}


def _above(iri: str) -> Iterator[str]:
    end = iri.rfind("/")
    while end > 0:
        yield iri[:end]
        end = iri.rfind("/", 0, end)
