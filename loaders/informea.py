"""Reads decisions, meetings, treaties and documents of the conventions from InforMEA's OData answers in JSON.

What the format rests on: the entity classes and OData mapping of the provider that InforMEA gives to
secretariats (github.com/InforMEA/odata.provider), the CBD secretariat's provider with the wording of
"InforMEA API Specifications 1.5.6" in its comments (github.com/scbd/informea, context.js and mappers),
and clients of ``http://odata.informea.org/informea.svc/Decisions`` that read ``d.results``, expanded
``{"results": [{"language", "value"}]}``, ``__deferred`` and ``/Date(ms)/``. The endpoint itself was not
asked; the ``value`` lists of OData 3 JSON light are read after the OData documentation alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kg.errors import BadRecord
from kg.model import Decision, Document, Entity
from loaders.base import LoadReport, Source, kind_of
from loaders.csl_json import record_name
from loaders.informea_documents import document, treaty
from loaders.informea_values import (
    CONVENTIONS,
    day_of,
    filled,
    identifier_of,
    localised,
    origin_of,
    terms,
    treaty_of,
)
from loaders.markup import one_line, plain_text
from loaders.reading import Reading, json_records, text

_DECISION: Final = frozenset(
    (
        *("__metadata", "protocolVersion", "id", "link", "title", "longTitle", "summary", "number", "treaty"),
        *("published", "updated", "meetingTitle", "keywords", "status"),
    )
)
_MEETING: Final = frozenset(
    (
        *("__metadata", "protocolVersion", "id", "treaty", "url", "title", "start", "end"),
        *("location", "city", "country", "type", "status", "updated"),
    )
)
_NUMBERED = re.compile(r"(?:Decision\s+)?([0-9]{1,3})/(COP|CP|CMP|CMA|MOP)\.?\s?([0-9]{1,2})", re.I)
_CBD = re.compile(r"(?:Decision\s+)?([IVX]{1,5}|[0-9]{1,2})/([0-9]{1,3})")
_RAMSAR = re.compile(r"(?:Resolution\s+)?([IVX]{1,5})\.([0-9]{1,3})")
_COP_TITLE = re.compile(r"\bCOP[ .-]?([0-9]{1,2})\b")


def load(source: Source, report: LoadReport) -> Iterator[Decision | Document | Entity]:
    """Yield decisions, documents, and meetings and treaties as entities, of OData answers (1 to 3, JSON)."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, answer in json_records(path, reading):
            kind, entities = _entities(answer)
            for number, raw in enumerate(entities, 1):
                name = record_name(raw, "id") or (f"entity {number}" if len(entities) > 1 else place)
                yield from reading.attempt(name, _record, (kind, raw))


def _entities(document: Any) -> tuple[str, list[Any]]:
    """Return the entity set that the answer names, or "", and its entities."""
    kind, found = "", document
    if isinstance(document, dict):
        kind = str(document.get("odata.metadata") or document.get("@odata.context") or "").rpartition("#")[2]
        found = document.get("d", document.get("value", document))
    if isinstance(found, dict) and isinstance(found.get("results"), list):
        found = found["results"]
    return kind, found if isinstance(found, list) else [found]


def _record(item: tuple[str, Any], name: str, reading: Reading) -> Decision | Document | Entity:
    kind, raw = item
    if not isinstance(raw, dict):
        raise BadRecord("entity", f"should be an object, not {kind_of(raw)}")
    metadata = raw.get("__metadata")
    stated = metadata.get("type") if isinstance(metadata, dict) else raw.get("odata.type")
    kind = str(stated or kind).rpartition(".")[2].partition("(")[0].partition("/")[0].lower()
    if kind in ("decision", "decisions") or (not kind and "number" in raw):
        return _decision(raw, name, reading)
    if kind in ("meeting", "meetings") or (not kind and "start" in raw):
        return _meeting(raw, name, reading)
    if kind in ("treaty", "treaties"):
        return treaty(raw, name, reading)
    if kind in ("document", "documents"):
        return document(raw, name, reading)
    if kind.startswith("contact") or "firstName" in raw:
        raise BadRecord("entity", "contacts are personal data and are not read")
    stated = kind[:40] or "no type stated"
    raise BadRecord("entity", f"is no decision, meeting, treaty or document ({stated})")


