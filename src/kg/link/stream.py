"""The log of changes as linked data: an event stream (LDES, TREE) and an ActivityStreams collection.

https://w3id.org/ldes/specification, https://w3id.org/tree/specification and
https://www.w3.org/TR/activitystreams-core/#collections. Each event is an ActivityStreams activity about a
record; the record itself is read at its IRI. Pages are numbered from 1; one that is full never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kg.link.history import PAGE, Event
from kg.terms import literal
from kg.vocab import DCTERMS, RDF, XSD

LDES: Final = "https://w3id.org/ldes#"
TREE: Final = "https://w3id.org/tree#"
AS: Final = "https://www.w3.org/ns/activitystreams#"
PREFIXES: Final = {"rdf": RDF, "ldes": LDES, "tree": TREE, "as": AS, "dcterms": DCTERMS, "xsd": XSD}
POLL_SECONDS: Final = 3600
TITLE: Final = "Changes of LandKG, record by record"


def pages(total: int) -> int:
    """Return the number of pages of so many events; an empty log has one page."""
    return max(1, -(-total // PAGE))


def described(stream: str) -> Iterator[str]:
    """Yield the N-Triples lines that tell a client how to read the stream."""
    facts = (
        (f"{RDF}type", f"<{LDES}EventStream>"),
        (f"{DCTERMS}title", literal(TITLE, lang="en")),
        (f"{LDES}timestampPath", f"<{AS}published>"),
        (f"{LDES}sequencePath", f"<{DCTERMS}identifier>"),
        (f"{LDES}versionOfPath", f"<{AS}object>"),
        (f"{LDES}versionCreateObject", f"<{AS}Create>"),
        (f"{LDES}versionUpdateObject", f"<{AS}Update>"),
        (f"{LDES}versionDeleteObject", f"<{AS}Delete>"),
        (f"{LDES}pollingInterval", literal(str(POLL_SECONDS), datatype=f"{XSD}integer")),
        (f"{TREE}view", f"<{stream}/1>"),
    )
    yield from (f"<{stream}> <{predicate}> {value} ." for predicate, value in facts)


def fragment(stream: str, number: int, events: Sequence[Event], total: int) -> Iterator[str]:
    """Yield the N-Triples lines of one page: where the next one is, then the events in their order."""
    node = f"{stream}/{number}"
    yield from described(stream)
    yield f"<{node}> <{RDF}type> <{TREE}Node> ."
    if number < pages(total):
        until = literal(events[-1].at, datatype=f"{XSD}dateTime")
        yield f"<{node}> <{LDES}immutable> {literal('true', datatype=f'{XSD}boolean')} ."
        yield f"<{node}> <{TREE}relation> <{node}#next> ."
        yield f"<{node}#next> <{RDF}type> <{TREE}GreaterThanOrEqualToRelation> ."
        yield f"<{node}#next> <{TREE}node> <{stream}/{number + 1}> ."
        yield f"<{node}#next> <{TREE}path> <{AS}published> ."
        yield f"<{node}#next> <{TREE}value> {until} ."
    for each in events:
        member = f"<{node}#{each.number}>"
        yield f"<{stream}> <{TREE}member> {member} ."
        yield f"{member} <{RDF}type> <{AS}{each.kind}> ."
        yield f"{member} <{AS}object> <{each.iri}> ."
        yield f"{member} <{AS}published> {literal(each.at, datatype=f'{XSD}dateTime')} ."
        yield f"{member} <{DCTERMS}identifier> {literal(str(each.number), datatype=f'{XSD}integer')} ."
        if each.replaced_by:
            yield f"{member} <{AS}target> <{each.replaced_by}> ."


def collection(address: str, total: int) -> dict[str, Any]:
    """Return the log as an ActivityStreams collection that names its first and last page."""
    return {
        "@context": AS.rstrip("#"),
        "id": address,
        "type": "OrderedCollection",
        "name": TITLE,
        "totalItems": total,
        "first": f"{address}/1",
        "last": f"{address}/{pages(total)}",
    }


def collection_page(address: str, number: int, events: Sequence[Event], total: int) -> dict[str, Any]:
    """Return one page of the collection, oldest event first."""
    own = f"{address}/{number}"
    body: dict[str, Any] = {
        "@context": AS.rstrip("#"),
        "id": own,
        "type": "OrderedCollectionPage",
        "partOf": address,
        "startIndex": (number - 1) * PAGE,
    }
    if number > 1:
        body["prev"] = f"{address}/{number - 1}"
    if number < pages(total):
        body["next"] = f"{address}/{number + 1}"
    body["orderedItems"] = [_activity(own, each) for each in events]
    return body


def _activity(page: str, each: Event) -> dict[str, Any]:
    body = {
        "id": f"{page}#{each.number}",
        "type": each.kind,
        "published": each.at,
        "object": each.iri,
    }
    return body | ({"target": each.replaced_by} if each.replaced_by else {})
