"""The page of a publication."""

from __future__ import annotations

from typing import Final

from kg.entities import common
from kg.entities.model import Author, Publication
from kg.entities.reading import Reading
from kg.vocab import BIBO, DCTERMS, FOAF

_OWN: Final = (
    "authorship",
    "year",
    "containerTitle",
    "publisherName",
    "publicationKind",
    "theme",
)
_BIBO: Final = ("volume", "issue", "pages", "doi", "isbn")


def read(reading: Reading) -> Publication:
    """Return what only publications have."""
    kg = reading.iris.term
    return Publication(
        authors=tuple(_author(reading, node) for node in _ordered(reading)),
        year=reading.value(kg("year")),
        container=reading.value(kg("containerTitle")),
        volume=reading.value(f"{BIBO}volume"),
        issue=reading.value(f"{BIBO}issue"),
        pages=reading.value(f"{BIBO}pages"),
        publisher=reading.value(kg("publisherName")),
        doi=reading.value(f"{BIBO}doi"),
        isbn=reading.values(f"{BIBO}isbn"),
        kind=reading.value(kg("publicationKind")),
        themes=reading.refs(kg("theme")),
        defines=common.inbound(reading, 24, common.MANY | {kg("authorship")}),
        concerned=common.sharing(reading, "concerned"),
    )


def own_properties(reading: Reading) -> frozenset[str]:
    """Properties that the page has shown."""
    return frozenset(
        {
            *map(reading.iris.term, _OWN),
            *(BIBO + name for name in _BIBO),
            f"{DCTERMS}date",
            f"{DCTERMS}creator",
        }
    )


def _ordered(reading: Reading) -> list[str]:
    kg = reading.iris.term
    nodes = reading.parts(kg("authorship"))
    return sorted(nodes, key=lambda node: int(reading.value(kg("ordinal"), node) or 0))


def _author(reading: Reading, node: str) -> Author:
    kg = reading.iris.term
    names = (reading.value(f"{FOAF}givenName", node), reading.value(f"{FOAF}familyName", node))
    return Author(
        name=" ".join(part for part in names if part),
        spi_member=reading.value(kg("spiMember"), node) == "true",
        editor=reading.value(kg("authorRole"), node) == "editor",
    )
