"""Writes the statements of one record as canonical N-Quads lines."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from kg import terms
from kg.errors import BadRecord
from kg.model import Text
from kg.vocab import DCTERMS, RDF, RDFS, SKOS, XSD, Iris

TYPE: Final = f"<{RDF}type>"
LABEL: Final = f"<{RDFS}label>"

_INTEGER: Final = f"^^<{XSD}integer>"
_DECIMAL: Final = f"^^<{XSD}decimal>"
_BOOLEAN: Final = f"^^<{XSD}boolean>"
_NAME: Final = re.compile(r"^[A-Za-z][\w.-]*$", re.ASCII)
_YEAR: Final = re.compile(r"^\d{4}$")
_MONTH: Final = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_DAY: Final = re.compile(r"^\d{4}-\d\d-\d\d$")
_MACHINE: Final = "-t0-"
"""The part of a language tag (``fr-t-en-t0-und``) that marks a machine translation, RFC 6497."""
_NAMES: Final = frozenset(
    (LABEL, f"<{DCTERMS}title>", *(f"<{SKOS}{each}Label>" for each in ("pref", "alt", "hidden")))
)
_TRANSLATED: Final = "machineTranslatedText"
_LARGEST: Final = 10**18
"""Beyond this the engine's integers and decimals overflow, so no figure of a record may be larger."""


class Terms(dict[str, str]):
    """IRIs of one namespace as N-Quads terms, made once a local name."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._namespace = namespace

    def __missing__(self, local: str) -> str:
        if not _NAME.match(local):
            raise BadRecord(local[:60] or "(empty)", "is no name of a class, property or concept")
        term = self[local] = f"<{self._namespace}{local}>"
        return term


class Names:
    """Every term of our own under one base, ready to write."""

    def __init__(self, iris: Iris) -> None:
        self.iris = iris
        self.kg = Terms(iris.ns)
        self.wocat = Terms(iris.wocat_ns)
        self.concepts = Terms(iris.concept(""))
        self.countries = Terms(iris.country(""))

    def record(self, kind: str, local: str) -> str:
        """Return a record's IRI, without angle brackets.

        Raises:
            BadRecord: the identifier is empty or absurdly long.
        """
        safe = terms.local_id(local)
        if not safe or len(safe) > 1000:
            raise BadRecord("id", f"{local[:60]!r} cannot be part of an IRI")
        return self.iris.id(kind, safe)


@cache
def names(iris: Iris) -> Names:
    """Return the shared terms of a base."""
    return Names(iris)


class Writer:
    """Collects the statements of one record in one graph; subjects and objects are N-Quads terms."""

    __slots__ = ("_tail", "lines", "names")

    def __init__(self, iris: Iris, graph: str) -> None:
        self.names = names(iris)
        self._tail = f" <{graph}> ."
        self.lines: list[str] = []

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Write one statement of three N-Quads terms."""
        self.lines.append(f"{subject} {predicate} {value}{self._tail}")

    def text(self, subject: str, predicate: str, text: Text | None) -> None:
        """Write a text with its language; an empty one is left out.

        What a machine translated goes to a property of its own, never among the originals.
        """
        if text is not None and text.value:
            lang = tag(text.lang) if text.lang else None
            if by_machine(lang):
                is_name = predicate in _NAMES or predicate == self.names.kg["localName"]
                predicate = self.names.kg["machineTranslatedName" if is_name else _TRANSLATED]
            self.add(subject, predicate, terms.literal(text.value, lang=lang))

    def texts(self, subject: str, predicate: str, texts: tuple[Text, ...]) -> None:
        for text in texts:
            self.text(subject, predicate, text)

    def string(self, subject: str, predicate: str, value: str | None) -> None:
        """Write a string without language; ``None`` and the empty string are left out."""
        if value:
            self.add(subject, predicate, terms.literal(value))

    def integer(self, subject: str, predicate: str, value: int | None) -> None:
        if value is not None:
            self.add(subject, predicate, number(value))

    def date(self, subject: str, predicate: str, value: str | None, field: str) -> None:
        if value:
            self.add(subject, predicate, day(value, field))

    def link(self, subject: str, predicate: str, value: str | None, field: str) -> None:
        """Write an absolute IRI of the source.

        Raises:
            BadRecord: it is not one.
        """
        if value:
            if not terms.is_iri(value):
                raise BadRecord(field, f"{value[:120]!r} is not an absolute IRI")
            self.add(subject, predicate, f"<{value}>")


def by_machine(lang: str | None) -> bool:
    """Tell whether a language tag says that a machine translated the text."""
    return lang is not None and _MACHINE in f"{lang.lower()}-"


@cache
def tag(value: str) -> str:
    """Return a language tag as the engine stores it: lower case (RDF 1.2 compares them so).

    Raises:
        BadRecord: it is not a well-formed tag.
    """
    return terms.language_tag(value).lower()


def number(value: float) -> str:
    """Return a number as a canonical xsd:integer or xsd:decimal.

    Raises:
        BadRecord: it is not finite, or too large for the engine.
    """
    if not -_LARGEST < value < _LARGEST:
        raise BadRecord("number", f"{value!r} is out of range")
    if isinstance(value, int):
        return f'"{int(value)}"{_INTEGER}'
    digits = format(Decimal(repr(value)), "f")
    if "." in digits:
        digits = digits[: digits.index(".") + 19].rstrip("0").rstrip(".")
    return f'"{"0" if digits in {"-0", ""} else digits}"{_DECIMAL}'


def boolean(value: bool) -> str:
    """Return a truth value as a canonical xsd:boolean."""
    return f'"{"true" if value else "false"}"{_BOOLEAN}'


@cache
def day(value: str, field: str) -> str:
    """Return a date, month or year of ISO 8601 as a typed literal.

    Raises:
        BadRecord: there is no such day.
    """
    if _DAY.match(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BadRecord(field, f"there is no day {value}") from None
        return f'"{value}"^^<{XSD}date>'
    if _MONTH.match(value):
        return f'"{value}"^^<{XSD}gYearMonth>'
    if _YEAR.match(value):
        return f'"{value}"^^<{XSD}gYear>'
    raise BadRecord(field, f"{value[:40]!r} is not a date such as 2019-06-24")


@cache
def camel(name: str) -> str:
    """Turn a source's field name into a local name: ``doi_basis`` becomes ``doiBasis``.

    Raises:
        BadRecord: nothing of the name can stand in an IRI.
    """
    words = re.findall(r"[A-Za-z0-9]+", name)
    if not words or not words[0][0].isalpha() or len(name) > 100:
        raise BadRecord(name[:60] or "(empty)", "is not a field name that can become a property")
    head, *rest = words
    return f"{head[0].lower()}{head[1:]}" + "".join(f"{word[0].upper()}{word[1:]}" for word in rest)


def slug(value: str) -> str:
    """Return a name as an IRI-safe identifier: ``UNCCD COP`` becomes ``unccd-cop``."""
    return "-".join(re.findall(r"[^\W_]+", value.casefold()))


_PART: Final = re.compile(r"/(?:row|geometry|exposure|credit|provision|author)/.*$", re.DOTALL)


def record_of(iri: str) -> str:
    """Return the IRI of the record that a part belongs to; a record's own IRI comes back as it is."""
    return _PART.sub("", iri)
