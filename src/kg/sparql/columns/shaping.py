"""Reads queries that differ only in the records they name once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache, partial
from typing import Any, Final

import pyoxigraph as px

from kg.sparql.columns.algebra import Call, Declined, Group, Pattern, Select
from kg.sparql.columns.parsing import parse
from kg.sparql.records import PLACE, Records, shape_of

_SYNTAX: Final = px.Store()
"""An empty store: what it parses is SPARQL; what it does not, it explains when it is asked in earnest."""
_KEPT: Final = 1024


class Readings:
    """What was read of queries lately; every method may be called from any thread."""

    def __init__(self, prefixes: Mapping[str, str], records: str) -> None:
        """``prefixes`` need no declaration; ``records`` is what IRIs of records begin with, if any do."""
        self._records = Records(records) if records else None
        self._whole = lru_cache(maxsize=_KEPT)(partial(_read, dict(prefixes)))
        self._shape = lru_cache(maxsize=_KEPT)(self._shaped)
        self.of = lru_cache(maxsize=_KEPT)(self._of)
        """Returns what a query asks for, or nothing if it is left to the engine."""

    def _of(self, text: str) -> Select | None:
        pieces, records = self._records.cut(text) if self._records is not None else ((text,), [])
        if not records:
            return self._whole(text)
        shape = self._shape(pieces)
        if shape is None:
            return self._whole(text)
        return shape.filled({_place(number): f"<{iri}>".encode() for number, iri in enumerate(records)})

    def _shaped(self, pieces: tuple[str, ...]) -> _Shape | None:
        """Return a shape, or nothing where another record might change what it means.

        A place has to be a whole term: not in a prefix, in a string or in the place of a predicate.
        """
        found = self._whole(shape_of(pieces))
        places = frozenset(_place(number) for number in range(len(pieces) - 1))
        held = PLACE.encode()
        if any(held in each and each not in places for each in _constants(found)):
            return None
        return _Shape(found, places)


class _Shape:
    """What all queries of a shape ask for, with placeholders."""

    def __init__(self, select: Select | None, places: frozenset[bytes]) -> None:
        self._select = select
        self._around: set[int] = set()
        self._look(select, places)

    def _look(self, part: Any, places: frozenset[bytes]) -> bool:
        """Remember by identity which parts hold a place; tell whether this one does."""
        if isinstance(part, bytes):
            return part in places
        held = [self._look(each, places) for each in _parts(part)]
        if any(held):
            self._around.add(id(part))
        return any(held)

    def filled(self, named: Mapping[bytes, bytes]) -> Select | None:
        """Return what one query asks for; parts without a place are shared."""
        found: Select | None = self._filled(self._select, named)
        return found

    def _filled(self, part: Any, named: Mapping[bytes, bytes]) -> Any:
        if isinstance(part, bytes):
            return named.get(part, part)
        if id(part) not in self._around:
            return part
        inner = [self._filled(each, named) for each in _parts(part)]
        return type(part)(inner) if isinstance(part, list | tuple) else type(part)(*inner)


def _place(number: int) -> bytes:
    return f"<{PLACE}{number}>".encode()


def _read(prefixes: dict[str, str], text: str) -> Select | None:
    try:
        found = parse(text, prefixes)
        _SYNTAX.query(text, prefixes=prefixes)
    except (Declined, SyntaxError):
        return None
    return found


_FIELDS: Final = {kind: tuple(each.name for each in fields(kind)) for kind in (Call, Group, Pattern, Select)}


def _parts(part: Any) -> Iterable[Any]:
    """Return what a part of a query is made of."""
    if isinstance(part, list | tuple):
        return part
    return [getattr(part, name) for name in _FIELDS.get(type(part), ())]


def _constants(part: Any) -> Iterator[bytes]:
    """Yield the constants and the predicates of a part of a query."""
    if isinstance(part, bytes):
        yield part
    elif isinstance(part, Pattern):
        yield part.predicate.encode()
    for each in _parts(part) if not isinstance(part, bytes) else ():
        yield from _constants(each)
