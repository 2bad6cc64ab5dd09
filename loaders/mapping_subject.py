"""What the files say of one subject: its statements, and how its values are read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from kg.errors import BadRecord
from kg.model import Fact, Origin, Text
from kg.terms import is_web_address, language_tag
from kg.vocab import DCTERMS, DEFAULT_BASE, FOAF, GEO, RDF, RDFS, SCHEMA
from loaders import yarrrml_words as words
from loaders.questionnaire import questionnaire
from loaders.reading import Reading, origin
from loaders.rows import iso_day

KG: Final = f"{DEFAULT_BASE}def/"
TYPE: Final = f"{RDF}type"
LABELS: Final = (f"{RDFS}label", f"{DCTERMS}title")
_WGS84: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_LATITUDE: Final = (f"{SCHEMA}latitude", f"{_WGS84}lat")
_LONGITUDE: Final = (f"{SCHEMA}longitude", f"{_WGS84}long")
_TAIL: Final = re.compile(r"[^A-Za-z0-9._~-]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a subject; ``field`` names the references that it was made from."""

    predicate: str
    value: str
    is_iri: bool
    lang: str | None
    field: str
    datatype: str | None = None


@dataclass(slots=True)
class Subject:
    """A subject with its statements, and where in which file it was first read."""

    iri: str
    field: str
    file: str
    place: str
    section: str
    statements: dict[Statement, None] = dataclasses.field(default_factory=dict)
    empty: dict[str, str] = dataclasses.field(default_factory=dict)
    """Properties whose references were empty, and those references."""
    used: set[str] = dataclasses.field(default_factory=set)

    def add(self, said: Iterable[Statement]) -> None:
        """Take statements over; one that is there already changes nothing."""
        self.statements.update(dict.fromkeys(said))

    def check(self, said: Iterable[Statement], section: str, name: str) -> None:
        """Refuse a second row of the same section that is about something else.

        Raises:
            BadRecord: class or name in the same language differ.
        """
        if section != self.section:
            return
        for predicate in (TYPE, *LABELS):
            mine = {(each.lang, each.value) for each in self.statements if each.predicate == predicate}
            for each in said:
                differs = each.predicate == predicate and (each.lang, each.value) not in mine
                if differs and any(lang == each.lang for lang, _ in mine):
                    reason = f"the identifier of {self.place} is used again, with another {each.field}"
                    raise BadRecord(name, reason)

    def all(self, *predicates: str) -> list[Statement]:
        """Return the statements of some properties, and note that they were read."""
        self.used.update(predicates)
        return [each for each in self.statements if each.predicate in predicates]

    def one(self, *predicates: str) -> Statement | None:
        """Return the only statement of some properties.

        Raises:
            BadRecord: there are several with different values.
        """
        found = self.all(*predicates)
        if len({each.value for each in found}) > 1:
            raise BadRecord(
                found[1].field, f"gives several values where one is expected: {found[1].value[:60]!r}"
            )
        return found[0] if found else None

    def value(self, *predicates: str) -> str | None:
        """Return the only value of some properties."""
        found = self.one(*predicates)
        return found.value if found else None

    def texts(self, *predicates: str) -> tuple[Text, ...]:
        """Return the texts of some properties with their languages.

        Raises:
            BadRecord: a language is no tag of BCP 47.
        """
        return tuple(
            dict.fromkeys(
                Text(each.value, language_tag(each.lang, each.field) if each.lang else None)
                for each in self.all(*predicates)
            )
        )


