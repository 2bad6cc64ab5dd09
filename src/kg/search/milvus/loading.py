"""Loads a collection: it gets its name only when it is whole, and a load that was killed goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from kg.batches import batches
from kg.errors import Unavailable
from kg.search import lexical
from kg.search.engines import VectorEngine
from kg.search.index import Tables
from kg.search.milvus.collections import KEY, LOADING, VECTOR, indexes, scalars, schema
from kg.search.milvus.server import Server
from kg.search.terms import Terms

BATCH: Final = 2000
"""Passages of one request; about 5 MB, of the 64 MB that a server takes."""

NO_TERM: Final = 2**32 - 2
"""A dimension that no query has: a sparse vector may not be empty, and some passages have no terms."""

_INSERT_S: Final = 120.0
_LOG: Final = logging.getLogger("kg.search")
Row = dict[str, Any]


def ensure(server: Server, collection: str, source: Source, kind: str) -> None:
    """Load a collection unless it is there as a whole; one process at a time.

    Raises:
        Unavailable: the server is away, or what it holds does not become whole.
    """
    unfinished = collection + LOADING
    wanted = indexes(kind, source.count, sparse=source.is_sparse, lists=not server.is_lite())
    start = _resumed(server, unfinished, source.count)
    if not start:
        server.work("create_collection", unfinished, schema=schema(source.dimensions))
    _LOG.info("Loading %s from passage %d of %d.", collection, start, source.count)
    for batch in batches(source.rows(start), BATCH):
        server.work("insert", unfinished, data=batch, seconds=_INSERT_S)
    server.work("flush", unfinished)
    _index(server, unfinished, wanted)
    server.work("load_collection", unfinished)
    if _count(server, unfinished) != source.count:
        server.work("drop_collection", unfinished)
        raise Unavailable("The search engine (Milvus) did not take all passages; it is filled anew.")
    server.work("rename_collection", unfinished, collection)
    server.work("load_collection", collection)


def _resumed(server: Server, unfinished: str, count: int) -> int:
    """Return the passage at which a load that was killed goes on, else 0 and nothing is there."""
    if not server.ask("has_collection", unfinished):
        return 0
    server.work("flush", unfinished)
    held = int(server.ask("get_collection_stats", unfinished)["row_count"])
    if held and (held == count or (held < count and held % BATCH == 0)):
        return held
    server.work("drop_collection", unfinished)
    return 0


def _index(server: Server, collection: str, wanted: dict[str, dict[str, Any]]) -> None:
    there = server.ask("list_indexes", collection)
    for field, how in wanted.items():
        if field not in there:
            made = server.client.prepare_index_params()
            made.add_index(field_name=field, index_name=field, **how)
            server.work("create_index", collection, index_params=made, sync=field == VECTOR)


def _count(server: Server, collection: str) -> int:
    rows = server.work("query", collection, output_fields=["count(*)"], consistency_level="Strong")
    return int(rows[0]["count(*)"])


class Source:
    """What a collection holds: a row a passage, in the order of their numbers."""

    def __init__(self, tables: Tables, terms: Terms | None, vectors: VectorEngine | None) -> None:
        """Either the terms or the vectors of an encoder make the vectors of the rows."""
        self._tables = tables
        self._terms = terms
        self._vectors = vectors
        self.count = len(tables.passages)
        self.dimensions = None if vectors is None else vectors.dimensions
        self.is_sparse = vectors is None

    def rows(self, start: int) -> Iterator[Row]:
        """Yield the rows from a passage on."""
        for first in range(start, self.count, BATCH):
            numbers = range(first, min(first + BATCH, self.count))
            for number, vector in zip(numbers, self._some(numbers), strict=True):
                record = int(self._tables.passage_record[number])
                held = self._tables.records[record]
                yield {
                    KEY: number,
                    VECTOR: vector,
                    **scalars(record, held.year, list(lexical.facets_of(held))),
                }

    def _some(self, numbers: range) -> Iterator[Any]:
        if self._vectors is not None:
            yield from np.asarray(self._vectors.vectors(numbers), dtype=np.float32)
        elif self._terms is not None:
            for number in numbers:
                yield self._terms.weights(number) or {NO_TERM: 1.0}
