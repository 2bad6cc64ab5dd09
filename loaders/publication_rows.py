"""Reads publications from the project's own JSON Lines rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Author, Publication
from loaders.base import LoadReport, Source, kind_of
from loaders.bibliographic import YEARS, doi, isbns
from loaders.reading import text
from loaders.rows import Row, load_rows

NOTES: Final = (
    "confidence",
    "source",
    "doi_basis",
    "spi_member_basis",
    "url_kind",
    "verified_url",
    "other_url",
    "seed_annex_number",
    "in_special_issue",
    "status_in_seed",
    "place",
    "edition",
    "role",
    "note",
)

UNCHECKED: Final = "own knowledge"
"""``doi_basis`` of a DOI that no page has shown; such a DOI does not name the record."""


def load(source: Source, report: LoadReport) -> Iterator[Publication]:
    """Yield one publication a row; the rows do not tell the language of a title, so it has none."""
    yield from load_rows(source, report, "id", _publication)


def _publication(row: Row) -> Publication:
    key = row.identifier("id")
    found = doi(row.value("doi"), "doi")
    role = row.line("role") or ""
    row.note(*NOTES)
    return Publication(
        id=f"doi/{found}" if found and row.line("doi_basis") != UNCHECKED else key,
        kind=row.required("type"),
        titles=row.texts("title", None, one=True),
        authors=tuple(_author(item, f"authors[{n}]") for n, item in enumerate(row.items("authors"))),
        year=row.number("year", YEARS.start, YEARS.stop - 1),
        container=row.line("container"),
        volume=row.line("volume"),
        issue=row.line("issue"),
        pages=row.line("pages"),
        publisher=row.line("publisher"),
        doi=found,
        isbn=isbns(list(row.strings("isbn")), row.reading),
        themes=row.themes("themes"),
        editors=role.startswith("editor"),
        origin=row.origin(row.web("url")),
    )


def _author(item: Any, name: str) -> Author:
    if not isinstance(item, dict):
        raise BadRecord(name, f"should be an object, not {kind_of(item)}")
    family = text(item.get("family"), f"{name}.family")
    member = item.get("spi_member")
    if not family:
        raise BadRecord(name, "has no family name")
    if member is not None and not isinstance(member, bool):
        raise BadRecord(f"{name}.spi_member", "should be true, false or null")
    return Author(family=family, given=text(item.get("given"), f"{name}.given"), spi_member=member)
