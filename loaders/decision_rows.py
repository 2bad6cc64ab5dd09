"""Reads decisions and resolutions from the project's own JSON Lines rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.errors import BadRecord
from kg.model import Decision, Provision, Text
from kg.terms import clean_text
from loaders.base import LoadReport, Source, kind_of
from loaders.reading import text
from loaders.rows import Row, iso_day, load_rows

NOTES = (
    "confidence",
    "title_source",
    "operative_basis",
    "cites_basis",
    "cites_inferred",
    "url_kind",
    "decisions_document_symbol",
    "decisions_document_url",
    "note",
)
"""Fields that say how far the others can be trusted; they go into the notes of the origin."""


def load(source: Source, report: LoadReport) -> Iterator[Decision]:
    """Yield one decision a row; titles, topics and summaries are in English."""
    yield from load_rows(source, report, "id", _decision)


def _decision(row: Row) -> Decision:
    start, end = _session_days(row)
    topic = row.line("topic_label")
    row.note(*NOTES)
    return Decision(
        id=row.identifier("id"),
        body=row.required("body"),
        convention=row.required("convention"),
        session=row.line("session"),
        symbol=row.line("symbol"),
        year=row.number("year", 1945, 2100),
        date=row.day("date"),
        session_start=start,
        session_end=end,
        place=row.line("place"),
        titles=row.texts("title", "en", one=True),
        topic=Text(topic, "en") if topic else None,
        summaries=row.texts("summary", "en"),
        operative=tuple(_provision(item, f"operative[{n}]") for n, item in enumerate(row.items("operative"))),
        themes=row.themes("themes"),
        cites=row.strings("cites"),
        paragraphs=row.strings("cited_in_seed_paragraphs"),
        origin=row.origin(row.web("url")),
    )


def _session_days(row: Row) -> tuple[str | None, str | None]:
    written = row.line("session_dates")
    if not written:
        return None, None
    start, slash, end = written.partition("/")
    if not slash:
        raise BadRecord("session_dates", f"{written[:40]!r} is not two days with a slash between")
    days = iso_day(start, "session_dates"), iso_day(end, "session_dates")
    if days[0] > days[1]:
        raise BadRecord("session_dates", f"{written!r} ends before it begins")
    return days


def _provision(item: Any, name: str) -> Provision:
    if not isinstance(item, dict):
        raise BadRecord(name, f"should be an object, not {kind_of(item)}")
    for key in item:
        if key not in ("verb", "addressee", "what"):
            raise BadRecord(
                f"{name}.{clean_text(key[:40])}", "is no part of a provision: verb, addressee, what"
            )
    verb, what = text(item.get("verb"), f"{name}.verb"), text(item.get("what"), f"{name}.what")
    if not verb or not what:
        raise BadRecord(name, "needs a verb and what is asked")
    return Provision(verb=verb, addressee=text(item.get("addressee"), f"{name}.addressee"), what=what)
