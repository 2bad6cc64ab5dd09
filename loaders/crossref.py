"""Reads publications from answers of the Crossref REST API (``/works``), whole, single or one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Publication
from loaders.base import LoadReport, Source, kind_of
from loaders.bibliographic import Work, doi, kind, language
from loaders.csl_json import first, issued_year, licence, names, record_name
from loaders.reading import Reading, json_records, text, texts

KINDS: Final = {
    "book": "book",
    "book-chapter": "book chapter",
    "book-part": "book chapter",
    "book-section": "book chapter",
    "book-series": "book series",
    "book-set": "book",
    "book-track": "book chapter",
    "component": "component",
    "database": "dataset",
    "dataset": "dataset",
    "dissertation": "thesis",
    "edited-book": "book",
    "grant": "grant",
    "journal": "periodical",
    "journal-article": "journal article",
    "journal-issue": "journal issue",
    "journal-volume": "journal volume",
    "monograph": "book",
    "other": "publication",
    "peer-review": "review",
    "posted-content": "preprint",
    "proceedings": "proceedings",
    "proceedings-article": "conference paper",
    "proceedings-series": "proceedings",
    "reference-book": "book",
    "reference-entry": "encyclopedia article",
    "report": "report",
    "report-component": "report chapter",
    "report-series": "report series",
    "standard": "standard",
}
"""Types of Crossref works (api.crossref.org/types) in our words."""

_DATES: Final = ("issued", "published", "published-print", "published-online", "posted")
"""Where the date of publication stands, best first; ``issued`` is the earliest of print and online."""

_KNOWN: Final = frozenset(
    [
        "type",
        "DOI",
        "URL",
        "title",
        "subtitle",
        "original-title",
        "language",
        "author",
        "editor",
        "container-title",
        "volume",
        "issue",
        "page",
        "article-number",
        "publisher",
        "ISBN",
        "isbn-type",
        "abstract",
        "license",
        *_DATES,
    ]
)


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the works of answers: ``message.items``, a single ``message``, bare works, or lists."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, document in json_records(path, reading):
            works = _works(document)
            for number, work in enumerate(works, 1):
                name = record_name(work, "DOI") or (f"item {number}" if len(works) > 1 else place)
                yield from reading.attempt(name, _publication, work)


def _works(document: Any) -> list[Any]:
    if isinstance(document, dict) and "message" in document:
        document = document["message"]
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        document = document["items"]
    return document if isinstance(document, list) else [document]


def _publication(work: object, name: str, reading: Reading) -> Publication:
    if not isinstance(work, dict):
        raise BadRecord("item", f"should be a work, not {kind_of(work)}")
    reading.unmodelled(work, _KNOWN)
    written = doi(work.get("DOI"), "DOI")
    if not written:
        raise BadRecord("DOI", "has no DOI, which every Crossref work has")
    years = (issued_year(work.get(date), date, reading) for date in _DATES)
    return Work(
        record=name,
        kind=kind(work.get("type"), "type", KINDS, reading),
        titles=_titles(work, reading),
        language=language(work.get("language"), "language", reading),
        authors=names(work.get("author"), "author", reading),
        editors=names(work.get("editor"), "editor", reading),
        year=next((found for found in years if found), None),
        container=first(work.get("container-title"), "container-title"),
        volume=text(work.get("volume"), "volume"),
        issue=text(work.get("issue"), "issue"),
        pages=text(work.get("page"), "page") or text(work.get("article-number"), "article-number"),
        publisher=text(work.get("publisher"), "publisher"),
        doi=written,
        isbn=texts(work.get("ISBN"), "ISBN"),
        abstracts=texts(work.get("abstract"), "abstract"),
        licence=licence(work.get("license"), reading),
    ).publication(reading, title="title", key="DOI")


def _titles(work: dict[str, Any], reading: Reading) -> list[str]:
    """The title and its subtitle; translations that Crossref lists beside it tell no language."""
    written = texts(work.get("title"), "title")
    subtitles = texts(work.get("subtitle"), "subtitle")
    if len(written) > 1:
        reading.mention("unmodelled", "title[1]", "further titles tell no language and are left out")
    if texts(work.get("original-title"), "original-title"):
        reading.mention("unmodelled", "original-title", "tells no language and is left out")
    if not written:
        return []
    title = written[0]
    if subtitles and subtitles[0].casefold() not in title.casefold():
        title = f"{title}: {subtitles[0]}"
    return [title]
