"""What the page of a country says of frameworks and of gaps in what is documented."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from kg.entities.model import Ref
from kg.entities.reading import Names, Reading, ask, labels, lexical
from kg.store import Row
from kg.vocab import GEO

FIELDS: Final = ("landUse", "degradation", "hazard", "measure", "purpose", "hasGeometry")
"""Fields that a reader looks for in a practice; `kg:` properties and the position."""
_MOST: Final = 8

Counted = tuple[tuple[Ref, int], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Practices of the country that qualify under a framework and those that may."""

    framework: Ref
    qualifies: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A gap is a gap in what is documented here, not one in the country.

    Attributes:
        practices: number of practices of the country.
        standings: every framework, those with most practices first.
        region: the region whose other countries are looked at.
        beside: (facet, what practices of the region's other countries address and none here does).
        lacking: (field, number of practices that do not document it), most first.
    """

    practices: int
    standings: tuple[Standing, ...]
    region: Ref | None
    beside: tuple[tuple[str, Counted], ...]
    lacking: tuple[tuple[str, int], ...]

    @property
    def reached(self) -> tuple[Standing, ...]:
        """Frameworks with practices."""
        return tuple(each for each in self.standings if each.qualifies or each.candidates)

    @property
    def unreached(self) -> tuple[Standing, ...]:
        """Frameworks that no practice of the country reaches."""
        return tuple(each for each in self.standings if not each.qualifies and not each.candidates)


def read(reading: Reading, own: set[str]) -> Profile:
    """Return the profile of a country.

    Args:
        reading: the country.
        own: IRIs of the hazards and kinds of degradation that its own practices address.
    """
    rows = ask(reading.store, "country-standing", reading.iris, entity=reading.iri)
    names = Names(reading.iris, reading.language)
    names.add(rows, "framework")
    total = next((_count(r) for r in rows if not {"framework", "field"} & set(r) and "count" in r), 0)
    fields = {lexical(row["field"]): _count(row) for row in rows if "field" in row}
    region, beside = _beside(reading, own)
    lacking = [(name, total - fields.get(_property(reading, name), 0)) for name in FIELDS]
    return Profile(
        practices=total,
        standings=_standings(reading, names, rows),
        region=region,
        beside=beside,
        lacking=tuple(sorted((each for each in lacking if each[1]), key=lambda each: -each[1])),
    )


def _count(row: Row) -> int:
    return int(lexical(row["count"]))


def _property(reading: Reading, name: str) -> str:
    return f"{GEO}{name}" if name == "hasGeometry" else reading.iris.term(name)


def _standings(reading: Reading, names: Names, rows: list[Row]) -> tuple[Standing, ...]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if "framework" in row:
            found = counts[lexical(row["framework"])]
            if "statement" in row:
                found[lexical(row["statement"])] = _count(row)
    kg = reading.iris.term
    standings = [
        Standing(names.ref(iri), found.get(kg("qualifiesAs"), 0), found.get(kg("candidateFor"), 0))
        for iri, found in counts.items()
    ]
    return tuple(
        sorted(standings, key=lambda each: (-each.qualifies, -each.candidates, each.framework.label.value))
    )


def _beside(reading: Reading, own: set[str]) -> tuple[Ref | None, tuple[tuple[str, Counted], ...]]:
    rows = ask(reading.store, "country-region", reading.iris, entity=reading.iri)
    region = min((lexical(row["region"]) for row in rows), default="")
    names = Names(reading.iris, reading.language)
    names.add(labels(reading.store, {region, *(lexical(row["concept"]) for row in rows)} - {""}))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        concept = lexical(row["concept"])
        if concept not in own:
            found[lexical(row["facet"]).removeprefix(reading.iris.ns)][concept] = _count(row)
    ordered = {
        facet: sorted(
            ((names.ref(iri), n) for iri, n in counts.items()), key=lambda e: (-e[1], e[0].label.value)
        )
        for facet, counts in sorted(found.items())
    }
    beside = tuple((facet, tuple(counts[:_MOST])) for facet, counts in ordered.items())
    return (names.ref(region) if region else None), beside
