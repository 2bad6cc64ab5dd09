"""Reads partners' case studies from the project's own JSON Lines rows."""

from __future__ import annotations

from collections.abc import Iterator

import pycountry

from kg.model import Case, Text
from loaders.base import LoadReport, Source
from loaders.rows import Row, load_rows


def load(source: Source, report: LoadReport) -> Iterator[Case]:
    """Yield one case a row.

    Titles have the language of the page, which they were read from; summaries are in English.
    """
    yield from load_rows(source, report, "id", _case)


def _case(row: Row) -> Case:
    countries = row.country("country_iso3")
    row.note("evidence")
    named = row.line("country")
    if named and not countries:
        countries = _countries(named)
        if not countries:
            row.reading.mention("unmapped", "country", f"{named[:80]!r} is no country with a code")
            row.notes.append(("country_named", named))
    return Case(
        id=row.identifier("id"),
        partner=row.required("source"),
        titles=(Text(row.required("title"), row.language("page_language")),),
        summaries=row.texts("summary", "en"),
        countries=countries,
        labels=row.strings("labels"),
        labelled_by_source=row.strings("labelled_by_source"),
        themes=row.themes("labelled_by_source"),
        origin=row.origin(row.web("url")),
    )


def _countries(named: str) -> tuple[str, ...]:
    """Return the codes of countries named in full, apart by semicolons; none if one is unknown."""
    found = [pycountry.countries.get(name=name.strip()) for name in named.split(";")]
    return tuple(country.alpha_3 for country in found) if all(found) else ()
