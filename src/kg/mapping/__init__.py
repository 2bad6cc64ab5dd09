"""Turns records into statements: a pure function from a record to canonical N-Quads lines.

One module a record family. A record's own statements come from :func:`lines`; what it says of other
records (citations, linked practices, relations) comes from :func:`pending` and is settled by
:func:`kg.mapping.pending.settle` once every record's :func:`keys` are known.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.errors import BadRecord
from kg.mapping import official, practice, publication, things
from kg.mapping.pending import Known, Pending, settle
from kg.mapping.writing import Writer
from kg.model import Case, Concept, Decision, Document, Entity, Practice, Publication, Record
from kg.vocab import Iris

__all__ = ["Known", "Mapped", "Pending", "keys", "lines", "map_record", "pending", "settle"]


class Mapped:
    """Everything one record contributes: its IRI, its lines, its keys and its open references."""

    __slots__ = ("iri", "keys", "lines", "pending")

    def __init__(self, iri: str, lines: list[str], keys: tuple[str, ...], pending: list[Pending]) -> None:
        self.iri = iri
        self.lines = lines
        self.keys = keys
        self.pending = pending


def map_record(record: Record, iris: Iris, graph: str) -> Mapped:
    """Return all that a record contributes to the graph with the IRI ``graph``.

    Raises:
        BadRecord: a value cannot be written as RDF (no IRI, no date, no number, broken text).
    """
    w = Writer(iris, graph)
    try:
        _write(w, record)
        iri, known_by = _keys(w, record)
        open_references = _pending(w, record, f" <{graph}> .")
        # A lone surrogate would only be found when the file is written, far from its record.
        for line in w.lines:
            line.isascii() or line.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRecord("(text)", "holds half of a surrogate pair, which no encoding can carry") from None
    except ValueError as fault:
        raise BadRecord("(value)", str(fault)[:300]) from None
    return Mapped(iri, w.lines, known_by, open_references)


def lines(record: Record, iris: Iris, graph: str) -> Iterator[str]:
    """Yield a record's own statements as canonical N-Quads lines without newline.

    Raises:
        BadRecord: a value cannot be written as RDF.
    """
    yield from map_record(record, iris, graph).lines


def keys(record: Record, iris: Iris) -> tuple[str, tuple[str, ...]]:
    """Return the IRI of a record and the keys by which other records refer to it."""
    return _keys(Writer(iris, ""), record)


def pending(record: Record, iris: Iris, graph: str) -> list[Pending]:
    """Return a record's references to other records, not yet settled."""
    return _pending(Writer(iris, graph), record, f" <{graph}> .")


def _write(w: Writer, record: Record) -> None:
    match record:
        case Practice():
            practice.write(w, record)
        case Decision():
            official.write_decision(w, record)
        case Document():
            official.write_document(w, record)
        case Publication():
            publication.write(w, record)
        case Concept():
            things.write_concept(w, record)
        case Entity():
            things.write_entity(w, record)
        case Case():
            things.write_case(w, record)


def _keys(w: Writer, record: Record) -> tuple[str, tuple[str, ...]]:
    match record:
        case Practice():
            return practice.keys(w, record)
        case Decision() | Document():
            return official.keys(w, record)
        case Publication():
            return publication.keys(w, record)
        case Concept():
            return record.iri, ()
        case Entity():
            return things.entity_keys(w, record)
        case Case():
            return w.names.record("case", record.id), ()


def _pending(w: Writer, record: Record, tail: str) -> list[Pending]:
    match record:
        case Practice():
            return practice.pending(w, record, tail)
        case Decision() | Document():
            return official.pending(w, record, tail)
        case Entity():
            return things.entity_pending(w, record, tail)
        case _:
            return []
