"""Reads a partner's records: CSV, JSON Lines, JSON, or RDF in any syntax the engine knows."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pycountry
import pyoxigraph as px

from kg.errors import BadInput
from kg.link import rdf_files
from kg.terms import clean_text, is_iri
from kg.vocab import DCTERMS, FOAF, RDF, RDFS, SCHEMA, SKOS

_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "iri", "uri", "url", "link", "@id"),
    "title": ("title", "name", "label"),
    "text": ("text", "summary", "abstract", "description"),
    "country": ("country_iso3", "country", "countries"),
    "language": ("language", "page_language", "lang"),
    "keywords": ("keywords", "tags", "subjects"),
    "identifiers": ("identifiers", "identifier", "doi", "code", "symbol"),
}
"""Our fields and the names under which partners' files have them, the surest first."""

_SCHEMA_HTTP: Final = "http://schema.org/"
_PROPERTIES: Final[dict[str, str]] = {
    f"{DCTERMS}title": "title",
    f"{RDFS}label": "title",
    f"{SKOS}prefLabel": "title",
    f"{SCHEMA}name": "title",
    f"{_SCHEMA_HTTP}name": "title",
    f"{FOAF}name": "title",
    f"{DCTERMS}description": "text",
    f"{DCTERMS}abstract": "text",
    f"{SCHEMA}description": "text",
    f"{_SCHEMA_HTTP}description": "text",
    f"{SCHEMA}keywords": "keywords",
    f"{_SCHEMA_HTTP}keywords": "keywords",
    f"{DCTERMS}subject": "keywords",
    f"{DCTERMS}language": "language",
    f"{SCHEMA}inLanguage": "language",
    f"{DCTERMS}spatial": "country",
    f"{DCTERMS}identifier": "identifiers",
}
_RDF_SUFFIXES: Final = {
    ".ttl": px.RdfFormat.TURTLE,
    ".nt": px.RdfFormat.N_TRIPLES,
    ".nq": px.RdfFormat.N_QUADS,
    ".trig": px.RdfFormat.TRIG,
    ".rdf": px.RdfFormat.RDF_XML,
    ".xml": px.RdfFormat.RDF_XML,
    ".jsonld": px.RdfFormat.JSON_LD,
}
_LONGEST: Final = 20_000
_LONGEST_ADDRESS: Final = 2000
_MOST_VALUES: Final = 100


@dataclass(frozen=True, slots=True)
class PartnerRecord:
    """One record of a partner; ``iri`` is its address, ``countries`` are ISO 3166-1 alpha-3 codes."""

    iri: str
    title: str
    text: str = ""
    countries: tuple[str, ...] = ()
    language: str = ""
    keywords: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.iri,
            "title": self.title,
            "text": self.text,
            "country": list(self.countries),
            "language": self.language,
            "keywords": list(self.keywords),
            "identifiers": list(self.identifiers),
        }


def read(path: Path) -> Iterator[PartnerRecord]:
    """Yield the records of a file, by its suffix.

    Raises:
        BadInput: the file, a row or the format cannot be used; the message names the row.
    """
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    suffix = path.suffix.lower()
    if suffix in _RDF_SUFFIXES:
        with path.open("rb") as file:
            yield from _rdf(file.read(), _RDF_SUFFIXES[suffix], path.name)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            if suffix in (".csv", ".tsv"):
                rows: Iterable[Mapping[str, Any]] = csv.DictReader(
                    file, delimiter="\t" if suffix == ".tsv" else ","
                )
            elif suffix in (".jsonl", ".ndjson"):
                rows = (json.loads(line) for line in file if line.strip())
            elif suffix == ".json":
                rows = json.load(file)
            else:
                raise BadInput(f"{path.name}: this format is not read.", hint="csv, tsv, jsonl, json or RDF.")
            for number, row in enumerate(rows, 1):
                yield from_row(row, f"{path.name}, record {number}")
        except (ValueError, RecursionError, csv.Error) as fault:
            raise BadInput(f"{path.name} cannot be read: {fault}.") from None


def from_row(row: Any, where: str) -> PartnerRecord:
    """Return the record of one row or JSON object.

    Raises:
        BadInput: it has no address or no title.
    """
    if not isinstance(row, Mapping):
        raise BadInput(f"{where}: a record must be an object.")
    lowered = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    found = {field: _first(lowered, names) for field, names in _FIELDS.items()}
    addresses = [lowered.get(name) for name in _FIELDS["id"]]
    iri = next((each.strip() for each in addresses if isinstance(each, str) and is_iri(each.strip())), "")
    title = clean_text(_text(found["title"]))
    if not iri or len(iri) > _LONGEST_ADDRESS:
        raise BadInput(f"{where}: 'id' or 'url' must be the record's address.")
    if not title:
        raise BadInput(f"{where}: there is no title.")
    return PartnerRecord(
        iri,
        title[:_LONGEST],
        clean_text(_text(found["text"]))[:_LONGEST],
        countries(_list(found["country"])),
        _text(found["language"])[:12],
        tuple(_list(found["keywords"])),
        tuple(_list(found["identifiers"])),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name)), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _list(value: Any) -> list[str]:
    """Return a list, or a text cut at semicolons and bars."""
    if isinstance(value, str):
        value = value.replace("|", ";").split(";")
    if not isinstance(value, list | tuple):
        return []
    given = value[:_MOST_VALUES]
    return [text for each in given if isinstance(each, str) and (text := clean_text(each)[:300])]


def countries(given: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of countries named by code or by name; unknown ones are left out."""
    found = [code for each in given if (code := _country(each.rsplit("/", 1)[-1].strip()))]
    return tuple(dict.fromkeys(found))


@cache
def _country(text: str) -> str | None:
    found: Any = None
    if len(text) == 3 and text.isalpha():
        found = pycountry.countries.get(alpha_3=text.upper())
    elif len(text) == 2 and text.isalpha():
        found = pycountry.countries.get(alpha_2=text.upper())
    else:
        found = pycountry.countries.get(name=text) or pycountry.countries.get(common_name=text)
    return str(found.alpha_3) if found is not None else None


def _rdf(body: bytes, kind: px.RdfFormat, name: str) -> Iterator[PartnerRecord]:
    held: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in rdf_files.statements(body, kind, name):
        if not isinstance(quad.subject, px.NamedNode):
            continue
        fields = held[quad.subject.value]
        field = _PROPERTIES.get(quad.predicate.value)
        if quad.predicate.value == f"{RDF}type":
            fields["type"].append(_value(quad.object))
        elif field:
            fields[field].append(_value(quad.object))
            language = getattr(quad.object, "language", None)
            if field == "title" and language:
                fields["language"].append(language)
    for iri, fields in held.items():
        if fields["title"] and (fields["text"] or fields["type"]):
            row = {field: fields[field] for field in ("keywords", "identifiers", "country")}
            row |= {"id": [iri]}
            yield from_row(
                row | {"id": iri, "title": fields["title"][0], "text": " ".join(fields["text"]),
                       "language": next(iter(fields["language"]), "")},
                f"{name}, <{iri}>",
            )  # fmt: skip


def _value(term: Any) -> str:
    return str(term.value) if isinstance(term, px.NamedNode | px.Literal) else ""
