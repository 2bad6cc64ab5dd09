"""References from record to record, settled when every record is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pending:
    """A statement whose object is another record, known by one of several keys.

    ``keys`` are tried in turn (``decision:unccd-15-cop10``, ``symbol:15/cop.10``). ``subject``,
    ``predicate`` are N-Quads terms, ``tail`` ends the line; ``otherwise`` are the lines that stand
    instead when no record has any of the keys. An empty predicate states nothing when found.
    """

    keys: tuple[str, ...]
    subject: str
    predicate: str
    tail: str
    otherwise: tuple[str, ...] = ()


class Known:
    """The keys of every loaded record; a key that two records claim settles nothing."""

    def __init__(self) -> None:
        self._iris: dict[str, str | None] = {}

    def add(self, keys: Iterable[str], iri: str) -> None:
        """Remember that a record is known by these keys."""
        for key in keys:
            if self._iris.setdefault(key, iri) != iri:
                self._iris[key] = None

    def find(self, keys: Iterable[str]) -> str | None:
        """Return the IRI of the first key that names exactly one record."""
        return next((iri for key in keys if (iri := self._iris.get(key))), None)


def settle(pending: Iterable[Pending], known: Known) -> Iterator[str]:
    """Yield the line of each reference: to the record it names, or what stands instead."""
    for each in pending:
        iri = known.find(each.keys)
        if iri is None:
            yield from each.otherwise
        elif each.predicate:
            yield f"{each.subject} {each.predicate} <{iri}>{each.tail}"


def symbol_key(symbol: str) -> str:
    """Return the key of a document symbol; case and spaces do not tell two symbols apart."""
    return f"symbol:{''.join(symbol.split()).casefold()}"
