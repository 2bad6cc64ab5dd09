"""Writes a list of results as CSV for tables, and as RIS and BibTeX for reference managers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kg import queries
from kg.search.requests import Hit
from kg.tables import csv_text, plain_cell
from kg.vocab import Iris

CSV_COLUMNS: Final = (
    "rank",
    "iri",
    "type",
    "title",
    "title_language",
    "year",
    "countries",
    "score",
    "reasons",
    "snippet",
    "snippet_language",
    "source",
    "license",
)
_RIS_TYPES: Final = {
    "journal article": "JOUR",
    "special issue": "JOUR",
    "comment": "JOUR",
    "book": "BOOK",
    "handbook": "BOOK",
    "atlas": "BOOK",
    "book chapter": "CHAP",
    "report chapter": "CHAP",
    "encyclopedia article": "ENCYC",
    "standard": "STAND",
}
_BIBTEX_TYPES: Final = {
    "JOUR": "article",
    "BOOK": "book",
    "CHAP": "incollection",
    "ENCYC": "incollection",
    "RPRT": "techreport",
}
_CONTAINERS: Final = {"article": "journal", "incollection": "booktitle"}
_PAGES: Final = re.compile(r"^(\w+)\s*[-\u2013\u2014]+\s*(\w+)$")
_TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{each: f"\\{each}" for each in "&%$#_{}"},
    }
)
_UNPAIRED: Final = _TEX | {ord("{"): r"\textbraceleft{}", ord("}"): r"\textbraceright{}"}
"""BibTeX counts brackets also behind a backslash, so those without a partner are written as commands."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A result with what a reference says of it; persons are (family, given), the latter may be empty."""

    hit: Hit
    authors: tuple[tuple[str, str], ...] = ()
    editors: tuple[tuple[str, str], ...] = ()
    said: dict[str, list[str]] = field(default_factory=dict)
    """Values by the local name of their property: source, license, doi, volume, ..."""

    def one(self, name: str) -> str:
        return next(iter(self.said.get(name, ())), "")

    @property
    def ris_type(self) -> str:
        if self.hit.type == "publication":
            return _RIS_TYPES.get(self.one("publicationKind"), "RPRT")
        return {"decision": "LEGAL", "document": "RPRT"}.get(self.hit.type, "ELEC")

    @property
    def note(self) -> str:
        """What a reader has to know about the reference itself."""
        basis = self.one("doiBasis")
        return f"Basis of the DOI: {basis}." if basis and self.one("doi") else ""


def read(store: Any, hits: Sequence[Hit], iris: Iris) -> list[Citation]:
    """Return what the graph, a :class:`kg.store.GraphStore`, says of each result."""
    return [_citation(store, hit, iris) for hit in hits]


def _citation(store: Any, hit: Hit, iris: Iris) -> Citation:
    said: dict[str, list[str]] = {}
    text, bound = queries.get("search", "export").bind({"record": hit.iri}, iris)
    for row in store.select(text, bound):
        said.setdefault(re.split(r"[/#]", row["property"].value)[-1], []).append(row["value"].value)
    persons: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    if hit.type == "publication":
        text, bound = queries.get("search", "export-authors").bind({"record": hit.iri}, iris)
        for row in store.select(text, bound):
            given, role = row.get("given"), row.get("role")
            person = (row["family"].value, given.value if given is not None else "")
            persons[role is not None and role.value == "editor"].append(person)
    return Citation(hit, tuple(persons[False]), tuple(persons[True]), said)


def to_csv(citations: Iterable[Citation], first: int = 1) -> str:
    """Return a table with a heading (RFC 4180); ``first`` is the rank of the first row.

    A text that a spreadsheet would run as a formula has an apostrophe in front.
    """
    return csv_text(CSV_COLUMNS, (_row(rank, each) for rank, each in enumerate(citations, first)))


def _row(rank: int, each: Citation) -> tuple[object, ...]:
    hit = each.hit
    title, reasons, snippet = map(plain_cell, (hit.label, "; ".join(hit.why), hit.snippet))
    return (
        rank, hit.iri, hit.type, title, hit.label_lang, hit.year or "", " ".join(hit.countries),
        round(hit.score, 6), reasons, snippet, hit.snippet_lang, each.one("source"), each.one("license"),
    )  # fmt: skip


