"""What a database does by the standard alone; each engine that departs from it has a file of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from kg.store import Binding
from kg.store.client import Client
from kg.store.naming import Names, bound

_PIECE: Final = 8 * 1024 * 1024
_QUAD: Final = re.compile(rb"^(.*) <([^<>]*)> \.$")


def renamed(graph_file: Path, names: Names) -> Iterator[bytes]:
    """Give the statements of a generation with the names of the database, in pieces of whole lines."""
    with graph_file.open("rb") as file:
        rest = b""
        while piece := file.read(_PIECE):
            whole, newline, rest = (rest + piece).rpartition(b"\n")
            yield names.into(whole + newline)
        if rest:
            yield names.into(rest + b"\n")


class Standard:
    """Any SPARQL 1.1 database: graphs are written by the Graph Store Protocol, one by one."""

    name: ClassVar[str] = "standard"

    def __init__(self, client: Client, folder: str = "") -> None:
        """``folder`` is one that the database reads files from, for engines with a loader of files."""
        self.client = client
        self.folder = folder

    def load(self, graph_file: Path, names: Names) -> None:
        """Write the graphs of a generation; what stood in them before is gone afterwards."""
        triples: dict[str, list[bytes]] = defaultdict(list)
        for piece in renamed(graph_file, names):
            for line in piece.splitlines():
                found = _QUAD.match(line)
                if found is not None:
                    triples[found[2].decode()].append(found[1] + b" .\n")
        for graph, lines in triples.items():
            self.client.put(graph, b"".join(lines))

    def drop(self, graphs: list[str]) -> None:
        """Remove graphs, whether they are there or not."""
        self.client.update(" ;\n".join(f"DROP SILENT GRAPH <{graph}>" for graph in graphs))

    def bound(self, text: str, bind: Binding) -> str:
        """Return a query in which variables have values."""
        return bound(text, bind)

    def query(self, text: str) -> str:
        """Return the query as this engine has to be asked it."""
        return text

    def results(self, answer: bytes) -> bytes:
        """Return SPARQL results in JSON with the engine's faults mended."""
        return answer

    def triples(self, answer: bytes) -> bytes:
        """Return N-Triples with the engine's faults mended."""
        return answer
