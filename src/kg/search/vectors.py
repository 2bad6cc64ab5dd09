"""The vector index of one encoder: FAISS, exact while small, a graph (HNSW) beyond."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.search.embedding import Vectors, threads

EXACT_UP_TO: Final = 60_000
"""Passages up to which every vector is compared; about 20 ms on two processors at 384 dimensions."""

_LINKS: Final = 32
_EFFORT_BUILD: Final = 128
_EFFORT_SEARCH: Final = 256
_NARROW: Final = 0.10
"""Share of passages below which a filtered search compares all that pass instead of walking the graph."""


def write(file: Path, vectors: Vectors, *, exact_up_to: int = EXACT_UP_TO) -> str:
    """Write an index of unit vectors, shape (passages, dimensions); returns its kind."""
    import faiss

    faiss.omp_set_num_threads(threads())
    count, dimensions = vectors.shape
    if count <= exact_up_to:
        index: Any = faiss.IndexFlatIP(dimensions)
        kind = "flat"
    else:
        index = faiss.IndexHNSWFlat(dimensions, _LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _EFFORT_BUILD
        kind = "hnsw"
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(file))
    return kind


class VectorIndex:
    """An opened vector index; searches from several threads at once."""

    def __init__(self, file: Path) -> None:
        import faiss

        self._faiss: Any = faiss
        faiss.omp_set_num_threads(threads())
        self._index = faiss.read_index(str(file))
        self._exact = isinstance(self._index, faiss.IndexFlat)
        self.dimensions = int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def vector(self, number: int) -> Vectors:
        """Return the stored vector of a passage."""
        return np.asarray(self._index.reconstruct(number), dtype=np.float32)

    def search(
        self, vector: Vectors, limit: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage number, cosine), best first, among the passages that ``allowed`` marks."""
        passing = len(self) if allowed is None else int(allowed.sum())
        limit = min(limit, passing)
        if limit <= 0:
            return []
        if allowed is not None and not self._exact and passing < _NARROW * len(self):
            return self._compare_all(vector, limit, np.flatnonzero(allowed))
        query = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        scores, numbers = self._index.search(query, limit, params=self._parameters(allowed, limit))
        return [
            (int(number), float(score))
            for number, score in zip(numbers[0], scores[0], strict=True)
            if number >= 0
        ]

    def _parameters(self, allowed: NDArray[np.bool_] | None, limit: int) -> Any:
        options: dict[str, Any] = {}
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            options["sel"] = self._faiss.IDSelectorBitmap(bits)
        if self._exact:
            return self._faiss.SearchParameters(**options) if options else None
        return self._faiss.SearchParametersHNSW(efSearch=max(_EFFORT_SEARCH, 2 * limit), **options)

    def _compare_all(self, vector: Vectors, limit: int, numbers: NDArray[np.intp]) -> list[tuple[int, float]]:
        stored = self._index.reconstruct_batch(numbers.astype(np.int64))
        scores = stored @ vector
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(int(numbers[at]), float(scores[at])) for at in best]
