"""Empty tables for the hub's kinds of record, each with the mapping file that loads it once it is filled in.

Both come from the table of kinds, so that a template always has the fields that the loader reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kg.errors import NotFound
from loaders.hub_kinds import KINDS, PERSONS, Field

NAMES: Final[Mapping[str, str]] = {
    "drought-toolbox-tools": "toolbox tool",
    "capacity-offers": "capacity offer",
    "experts": "expert",
    "knowledge-sharing-systems": "knowledge sharing system",
    "ldn-targets": "ldn target",
    "ldn-commitments": "ldn commitment",
    "country-profiles": "country profile",
    "library-items": "library item",
    "land-outlook-parts": "land outlook part",
    "spi-members": "spi membership",
    "spi-objectives": "spi objective",
    "spi-products": "spi product",
    "blog-posts": "blog post",
    "news": "news item",
}
"""Kinds by the name of their list, their query and their template."""

_COMMON: Final = (
    "ID",
    "Name",
    "Name in French",
    "Summary",
    "Summary in French",
    "Country",
    "Theme",
    "Web page",
)
_FORMS: Final = {
    "text": "text",
    "day": "a day such as 2027-01-31",
    "month": "a day, month or year such as 2027-01",
    "year": "a year such as 2030",
    "number": "a number such as 5200000",
    "relation": "the identifier of a record, such as spi or a-1",
    "consent": "the word published: a person is kept only as published",
}


def table(name: str) -> str:
    """Return the heading of an empty table of a kind (RFC 4180).

    Raises:
        NotFound: there is no template of this name.
    """
    return ",".join([*_COMMON, *(_column(each) for each in _fields(name))]) + "\r\n"


def mapping(name: str) -> str:
    """Return the mapping file for the filled-in table, which has to lie beside it as ``NAME.csv``.

    Raises:
        NotFound: there is no template of this name.
    """
    _fields(name)
    return "".join(_text(name, NAMES[name]))


def _fields(name: str) -> tuple[Field, ...]:
    if name not in NAMES:
        raise NotFound(f"There is no template {name[:40]!r}.", hint=f"Known: {', '.join(NAMES)}.")
    return KINDS[NAMES[name]]


def _column(field: Field) -> str:
    return field.name.replace("_", " ").capitalize()


_HEAD: Final = """\
# Records of the kind '{kind}': fill in {name}.csv, one row a record, and load it with
#   kg validate mapping={name}.yml
#   kg build --input mapping={name}.yml
# A cell may stay empty unless it says 'needed'. Several countries or themes are separated by |.{persons}
landkg:                 # what the graph says of the list
  name: my-{name}
  title: My {kind}s
  publisher: not stated
  licence: not stated   # its address, such as https://creativecommons.org/licenses/by/4.0/
sources:
  table:
    access: {name}.csv
    referenceFormulation: csv
mappings:
  record:
    sources: table
    s: entity:my-{name}-$(ID)  # needed: always the same for the same thing
    po:
      - [a, kg:{type}]
      - [rdfs:label, $(Name), en~lang]  # needed
      - [rdfs:label, $(Name in French), fr~lang]  # likewise es, ru, zh, ar, or any other
      - [dcterms:abstract, $(Summary), en~lang]  # fr-t-en-t0-und~lang if a machine made it
      - [dcterms:abstract, $(Summary in French), fr~lang]
      - [dcterms:source, $(Web page)~iri]  # the address of its own page
"""
_PERSONS: Final = """
# Rows with an e-mail address or a telephone number are left out: contact data of persons are not kept.
# Delete a row, and build, to remove a person."""
_MANY: Final = """\
      - p: {predicate}
        o:
          function: grel:string_split
          parameters: [[grel:valueParameter, $({column})], [grel:p_string_sep, "|"]]
"""


def _text(name: str, kind: str) -> Iterator[str]:
    persons = _PERSONS if kind in PERSONS else ""
    yield _HEAD.format(name=name, kind=kind, type=_class(kind), persons=persons)
    for column, predicate in (("Country", "kg:country"), ("Theme", "kg:theme")):
        yield _MANY.format(column=column, predicate=predicate)
    for field in KINDS[kind]:
        value = f"$({_column(field)})"
        written = f"entity:{value}~iri" if field.form == "relation" else value
        needed = "needed: " if field.required else ""
        yield f"      - [kg:{field.property}, {written}]  # {needed}{_FORMS[field.form]}\n"


def _class(kind: str) -> str:
    return "".join(f"{word[0].upper()}{word[1:]}" for word in kind.split())
