"""The pages of decisions and official documents."""

from __future__ import annotations

from typing import Final

from kg.entities import common, lineage
from kg.entities.model import Decision, Provision, Ref
from kg.entities.reading import Reading, ask, lexical
from kg.model import Text
from kg.vocab import DCTERMS

_OWN: Final = (
    "symbol",
    "session",
    "body",
    "convention",
    "meeting",
    "year",
    "topic",
    "provision",
    "theme",
    "cites",
    "citesText",
    "citedInParagraph",
    "documentKind",
    "note",
)


def read(reading: Reading) -> Decision:
    """Return what only decisions and documents have."""
    kg = reading.iris.term
    meeting = reading.ref(kg("meeting"))
    dates, place = _meeting(reading, meeting)
    return Decision(
        symbol=reading.value(kg("symbol")),
        session=reading.value(kg("session")),
        body=reading.ref(kg("body")),
        convention=reading.ref(kg("convention")),
        meeting=meeting,
        meeting_dates=dates,
        place=place,
        date=reading.value(f"{DCTERMS}date") or None,
        year=reading.value(kg("year")),
        topic=reading.text(kg("topic")),
        provisions=tuple(_provisions(reading)),
        themes=reading.refs(kg("theme")),
        cites_texts=reading.values(kg("citesText")),
        kind=reading.value(kg("documentKind")),
        note=reading.text(kg("note")),
        lineage=lineage.read(reading.store, reading.iri, reading.language, reading.iris),
        concerned=common.sharing(reading, "concerned"),
    )


def own_properties(reading: Reading) -> frozenset[str]:
    """Properties that the page has shown."""
    other = {f"{DCTERMS}date", f"{DCTERMS}references"}
    return frozenset({*map(reading.iris.term, _OWN), *other})


def _meeting(reading: Reading, meeting: Ref | None) -> tuple[tuple[str, str] | None, str]:
    """Return (first day, last day) and the place of the session."""
    if meeting is None:
        return None, ""
    kg = reading.iris.term
    values = {
        lexical(row["property"]): lexical(row["value"])
        for row in ask(reading.store, "statements", reading.iris, entity=meeting.iri)
        if "part" not in row
    }
    start = values.get(kg("startDate"), "")
    dates = (start, values.get(kg("endDate"), start)) if start else None
    return dates, values.get(kg("placeName"), "")


def _provisions(reading: Reading) -> list[Provision]:
    kg = reading.iris.term
    nodes = reading.parts(kg("provision"))
    return [
        Provision(
            reading.value(kg("verb"), node),
            reading.value(kg("addressee"), node),
            reading.text(kg("what"), node) or Text(""),
            number,
        )
        for number, node in enumerate(nodes, 1)
    ]
