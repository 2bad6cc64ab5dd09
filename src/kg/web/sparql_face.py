"""Turns WSGI requests into queries and answers into HTTP: negotiation, tags, compression, problems."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from kg.config import TABLE, Settings
from kg.errors import (
    BadInput,
    KgError,
    MethodNotAllowed,
    NotFound,
)
from kg.sparql import description, protocol
from kg.sparql.formats import GRAPHS, RESULTS, Format, named, unknown
from kg.sparql.protocol import Operation
from kg.sparql.service import SparqlAnswer, SparqlRequest, SparqlService
from kg.terms import is_iri
from kg.web.coding import choose_coding, pack, packed_pieces, pieces
from kg.web.incoming import BrokenBody
from kg.web.negotiate import choose
from kg.web.sparql_reply import (
    Environ,
    Reply,
    always,
    close,
    new_request_id,
    options,
    problem,
    request_id,
    watch,
)

_log = logging.getLogger("kg.sparql")
_PACK_FROM: Final = 600
_REMEMBERED: Final = 8_000
"""Characters of a query string that is read once for all its repetitions."""
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[::1\])(?::\d{1,5})?")
_DEFAULT_URL: Final = next(row.default for row in TABLE if row.name == "public_url")


def _offer(offered: tuple[Format, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    aliases = tuple((alias, each.media_type) for each in offered for alias in each.aliases)
    return tuple(each.media_type for each in offered), aliases


_RESULTS: Final = _offer(RESULTS)
_GRAPHS: Final = _offer(GRAPHS)
_PAGES: Final = ((*_RESULTS[0], *_GRAPHS[0], "text/html"), (*_RESULTS[1], *_GRAPHS[1]))


class Face:
    """The HTTP side of a query service, without a web framework."""

    def __init__(self, settings: Settings, service: SparqlService) -> None:
        self.settings = settings
        self.service = service
        self._limit = settings.sparql_request_max_kb * 1024

    # What comes in

    def wants_page(self, environ: Environ) -> bool:
        """Tell whether a browser asks, which is shown a page."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        query_string = environ.get("QUERY_STRING", "")
        if "format=html" in query_string:
            return True
        if "text/html" not in environ.get("HTTP_ACCEPT", "").lower() or "format=" in query_string:
            return False
        return choose(environ["HTTP_ACCEPT"], *_PAGES) == "text/html"

    def operation(self, environ: Environ) -> Operation:
        """Read the request; see :func:`kg.sparql.protocol.read`."""
        query_string = environ.get("QUERY_STRING", "")
        if len(query_string) > self._limit:
            raise BadInput("The address is too long; send the query by POST.")

        def body() -> bytes:
            try:
                return protocol.read_body(
                    environ["wsgi.input"].read,
                    environ.get("CONTENT_LENGTH"),
                    ends=bool(environ.get("wsgi.input_terminated")),
                    limit=self._limit,
                )
            except BrokenBody:
                raise BadInput("The body's chunks cannot be read.") from None

        return protocol.read(environ["REQUEST_METHOD"], query_string, environ.get("CONTENT_TYPE"), body)

    def question(
        self, environ: Environ, operation: Operation, *, results: str | None, graph: str | None
    ) -> SparqlRequest:
        """Return the request to the service."""
        return SparqlRequest(
            operation.query or "",
            results,
            graph,
            operation.default_graphs,
            operation.named_graphs,
            client=environ.get("REMOTE_ADDR", ""),
            request_id=request_id(environ),
            gone=watch(environ.get("gunicorn.socket")),
        )

    # What goes out

    def sparql(self, environ: Environ) -> Reply:
        """Answer a request to ``/sparql``."""
        return self._guarded(environ, self._sparql, "GET, HEAD, POST, OPTIONS")

    def quick(self, environ: Environ) -> Reply | None:
        """Answer a GET of ``/sparql`` in few milliseconds, or not at all: then :meth:`sparql` has to."""
        try:
            asked = _asked(environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT"))
        except KgError:
            return None
        if asked is None:
            return None
        environ["kg.request_id"] = new_request_id(environ)
        if environ.get("HTTP_IF_NONE_MATCH"):
            return None
        request = SparqlRequest(  # ``replace`` takes several times as long
            asked.text, asked.results, asked.graph, asked.default_graphs, asked.named_graphs,
            client=environ.get("REMOTE_ADDR", ""), request_id=environ["kg.request_id"],
        )  # fmt: skip
        answer = self.service.at_once(request)
        return None if answer is None else self._reply(environ, answer)

    def graphs(self, environ: Environ) -> Reply:
        """Answer a request to ``/graphs``: the Graph Store Protocol, indirect, read side."""
        return self._guarded(environ, self._graphs, "GET, HEAD, OPTIONS")

    def bound(
        self, environ: Environ, text: str, bind: tuple[tuple[str, str], ...], wanted: str | None
    ) -> Reply:
        """Answer one of our own queries, with terms in N-Triples notation in place of variables.

        ``wanted`` is the value of ``?format=``.
        """

        def answer(environ: Environ) -> Reply:
            results, graph = _formats(environ, wanted)
            asked = self.question(environ, Operation(text), results=results, graph=graph)
            return self._executed(environ, replace(asked, bind=bind))

        return self._guarded(environ, answer, "GET, HEAD, OPTIONS")

    def _guarded(self, environ: Environ, answer: Callable[[Environ], Reply], allow: str) -> Reply:
        method = environ["REQUEST_METHOD"]
        environ["kg.request_id"] = new_request_id(environ)
        try:
            if method == "OPTIONS":
                return options(environ, allow)
            if method not in allow.split(", "):
                raise MethodNotAllowed(f"{method} is not answered here.", hint=f"Use {allow}.")
            return answer(environ)
        except KgError as fault:
            return problem(environ, fault, allow)
        except Exception:  # what goes wrong here must not show its text to strangers
            _log.exception("request %s failed", request_id(environ))
            return problem(environ, KgError("Something went wrong on our side."), allow)

    def _sparql(self, environ: Environ) -> Reply:
        operation = self.operation(environ)
        if operation.query is None:
            return self._describe(environ, operation.format)
        results, graph = _formats(environ, operation.format)
        asked = self.question(environ, operation, results=results, graph=graph)
        return self._executed(environ, asked)

    def _executed(self, environ: Environ, asked: SparqlRequest) -> Reply:
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags and environ["REQUEST_METHOD"] != "POST":
            held = self.service.held(asked, _TAG.findall(tags))
            if held is not None:
                return Reply("304 Not Modified", [("ETag", f'"{held}"'), *always(environ)])
        return self._reply(environ, self.service.execute(asked))

    def _reply(self, environ: Environ, answer: SparqlAnswer) -> Reply:
        text = answer.media_type.startswith("text/")
        headers = [
            ("Content-Type", f"{answer.media_type}; charset=utf-8" if text else answer.media_type),
            ("Cache-Control", "public, no-cache" if answer.etag else "no-store"),
            ("X-Generation", answer.generation_id),
            *always(environ),
        ]
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        coding = choose_coding(accepted) if accepted and answer.size >= _PACK_FROM else ""
        if answer.etag:
            headers.append(("ETag", f'"{answer.etag}{"-" if coding else ""}{coding}"'))
        if coding:
            headers.append(("Content-Encoding", coding))
        body = self._body(answer, coding)
        if isinstance(body, bytes):
            headers.append(("Content-Length", str(len(body))))
        elif not coding:
            headers.append(("Content-Length", str(answer.size)))
        if environ["REQUEST_METHOD"] == "HEAD":
            close(body)
            return Reply("200 OK", headers)
        return Reply("200 OK", headers, [body] if isinstance(body, bytes) else body)

    def _body(self, answer: SparqlAnswer, coding: str = "") -> bytes | Iterator[bytes]:
        if isinstance(answer.body, bytes):
            if not coding:
                return answer.body
            kept = answer.kept
            packed = kept.packed.get(coding) if kept is not None else None
            if packed is None:
                packed = pack(coding, answer.body)
                if kept is not None:
                    kept.packed[coding] = packed
            return packed
        file = answer.body.file
        if file is None:  # pragma: no cover - the service joins what is in memory
            return b"".join(answer.body.pieces)
        file.seek(0)
        return packed_pieces(coding, file) if coding else pieces(file)

    def text(self, answer: SparqlAnswer) -> str:
        """Return an answer's text, for a page."""
        body = self._body(answer)
        return (body if isinstance(body, bytes) else b"".join(body)).decode("utf-8")

    # The description and the graphs

    def _describe(self, environ: Environ, wanted: str | None) -> Reply:
        media_type = _formats(environ, wanted)[1]
        if media_type is None:
            raise BadInput(
                "The parameter 'query' is missing.", hint="A bare GET gets the description in RDF."
            )

        def ask(query: str) -> bytes:
            asked = SparqlRequest(query, "text/csv", client="kg", request_id=request_id(environ))
            return self.text(self.service.execute(asked)).encode()

        generation_id = self.service.generation_id()
        endpoint = self._endpoint(environ)
        body = description.describe(ask, self.settings, endpoint, media_type, generation_id)
        return self._reply(environ, SparqlAnswer(body, media_type, "", generation_id))

    def _endpoint(self, environ: Environ) -> str:
        """Return the service's own address: as configured, else as the client found it."""
        root = environ.get("SCRIPT_NAME", "").rstrip("/")
        if self.settings.public_url != _DEFAULT_URL:
            return f"{self.settings.public_url.rstrip('/')}/sparql"
        host = environ.get("HTTP_HOST", "")
        address = f"{environ['wsgi.url_scheme']}://{host}{quote(root)}/sparql"
        return address if _HOST.fullmatch(host) and is_iri(address) else f"{_DEFAULT_URL}sparql"

    def _graphs(self, environ: Environ) -> Reply:
        fields = protocol.parse_fields(environ.get("QUERY_STRING", ""))
        graph = fields.get("graph", [])
        if ("default" in fields) == bool(graph) or len(graph) > 1:
            raise BadInput("A graph is asked for with ?graph= and its IRI, or with ?default.")
        if graph and not is_iri(graph[0]):
            raise BadInput(f"'graph' must be an absolute IRI, not {graph[0][:80]!r}.")
        media_type = _formats(environ, (fields.get("format") or [""])[0] or None)[1]
        chosen = tuple(graph) or None
        operation = Operation("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", chosen)
        asked = self.question(environ, operation, results=None, graph=media_type)
        if chosen:
            exists = replace(asked, text="ASK { ?s ?p ?o }", results="text/csv")
            if self.text(self.service.execute(exists)) != "true":
                raise NotFound("There is no graph of this name.")
        return self._executed(environ, asked)


@lru_cache(maxsize=1024)
def _asked(query_string: str, accept: str | None) -> SparqlRequest | None:
    """Return what a query string asks for, if it is a query."""
    operation = protocol.read("GET", query_string, None, bytes)
    if operation.query is None or len(query_string) > _REMEMBERED:
        return None
    results, graph = _formats({"HTTP_ACCEPT": accept}, operation.format)
    return SparqlRequest(operation.query, results, graph, operation.default_graphs, operation.named_graphs)


def _formats(environ: Environ, wanted: str | None) -> tuple[str | None, str | None]:
    """Return the media types for results and for graphs, nothing where none is acceptable."""
    if wanted is not None:
        results, graph = named(wanted, RESULTS), named(wanted, GRAPHS)
        if results is None and graph is None:
            raise unknown(wanted)
        return results, graph
    accept = environ.get("HTTP_ACCEPT")
    return choose(accept, *_RESULTS), choose(accept, *_GRAPHS)
