"""Reads publications from records of OAI-PMH in Dublin Core (``oai_dc``), one record a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Safe

from kg.errors import BadRecord
from kg.model import Author, Publication
from kg.terms import is_web_address
from loaders.base import LoadReport, Source
from loaders.bibliographic import Work, doi, kind, language
from loaders.reading import Reading, file_bytes, text

_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_OAI: Final = "{http://www.openarchives.org/OAI/2.0/}"
_DOI: Final = re.compile(r"(?i)^(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]{4,9}/\S+)$")
_YEAR: Final = re.compile(r"^([12][0-9]{3})(?:-|$)")
KINDS: Final = {
    "article": "journal article",
    "book": "book",
    "bookpart": "book chapter",
    "conferenceobject": "conference paper",
    "dataset": "dataset",
    "doctoralthesis": "thesis",
    "mastersthesis": "thesis",
    "report": "report",
    "text": "publication",
    "thesis": "thesis",
}
"""Types of the DCMI vocabulary and of the DRIVER guidelines (``info:eu-repo/semantics/...``)."""


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the records of files, each a ``record`` element or a document that holds some."""
    reading = Reading(source, report)
    for path in reading.files():
        content = file_bytes(path, reading)
        if content is None:
            continue
        try:
            root = Safe.fromstring(content)
        except (Safe.ParseError, DefusedXmlException, ValueError):
            reading.quarantine(path.name, "file", "is not whole XML, or holds entities")
            continue
        for number, record in enumerate(root.iter(f"{_OAI}record"), 1):
            name = record.findtext(f"{_OAI}header/{_OAI}identifier", "").strip() or f"record {number}"
            yield from reading.attempt(name, _publication, record)


def _publication(record: Element, name: str, reading: Reading) -> Publication:
    titles, identifiers = _all(record, "title"), _all(record, "identifier")
    if not titles:
        raise BadRecord("dc:title", "is missing or empty")
    found = next((match[1] for each in identifiers if (match := _DOI.match(each))), None)
    years = [int(match[1]) for each in _all(record, "date") if (match := _YEAR.match(each))]
    type_ = next((each.rpartition("/")[2].lower().replace(" ", "") for each in _all(record, "type")), None)
    return Work(
        record=name,
        key=f"oai/{name}",
        url=next(filter(is_web_address, identifiers), None),
        kind=kind(type_, "dc:type", KINDS, reading),
        titles=titles[:1],
        language=language(next(iter(_all(record, "language")), None), "dc:language", reading),
        authors=tuple(_author(each) for each in _all(record, "creator")),
        year=min(years) if years else None,
        publisher=next(iter(_all(record, "publisher")), None),
        doi=doi(found, "dc:identifier"),
        abstracts=_all(record, "description")[:1],
        licence=next(filter(is_web_address, _all(record, "rights")), None),
    ).publication(reading, title="dc:title", key="identifier")


def _all(record: Element, element: str) -> list[str]:
    return [found for each in record.iter(f"{_DC}{element}") if (found := text(each.text, f"dc:{element}"))]


def _author(name: str) -> Author:
    family, _, given = name.partition(",")
    return Author(family.strip(), given.strip() or None)
