"""Reads publications from CSL-JSON, as Zotero, Mendeley and citeproc write it (CSL 1.0.2 schema)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Author, Publication
from kg.terms import is_web_address
from loaders.base import LoadReport, Source, kind_of
from loaders.bibliographic import Work, doi, kind, language, orcid, year, year_of_parts
from loaders.reading import Reading, json_records, text, texts

KINDS: Final = {
    "article": "article",
    "article-journal": "journal article",
    "article-magazine": "magazine article",
    "article-newspaper": "newspaper article",
    "book": "book",
    "chapter": "book chapter",
    "dataset": "dataset",
    "document": "publication",
    "entry": "encyclopedia article",
    "entry-dictionary": "encyclopedia article",
    "entry-encyclopedia": "encyclopedia article",
    "legislation": "legislation",
    "manuscript": "manuscript",
    "map": "map",
    "pamphlet": "pamphlet",
    "paper-conference": "conference paper",
    "periodical": "periodical",
    "post": "web page",
    "post-weblog": "web page",
    "report": "report",
    "review": "review",
    "software": "software",
    "speech": "speech",
    "standard": "standard",
    "thesis": "thesis",
    "treaty": "treaty",
    "webpage": "web page",
}
"""CSL types (docs.citationstyles.org, appendix III) in our words."""

_KNOWN: Final = frozenset(
    [
        "id",
        "type",
        "title",
        "language",
        "author",
        "editor",
        "issued",
        "container-title",
        "volume",
        "issue",
        "page",
        "publisher",
        "DOI",
        "ISBN",
        "abstract",
        "URL",
        "license",
    ]
)
_KNOWN_NAME: Final = frozenset(
    [
        "family",
        "given",
        "literal",
        "suffix",
        "non-dropping-particle",
        "dropping-particle",
        "ORCID",
        "name",
        "sequence",
        "comma-suffix",
        "static-ordering",
        "parse-names",
        "authenticated-orcid",
    ]
)


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield the publications of CSL-JSON files: a list of items, a single item, or one item a line."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, document in json_records(path, reading):
            items = document if isinstance(document, list) else [document]
            for number, item in enumerate(items, 1):
                name = record_name(item, "id") or (f"item {number}" if len(items) > 1 else place)
                yield from reading.attempt(name, _publication, item)


def record_name(item: object, *fields: str) -> str | None:
    """Return what the report calls an item: the first of the fields that holds a text or number."""
    if isinstance(item, dict):
        for name in fields:
            value = item.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value)
    return None


def _publication(item: object, name: str, reading: Reading) -> Publication:
    if not isinstance(item, dict):
        raise BadRecord("item", f"should be an object, not {kind_of(item)}")
    reading.unmodelled(item, _KNOWN)
    return Work(
        record=name,
        kind=kind(item.get("type"), "type", KINDS, reading),
        key=text(item.get("id"), "id"),
        titles=texts(item.get("title"), "title"),
        language=language(item.get("language"), "language", reading),
        authors=names(item.get("author"), "author", reading),
        editors=names(item.get("editor"), "editor", reading),
        year=issued_year(item.get("issued"), "issued", reading),
        container=first(item.get("container-title"), "container-title"),
        volume=text(item.get("volume"), "volume"),
        issue=text(item.get("issue"), "issue"),
        pages=text(item.get("page"), "page"),
        publisher=text(item.get("publisher"), "publisher"),
        doi=doi(item.get("DOI"), "DOI"),
        isbn=_isbn_texts(item.get("ISBN")),
        abstracts=texts(item.get("abstract"), "abstract"),
        licence=licence(item.get("license"), reading),
        url=text(item.get("URL"), "URL"),
    ).publication(reading, title="title", key="id")


def _isbn_texts(value: object) -> list[str]:
    """Several ISBNs stand in one text, apart by spaces or commas, in what Zotero exports."""
    return [
        part for line in texts(value, "ISBN") for part in line.replace(",", " ").replace(";", " ").split()
    ]


def first(value: object, name: str) -> str | None:
    """Return the first text of a list, or the text itself."""
    return next(iter(texts(value, name)), None)


def names(value: object, name: str, reading: Reading) -> tuple[Author, ...]:
    """Return persons and organisations in print order; affiliations and the like are reported.

    Raises:
        BadRecord: it is not a list of objects, or one of them has no name.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadRecord(name, f"should be a list of names, not {kind_of(value)}")
    found: list[Author] = []
    for number, person in enumerate(value):
        place = f"{name}[{number}]"
        if not isinstance(person, dict):
            raise BadRecord(place, f"should be an object with a family name, not {kind_of(person)}")
        reading.unmodelled(person, _KNOWN_NAME, prefix=f"{name}.")
        found.append(_name(person, place, reading))
    return tuple(found)


def _name(person: Mapping[str, Any], place: str, reading: Reading) -> Author:
    part = {key: text(person.get(key), f"{place}.{key}") for key in _NAME_PARTS}
    family = " ".join(filter(None, (part["non-dropping-particle"], part["family"])))
    given = " ".join(filter(None, (part["given"], part["dropping-particle"])))
    if part["suffix"]:
        given = f"{given}, {part['suffix']}" if given else part["suffix"]
    whole = part["literal"] or part["name"]
    if not family:
        family, given = (whole, "") if whole else (given, "")
    if not family:
        raise BadRecord(place, "has no family name and no literal name")
    return Author(family=family, given=given or None, orcid=orcid(person.get("ORCID"), reading))


_NAME_PARTS: Final = (
    "family",
    "given",
    "literal",
    "name",
    "suffix",
    "non-dropping-particle",
    "dropping-particle",
)


def issued_year(value: object, name: str, reading: Reading) -> int | None:
    """Return the year of a CSL date: date-parts, raw or literal; ``[[null]]`` is unknown.

    Raises:
        BadRecord: the date has another form, or there is no such day.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadRecord(name, f"should be a date object, not {kind_of(value)}")
    if "date-parts" in value:
        return _year_of(value["date-parts"], f"{name}.date-parts")
    if value.get("raw") is not None:
        return year(value["raw"], f"{name}.raw")
    literal = text(value.get("literal"), f"{name}.literal")
    if literal is None:
        return None
    try:
        return year(literal, name)
    except BadRecord:
        reading.mention("note", name, f"{literal[:60]!r} tells no year")
        return None


def _year_of(parts: object, name: str) -> int | None:
    if parts == []:
        return None
    if not isinstance(parts, list) or not isinstance(parts[0], list):
        raise BadRecord(name, "should be a list of [year, month, day]")
    numbers: list[int] = []
    for part in parts[0]:
        if part in (None, ""):
            break
        if isinstance(part, bool) or not str(part).strip().isdecimal() or len(str(part)) > 8:
            raise BadRecord(name, f"{str(part)[:40]!r} is not a number")
        numbers.append(int(part))
    return year_of_parts(numbers, name) if numbers else None


def licence(value: object, reading: Reading) -> str | None:
    """Return the licence of the version of record, else of any version that people read.

    Licences for text mining only (``content-version: tdm``) say nothing about the work itself.
    Crossref lists objects; some exporters of CSL-JSON write the address alone.
    """
    found: dict[str, str] = {}
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            url, version = (
                text(entry.get("URL"), "license.URL"),
                text(entry.get("content-version"), "license"),
            )
        else:
            url, version = text(entry, "license"), None
        if url and not is_web_address(url):
            reading.mention("unmapped", "license", f"{url[:80]!r} is not the address of a licence")
        elif url:
            found.setdefault(version or "unspecified", url)
    return next((found[v] for v in ("vor", "unspecified", "am") if v in found), None)
