"""The two engines over the collections of one generation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.search.embedding import Vectors
from kg.search.engines import MOST_SAID, Alternative, Groups, Narrowing
from kg.search.milvus.collections import KEY, MOST, VECTOR, condition, searching
from kg.search.milvus.server import Server
from kg.search.scoring import Postings, Sought
from kg.search.terms import Terms

CANDIDATES: Final = 4
"""Candidates for the exact score, as a multiple of what is wanted (docs/scale.md: keeps the first ten)."""


class MilvusVectors:
    """The vectors of one encoder in a collection; a :class:`kg.search.engines.VectorEngine`."""

    def __init__(self, server: Server, collection: str, kind: str, passages: int, dimensions: int) -> None:
        self.dimensions = dimensions
        self._server = server
        self._collection = collection
        self._kind = kind
        self._passages = passages

    def __len__(self) -> int:
        return self._passages

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """Return the stored vectors of passages, shape (numbers, dimensions)."""
        wanted = [int(number) for number in numbers]
        if not wanted:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows = self._server.ask("get", self._collection, ids=wanted, output_fields=[KEY, VECTOR])
        held = {int(row[KEY]): row[VECTOR] for row in rows}
        return np.array([held[number] for number in wanted], dtype=np.float32)

    def search(
        self, vector: Vectors, limit: int, narrowing: Narrowing | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage number, cosine), best first, among what passes."""
        return self.search_all([vector], limit, narrowing)[0]

    def search_all(
        self, asked: Sequence[Vectors], limit: int, narrowing: Narrowing | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return for each vector what :meth:`search` does, in one request."""
        passing = self._passages if narrowing is None else int(np.count_nonzero(narrowing.passages))
        limit = min(limit, passing, MOST)
        if limit <= 0 or not asked:
            return [[] for _ in asked]
        answer = self._server.ask(
            "search",
            self._collection,
            data=[vector.tolist() for vector in asked],
            anns_field=VECTOR,
            limit=limit,
            filter=condition(narrowing),
            search_params=searching(self._kind, self._passages, limit, passing / self._passages),
            output_fields=[KEY],
        )
        return [_hits(each) for each in answer]


class MilvusWords:
    """BM25 in a collection of sparse vectors; a :class:`kg.search.engines.WordEngine`.

    Milvus adds up the weights of a passage's terms, which finds candidates; they are scored exactly from
    the terms of our own analysis (:mod:`kg.search.scoring`).
    """

    def __init__(self, server: Server, collection: str, terms: Terms, close: Callable[[], None]) -> None:
        self._server = server
        self._collection = collection
        self._terms = terms
        self._close = close
        self._postings: Postings | None = None

    def search(
        self, groups: Groups, *, narrowing: Narrowing | None = None, limit: int = 200
    ) -> list[tuple[int, float]]:
        """Return (passage number, BM25 score), best first; nothing when there is nothing to look for."""
        sought = Sought(self._terms, groups)
        weights = sought.weights()
        if not weights or (narrowing is not None and not narrowing.records.any()):
            return []
        most = min(MOST, self._terms.passages, math.ceil(limit * CANDIDATES))
        answer = self._server.ask(
            "search",
            self._collection,
            data=[weights],
            anns_field=VECTOR,
            limit=most,
            filter=condition(narrowing),
            search_params={"metric_type": "IP", "params": {}},
            output_fields=[KEY],
        )
        passages = sorted(number for number, _ in _hits(answer[0]))
        found = zip(passages, sought.scores(passages).tolist(), strict=True)
        return sorted(((each, score) for each, score in found if score > 0), key=_order)[:limit]

    def said(self, groups: Sequence[Sequence[Alternative]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the passages that say something of the groups, and which; nothing is asked of Milvus.

        Whole lists are counted only where passages are few enough to be looked through here.
        """
        if self._postings is None:
            self._postings = Postings(self._terms)
        bits = self._postings.said(Sought(self._terms, groups[:MOST_SAID]).all_groups)
        passages = np.flatnonzero(bits)
        return passages, bits[passages]

    def close(self) -> None:
        """Let go of the connection."""
        self._close()


def _hits(found: Any) -> list[tuple[int, float]]:
    pairs = [(int(each[KEY]), float(each["distance"])) for each in found]
    return sorted(pairs, key=_order)


def _order(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]
