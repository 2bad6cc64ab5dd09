"""The life of one expendable process: read a query, write its answer, again, until told or killed."""

from __future__ import annotations

import io
import json
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Final, cast

import pyoxigraph as px

from kg.errors import BadInput, KgError, NotAcceptable, QuerySyntaxError, TooLarge, Unavailable
from kg.sparql import frames
from kg.sparql.columns.answering import APART, Answerer
from kg.sparql.statistics import collect
from kg.store.syntax import names_dataset, syntax_error

_PIECE: Final = 64 * 1024
_HELD: Final = 256 * 1024
"""Bytes of an answer kept back before the first are sent: until then a query can be run anew."""
_NICENESS: Final = 5
_UNKNOWN_FUNCTION: Final = "The custom function <"
_UNDECLARED: Final = "Prefix not found"
_FUNCTIONS_MAX: Final = 50
ABBREVIATING: Final = ("text/turtle", "application/trig", "application/rdf+xml", "application/ld+json")
"""Formats that are written with prefixes."""
_Functions = dict[px.NamedNode, Callable[..., px.NamedNode | px.BlankNode | px.Literal | px.Triple | None]]


class _OverfullError(Exception):
    """The answer is above its size."""


class _Outlet(io.RawIOBase):
    """The file the engine writes to: counts, bounds and sends on."""

    def __init__(self, send: Callable[[bytes], None], limit: int) -> None:
        super().__init__()
        self.total = 0
        self.sent = False
        self._send = send
        self._limit = limit
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def clear(self) -> None:
        """Forget what was written; only while nothing has been sent."""
        self.total = 0
        self._held.clear()

    def write(self, piece: Any) -> int:
        self.total += len(piece)
        if self.total > self._limit:
            raise _OverfullError
        self._held += piece
        if len(self._held) >= (_PIECE if self.sent else _HELD):
            self._send(frames.pack(frames.DATA, bytes(self._held)))
            self._held.clear()
            self.sent = True
        return len(piece)

    def rest(self) -> bytes:
        return frames.pack(frames.DATA, bytes(self._held)) if self._held else b""


def serve(
    connection: socket.socket,
    store: px.Store,
    columns: Answerer | None = None,
    *,
    prefixes: Mapping[str, str],
    memory_max: int,
) -> None:
    """Answer queries from a connection until it closes; a request for statistics is the last one.

    Args:
        columns: of the same statements, for the queries that ask for them.
        prefixes: what RDF answers are abbreviated with.
        memory_max: peak of resident bytes above which the process retires after an answer, because the
            engine does not give back all that a large query took.
    """
    while (frame := frames.receive(connection)) is not None:
        request = json.loads(frame[1])
        if request.get("statistics"):
            os.nice(_NICENESS)  # queries go first; this process is used for nothing else
            counted = json.dumps(collect(store).to_json()).encode()
            connection.sendall(frames.pack(frames.DATA, counted))
            return
        request |= {"prefixes": prefixes, "declared": {}}
        outlet = _Outlet(connection.sendall, request["limit"])
        try:
            end = _from_columns(columns, request, outlet) or _answer(store, request, outlet)
        except KgError as fault:
            end = _problem(fault)
        end["retired"] = peak_memory() > memory_max
        tail = outlet.rest() if "error" not in end else b""
        connection.sendall(tail + frames.pack_json(frames.END, end))
        if end["retired"]:
            return


def _from_columns(
    columns: Answerer | None, request: dict[str, Any], outlet: _Outlet
) -> dict[str, Any] | None:
    """Answer from columns where the web process asks for it; nothing where the engine has to."""
    if columns is None or not request.get("columns"):
        return None
    found = columns.answer(request["text"], request["results"], APART)
    if found is None or len(found) > request["limit"]:
        return None
    outlet.write(found)
    return {"type": request["results"], "bytes": outlet.total}


