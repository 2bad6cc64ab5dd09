"""A graph as one table: a row for each thing, a column for each property and language, described by CSVW.

https://www.w3.org/TR/tabular-data-model/ and https://www.w3.org/TR/tabular-metadata/. Several values stand in
one cell, parted by a character that occurs in no value of the column; the description names it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import IO, Any, Final

import pyoxigraph as px

from kg.tables import plain_cell
from kg.vocab import XSD

SUBJECT: Final = "iri"
_SEPARATORS: Final = ("|", "¦", "‖", "␟")
_NATIVE: Final = frozenset(
    {"string", "integer", "decimal", "double", "boolean", "date", "dateTime", "gYear", "anyURI", "duration"}
)
_NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("integer", "decimal", "double", "float"))
_IRI: Final = "iri"


@dataclass(slots=True)
class Column:
    """One property in one language; ``kinds`` are the datatypes of its values, ``iri`` for IRIs."""

    predicate: str
    lang: str
    kinds: set[str] = field(default_factory=set)
    is_list: bool = False
    free: list[str] = field(default_factory=lambda: list(_SEPARATORS))


Quads = Callable[[], Iterable[px.Quad]]


def columns(quads: Iterable[px.Quad]) -> dict[tuple[str, str], Column]:
    """Return the columns of a graph whose statements come subject by subject, in the order of their names."""
    found: dict[tuple[str, str], Column] = {}
    for _subject, group in groupby(quads, key=lambda quad: quad.subject):
        seen: set[tuple[str, str]] = set()
        for quad in group:
            text, lang, kind = _value(quad.object)
            place = (quad.predicate.value, lang)
            column = found.setdefault(place, Column(*place))
            column.kinds.add(kind)
            column.is_list |= place in seen
            column.free = [each for each in column.free if each not in text] or column.free[-1:]
            seen.add(place)
    return dict(sorted(found.items()))


def write(
    quads: Iterable[px.Quad], known: dict[tuple[str, str], Column], names: list[str], out: IO[bytes]
) -> None:
    """Write the table as UTF-8; texts that a spreadsheet would run as formulas get an apostrophe in front."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)

    def put(cells: list[str]) -> None:
        writer.writerow(cells)
        out.write(line.getvalue().encode())
        line.seek(0)
        line.truncate()

    put([SUBJECT, *names])
    for subject, group in groupby(quads, key=lambda quad: quad.subject):
        cells: dict[tuple[str, str], list[str]] = {}
        for quad in group:
            text, lang, kind = _value(quad.object)
            safe = text if kind in _NUMBERS or kind == _IRI else plain_cell(text)
            cells.setdefault((quad.predicate.value, lang), []).append(safe)
        row = (known[place].free[0].join(cells.get(place, ())) for place in known)
        put([subject.value if isinstance(subject, px.NamedNode) else str(subject), *row])


def metadata(known: dict[tuple[str, str], Column], names: list[str], address: str) -> dict[str, Any]:
    """Return the description of the table at an address."""
    described: list[dict[str, Any]] = [
        {"name": SUBJECT, "titles": SUBJECT, "datatype": "anyURI", "required": True, "suppressOutput": True}
    ]
    for number, (column, name) in enumerate(zip(known.values(), names, strict=True), 1):
        described.append(
            {"name": f"c{number}", "titles": name, "propertyUrl": column.predicate} | _form(column)
        )
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": address,
        "tableSchema": {"columns": described, "primaryKey": SUBJECT, "aboutUrl": f"{{+{SUBJECT}}}"},
    }


def _form(column: Column) -> dict[str, Any]:
    form: dict[str, Any] = {"separator": column.free[0]} if column.is_list else {}
    if column.lang:
        form["lang"] = column.lang
    if column.kinds == {_IRI}:
        form["datatype"] = "anyURI"
    elif len(column.kinds) == 1:
        (kind,) = column.kinds
        local = kind.removeprefix(XSD)
        form["datatype"] = local if local in _NATIVE else {"base": "string", "@id": kind}
        if kind.endswith("#langString"):
            del form["datatype"]
    return form


def headings(known: Iterable[tuple[str, str]], shorten: Callable[[str], str]) -> list[str]:
    """Return the names of columns as people read them, ``skos:prefLabel@fr``."""
    return [f"{shorten(predicate)}@{lang}" if lang else shorten(predicate) for predicate, lang in known]


def _value(term: Any) -> tuple[str, str, str]:
    """Return text, language and datatype of an object."""
    if isinstance(term, px.Literal):
        return term.value, term.language or "", term.datatype.value
    return (term.value, "", _IRI) if isinstance(term, px.NamedNode) else (str(term), "", _IRI)


def read(lines: Callable[[], IO[bytes]]) -> Iterator[px.Quad]:
    """Yield the statements of N-Quads."""
    with lines() as file:
        yield from px.parse(input=file, format=px.RdfFormat.N_QUADS)
