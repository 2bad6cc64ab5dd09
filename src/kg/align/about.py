"""What decisions, publications, cases and other records are stated to be about: frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.queries import with_prefixes
from kg.store import GraphStore
from kg.vocab import Iris

_STATED: Final = """SELECT DISTINCT ?record ?framework WHERE {
  ?framework a kg:Framework ; kg:concept ?concept .
  ?record kg:theme ?concept
}"""


def lines(store: GraphStore, iris: Iris) -> Iterator[str]:
    """Yield ``kg:aboutFramework`` for every record whose source states the framework as a theme.

    A framework names its concept (``kg:concept``); suggestions from texts are other statements.
    """
    about, tail = f"<{iris.term('aboutFramework')}>", f" <{iris.graph('assessments')}> ."
    for record, framework in stated(store, iris):
        yield f"<{record}> {about} <{iris.id('framework', framework)}>{tail}"


def stated(store: GraphStore, iris: Iris) -> Iterator[tuple[str, str]]:
    """Yield (record's IRI, framework) for every theme that a source states."""
    for row in store.select(with_prefixes(_STATED, iris)):
        yield str(row["record"])[1:-1], str(row["framework"])[1:-1].rpartition("/")[2]
