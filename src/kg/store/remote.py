"""A generation in a SPARQL 1.1 database: loaded once as a set of named graphs, asked over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as px

from kg.config import Settings
from kg.errors import BadInput, ConfigError, Unavailable
from kg.store import Binding, Row
from kg.store.adapters import Standard
from kg.store.client import Client
from kg.store.naming import Names, filled
from kg.store.oxigraph import Oxigraph
from kg.store.syntax import engine_errors, graph_format, names_dataset, results_format, solutions
from kg.store.virtuoso import Virtuoso

ENGINES: Final = {kind.name: kind for kind in (Standard, Oxigraph, Virtuoso)}
REGISTRY: Final = "urn:kg:registry"
"""The graph that lists the generations of a database and points to the one that serves."""
_JSON: Final = "application/sparql-results+json"
_LINES: Final = "application/n-triples"
_GRAPH: Final = re.compile(rb" <([^<>]*)> \.$")


def adapter_of(settings: Settings) -> Standard:
    """Return the adapter of the database that the settings name.

    Raises:
        ConfigError: they name none, or an engine that nobody knows.
    """
    if settings.store_engine not in ENGINES:
        raise ConfigError(f"KG_STORE_ENGINE is one of {', '.join(ENGINES)}.")
    if not settings.store_query:
        raise ConfigError("KG_STORE=sparql needs KG_STORE_QUERY, the address that answers queries.")
    client = Client(
        settings.store_query,
        settings.store_update or settings.store_query,
        settings.store_data,
        settings.store_user,
        settings.store_password,
        settings.sparql_timeout_s,
    )
    return ENGINES[settings.store_engine](client, settings.store_folder)


def open_remote(folder: Path, settings: Settings) -> RemoteStore:
    """Open a generation in the database, and load it there first if it is not there as a whole.

    Raises:
        Unavailable: the folder holds no graph, or the database cannot be reached.
        ConfigError: the settings name no database.
    """
    adapter = adapter_of(settings)
    registry = Registry(adapter)
    known = registry.graphs(folder.name)
    if known is None:
        graph = folder / "graph.nq"
        if not graph.is_file():
            raise Unavailable(
                f"{graph} is missing; this generation cannot be loaded.", hint="Run 'kg build'."
            )
        found, size = _survey(graph)
        adapter.load(graph, Names(folder.name, found))
        registry.add(folder.name, found, size)
        known = found, size
    return RemoteStore(adapter, Names(folder.name, known[0]), known[1])


def _survey(graph: Path) -> tuple[list[str], int]:
    """Return the graphs and the number of statements of an N-Quads file."""
    found: set[bytes] = set()
    size = 0
    with graph.open("rb") as file:
        for line in file:
            named = _GRAPH.search(line.rstrip())
            if named is not None:
                found.add(named[1])
                size += 1
    return sorted(each.decode() for each in found), size


class Registry:
    """The generations of a database; each entry is written, and the pointer moved, in one update."""

    def __init__(self, adapter: Standard) -> None:
        self._adapter = adapter

    def graphs(self, generation_id: str) -> tuple[list[str], int] | None:
        """Return the graphs of a generation that is there as a whole and their size, or nothing."""
        for name, value in self._all():
            if name == generation_id:
                entry = json.loads(value)
                return list(entry["graphs"]), int(entry["size"])
        return None

    def ids(self) -> list[str]:
        """Return the ids of the generations that are there as a whole."""
        return sorted(name for name, _ in self._all())

    def current(self) -> str | None:
        """Return the id that the pointer names, or nothing."""
        text = f"SELECT ?id FROM <{REGISTRY}> WHERE {{ <urn:kg:current> <urn:kg:is> ?id }}"  # noqa: S608 - SPARQL
        rows = _rows(self._adapter, text)
        return rows[0]["id"].value if rows else None  # type: ignore[union-attr]

    def add(self, generation_id: str, graphs: list[str], size: int) -> None:
        """Write down that a generation is loaded."""
        entry = px.Literal(json.dumps({"graphs": graphs, "size": size}, ensure_ascii=False))
        self._adapter.client.update(
            f"INSERT DATA {{ GRAPH <{REGISTRY}> {{ <urn:kg:{generation_id}> <urn:kg:holds> {entry} }} }}"
        )

    def point(self, generation_id: str) -> None:
        """Move the pointer; who asks sees the old or the new id, never none."""
        self._adapter.client.update(
            f"DELETE WHERE {{ GRAPH <{REGISTRY}> {{ <urn:kg:current> <urn:kg:is> ?old }} }} ;\n"
            f'INSERT DATA {{ GRAPH <{REGISTRY}> {{ <urn:kg:current> <urn:kg:is> "{generation_id}" }} }}'
        )

    def remove(self, generation_id: str) -> None:
        """Take a generation out: first its entry, then its graphs."""
        known = self.graphs(generation_id)
        self._adapter.client.update(
            f"DELETE WHERE {{ GRAPH <{REGISTRY}> {{ <urn:kg:{generation_id}> <urn:kg:holds> ?entry }} }}"
        )
        if known is not None:
            names = Names(generation_id, known[0])
            self._adapter.drop([names.of(graph) for graph in known[0]])

    def _all(self) -> list[tuple[str, str]]:
        text = f"SELECT ?id ?entry FROM <{REGISTRY}> WHERE {{ ?id <urn:kg:holds> ?entry }}"  # noqa: S608 - SPARQL
        rows = _rows(self._adapter, text)
        return [
            (str(row["id"].value).rpartition(":")[2], str(row["entry"].value))  # type: ignore[union-attr]
            for row in rows
        ]


def _rows(adapter: Standard, text: str) -> list[Row]:
    return _solutions(adapter.results(adapter.client.query(adapter.query(text), _JSON)))


def _solutions(answer: bytes) -> list[Row]:
    found = px.parse_query_results(answer, px.QueryResultsFormat.JSON)
    if isinstance(found, px.QueryBoolean):
        raise BadInput("This needs a SELECT query.")
    return solutions(found)


class RemoteStore:
    """A :class:`kg.store.GraphStore` in a database.

    Queries are read by our own parser first, so that mistakes are told the same way whatever the engine;
    answers come as JSON and N-Triples and are written in the wanted format here.
    """

    in_memory = False

    def __init__(self, adapter: Standard, names: Names, size: int) -> None:
        self._adapter = adapter
        self._names = names
        self._size = size
        self._reader = px.Store()
        self._is_closed = False

    @engine_errors()
    def select(self, text: str, bind: Binding | None = None) -> list[Row]:
        self._form(text, "SELECT", px.QuerySolutions)
        return _solutions(self._ask(text, _JSON, bind))

    @engine_errors()
    def ask(self, text: str, bind: Binding | None = None) -> bool:
        self._form(text, "ASK", px.QueryBoolean)
        return bool(px.parse_query_results(self._ask(text, _JSON, bind), px.QueryResultsFormat.JSON))

    @engine_errors()
    def construct(self, text: str, bind: Binding | None = None) -> list[px.Triple]:
        self._form(text, "CONSTRUCT or DESCRIBE", px.QueryTriples)
        return _triples(self._ask(text, _LINES, bind))

    @engine_errors()
    def answer(
        self,
        text: str,
        media_type: str,
        *,
        bind: Binding | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> bytes:
        dataset = (default_graphs, named_graphs)
        if isinstance(self._read(text), px.QueryTriples):
            kind = graph_format(media_type)
            triples = _triples(self._ask(text, _LINES, bind, *dataset))
            return px.serialize(triples, format=kind, prefixes=dict(prefixes or {})) or b""
        results = results_format(media_type)
        found = self._ask(text, _JSON, bind, *dataset)
        return px.parse_query_results(found, px.QueryResultsFormat.JSON).serialize(format=results) or b""

    def size(self) -> int:
        return self._size

    def point(self) -> None:
        """Say in the database that this generation serves."""
        Registry(self._adapter).point(self._names.generation_id)

    def close(self) -> None:
        self._is_closed = True
        self._adapter.client.close()

    def _read(self, text: str) -> px.QuerySolutions | px.QueryBoolean | px.QueryTriples:
        """Return what kind of answer a query has: our own engine reads it, over nothing."""
        return self._reader.query(text)

    def _form(self, text: str, wanted: str, kind: type[object]) -> None:
        if not isinstance(self._read(text), kind):
            raise BadInput(f"This needs {'an' if wanted == 'ASK' else 'a'} {wanted} query.")

    def _ask(
        self,
        text: str,
        accept: str,
        bind: Binding | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> bytes:
        if self._is_closed:
            raise Unavailable("This generation was closed.", retry_after=1)
        asked, strangers = self._names.query(self._adapter.bound(text, bind) if bind else text)
        default: list[str] = []
        named: list[str] = []
        if default_graphs is not None or named_graphs is not None:
            # As the protocol has it: a dataset named in part is empty in its other part, so that part
            # is a graph that no generation has.
            nothing = [self._names.of("none")]
            default = [self._names.of(graph) for graph in default_graphs or ()] or nothing
            named = [self._names.of(graph) for graph in named_graphs or ()] or nothing
        elif not names_dataset(text):
            default = [self._names.of(graph) for graph in self._names.graphs]
            named = list(default)
        if named:
            named += strangers  # empty, and some engines drop a GRAPH that is not in the dataset
        found = self._adapter.client.query(self._adapter.query(asked), accept, default, named)
        mended = self._adapter.results(found) if accept == _JSON else self._adapter.triples(found)
        answer = self._names.out_of(mended)
        return filled(answer, bind) if bind and accept == _JSON else answer


def _triples(lines: bytes) -> list[px.Triple]:
    return [quad.triple for quad in px.parse(lines, px.RdfFormat.N_TRIPLES)]
