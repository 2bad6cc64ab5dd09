"""The formats of answers: media types in order of preference, their aliases and ``?format=`` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.errors import NotAcceptable


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: the media type we answer with, other types that ask for it, its short names."""

    media_type: str
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    iri: str = ""
    """The format's IRI in the W3C's list, for service descriptions."""


_W3C: Final = "http://www.w3.org/ns/formats/"

RESULTS: Final = (
    Format(
        "application/sparql-results+json",
        ("json", "srj"),
        ("application/json", "text/json"),
        f"{_W3C}SPARQL_Results_JSON",
    ),
    Format(
        "application/sparql-results+xml",
        ("xml", "srx"),
        ("application/xml", "text/xml"),
        f"{_W3C}SPARQL_Results_XML",
    ),
    Format("text/csv", ("csv",), (), f"{_W3C}SPARQL_Results_CSV"),
    Format("text/tab-separated-values", ("tsv",), ("text/tsv",), f"{_W3C}SPARQL_Results_TSV"),
)
"""Of SELECT and ASK."""

GRAPHS: Final = (
    Format("text/turtle", ("turtle", "ttl"), ("application/x-turtle", "text/n3"), f"{_W3C}Turtle"),
    Format("application/n-triples", ("ntriples", "nt"), ("text/plain",), f"{_W3C}N-Triples"),
    Format(
        "application/rdf+xml",
        ("rdfxml", "rdf", "xml", "rdf+xml"),
        ("application/xml", "text/xml"),
        f"{_W3C}RDF_XML",
    ),
    Format("application/ld+json", ("jsonld", "json", "json-ld"), ("application/json",), f"{_W3C}JSON-LD"),
    Format("application/trig", ("trig",), ("application/x-trig",), f"{_W3C}TriG"),
    Format("application/n-quads", ("nquads", "nq"), ("text/x-nquads",), f"{_W3C}N-Quads"),
)
"""Of CONSTRUCT and DESCRIBE."""


def named(name: str, offered: tuple[Format, ...]) -> str | None:
    """Return the media type of a ``?format=`` value (a short name or a media type), or nothing."""
    wanted = name.strip().lower()
    for each in offered:
        if wanted in each.names or wanted == each.media_type or wanted in each.aliases:
            return each.media_type
    return None


def is_known(name: str) -> bool:
    """Tell whether a ``?format=`` value is one of ours."""
    return named(name, RESULTS) is not None or named(name, GRAPHS) is not None


def unknown(name: str) -> NotAcceptable:
    """Return the error for a ``?format=`` value that no form of query can answer with."""
    names = ", ".join(each.names[0] for each in (*RESULTS, *GRAPHS))
    return NotAcceptable(f"There is no format {name[:60]!r}.", hint=f"Known: {names}.")
