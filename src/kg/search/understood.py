"""How a query was read, as people see it: what was recognised, left out, named, or not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recognised:
    """A concept, country, region, framework or year that was recognised in the query.

    ``facet`` and ``value`` turn it into a filter where the index has one; ``start`` and ``end`` are
    positions in the query's text.
    """

    iri: str
    label: str
    matched: str
    facet: str | None
    value: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        return {
            "iri": self.iri,
            "label": self.label,
            "matched": self.matched,
            "facet": self.facet,
            "value": self.value,
            "span": [self.start, self.end],
        }


@dataclass(frozen=True, slots=True)
class Excluded:
    """Something that the query says it does not want, with its place in the query's text.

    With a ``facet``, records of that value are left out; without, records whose title names the thing.
    ``off`` among the request's ``off`` takes the words as part of what is looked for. ``instead`` are English
    words for what practitioners use instead, which are looked for.
    """

    label: str
    matched: str
    facet: str | None
    value: str
    start: int
    end: int
    instead: tuple[str, ...] = ()

    @property
    def off(self) -> str:
        return f"not.{self.value}"

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "matched": self.matched,
            "facet": self.facet,
            "value": self.value,
            "off": self.off,
            "instead": list(self.instead),
            "span": [self.start, self.end],
        }


@dataclass(frozen=True, slots=True)
class Understood:
    """How the query was read; ``english`` is what the English-only methods looked for.

    ``missing`` are codes that no record of the collection has.
    """

    language: str
    recognised: tuple[Recognised, ...] = ()
    codes: tuple[str, ...] = ()
    english: str = ""
    like: str | None = None
    excluded: tuple[Excluded, ...] = ()
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "recognised": [each.to_json() for each in self.recognised],
            "codes": list(self.codes),
            "english": self.english,
            "like": self.like,
            "excluded": [each.to_json() for each in self.excluded],
            "missing": list(self.missing),
        }
