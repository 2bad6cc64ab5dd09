"""Reads a mapping file (YARRRML) into what to take from which file, before any record is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml

from kg.errors import BadInput
from kg.vocab import (
    BIBO,
    DCTERMS,
    DEFAULT_BASE,
    FOAF,
    GEO,
    ORG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    XSD,
)
from loaders.yarrrml_terms import Term

Formulation = Literal["csv", "jsonpath", "xpath"]

PREFIXES: Final = {
    "kg": f"{DEFAULT_BASE}def/",
    "wocat": f"{DEFAULT_BASE}def/wocat/",
    **{
        name: f"{DEFAULT_BASE}id/{name}/"
        for name in ("practice", "document", "publication", "entity", "case", "concept", "country")
    },
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "prov": PROV,
    "foaf": FOAF,
    "org": ORG,
    "bibo": BIBO,
    "schema": SCHEMA,
    "geo": GEO,
    "wgs84": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "grel": "http://users.ugent.be/~bjdmeest/function/grel.ttl#",
}
"""Prefixes that a file need not declare; those it declares win."""

ABOUT: Final = ("name", "title", "publisher", "licence", "homepage", "retrieved", "note", "words")
"""Fields of ``landkg``, the one section that is not YARRRML: what the graph says of the dataset."""
MAX_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file of records: where, of which form, and what one record is (``iterator``)."""

    path: Path
    form: Formulation
    iterator: str = ""
    delimiter: str = ","
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One or more predicates with one or more objects; ``where`` is for messages."""

    predicates: tuple[str, ...]
    objects: tuple[Term, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of ``mappings``: its files, its subjects, and what it says of them."""

    name: str
    files: tuple[File, ...]
    subjects: tuple[Term, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping file; ``words`` are words of the source by property IRI, and the values they stand for."""

    path: Path
    sections: tuple[Section, ...]
    about: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    @property
    def files(self) -> tuple[Path, ...]:
        """Files that hold records, each once, in the order of the file."""
        return tuple(dict.fromkeys(file.path for each in self.sections for file in each.files))


def read(path: Path) -> Document:
    """Read a mapping file; the paths in it are relative to it.

    Raises:
        BadInput: it is not a mapping file that can be used; the message names the entry.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path.name} is larger than 1 MiB; is it a mapping file?")
        raw = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as fault:
        raise BadInput(f"The mapping file {path} cannot be read: {fault.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        place = " ".join(str(fault).split())[:300]
        raise BadInput(f"{path.name} is not YAML: {place}") from None
    from loaders.yarrrml_parser import Parser

    return Parser(path)(raw)
