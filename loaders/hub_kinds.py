"""The kinds of record that the Knowledge Hub holds beside practices and texts, and the fields of each.

One table drives the loader of rows, the loader of mapping files, ``docs/records.md`` and the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kg.errors import BadRecord
from kg.vocab import DCTERMS
from loaders.rows import iso_day

Form = Literal["text", "day", "month", "year", "number", "relation", "consent"]

CONSENT: Final = "published"
"""The only consent under which a person is kept: they, or who nominated them, published the entry."""
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE: Final = re.compile(r"\+?\d[\d ()/.-]{7,}\d")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind: its name in rows, what it holds, and other properties that mean the same."""

    name: str
    form: Form = "text"
    required: bool = False
    also: tuple[str, ...] = ()

    @property
    def property(self) -> str:
        """Return the local name of its ``kg:`` property: ``target_year`` becomes ``targetYear``."""
        name = {"start": "start_date", "end": "end_date", "place": "place_name"}.get(self.name, self.name)
        head, *rest = name.split("_")
        return head + "".join(word.title() for word in rest)


_DATE: Final = Field("date", "day", also=(f"{DCTERMS}date", f"{DCTERMS}issued"))
_YEAR: Final = Field("year", "year")
_START: Final = Field("start", "month")
_END: Final = Field("end", "month")
_PART_OF: Final = Field("part_of", "relation", also=(f"{DCTERMS}isPartOf",))
_ABOUT: Final = Field("about", "relation")
_AUTHOR: Final = Field("author_name", also=(f"{DCTERMS}creator",))
_PUBLISHER: Final = Field("publisher_name", also=(f"{DCTERMS}publisher",))
COMMON_FIELDS: Final = (_DATE, _YEAR, _PART_OF, _ABOUT)
"""What any other kind of thing may have in a mapping file."""

KINDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "toolbox tool": (
        Field("integrated_in", "relation"),
        Field("provider", also=(f"{DCTERMS}publisher",)),
        Field("method"),
        Field("access"),
        _PART_OF,
    ),
    "capacity offer": (
        Field("provider", required=True, also=(f"{DCTERMS}publisher",)),
        Field("offer_format"),
        _START,
        _END,
        Field("deadline", "day"),
        Field("teaching_language", also=(f"{DCTERMS}language",)),
        Field("place"),
        Field("cost"),
        _PART_OF,
    ),
    "expert": (
        Field("consent", "consent", required=True),
        Field("expertise"),
        Field("institution"),
        Field("nominated_by"),
        _PART_OF,
    ),
    "knowledge sharing system": (
        Field("operator", also=(f"{DCTERMS}publisher",)),
        Field("reporting_cycle"),
        Field("access"),
        _PART_OF,
    ),
    "ldn target": (
        Field("target_year", "year"),
        Field("area_hectares", "number"),
        Field("baseline"),
        Field("what"),
        Field("status"),
        _YEAR,
        _PART_OF,
    ),
    "ldn commitment": (
        Field("area_hectares", "number"),
        Field("event"),
        Field("what"),
        Field("status"),
        _YEAR,
        _PART_OF,
    ),
    "country profile": (Field("edition"), _YEAR, _ABOUT, _PART_OF),
    "library item": (
        _AUTHOR,
        _PUBLISHER,
        _YEAR,
        Field("publication_kind"),
        Field("original_language", also=(f"{DCTERMS}language",)),
        _ABOUT,
        _PART_OF,
    ),
    "land outlook part": (Field("edition"), Field("number"), _YEAR, _PUBLISHER, _ABOUT, _PART_OF),
    "spi membership": (
        Field("role", required=True),
        _START,
        _END,
        Field("institution"),
        Field("nominated_by"),
        Field("member_of", "relation"),
    ),
    "spi objective": (
        Field("number"),
        Field("period"),
        Field("what"),
        Field("mandated_by", "relation"),
        Field("reported_in", "relation"),
        _PART_OF,
    ),
    "spi product": (
        _YEAR,
        Field("publication_kind"),
        Field("about", "relation"),
        Field("produced_by", "relation"),
        _PART_OF,
    ),
    "blog post": (_DATE, _AUTHOR, _PUBLISHER, _ABOUT, _PART_OF),
    "news item": (_DATE, _AUTHOR, _PUBLISHER, _ABOUT, _PART_OF),
}
"""Fields by kind; every kind has a name, a summary, countries, themes and an address besides."""

OTHER_KINDS: Final = (
    *("activity", "body", "convention", "figure", "group", "indicator", "initiative", "journal", "meeting"),
    *("organization", "platform", "platform component", "process", "programme", "role", "tool"),
)
"""Kinds of ``entities.jsonl`` that a mapping file can give too."""

PERSONS: Final = frozenset({"expert", "spi membership"})
"""Kinds whose records are about a person: no address, telephone number or e-mail is kept of them."""


def refuse_contact(text: str, name: str) -> str:
    """Return a text about a person if it holds no contact data.

    Raises:
        BadRecord: it holds an e-mail address or a telephone number.
    """
    if _EMAIL.search(text) or _PHONE.search(text):
        raise BadRecord(name, "holds an e-mail address or a telephone number, which are not kept of persons")
    return text


def _month(value: str, name: str) -> str:
    """Return a day, a month or a year of ISO 8601."""
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", value):
        return value
    return iso_day(value, name)


def _year(value: str, name: str) -> str:
    if not re.fullmatch(r"(19|20)\d\d", value):
        raise BadRecord(name, f"{value[:40]!r} is not a year such as 2030")
    return value


def _number(value: str, name: str) -> str:
    written = value.replace(" ", "").replace(" ", "").replace(",", "")
    if not re.fullmatch(r"\d{1,14}(\.\d{1,6})?", written):
        raise BadRecord(name, f"{value[:40]!r} is not a number without sign, such as 5200000")
    return written.removesuffix(".0")


def _consent(value: str, name: str) -> str:
    if value.casefold() != CONSENT:
        raise BadRecord(
            name,
            f"is {value[:40]!r}; a person is kept only with consent {CONSENT!r}: the entry was published",
        )
    return CONSENT


def _text(value: str, _name: str) -> str:
    return value


FORMS: Final[Mapping[Form, Callable[[str, str], str]]] = {
    "text": _text,
    "day": iso_day,
    "month": _month,
    "year": _year,
    "number": _number,
    "relation": _text,
    "consent": _consent,
}
"""How a value of each form is read; each raises ``BadRecord`` for what cannot be."""
