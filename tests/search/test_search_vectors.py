"""Vector search: exact while small, filtered inside, approximate with little loss beyond."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.search import vectors
from kg.search.embedding import Vectors, unit


@pytest.fixture(scope="module")
def points() -> Vectors:
    return unit(np.random.default_rng(3).standard_normal((3000, 32)).astype(np.float32))


def _nearest(points: Vectors, query: Vectors, allowed: np.ndarray, limit: int) -> list[int]:  # type: ignore[type-arg]
    scores = np.where(allowed, points @ query, -2.0)
    return [int(at) for at in np.argsort(-scores)[:limit]]


def test_search_when_filtered_then_equals_comparing_all(points: Vectors, tmp_path: Path) -> None:
    assert vectors.write(tmp_path / "v.faiss", points) == "flat"
    index = vectors.VectorIndex(tmp_path / "v.faiss")
    allowed = np.zeros(len(points), dtype=np.bool_)
    allowed[::7] = True
    found = [number for number, _ in index.search(points[5], 10, allowed)]
    assert found == _nearest(points, points[5], allowed, 10)


def test_search_when_nothing_is_allowed_then_finds_nothing(points: Vectors, tmp_path: Path) -> None:
    vectors.write(tmp_path / "v.faiss", points)
    index = vectors.VectorIndex(tmp_path / "v.faiss")
    assert index.search(points[0], 5, np.zeros(len(points), dtype=np.bool_)) == []


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05])
def test_search_when_a_graph_index_is_filtered_then_keeps_recall(
    points: Vectors, tmp_path: Path, share: float
) -> None:
    assert vectors.write(tmp_path / "v.faiss", points, exact_up_to=100) == "hnsw"
    index = vectors.VectorIndex(tmp_path / "v.faiss")
    allowed = np.random.default_rng(1).random(len(points)) < share
    queries = unit(np.random.default_rng(9).standard_normal((40, 32)).astype(np.float32))
    hits = 0
    for query in queries:
        wanted = set(_nearest(points, query, allowed, 10))
        hits += len(wanted & {number for number, _ in index.search(query, 10, allowed)})
    assert hits / 400 >= 0.98
