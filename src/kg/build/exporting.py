"""Writes the graph that serves, or one of its named graphs, in any RDF syntax."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

import pyoxigraph as px

from kg import generation, queries
from kg.config import Settings
from kg.errors import BadInput, NotFound

FORMATS: Final = {
    "nq": px.RdfFormat.N_QUADS,
    "trig": px.RdfFormat.TRIG,
    "ttl": px.RdfFormat.TURTLE,
    "nt": px.RdfFormat.N_TRIPLES,
    "rdf": px.RdfFormat.RDF_XML,
    "jsonld": px.RdfFormat.JSON_LD,
}


def export(settings: Settings, out: BinaryIO, *, graph: str | None = None, form: str = "nq") -> int:
    """Write the graph that serves to ``out`` and return the number of statements.

    Args:
        graph: local name of one named graph (``wocat``); ``None`` for all.
        form: a key of :data:`FORMATS`; formats without graphs hold the union.

    Raises:
        NoGeneration: nothing has been built yet.
        NotFound: there is no such graph.
        BadInput: the format is unknown.
    """
    if form not in FORMATS:
        raise BadInput(f"There is no format {form!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    serving = generation.current(settings.home_folder)
    graphs = serving.manifest["graphs"]
    if graph is not None and graph not in graphs:
        raise NotFound(f"There is no graph {graph!r}.", hint=f"Known: {', '.join(sorted(graphs))}.")
    iris = settings.iris
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        tail = f" <{iris.graph(graph)}> .\n".encode() if graph else b""
        with serving.graph_file.open("rb") as file:
            for line in file:
                if line.endswith(tail):
                    count += 1
                    yield line

    if form == "nq":
        out.writelines(lines())
        return count
    kind = FORMATS[form]

    prefixes = queries.prefix_map(iris)
    quads = (quad for line in lines() for quad in px.parse(input=line, format=px.RdfFormat.N_QUADS))
    if kind.supports_datasets:
        px.serialize(quads, out, kind, prefixes=prefixes)
    else:
        px.serialize((quad.triple for quad in quads), out, kind, prefixes=prefixes)
    return count
