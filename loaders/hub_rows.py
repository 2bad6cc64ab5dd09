"""Reads the hub's other records (tools, offers, experts, targets, news ...) from JSON Lines rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.errors import BadRecord
from kg.model import Entity, Origin, Text
from kg.vocab import LANGUAGES
from loaders.base import LoadReport, Source
from loaders.hub_kinds import FORMS as READ
from loaders.hub_kinds import KINDS, PERSONS, Field, refuse_contact
from loaders.rows import Row, countries, load_rows

NOTES: Final = ("confidence", "evidence", "url_kind", "note")


def load(source: Source, report: LoadReport) -> Iterator[Entity]:
    """Yield one record a row; ``type`` says of which kind, ``docs/records.md`` what it may have."""
    yield from load_rows(source, report, "id", _entity)


def _entity(row: Row) -> Entity:
    kind = row.required("type")
    if kind not in KINDS:
        raise BadRecord("type", f"{kind[:40]!r} is no kind of record; known are {', '.join(KINDS)}")
    name = row.identifier("id")
    if row.value("removed") is True:
        return _removed(row, name, kind)
    titles = _texts(row, "title")
    if not titles:
        raise BadRecord("title", "is missing or empty")
    facts: list[tuple[str, str]] = []
    relations: list[tuple[str, str]] = []
    for field in KINDS[kind]:
        for value in _values(row, field):
            if kind in PERSONS:
                refuse_contact(value, field.name)
            pair = (field.name, READ[field.form](value, field.name))
            (relations if field.form == "relation" else facts).append(pair)
        if field.required and not any(given == field.name for given, _ in facts):
            raise BadRecord(field.name, f"is missing or empty; a record of the kind {kind} needs it")
    summaries = _texts(row, "summary")
    for text in (*titles, *summaries) if kind in PERSONS else ():
        refuse_contact(text.value, "title" if text in titles else "summary")
    row.note(*NOTES)
    return Entity(
        id=name,
        kind=kind,
        names=titles,
        summaries=summaries,
        countries=_countries(row),
        themes=row.themes("themes"),
        facts=tuple(facts),
        relations=tuple(relations),
        origin=row.origin(row.web("url")),
    )


def _removed(row: Row, name: str, kind: str) -> Entity:
    """Return what stays of a record that was taken out: its identifier, and nothing else."""
    for field in tuple(row.raw):
        row.used.add(field)
    whole = row.origin(None)
    bare = Origin(whole.dataset, whole.record, whole.file, whole.licence)
    return Entity(id=name, kind=kind, names=(), origin=bare, removed=True)


def _texts(row: Row, name: str) -> tuple[Text, ...]:
    """Return ``title`` (in ``language``, else English) and ``title_fr`` and the like.

    A machine translation stands in ``title_fr_machine``; its tag says so and by what it was made from
    (BCP 47, extension T of RFC 6497).
    """
    own = row.language("language") or "en"
    found = list(row.texts(name, own, one=name == "title"))
    for lang in LANGUAGES:
        found += row.texts(f"{name}_{lang}", lang, one=name == "title")
        found += row.texts(f"{name}_{lang}_machine", f"{lang}-t-{own}-t0-und", one=name == "title")
    return tuple(dict.fromkeys(found))


def _values(row: Row, field: Field) -> list[str]:
    given = row.value(field.name)
    if isinstance(given, list):
        return [each.strip() for each in row.strings(field.name) if each.strip()]
    if isinstance(given, int | float) and not isinstance(given, bool):
        return [f"{given}"]
    found = row.line(field.name)
    return [found] if found else []


def _countries(row: Row) -> tuple[str, ...]:
    given = row.value("countries")
    if given is None:
        return row.country("country_iso3")
    codes = row.strings("countries")
    for code in codes:
        if code not in countries():
            raise BadRecord("countries", f"{code[:40]!r} is not an ISO 3166-1 alpha-3 code")
    return tuple(dict.fromkeys(codes))
