"""Answers queries from a SPARQL database when the graph is kept there instead of in our own processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final

import pyoxigraph as px

from kg.errors import BadInput, NotSupported, QuerySyntaxError, TooLarge
from kg.sparql.guard import Checked
from kg.sparql.requests import SparqlRequest
from kg.sparql.worker import ABBREVIATING
from kg.store import GraphStore

Lend = Callable[[], AbstractContextManager[tuple[str, GraphStore]]]
"""Lends the store of the generation that serves, with the generation's id."""
_RESULTS: Final = ("SELECT", "ASK")


def ask(
    store: GraphStore,
    request: SparqlRequest,
    text: str,
    checked: Checked,
    base: str,
    prefixes: Mapping[str, str],
    limit: int,
) -> tuple[str, bytes]:
    """Return the media type and the bytes of an answer.

    Args:
        base: what relative IRIs are relative to.
        prefixes: those that need no declaration.
        limit: bytes of the largest answer.

    Raises:
        NotSupported: the query calls other endpoints, which the database would do for us unwatched.
        TooLarge: the answer is above its size.
        KgError: whatever the store finds wrong.
    """
    if checked.reaches_out:
        raise NotSupported("Queries with SERVICE are not answered from a database.")
    media_type = (request.results if checked.form in _RESULTS else request.graph) or ""
    bind = {name: _term(written) for name, written in request.bind}

    def answer(asked: str) -> bytes:
        return store.answer(
            asked,
            media_type,
            bind=bind or None,
            default_graphs=request.default_graphs,
            named_graphs=request.named_graphs,
            prefixes=prefixes if media_type in ABBREVIATING else None,
        )

    try:
        found = answer(text)
    except QuerySyntaxError as fault:
        # It may lack a base, or a prefix that needs no declaration; else the first complaint stands,
        # whose place is told in the text as it came.
        head = " ".join((f"BASE <{base}>", *(f"PREFIX {name}: <{iri}>" for name, iri in prefixes.items())))
        try:
            found = answer(f"{head} {text}")
        except QuerySyntaxError:
            raise fault from None
    if len(found) > limit:
        raise TooLarge(f"The answer is larger than {limit // (1024 * 1024)} MB.")
    return media_type, found


def _term(written: str) -> px.NamedNode | px.Literal:
    quad = next(iter(px.parse(f"<urn:s> <urn:p> {written} .", px.RdfFormat.N_TRIPLES)))
    if not isinstance(quad.object, px.NamedNode | px.Literal):
        raise BadInput("Only IRIs and literals can be bound.")
    return quad.object