def _decision(raw: Mapping[str, Any], name: str, reading: Reading) -> Decision:
    reading.unmodelled(filled(raw), _DECISION)
    treaty = treaty_of(raw)
    number = text(raw.get("number"), "number")
    identifier, body, session = _place(treaty, number, raw, reading)
    titles = localised(raw.get("title"), "title", reading, one_line)
    if not titles:
        titles = localised(raw.get("longTitle"), "longTitle", reading, one_line)
    elif localised(raw.get("longTitle"), "longTitle", reading, one_line):
        reading.mention("unmodelled", "longTitle", "the decision has a title; the long one is left out")
    if not titles:
        raise BadRecord("title", "has no title in any language")
    status = (text(raw.get("status"), "status") or "").lower()
    if status not in ("", "active"):
        reading.mention("note", "status", f"the source calls this decision {status[:40]!r}")
    for term in terms(raw.get("keywords")):
        reading.mention("unmapped", "keywords", f"no concept is mapped to {term[:80]!r}")
    published = day_of(raw.get("published"), "published")
    return Decision(
        id=identifier,
        body=body,
        convention=CONVENTIONS.get(treaty, treaty),
        session=session,
        origin=origin_of(raw, "link", name, reading),
        symbol=number,
        year=int(published[:4]) if published else None,
        date=published,
        titles=titles,
        summaries=localised(raw.get("summary"), "summary", reading, plain_text),
    )


def _place(
    treaty: str, number: str | None, raw: Mapping[str, Any], reading: Reading
) -> tuple[str, str, str | None]:
    """Return (identifier, body, session).

    Numbers of a form that names the session are unique in a convention and give the identifier our own
    records have (``19/COP.13`` of UNCCD: ``unccd-19-cop13``); otherwise it is the source's own ``id``.
    """
    convention = CONVENTIONS.get(treaty, treaty)
    if number and (match := _NUMBERED.fullmatch(number)):
        organ = match[2].upper()
        body = "COP" if organ == "CP" else organ
        identifier = f"{treaty}-{int(match[1])}-{organ.lower()}{int(match[3])}"
        return identifier, f"{convention} {body}", f"{body}{int(match[3])}"
    form = {"cbd": _CBD, "ramsar": _RAMSAR}.get(treaty)
    if number and form and (match := form.fullmatch(number)):
        session = int(match[1]) if match[1].isdecimal() else _roman(match[1])
        return f"{treaty}-{match[1].lower()}-{int(match[2])}", f"{convention} COP", f"COP{session}"
    meeting = text(raw.get("meetingTitle"), "meetingTitle")
    body = next((f"{convention} {short}" for long, short in _BODIES if long in (meeting or "").lower()), "")
    if not body:
        reading.mention("note", "meetingTitle", "names no known body; the convention stands for it")
    return f"informea-{identifier_of(raw)}", body or convention, one_line(meeting) if meeting else None


_BODIES: Final = (("conference of the parties", "COP"), ("meeting of the parties", "MOP"))


def _roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    return sum(-v if v < max(values[n:]) else v for n, v in enumerate(values))


def _meeting(raw: Mapping[str, Any], name: str, reading: Reading) -> Entity:
    reading.unmodelled(filled(raw), _MEETING)
    treaty = treaty_of(raw)
    titles = localised(raw.get("title"), "title", reading, one_line)
    if not titles:
        raise BadRecord("title", "has no title in any language")
    start, end = day_of(raw.get("start"), "start"), day_of(raw.get("end"), "end")
    if start and end and end < start:
        raise BadRecord("end", f"{end} is before the start, {start}")
    places = [text(raw.get(field), field) for field in ("location", "city", "country")]
    facts = {"start": start, "end": end, "place": ", ".join(p for p in places if p)}
    numbers = {int(found) for title in titles for found in _COP_TITLE.findall(title.value)}
    if (text(raw.get("type"), "type") or "").lower() == "cop" and len(numbers) == 1:
        identifier = f"{treaty}-cop{numbers.pop()}"
    else:
        identifier = f"informea-{identifier_of(raw)}"
    status = (text(raw.get("status"), "status") or "").lower()
    if status in ("cancelled", "postponed", "nodate"):
        reading.mention("note", "status", f"the source calls this meeting {status!r}")
    return Entity(
        id=identifier,
        kind="meeting",
        names=titles,
        origin=origin_of(raw, "url", name, reading),
        facts=tuple((field, value) for field, value in facts.items() if value),
        relations=(("convention", treaty),),
    )
