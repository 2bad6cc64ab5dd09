"""What the loaders of the project's own JSON Lines rows share: fields read once, none left unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar

import pycountry

from kg.errors import BadRecord
from kg.model import Case, Decision, Document, Entity, Origin, Practice, Publication, Text
from kg.terms import clean_text, is_web_address, language_tag
from loaders.base import LoadReport, Source, kind_of
from loaders.markup import one_line, plain_text
from loaders.reading import Reading, json_records, origin, text

Built = TypeVar("Built", bound=Case | Decision | Document | Entity | Practice | Publication)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~()/:-]{0,199}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

THEMES: Final = {
    "SLM": "slm",
    "EbA": "eba",
    "Eco-DRR": "eco_drr",
    "NbS": "nbs",
    "LDN": "ldn",
    "drought": "drought",
    "best practices": "best_practice",
    "science-policy interface": "spi",
    "agroforestry": "agroforestry",
    "water harvesting": "water_harvesting",
    "grazing": "grazing_land_management",
    "capacity building": "capacity_building",
    "finance": "finance",
    "gender": "gender",
    "knowledge sharing": "knowledge_sharing",
    "monitoring": "monitoring",
    "restoration": "restoration",
}
"""Themes of the rows and the concepts that they are.

"grazing" is a group of practices in the rows, as agroforestry is. "restoration" is a concept of its own:
the catalogue tells land from ecosystem restoration, the rows do not.
"""


@dataclass(slots=True)
class Row:
    """One row on its way to a record; what no loader has asked for is reported as unmodelled."""

    raw: dict[str, Any]
    record: str
    reading: Reading
    used: set[str] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """Return a field as it stands, ``None`` if absent."""
        self.used.add(name)
        return self.raw.get(name)

    def text(self, name: str) -> str | None:
        """Return a text without markup.

        Raises:
            BadRecord: it is no text.
        """
        value = self.value(name)
        if value is not None and not isinstance(value, str):
            raise BadRecord(name, f"should be a text, not {kind_of(value)}")
        found = text(value, name)
        return (plain_text(found) or None) if found else None

    def line(self, name: str) -> str | None:
        """Return a text on one line."""
        found = self.text(name)
        return one_line(found) if found else None

    def required(self, name: str) -> str:
        """Return a text on one line that must be there.

        Raises:
            BadRecord: it is missing or empty.
        """
        found = self.line(name)
        if not found:
            raise BadRecord(name, "is missing or empty")
        return found

    def identifier(self, name: str) -> str:
        """Return an identifier that can stand in an IRI as it is.

        Raises:
            BadRecord: it is missing or has other characters than letters, digits and ``._~()/:-``.
        """
        found = self.required(name)
        if not _ID.fullmatch(found):
            raise BadRecord(
                name, f"{found[:60]!r} cannot be an identifier: letters, digits and ._~()/:- only"
            )
        return found

    def strings(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list, numbers written out.

        Raises:
            BadRecord: it is no list, or holds something else.
        """
        items = self.items(name)
        return tuple(found for n, item in enumerate(items) if (found := text(item, f"{name}[{n}]")))

    def items(self, name: str) -> list[Any]:
        """Return a list, empty if absent.

        Raises:
            BadRecord: it is something else.
        """
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise BadRecord(name, f"should be a list, not {kind_of(value)}")
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number within bounds, ``None`` if absent.

        Raises:
            BadRecord: it is something else.
        """
        value = self.value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadRecord(name, f"{str(value)[:40]!r} is not a whole number from {low} to {high}")
        return value

    def day(self, name: str) -> str | None:
        """Return an ISO 8601 day.

        Raises:
            BadRecord: it is no such day.
        """
        found = self.line(name)
        return iso_day(found, name) if found else None

    def web(self, name: str) -> str | None:
        """Return a web address; another text is reported and left out."""
        found = self.line(name)
        if found and not is_web_address(found):
            self.reading.mention("unmapped", name, f"{found[:80]!r} is not a web address")
            return None
        return found

    def language(self, name: str) -> str | None:
        """Return a BCP 47 tag, ``None`` if absent.

        Raises:
            BadRecord: it is no tag.
        """
        found = self.line(name)
        return language_tag(found, name) if found else None

    def texts(self, name: str, lang: str | None, *, one: bool = False) -> tuple[Text, ...]:
        """Return a text with its language as a tuple of none or one."""
        found = self.line(name) if one else self.text(name)
        return (Text(found, lang),) if found else ()

    def note(self, *names: str) -> None:
        """Carry fields into the notes of the record's origin, in this order."""
        for name in names:
            for value in self.items(name) if isinstance(self.raw.get(name), list) else [self.value(name)]:
                written = _scalar(value, name)
                if written:
                    self.notes.append((name, written))

    def country(self, name: str) -> tuple[str, ...]:
        """Return an ISO 3166-1 alpha-3 code as a tuple of none or one.

        Raises:
            BadRecord: no country has it.
        """
        code = self.line(name)
        if not code:
            return ()
        if code not in countries():
            raise BadRecord(name, f"{code[:40]!r} is not an ISO 3166-1 alpha-3 code")
        return (code,)

    def themes(self, name: str) -> tuple[str, ...]:
        """Return the concepts of a list of themes; those that are none are reported."""
        found: dict[str, None] = {}
        for theme in self.strings(name):
            if theme in THEMES:
                found[THEMES[theme]] = None
            else:
                self.reading.mention("unmapped", name, f"theme {theme[:60]!r} is no concept of the schemes")
        return tuple(found)

    def origin(self, url: str | None) -> Origin:
        """Return the provenance; call it last, it reports the fields that nobody read."""
        self.reading.unmodelled(self.raw, frozenset(self.used))
        base = origin(self.reading, self.record, url=url)
        return Origin(
            dataset=base.dataset,
            record=base.record,
            file=base.file,
            licence=base.licence,
            url=url,
            retrieved=base.retrieved,
            notes=tuple(self.notes),
        )


def load_rows(source: Source, report: LoadReport, key: str, build: Callable[[Row], Built]) -> Iterator[Built]:
    """Yield the records of JSON Lines files (or of a JSON file with one row or a list of them)."""
    reading = Reading(source, report)
    for path in reading.files():
        for place, document in json_records(path, reading):
            rows = document if isinstance(document, list) else [document]
            for number, raw in enumerate(rows, 1):
                where = place if rows is not document else f"row {number}"
                name = raw.get(key) if isinstance(raw, dict) else None
                record = (clean_text(name[:200]) if isinstance(name, str) else "") or where
                yield from reading.attempt(record, lambda *given: build(_row(*given)), raw, where)


def _row(raw: object, record: str, reading: Reading) -> Row:
    if not isinstance(raw, dict):
        raise BadRecord("row", f"should be an object, not {kind_of(raw)}")
    return Row(raw, record, reading)


def iso_day(written: str, name: str) -> str:
    """Return an ISO 8601 day as it is written.

    Raises:
        BadRecord: it has another form, or there is no such day.
    """
    try:
        if not _DAY.fullmatch(written):
            raise ValueError
        date.fromisoformat(written)
    except ValueError:
        raise BadRecord(name, f"{written[:40]!r} is not a day such as 2019-09-13") from None
    return written


def _scalar(value: object, name: str) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value, name)


@cache
def countries() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes in use."""
    return frozenset(country.alpha_3 for country in pycountry.countries)
