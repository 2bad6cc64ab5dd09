"""Reads publications from answers of the DataCite REST API (``/dois``), whole, single or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Author, Publication
from loaders.base import LoadReport, Source, kind_of
from loaders.bibliographic import Work, doi, kind, language, orcid, year
from loaders.csl_json import record_name
from loaders.reading import Reading, json_records, text

KINDS: Final = {
    "Book": "book",
    "BookChapter": "book chapter",
    "ConferencePaper": "conference paper",
    "ConferenceProceeding": "proceedings",
    "Dataset": "dataset",
    "Dissertation": "thesis",
    "Journal": "periodical",
    "JournalArticle": "journal article",
    "PeerReview": "review",
    "Preprint": "preprint",
    "Report": "report",
    "Software": "software",
    "Standard": "standard",
    "Text": "publication",
}
"""``resourceTypeGeneral`` of the DataCite Metadata Schema 4 in our words."""

_KNOWN: Final = frozenset(
    (
        *("doi", "titles", "creators", "publisher", "publicationYear", "language", "types", "container"),
        *("descriptions", "rightsList", "updated", "url", "identifiers", "state", "prefix", "suffix"),
    )
)


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the works of answers: ``data`` as a list, a single one, or bare works."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, document in json_records(path, reading):
            found = document.get("data", document) if isinstance(document, dict) else document
            works = found if isinstance(found, list) else [found]
            for number, work in enumerate(works, 1):
                name = record_name(work, "id") or (f"item {number}" if len(works) > 1 else place)
                yield from reading.attempt(name, _publication, work)


def _publication(work: object, name: str, reading: Reading) -> Publication:
    about = work.get("attributes", work) if isinstance(work, dict) else work
    if not isinstance(work, dict) or not isinstance(about, dict):
        raise BadRecord("data", f"should be a work, not {kind_of(about)}")
    written = doi(about.get("doi") or work.get("id"), "doi")
    if not written:
        raise BadRecord("doi", "has no DOI, which every work of DataCite has")
    publisher, container, types = about.get("publisher"), about.get("container"), about.get("types")
    return Work(
        record=name,
        kind=kind(_get(types, "resourceTypeGeneral"), "types", KINDS, reading),
        titles=[found for each in _rows(about, "titles") if (found := text(each.get("title"), "titles"))][:1],
        language=language(about.get("language"), "language", reading),
        authors=_authors(about, reading),
        year=year(about.get("publicationYear"), "publicationYear"),
        container=text(_get(container, "title"), "container"),
        volume=text(_get(container, "volume"), "container.volume"),
        issue=text(_get(container, "issue"), "container.issue"),
        pages=text(_get(container, "firstPage"), "container.firstPage"),
        publisher=text(publisher.get("name") if isinstance(publisher, dict) else publisher, "publisher"),
        doi=written,
        abstracts=[
            found
            for each in _rows(about, "descriptions")
            if each.get("descriptionType") == "Abstract"
            and (found := text(each.get("description"), "descriptions"))
        ],
        licence=next(
            (
                found
                for each in _rows(about, "rightsList")
                if (found := text(each.get("rightsUri"), "rights"))
            ),
            None,
        ),
    ).publication(reading, title="titles", key="doi")


def _authors(about: dict[str, Any], reading: Reading) -> tuple[Author, ...]:
    found = []
    for each in _rows(about, "creators"):
        family = text(each.get("familyName"), "creators") or text(each.get("name"), "creators")
        if family:
            ids = [
                row for row in _rows(each, "nameIdentifiers") if row.get("nameIdentifierScheme") == "ORCID"
            ]
            given = text(each.get("givenName"), "creators") if each.get("familyName") else None
            number = orcid(ids[0].get("nameIdentifier"), reading) if ids else None
            found.append(Author(family, given, orcid=number))
    return tuple(found)


def _rows(about: dict[str, Any], field: str) -> list[dict[str, Any]]:
    rows = about.get(field) or []
    if not isinstance(rows, list):
        raise BadRecord(field, f"should be a list, not {kind_of(rows)}")
    return [each for each in rows if isinstance(each, dict)]


def _get(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
