"""The embedded store: pyoxigraph, in memory while a generation fits the budget, else on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as px

from kg.config import Settings
from kg.errors import BadInput, Unavailable
from kg.store import Binding, Row
from kg.store.placing import placed
from kg.store.syntax import engine_errors, graph_format, names_dataset, results_format, solutions

BYTES_PER_TRIPLE: Final = 520
"""Memory of one statement in ``Store()``: 0.65 GB for 1.26 million (docs/benchmarks.md)."""


def open_store(folder: Path, settings: Settings) -> EmbeddedStore:
    """Open a generation's graph from its folder, which holds ``graph.nq`` and ``store/``.

    Raises:
        Unavailable: the folder is not a whole generation.
    """
    graph, disk = folder / "graph.nq", folder / "store"
    if not graph.is_file():
        raise Unavailable(f"{graph} is missing; this generation cannot be opened.", hint="Run 'kg build'.")
    if fits_memory(graph, settings.memory_budget_mb) or not disk.is_dir():
        store = px.Store()
        store.bulk_load(path=str(graph), format=px.RdfFormat.N_QUADS)
        return EmbeddedStore(store, in_memory=True)
    return EmbeddedStore(px.Store.read_only(str(disk)), in_memory=False)


def fits_memory(graph: Path, budget_mb: int) -> bool:
    """Tell whether the statements of an N-Quads file fit; counts no further than the budget."""
    allowed = budget_mb * 1024 * 1024 // BYTES_PER_TRIPLE
    with graph.open("rb") as file:
        while block := file.read(1 << 20):
            allowed -= block.count(b"\n")
            if allowed < 0:
                return False
    return True


class EmbeddedStore:
    """A :class:`kg.store.GraphStore` over pyoxigraph.

    Solutions of the engine must not cross threads, so every method reads its answer to the end
    before it returns.
    """

    def __init__(self, store: px.Store, *, in_memory: bool) -> None:
        self._store: px.Store | None = store
        self._size: int | None = None
        self.in_memory = in_memory

    @engine_errors()
    def select(self, text: str, bind: Binding | None = None) -> list[Row]:
        answer = self._query(text, bind)
        if not isinstance(answer, px.QuerySolutions):
            raise BadInput("This needs a SELECT query.")
        return solutions(answer)

    @engine_errors()
    def ask(self, text: str, bind: Binding | None = None) -> bool:
        answer = self._query(text, bind)
        if not isinstance(answer, px.QueryBoolean):
            raise BadInput("This needs an ASK query.")
        return bool(answer)

    @engine_errors()
    def construct(self, text: str, bind: Binding | None = None) -> list[px.Triple]:
        answer = self._query(text, bind)
        if not isinstance(answer, px.QueryTriples):
            raise BadInput("This needs a CONSTRUCT or DESCRIBE query.")
        return list(answer)

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
        answer = self._query(text, bind, default_graphs, named_graphs)
        if isinstance(answer, px.QueryTriples):
            return _triples(answer, media_type, prefixes)
        return answer.serialize(format=results_format(media_type)) or b""

    def size(self) -> int:
        if self._size is None:
            self._size = len(self._open())
        return self._size

    @property
    def engine(self) -> px.Store:
        """The engine's own store, for what reads all statements at once."""
        return self._open()

    def close(self) -> None:
        self._store = None

    def _open(self) -> px.Store:
        if self._store is None:
            raise Unavailable("This generation was closed.", retry_after=1)
        return self._store

    def _query(
        self,
        text: str,
        bind: Binding | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> px.QuerySolutions | px.QueryBoolean | px.QueryTriples:
        found = placed(text, {name: str(term) for name, term in bind.items()}) if bind else None
        text, bind = (text, bind) if found is None else (found, None)
        # The engine would ignore FROM if it were told to take the union.
        options: dict[str, Any] = {"use_default_graph_as_union": not names_dataset(text)}
        if default_graphs is not None or named_graphs is not None:
            # As the protocol has it: a dataset named in part is empty in its other part.
            options = {
                "default_graph": [px.NamedNode(iri) for iri in default_graphs or ()],
                "named_graphs": [px.NamedNode(iri) for iri in named_graphs or ()],
            }
        if bind:
            options["substitutions"] = {px.Variable(name): term for name, term in bind.items()}
        return self._open().query(text, **options)


def _triples(answer: px.QueryTriples, media_type: str, prefixes: Mapping[str, str] | None) -> bytes:
    kind = graph_format(media_type)
    if prefixes:
        return px.serialize(answer, format=kind, prefixes=dict(prefixes)) or b""
    return answer.serialize(format=kind) or b""
