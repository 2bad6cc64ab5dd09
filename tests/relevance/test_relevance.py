"""The relevance set is well formed, and the ranking does not fall below what was reached on it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from kg import generation
from kg.config import Settings
from kg.search import service
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex
from kg.vocab import LANGUAGES


@pytest.fixture(scope="module")
def search(bundled_settings: Settings) -> Iterator[SearchIndex]:
    current = generation.current(bundled_settings.home_folder)
    opened = service.open_index(current.index_folder, bundled_settings, current.id)
    yield opened
    opened.close()


def test_needs_when_read_then_are_sixty_or_more_in_six_languages(bench: ModuleType) -> None:
    needs = bench.needs()
    assert len(needs) >= 60
    assert len({need.id for need in needs}) == len(needs)
    for need in needs:
        assert all(need.texts[language].strip() for language in LANGUAGES)
        assert max(need.graded.values()) == 2


@pytest.mark.parametrize("name", ["first", "second", "third", "fourth"])
def test_judgements_when_read_then_each_has_a_reason(bench: ModuleType, name: str) -> None:
    folder = bench.SETS[name]
    rows = (folder / "reasons.tsv").read_text(encoding="utf-8").splitlines()
    explained = {tuple(row.split("\t")[:2]) for row in rows if row.split("\t")[2].strip()}
    assert explained == {(need.id, record) for need in bench.needs(folder) for record in need.graded}


def test_judgements_when_compared_with_the_graph_then_name_records_that_exist(
    bench: ModuleType, search: SearchIndex
) -> None:
    known = {record.iri.split("/id/", 1)[1] for record in search.tables.records}
    needs = [need for folder in bench.SETS.values() for need in bench.needs(folder)]
    judged = {record for need in needs for record in need.graded}
    assert judged <= known


@pytest.mark.slow
@pytest.mark.parametrize(("language", "floor"), [("en", 0.66), ("zh", 0.58), ("ar", 0.58)])
def test_ranking_when_measured_then_stays_above_its_floor(
    bench: ModuleType, search: SearchIndex, language: str, floor: float
) -> None:
    values = []
    for need in bench.needs()[::2]:
        found = search.search(SearchRequest(need.texts[language]))
        values.append(bench.ndcg([hit.iri.split("/id/", 1)[1] for hit in found.hits], need.graded))
    assert sum(values) / len(values) >= floor


def test_ndcg_when_the_order_is_ideal_then_is_one(bench: ModuleType) -> None:
    assert bench.ndcg(["a", "b"], {"a": 2, "b": 1}) == pytest.approx(1.0)
    assert bench.ndcg(["b", "a"], {"a": 2, "b": 1}) < 1.0
    assert bench.reciprocal_rank(["x", "a"], {"a": 2}) == 0.5
    assert bench.recall(["x", "a"], {"a": 2, "b": 1}) == 0.5
