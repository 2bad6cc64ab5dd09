"""Statements of RDF that strangers wrote: any syntax of the engine, nothing fetched, nothing blown up."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as px

from kg.errors import BadInput, TooLarge

BASE: Final = "https://partner.invalid/"
"""Base of relative addresses, which then belong to nobody."""
_ENTITY: Final = re.compile(rb"<!ENTITY\s+(%?)\s*([^\s\"'>]*)\s+(?:\"([^\"]*)\"|'([^']*)'|)")
_EXPANDED_MOST: Final = 64 * 1024 * 1024


def statements(body: bytes, kind: px.RdfFormat, name: str) -> Iterator[px.Quad]:
    """Yield the statements of a file.

    A remote ``@context`` of JSON-LD and an external entity of XML are errors; they are never fetched.

    Raises:
        BadInput: it is not RDF of this syntax.
        TooLarge: entities of its XML would make it many times larger.
    """
    if kind == px.RdfFormat.RDF_XML:
        _check_entities(body, name)
    try:
        yield from px.parse(input=io.BytesIO(body), format=kind, base_iri=BASE)
    except (SyntaxError, ValueError) as fault:
        raise BadInput(f"{name} is not RDF of this syntax: {str(fault)[:300]}.") from None


def _check_entities(body: bytes, name: str) -> None:
    """Refuse entities within entities, and many uses of long ones: the engine writes all of them out."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput(f"{name} is not in UTF-8.")
    grown = 0
    for percent, entity, double, single in _ENTITY.findall(body):
        value = double or single
        if percent or b"&" in re.sub(rb"&#x?[0-9A-Fa-f]+;|&(?:amp|lt|gt|quot|apos);", b"", value):
            raise BadInput(f"{name} has entities made of entities, which are not read.")
        grown += len(value) * body.count(b"&" + entity + b";")
    if grown > _EXPANDED_MOST:
        raise TooLarge(f"{name} would grow to {grown // 1024 // 1024} MB by its entities.")