@dataclass(slots=True)
class Said:
    """A subject together with what is needed to read its values."""

    subject: Subject
    reading: Reading
    table: Mapping[str, Mapping[str, str]]

    def word(self, each: Statement) -> str:
        """Return the value, or what the mapping file says that the word stands for."""
        given = self.table.get(each.predicate, {})
        return given.get(each.value, given.get(each.value.casefold(), each.value))

    def countries(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for each in self.subject.all(f"{KG}country", f"{DCTERMS}spatial"):
            code = words.country(self.word(each))
            if code:
                found[code] = None
            else:
                self._unmapped(each, "is no country; use its ISO code or its name")
        return tuple(found)

    def themes(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for each in self.subject.all(f"{KG}theme", f"{DCTERMS}subject"):
            concept = words.theme(self.word(each))
            if concept:
                found[concept] = None
            else:
                self._unmapped(each, "is no theme of the graph")
        return tuple(found)

    def facets(self) -> tuple[Fact, ...]:
        found: dict[Fact, None] = {}
        form = questionnaire().forms["technologies"]
        for facet, (group, question, _) in words.FACETS.items():
            for each in self.subject.all(f"{KG}{facet}"):
                keyword = words.keyword(facet, self.word(each))
                if keyword is None:
                    self._unmapped(each, f"is no value of kg:{facet}")
                    continue
                name = form.questions[question].properties[group]
                found[Fact(group, question, keyword, name, basis="stated")] = None
        return tuple(found)

    def hazards(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for each in self.subject.all(f"{KG}hazard"):
            concept = words.hazard(self.word(each))
            if concept:
                found[concept] = None
            else:
                self._unmapped(each, "is no climate hazard of the graph")
        return tuple(found)

    def points(self) -> tuple[tuple[float, float], ...]:
        found = [words.point(each.value, each.field) for each in self.subject.all(f"{GEO}asWKT")]
        north, east = self.subject.one(*_LATITUDE), self.subject.one(*_LONGITUDE)
        if north and east:
            longitude = words.number(east.value, east.field, 180)
            found.append((longitude, words.number(north.value, north.field, 90)))
        elif given := north or east:
            raise BadRecord(given.field, "stands without the other coordinate")
        return tuple(dict.fromkeys(found))

    def day(self, predicate: str) -> str | None:
        found = self.subject.one(predicate)
        return iso_day(found.value, found.field) if found else None

    def year(self) -> int | None:
        found = self.subject.one(f"{KG}year")
        return words.year(found.value, found.field) if found else None

    def web(self, *predicates: str) -> str | None:
        found = self.subject.one(*predicates)
        if found and not is_web_address(found.value):
            self._unmapped(found, "is not a web address")
            return None
        return found.value if found else None

    def local(self, kind: str) -> str:
        """Return the identifier: the end of an IRI of ours, else the dataset's name and the IRI's end.

        Raises:
            BadRecord: the IRI is of another kind of record, or cannot be an identifier.
        """
        iri = self.subject.iri
        for base in (self.reading.source.base or DEFAULT_BASE, DEFAULT_BASE):
            if iri.startswith(f"{base}id/"):
                given, _, rest = iri.removeprefix(f"{base}id/").partition("/")
                if given != kind:
                    raise BadRecord(self.subject.field, f"is in id/{given}/, but the class needs id/{kind}/")
                found = unquote(rest)
                break
        else:
            tail = _TAIL.sub("-", unquote(re.split(r"[/#]", iri.rstrip("/#"))[-1])).strip("-")
            found = f"{self.reading.source.dataset.name}-{tail}" if tail else ""
        if not found or len(found) > 200:
            raise BadRecord(self.subject.field, f"{iri[:80]!r} cannot name a record")
        return found

    def origin(self) -> Origin:
        """Return the provenance; called last, it reports what nobody read."""
        url = self.web(f"{DCTERMS}source", f"{SCHEMA}url", f"{FOAF}page")
        licence = self.web(f"{DCTERMS}license", f"{DCTERMS}rights")
        updated = self.day(f"{DCTERMS}modified")
        own = self.subject.value(f"{DCTERMS}identifier")
        if url is None and is_web_address(self.subject.iri) and not self.subject.iri.startswith(DEFAULT_BASE):
            url = self.subject.iri
        for each in self.subject.statements:
            if each.predicate not in self.subject.used:
                self.reading.mention(
                    "unmodelled",
                    each.field,
                    f"{each.predicate[:120]} has no place in this class; told once a dataset",
                    once=True,
                )
        identifier = own or self.subject.iri.rpartition("/")[2]
        return origin(self.reading, unquote(identifier), url=url, licence=licence, updated=updated)

    def _unmapped(self, each: Statement, reason: str) -> None:
        self.reading.mention("unmapped", each.field, f"{each.value[:60]!r} {reason}")
