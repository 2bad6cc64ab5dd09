"""Citations of single records: CSL-JSON, BibTeX, RIS and a line of text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from kg.entities import EntityPage
from kg.search import export
from kg.search.export import Citation
from kg.search.requests import Hit
from kg.store import GraphStore
from kg.vocab import Iris

_CSL_TYPES: Final = {
    "JOUR": "article-journal",
    "BOOK": "book",
    "CHAP": "chapter",
    "ENCYC": "entry-encyclopedia",
    "STAND": "standard",
    "RPRT": "report",
    "LEGAL": "legislation",
    "ELEC": "webpage",
}
_YEAR: Final = re.compile(r"^\d{4}")


def of(record: EntityPage, store: GraphStore, iris: Iris) -> Citation:
    """Return the citation of a record; a practice is cited under those whom its source credits."""
    year, countries = "", ()
    if record.publication:
        year = record.publication.year
    elif record.decision:
        year = record.decision.year or (record.decision.date or "")
    elif record.practice:
        year = record.practice.documented or ""
    found = _YEAR.match(year)
    hit = Hit(
        record.iri, record.kind, record.title.value, record.title.lang or "", 1.0,
        year=int(found[0]) if found else None, countries=countries,
    )  # fmt: skip
    made = export.read(store, [hit], iris)[0]
    if record.practice:
        people = [(name or institution, "") for name, institution, _role in record.practice.credits]
        made = replace(made, authors=tuple(dict.fromkeys(each for each in people if each[0])))
    return made


def csl(each: Citation) -> str:
    """Return the citation as CSL-JSON (schema 1.0.2), a list of one item."""
    people = {"author": each.authors, "editor": each.editors}
    body: dict[str, Any] = {
        "id": each.hit.iri,
        "type": _CSL_TYPES.get(each.ris_type, "document"),
        "title": each.hit.label,
        **{role: [_person(*person) for person in persons] for role, persons in people.items()},
        "issued": {"date-parts": [[each.hit.year]]} if each.hit.year else None,
        "container-title": each.one("containerTitle"),
        "publisher": each.one("publisherName"),
        "volume": each.one("volume"),
        "issue": each.one("issue"),
        "page": each.one("pages"),
        "number": each.one("symbol"),
        "DOI": each.one("doi"),
        "ISBN": each.one("isbn"),
        "abstract": each.one("abstract"),
        "language": each.hit.label_lang,
        "URL": each.hit.iri,
        "source": "LandKG",
        "note": each.note,
    }
    item = {name: value for name, value in body.items() if value not in (None, "", [])}
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


def _person(family: str, given: str) -> dict[str, str]:
    return {"family": family, "given": given} if given else {"literal": family}


def line(each: Citation) -> str:
    """Return the citation in one line: who (year). Title. Where. Identifiers."""
    persons = each.authors or each.editors
    who = "; ".join(f"{family}, {given}" if given else family for family, given in persons)
    place = each.one("containerTitle")
    if each.one("volume"):
        place += f" {each.one('volume')}" + (f"({each.one('issue')})" if each.one("issue") else "")
    if each.one("pages"):
        place += f", {each.one('pages')}"
    year = f" ({each.hit.year})" if each.hit.year else ""
    doi = f"https://doi.org/{each.one('doi')}" if each.one("doi") else ""
    parts = (f"{who}{year}" if who else "", each.hit.label, "" if who else year.strip(" ()"),
             each.one("symbol"), place, each.one("publisherName"), doi)  # fmt: skip
    text = ". ".join(" ".join(part.split()).rstrip(".") for part in parts if part)
    return f"{text}. LandKG, {each.hit.iri}"


FORMATS: Final[dict[str, tuple[str, str, Callable[[Citation], str]]]] = {
    "txt": ("Text", "text/plain", lambda each: line(each) + "\n"),
    "json": ("CSL-JSON", "application/vnd.citationstyles.csl+json", csl),
    "bib": ("BibTeX", "application/x-bibtex", lambda each: export.to_bibtex([each])),
    "ris": ("RIS", "application/x-research-info-systems", lambda each: export.to_ris([each])),
}
"""Name, media type and writer of each format, by the suffix of its address."""
