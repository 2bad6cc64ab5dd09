"""The graph as code sees it: one protocol, whatever holds the statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

__all__ = ["Binding", "GraphStore", "Row", "Term", "Triple"]

Term = NamedNode | BlankNode | Literal | Triple
"""A value of an answer; our own graphs have no blank nodes, strangers' CONSTRUCTs may."""

Binding = Mapping[str, NamedNode | Literal]
"""Terms to put in place of variables, by the variable's name without ``?``."""

Row = dict[str, Term]
"""One solution; unbound variables are absent."""


class GraphStore(Protocol):
    """A generation's graph, read-only; the default graph is the union of its named graphs.

    Every method may be called from any thread and raises :class:`kg.errors.QuerySyntaxError` for a
    query that does not parse and :class:`kg.errors.BadInput` for one of the wrong form. No method
    limits time: strangers' queries belong to :mod:`kg.sparql`, which runs them where they can be
    stopped.
    """

    def select(self, text: str, bind: Binding | None = None) -> list[Row]:
        """Return the solutions of a SELECT; variables in ``bind`` must be projected."""
        ...

    def ask(self, text: str, bind: Binding | None = None) -> bool:
        """Return the answer of an ASK."""
        ...

    def construct(self, text: str, bind: Binding | None = None) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""
        ...

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
        """Return any query's answer as the engine serialises it.

        Args:
            media_type: of the result: SPARQL results JSON, XML, CSV, TSV for SELECT and ASK; Turtle,
                N-Triples, JSON-LD, RDF/XML and the like for CONSTRUCT and DESCRIBE.
            default_graphs, named_graphs: IRIs of the dataset, as the SPARQL protocol gives them;
                both ``None`` means the union of all graphs, and each of them by name.
            prefixes: prefix to namespace, for the RDF formats that abbreviate.

        Raises:
            NotAcceptable: the query's form cannot be written in this format.
        """
        ...

    def size(self) -> int:
        """Return the number of statements."""
        ...

    def close(self) -> None:
        """Let go of the statements; the store must not be asked afterwards."""
        ...