def _answer(store: px.Store, request: dict[str, Any], outlet: _Outlet) -> dict[str, Any]:
    functions: _Functions = {}
    while True:
        try:
            return _run(store, request, outlet, functions)
        except _OverfullError:
            size = request["limit"] // (1024 * 1024)
            raise TooLarge(
                f"The answer is larger than {size} MB.",
                hint="Ask for less with LIMIT and OFFSET, or take a dump of the graph.",
            ) from None
        except SyntaxError as fault:
            if _UNDECLARED in str(fault) and not request["declared"]:
                # The graph's own prefixes may be used without being declared, as its pages show them.
                request["declared"] = request["prefixes"]
                continue
            raise syntax_error(str(fault)) from None
        except (ValueError, RuntimeError) as fault:
            name = _unknown_function(str(fault))
            if name is None or outlet.sent or name in functions or len(functions) >= _FUNCTIONS_MAX:
                raise BadInput(f"The query cannot be run: {fault}.") from None
            # SPARQL 1.1, 17.6: a function nobody knows is an error of its expression, not of the query.
            functions[name] = _nothing
            outlet.clear()
        except OSError as fault:
            raise Unavailable(f"An endpoint that the query calls did not answer: {fault}.") from None


def _run(
    store: px.Store,
    request: dict[str, Any],
    outlet: _Outlet,
    functions: _Functions,
) -> dict[str, Any]:
    file = cast(IO[bytes], outlet)
    answer = store.query(
        request["text"],
        base_iri=request["base"],
        prefixes=request["declared"],
        custom_functions=functions,
        **_options(request),
    )
    if isinstance(answer, px.QueryTriples):
        media_type = request["graph"]
        kind = px.RdfFormat.from_media_type(media_type) if media_type else None
        if kind is None:
            raise NotAcceptable("The answer of a CONSTRUCT or DESCRIBE has no such format.")
        if media_type in ABBREVIATING:
            px.serialize(answer, file, format=kind, prefixes=request["prefixes"])
        else:
            answer.serialize(file, format=kind)
    else:
        media_type = request["results"]
        results = px.QueryResultsFormat.from_media_type(media_type) if media_type else None
        if results is None:
            raise NotAcceptable("The answer of a SELECT or ASK has no such format.")
        answer.serialize(file, format=results)
    return {"type": media_type, "bytes": outlet.total}


def _options(request: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any]
    if request["default"] is not None or request["named"] is not None:
        # As the protocol has it: a dataset named in part is empty in its other part.
        options = {"default_graph": _nodes(request["default"]), "named_graphs": _nodes(request["named"])}
    else:
        # The engine would ignore FROM if it were told to take the union.
        options = {"use_default_graph_as_union": not names_dataset(request["text"])}
    if request["bind"]:
        options["substitutions"] = {px.Variable(name): _term(text) for name, text in request["bind"].items()}
    return options


def _nodes(iris: Sequence[str] | None) -> list[px.NamedNode]:
    return [px.NamedNode(iri) for iri in iris or ()]


def _term(text: str) -> px.NamedNode | px.Literal:
    quad = next(iter(px.parse(f"<urn:s> <urn:p> {text} .", px.RdfFormat.N_TRIPLES)))
    if not isinstance(quad.object, px.NamedNode | px.Literal):
        raise BadInput("Only IRIs and literals can be bound.")
    return quad.object


def _unknown_function(message: str) -> px.NamedNode | None:
    if not message.startswith(_UNKNOWN_FUNCTION):
        return None
    return px.NamedNode(message.removeprefix(_UNKNOWN_FUNCTION).split(">")[0])


def _nothing(*_arguments: object) -> None:
    """Stand in for a function that nobody knows."""


def _problem(fault: KgError) -> dict[str, Any]:
    found: dict[str, Any] = {"error": fault.code, "message": fault.message, "hint": fault.hint}
    if isinstance(fault, QuerySyntaxError):
        found |= {"line": fault.line, "column": fault.column}
    return found


def peak_memory() -> int:
    """Return the largest resident memory this process ever had, in bytes; needs no open file."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
