"""What a query service is asked and what it answers, and the keys under which both are known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from kg import __version__
from kg.sparql.cache import Kept
from kg.sparql.conversation import Body
from kg.store.placing import placed

Key = tuple[Any, ...]
"""What decides an answer, the generation first."""


@dataclass(frozen=True, slots=True)
class SparqlRequest:
    """A query as it came, with everything that decides its answer.

    Attributes:
        results: media type for the answer of a SELECT or ASK; nothing if none is acceptable.
        graph: the same for CONSTRUCT and DESCRIBE.
        default_graphs, named_graphs: the dataset of the protocol; both nothing is the whole graph.
        bind: terms in N-Triples notation put in place of variables.
        client: whom the limits per client count for.
        gone: tells whether the client has hung up.
        rewrite: a step of this request alone, before those of the service; part of no key.
    """

    text: str
    results: str | None = "application/sparql-results+json"
    graph: str | None = "text/turtle"
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    bind: tuple[tuple[str, str], ...] = ()
    base: str = ""
    client: str = ""
    request_id: str = ""
    gone: Callable[[], bool] = field(default=lambda: False, compare=False)
    rewrite: Callable[[str], str] | None = field(default=None, compare=False)


@dataclass(slots=True)
class SparqlAnswer:
    """An answer in full; ``etag`` is empty where the same query may answer otherwise next time."""

    body: bytes | Body
    media_type: str
    etag: str
    generation_id: str
    kept: Kept | None = None
    rows: int | None = None

    @property
    def size(self) -> int:
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


def plain(request: SparqlRequest) -> SparqlRequest:
    """Return the request with its terms placed in the query, which is then as any other; else as it is."""
    text = placed(request.text, dict(request.bind)) if request.bind else None
    return request if text is None else replace(request, text=text, bind=())


def key_of(generation_id: str, request: SparqlRequest) -> Key:
    return (
        generation_id,
        normalise(request.text),
        request.results,
        request.graph,
        request.default_graphs,
        request.named_graphs,
        request.bind,
        request.base,
    )


def etag_of(key: Key, media_type: str) -> str:
    return hashlib.blake2b(repr((__version__, key, media_type)).encode(), digest_size=16).hexdigest()


def question_of(request: SparqlRequest) -> tuple[Any, ...]:
    """Return what decides how much work a query is, whatever its format."""
    return request.text, request.default_graphs, request.named_graphs, request.bind


def normalise(text: str) -> str:
    """Return the text without the white space that cannot matter: at the ends of lines, unless quoted."""
    text = text.strip()
    if "\n" not in text:
        return text
    if '"""' in text or "'''" in text:
        return text
    return "\n".join(line for each in text.split("\n") if (line := each.strip(" \t\r")))
