"""The vector index of one encoder: FAISS, exact while small, inverted lists of half floats beyond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kg.errors import ConfigError
from kg.search.embedding import Vectors, threads
from kg.search.engines import Narrowing

EXACT_UP_TO: Final = 20_000
"""Passages up to which every vector is compared; beyond, lists are faster (docs/search.md)."""

RECALL: Final = 0.985
"""Recall@10 against comparing all that the number of lists looked into is chosen for, at build time."""

_LISTS: Final = 2.0
"""Lists, as a multiple of the square root of the number of passages."""

_POINTS_A_LIST: Final = 48
_ROUNDS: Final = 8
_TRIED: Final = 200
_DEPTH: Final = 10
_SEED: Final = 11
_FILTERED: Final = 1.0
"""Lists looked into under a filter, as a multiple of what its share says (docs/search.md: keeps recall)."""

_EASY: Final = 50_000
"""Passages passing a filter up to which all lists are looked into: only what passes is compared."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: ``kind`` is ``flat`` or ``ivf``, ``probes`` of ``lists`` are looked into, and
    ``recall`` is the recall@10 against comparing all, on the queries it was chosen with."""

    kind: str
    lists: int = 0
    probes: int = 0
    recall: float = 1.0


def write(
    file: Path, vectors: Vectors, *, queries: Vectors | None = None, exact_up_to: int = EXACT_UP_TO
) -> Written:
    """Write an index of unit vectors, shape (passages, dimensions).

    ``queries``, unit vectors of the kind that will be asked, choose how many lists a search looks into:
    the fewest that reach the recall :data:`RECALL`. Without them, points between passages stand in.
    """
    import faiss

    faiss.omp_set_num_threads(threads())
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    count, dimensions = vectors.shape
    if count <= exact_up_to:
        flat = faiss.IndexFlatIP(dimensions)
        flat.add(vectors)
        faiss.write_index(flat, str(file))
        return Written("flat")
    lists = 2 ** round(math.log2(_LISTS * math.sqrt(count)))
    index = _lists(faiss, vectors, lists)
    probes, recall = _calibrated(faiss, index, vectors, _tried(vectors, queries))
    index.nprobe = probes
    faiss.write_index(index, str(file))
    return Written("ivf", lists, probes, round(recall, 4))


def _lists(faiss: Any, vectors: Vectors, lists: int) -> Any:
    """Return the filled inverted lists; half floats halve the memory and cost no recall that shows."""
    index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.by_residual = False
    index.cp.spherical = True
    index.cp.niter = _ROUNDS
    index.cp.seed = _SEED
    sample = min(len(vectors), lists * _POINTS_A_LIST)
    chosen = np.random.default_rng(_SEED).choice(len(vectors), sample, replace=False)
    index.train(vectors[np.sort(chosen)])
    index.add(vectors)
    index.make_direct_map(True)
    return index


def _tried(vectors: Vectors, queries: Vectors | None) -> Vectors:
    random = np.random.default_rng(_SEED)
    if queries is not None and len(queries):
        some = random.permutation(len(queries))[:_TRIED]
        return np.ascontiguousarray(queries[some], dtype=np.float32)
    pairs = random.choice(len(vectors), (_TRIED, 2))
    between = vectors[pairs].sum(axis=1)
    return np.asarray(between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-12), np.float32)


def _calibrated(faiss: Any, index: Any, vectors: Vectors, queries: Vectors) -> tuple[int, float]:
    """Return the fewest lists to look into, in steps of a quarter, that reach the recall, and that recall."""
    depth = min(_DEPTH, len(vectors))
    _, wanted = faiss.knn(queries, vectors, depth, metric=faiss.METRIC_INNER_PRODUCT)
    probes, recall = 4, 0.0
    while True:
        probes = min(probes, index.nlist)
        options = faiss.SearchParametersIVF(nprobe=probes)
        _, found = index.search(queries, depth, params=options)
        hits = sum(
            len(set(one) & set(other)) for one, other in zip(wanted.tolist(), found.tolist(), strict=True)
        )
        recall = hits / (depth * len(queries))
        if recall >= RECALL or probes == index.nlist:
            return probes, recall
        probes += max(1, probes // 4)


class VectorIndex:
    """An opened vector index; searches from several threads at once."""

    def __init__(self, file: Path) -> None:
        """Open a file that :func:`write` wrote.

        Raises:
            ConfigError: an older version wrote it.
        """
        import faiss

        self._faiss: Any = faiss
        faiss.omp_set_num_threads(threads())
        self._index: Any = faiss.read_index(str(file))
        self._exact = isinstance(self._index, faiss.IndexFlat)
        if not self._exact and not isinstance(self._index, faiss.IndexIVF):
            raise ConfigError(f"{file.name} is of an older version of the software.", hint="Run 'kg build'.")
        self.dimensions = int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        """Return the stored vectors of passages, shape (numbers, dimensions)."""
        return np.asarray(self._index.reconstruct_batch(np.asarray(numbers, np.int64)), dtype=np.float32)

    def search(
        self, vector: Vectors, limit: int, narrowing: Narrowing | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage number, cosine), best first, among what passes."""
        return self.search_all([vector], limit, narrowing)[0]

    def search_all(
        self, asked: Sequence[Vectors], limit: int, narrowing: Narrowing | None = None
    ) -> list[list[tuple[int, float]]]:
        """Return for each vector what :meth:`search` does; together they take less time."""
        passing = len(self) if narrowing is None else int(np.count_nonzero(narrowing.passages))
        limit = min(limit, passing)
        if limit <= 0 or not asked:
            return [[] for _ in asked]
        queries = np.ascontiguousarray(np.stack(asked), dtype=np.float32)
        scores, numbers = self._index.search(queries, limit, params=self._parameters(narrowing, passing))
        return [
            [pair for pair in zip(row, values, strict=True) if pair[0] >= 0]
            for row, values in zip(numbers.tolist(), scores.tolist(), strict=True)
        ]

    def _parameters(self, narrowing: Narrowing | None, passing: int) -> Any:
        options: dict[str, Any] = {}
        if narrowing is not None:
            bits = np.packbits(narrowing.passages, bitorder="little")
            options["sel"] = self._faiss.IDSelectorBitmap(bits)
        if self._exact:
            return self._faiss.SearchParameters(**options) if options else None
        return self._faiss.SearchParametersIVF(nprobe=self._probes(narrowing is not None, passing), **options)

    def _probes(self, filtered: bool, passing: int) -> int:
        """Return how many lists to look into: the fewer passages pass, the more, up to all."""
        probes, lists = int(self._index.nprobe), int(self._index.nlist)
        if not filtered:
            return probes
        if passing <= _EASY:
            return lists
        return min(lists, math.ceil(probes * _FILTERED * len(self) / passing))
