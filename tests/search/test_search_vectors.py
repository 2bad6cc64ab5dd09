"""Vector search: exact while small, filtered inside, lists of measured recall beyond."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from search_fakes import only

from kg.search import vectors
from kg.search.embedding import Vectors, unit


@pytest.fixture(scope="module")
def points() -> Vectors:
    return unit(np.random.default_rng(3).standard_normal((3000, 32)).astype(np.float32))


def _nearest(points: Vectors, query: Vectors, allowed: np.ndarray, limit: int) -> list[int]:  # type: ignore[type-arg]
    scores = np.where(allowed, points @ query, -2.0)
    return [int(at) for at in np.argsort(-scores)[:limit]]


def test_search_when_filtered_then_equals_comparing_all(points: Vectors, tmp_path: Path) -> None:
    assert vectors.write(tmp_path / "v.faiss", points).kind == "flat"
    index = vectors.VectorIndex(tmp_path / "v.faiss")
    allowed = np.zeros(len(points), dtype=np.bool_)
    allowed[::7] = True
    found = [number for number, _ in index.search(points[5], 10, only(allowed))]
    assert found == _nearest(points, points[5], allowed, 10)


def test_search_when_nothing_is_allowed_then_finds_nothing(points: Vectors, tmp_path: Path) -> None:
    vectors.write(tmp_path / "v.faiss", points)
    index = vectors.VectorIndex(tmp_path / "v.faiss")
    assert index.search(points[0], 5, only(np.zeros(len(points), dtype=np.bool_))) == []


@pytest.fixture(scope="module")
def clustered() -> tuple[Vectors, np.ndarray]:  # type: ignore[type-arg]
    """Vectors around sixty subjects, and the subject of each."""
    random = np.random.default_rng(5)
    subjects = random.integers(0, 60, 30_000)
    middles = random.standard_normal((60, 48))
    noise = random.standard_normal((30_000, 48))
    return unit((middles[subjects] + 0.7 * noise).astype(np.float32)), subjects


@pytest.fixture(scope="module")
def listed(
    clustered: tuple[Vectors, np.ndarray],  # type: ignore[type-arg]
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[vectors.VectorIndex, vectors.Written]:
    file = tmp_path_factory.mktemp("lists") / "v.faiss"
    written = vectors.write(file, clustered[0], queries=_asked(clustered[0], seed=4))
    return vectors.VectorIndex(file), written


def _asked(points: Vectors, seed: int = 9) -> Vectors:
    random = np.random.default_rng(seed)
    return unit(points[random.integers(0, len(points), 200)] + 0.2 * random.standard_normal((200, 48)))


def test_write_when_there_are_many_passages_then_makes_lists_of_measured_recall(
    listed: tuple[vectors.VectorIndex, vectors.Written],
) -> None:
    _, written = listed
    assert written.kind == "ivf"
    assert written.recall >= vectors.RECALL
    assert 0 < written.probes <= written.lists


@pytest.mark.parametrize("share", [1.0, 0.5, 0.05, 0.001])
def test_search_in_lists_when_filtered_at_random_then_keeps_recall(
    listed: tuple[vectors.VectorIndex, vectors.Written],
    clustered: tuple[Vectors, np.ndarray],  # type: ignore[type-arg]
    monkeypatch: pytest.MonkeyPatch,
    share: float,
) -> None:
    monkeypatch.setattr(vectors, "_EASY", 100)
    allowed = np.random.default_rng(1).random(len(clustered[0])) < share
    assert _recall(listed[0], clustered[0], allowed) >= 0.98


def test_search_in_lists_when_filtered_by_other_subjects_then_keeps_recall(
    listed: tuple[vectors.VectorIndex, vectors.Written],
    clustered: tuple[Vectors, np.ndarray],  # type: ignore[type-arg]
) -> None:
    points, subjects = clustered
    assert _recall(listed[0], points, subjects < 3) >= 0.98


def test_search_all_when_several_are_asked_then_answers_each_as_alone(
    listed: tuple[vectors.VectorIndex, vectors.Written],
    clustered: tuple[Vectors, np.ndarray],  # type: ignore[type-arg]
) -> None:
    asked = list(_asked(clustered[0])[:3])
    together = listed[0].search_all(asked, 5)
    for one, found in zip(asked, together, strict=True):
        assert [number for number, _ in found] == [number for number, _ in listed[0].search(one, 5)]


def _recall(index: vectors.VectorIndex, points: Vectors, allowed: np.ndarray) -> float:  # type: ignore[type-arg]
    hits = wanted_in_all = 0
    for query in _asked(points):
        wanted = set(_nearest(points, query, allowed, min(10, int(allowed.sum()))))
        hits += len(wanted & {number for number, _ in index.search(query, 10, only(allowed))})
        wanted_in_all += len(wanted)
    return hits / wanted_in_all
