"""The native Oxigraph server: loads N-Quads as they stream, departs from the standard in nothing we use."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from kg.store.adapters import Standard, renamed
from kg.store.naming import Names


class Oxigraph(Standard):
    """``oxigraph serve``: ``/query``, ``/update``, ``/store``."""

    name: ClassVar[str] = "oxigraph"

    def load(self, graph_file: Path, names: Names) -> None:
        self.drop([names.of(graph) for graph in names.graphs])
        self.client.post_data(renamed(graph_file, names))
