"""Statements that no query gives, written in the format that the client reads best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as px

from kg.web.jsonld import compacted

_FORMATS: Final = {
    "text/turtle": px.RdfFormat.TURTLE,
    "application/ld+json": px.RdfFormat.JSON_LD,
    "application/n-triples": px.RdfFormat.N_TRIPLES,
    "application/rdf+xml": px.RdfFormat.RDF_XML,
}


def written(lines: Iterable[str], media_type: str, prefixes: Mapping[str, str]) -> bytes:
    """Return N-Triples lines in one of the formats of records, repeats left out, the order kept."""
    body = "\n".join(dict.fromkeys(lines)).encode()
    kind = _FORMATS[media_type]
    triples = (quad.triple for quad in px.parse(input=body, format=px.RdfFormat.N_TRIPLES))
    used = dict(prefixes) if kind in (px.RdfFormat.TURTLE, px.RdfFormat.RDF_XML) else None
    found = px.serialize(triples, format=kind, prefixes=used) or b""
    return compacted(found, prefixes) if kind == px.RdfFormat.JSON_LD else found