def to_ris(citations: Iterable[Citation]) -> str:
    """Return references in RIS: a line for each value, ``ER`` at the end of each reference."""
    lines: list[str] = []
    for each in citations:
        values = [f"{tag}  - {_one_line(value)}" for tag, value in _ris(each) if value]
        lines += [f"TY  - {each.ris_type}", *values, "ER  - ", ""]
    return "\r\n".join(lines)


def _ris(each: Citation) -> Iterator[tuple[str, str]]:
    hit = each.hit
    yield "ID", _key(hit.iri)
    for tag, persons in (("AU", each.authors), ("ED", each.editors)):
        for family, given in persons:
            yield tag, f"{family}, {given}" if given else family
    yield "TI", hit.label
    yield "PY", str(hit.year or "")
    yield "T2", each.one("containerTitle")
    yield "VL", each.one("volume")
    yield "IS", each.one("issue")
    pages = _PAGES.match(each.one("pages"))
    yield "SP", pages[1] if pages else each.one("pages")
    yield "EP", pages[2] if pages else ""
    yield "PB", each.one("publisherName")
    yield "DO", each.one("doi")
    yield "SN", each.one("isbn")
    yield "M1", each.one("symbol")
    yield "AB", each.one("abstract")
    yield "LA", hit.label_lang
    yield "UR", hit.iri
    yield "L2", each.one("source")
    yield "N1", each.note


def to_bibtex(citations: Iterable[Citation]) -> str:
    """Return references in BibTeX, in UTF-8, with the signs that TeX reads otherwise written as commands."""
    used: set[str] = set()
    entries = []
    for each in citations:
        key = base = _key(each.hit.iri)
        at = 1
        while key.lower() in used:
            at += 1
            key = f"{base}-{at}"
        used.add(key.lower())
        kind = _BIBTEX_TYPES.get(each.ris_type, "misc")
        fields = [f"  {name} = {{{value}}}" for name, value in _bibtex(each, kind) if value]
        entries.append(f"@{kind}{{{key},\n" + ",\n".join(fields) + "\n}\n")
    return "\n".join(entries)


def _bibtex(each: Citation, kind: str) -> Iterator[tuple[str, str]]:
    hit = each.hit
    yield "author", _persons(each.authors)
    yield "editor", _persons(each.editors)
    yield "title", f"{{{_tex(hit.label)}}}"
    yield "year", str(hit.year or "")
    yield _CONTAINERS.get(kind, "howpublished"), _tex(each.one("containerTitle"))
    yield "volume", _tex(each.one("volume"))
    yield "number", _tex(each.one("issue") or each.one("symbol"))
    yield "pages", _PAGES.sub(r"\1--\2", _tex(each.one("pages")))
    publisher = _tex(each.one("publisherName"))
    yield ("institution" if kind == "techreport" else "publisher"), publisher
    yield "doi", _verbatim(each.one("doi"))
    yield "isbn", _tex(each.one("isbn"))
    yield "abstract", _tex(each.one("abstract"))
    yield "language", hit.label_lang
    yield "url", _verbatim(each.one("source") or hit.iri)
    yield "note", _tex(each.note)


def _persons(persons: Sequence[tuple[str, str]]) -> str:
    """Return names in the order of BibTeX; one without a given name is that of an organisation."""
    names = (
        f"{_tex(family)}, {_tex(given)}" if given else f"{{{_tex(family)}}}" for family, given in persons
    )
    return " and ".join(names)


def _tex(text: str) -> str:
    return _one_line(text).translate(_TEX if _is_paired(text) else _UNPAIRED)


def _is_paired(text: str) -> bool:
    depth = 0
    for each in text:
        depth += (each == "{") - (each == "}")
        if depth < 0:
            return False
    return depth == 0


def _verbatim(text: str) -> str:
    """Return an address as it is; a bracket in it would end the field."""
    return _one_line(text).replace("{", "%7B").replace("}", "%7D")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _key(iri: str) -> str:
    """Return a citation key made of the last part of an IRI, in letters that every program takes."""
    local = iri.partition("/id/")[2].partition("/")[2] or iri
    return re.sub(r"[^A-Za-z0-9._-]+", "-", local).strip("-") or "record"


FORMATS: Final[dict[str, tuple[str, Callable[[list[Citation], int], str]]]] = {
    "csv": ("text/csv", to_csv),
    "ris": ("application/x-research-info-systems", lambda found, _first: to_ris(found)),
    "bibtex": ("application/x-bibtex", lambda found, _first: to_bibtex(found)),
}
"""Name, media type and writer of each format; writers take the citations and the rank of the first."""
