"""The list of a search: its total, counts under filters, pages and order agree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from kg import generation
from kg.config import Settings
from kg.search import service
from kg.search.members import NEAREST
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex

QUERIES = (
    "soil erosion in Niger",
    "captación de agua de lluvia",
    "засоление почв",
    "梯田",
    "حصاد مياه الأمطار",
    "agroforesterie sans engrais",
    "land tenure except Africa",
    "",
)


@pytest.fixture(scope="module")
def search(bundled_settings: Settings) -> Iterator[SearchIndex]:
    """The bundled index with one encoder, which is ready sooner than three."""
    home = bundled_settings.home
    settings = Settings.from_env({}, home=home, encoders="minilm")
    current = generation.current(settings.home_folder)
    opened = service.open_index(current.index_folder, settings, current.id)
    yield opened
    opened.close()


def total(search: SearchIndex, text: str, filters: dict[str, tuple[str, ...]]) -> int:
    return search.search(SearchRequest(text, filters, limit=1)).total


@pytest.mark.parametrize("text", QUERIES)
def test_count_when_its_value_is_chosen_then_is_the_total(search: SearchIndex, text: str) -> None:
    found = search.search(SearchRequest(text, limit=1))
    for name in ("type", "country", "landUse", "measure", "hazard", "theme"):
        for each in found.facets.get(name, ())[:3]:
            assert total(search, text, {name: (each.value,)}) == each.count, (name, each.value)


@pytest.mark.parametrize("text", ["soil erosion", "梯田", ""])
def test_count_when_a_second_facet_is_narrowed_then_is_the_total_of_both(
    search: SearchIndex, text: str
) -> None:
    chosen = {"type": ("practice",), "country": ("ETH", "KEN", "NER")}
    found = search.search(SearchRequest(text, chosen, limit=1))
    measures = found.facets["measure"]
    assert len(measures) > 2
    for each in measures[:4]:
        assert total(search, text, {**chosen, "measure": (each.value,)}) == each.count


def test_counts_when_a_value_is_chosen_then_those_beside_it_are_alternatives(search: SearchIndex) -> None:
    open_ = search.search(SearchRequest("soil erosion", limit=1))
    narrowed = search.search(SearchRequest("soil erosion", {"country": ("ETH",)}, limit=1))
    assert narrowed.facets["country"] == open_.facets["country"]
    assert narrowed.total == next(each.count for each in open_.facets["country"] if each.value == "ETH")
    assert narrowed.facets["landUse"] != open_.facets["landUse"]


def test_total_when_a_value_is_excluded_then_is_the_rest(search: SearchIndex) -> None:
    found = search.search(SearchRequest("soil erosion", limit=1))
    land = next(each for each in found.facets["landUse"] if each.value == "cropland")
    without = search.search(SearchRequest("soil erosion", {}, {"landUse": ("cropland",)}, limit=1))
    assert without.total == found.total - land.count
    assert "cropland" not in {each.value for each in without.facets["landUse"]}


def test_counts_when_values_have_broader_ones_then_those_hold_as_many_at_least(search: SearchIndex) -> None:
    found = search.search(SearchRequest("soil erosion", limit=1))
    pairs = 0
    for name in ("region", "degradation", "hazard", "landUse"):
        held = {each.value: each for each in found.facets.get(name, ())}
        for each in held.values():
            if each.broader in held:
                pairs += 1
                assert held[each.broader].count >= each.count
    assert pairs > 5


@pytest.mark.parametrize("sort", ["relevance", "newest", "label"])
def test_pages_when_walked_to_the_end_hold_the_whole_list_once(search: SearchIndex, sort: str) -> None:
    whole = search.search(SearchRequest("drought", whole=True, sort=sort))
    walked = [
        hit.iri
        for offset in range(0, whole.total, 40)
        for hit in search.search(SearchRequest("drought", limit=40, offset=offset, sort=sort)).hits
    ]
    assert len(walked) == len(set(walked)) == whole.total > 50
    assert walked == [hit.iri for hit in whole.hits]


def test_list_when_one_word_is_asked_then_holds_every_record_that_has_it(search: SearchIndex) -> None:
    named = {
        record.iri
        for record in search.tables.records
        if any("mulch" in passage.text.lower() for passage in record.passages)
    }
    found = search.search(SearchRequest("mulch", whole=True))
    assert len(named) > 2
    assert named <= {hit.iri for hit in found.hits}
    assert not found.nearest


def test_list_when_nothing_has_the_words_then_is_the_nearest_and_says_so(search: SearchIndex) -> None:
    found = search.search(SearchRequest("qwertyzxcv"))
    assert (found.nearest, found.total) == (True, NEAREST)
    narrowed = search.search(SearchRequest("mangrove", {"country": ("TJK",), "type": ("technology",)}))
    assert narrowed.nearest
    assert narrowed.hits
    assert all(hit.countries and "TJK" in hit.countries for hit in narrowed.hits)


@pytest.mark.parametrize(("text", "code"), [("improve soil without herbicides", "not.herbicides")])
def test_exclusion_when_switched_off_is_read_as_part_of_the_need(
    search: SearchIndex, text: str, code: str
) -> None:
    found = search.search(SearchRequest(text))
    assert [each.off for each in found.understood.excluded] == [code]
    assert search.search(SearchRequest(text, off=(code,))).understood.excluded == ()


def test_exclusion_when_a_country_is_excepted_then_no_hit_is_from_there(search: SearchIndex) -> None:
    everywhere = search.search(SearchRequest("water harvesting", whole=True))
    found = search.search(SearchRequest("water harvesting except Ethiopia", whole=True))
    assert any("ETH" in hit.countries for hit in everywhere.hits)
    assert found.hits
    assert not any("ETH" in hit.countries for hit in found.hits)


def test_likes_when_nothing_else_is_asked_are_near_the_record_and_not_itself(
    search: SearchIndex, iris
) -> None:  # type: ignore[no-untyped-def]
    found = search.search(SearchRequest("similar to technologies_1614", limit=10))
    related = {hit.iri for hit in search.similar(iris.id("practice", "technologies_1614"), 20)}
    assert found.understood.like == iris.id("practice", "technologies_1614")
    assert len({hit.iri for hit in found.hits} & related) >= 5
    assert iris.id("practice", "technologies_1614") not in {hit.iri for hit in found.hits}


def test_filtered_vectors_when_compared_with_all_pairs_lose_nothing(search: SearchIndex) -> None:
    space = search.spaces["minilm"]
    vectors = space.vectors.vectors(range(len(space.vectors)))
    (query,) = space.queries([("gully erosion on steep slopes", "en")])
    for name, value in (("country", "ETH"), ("type", "decision"), ("landUse", "cropland")):
        narrowing = search.narrowed(SearchRequest("", {name: (value,)}))
        assert narrowing is not None
        allowed = narrowing.passages
        assert np.array_equal(np.unique(search.tables.passage_record[allowed]), search.having(name, value))
        found = [number for number, _ in space.vectors.search(query, 20, narrowing)]
        scores = np.where(allowed, vectors @ query, -2)
        best = set(np.argsort(-scores, kind="stable")[: len(found)].tolist())
        assert len(found) == min(20, int(allowed.sum()))
        assert len(best & set(found)) >= 0.98 * len(found)


def test_reasons_when_records_are_alike_name_what_tells_and_no_heading(search: SearchIndex, iris) -> None:  # type: ignore[no-untyped-def]
    hits = search.similar(iris.id("practice", "technologies_1614"), 10)
    said = {label for hit in hits for why in hit.why for label in why.partition(": ")[2].split(", ")}
    assert "soil erosion by water" in said
    assert not said & {"SLM measures", "land use type", "world", "land degradation"}


@pytest.mark.parametrize(
    "kind", ["technology", "approach", "decision", "document", "publication", "case", "entity"]
)
def test_similar_when_asked_of_any_kind_of_record_gives_others_with_reasons(
    search: SearchIndex, kind: str
) -> None:
    record = next(record for record in search.tables.records if record.kind == kind)
    hits = search.similar(record.iri, 8)
    assert len(hits) == 8
    assert max(Counter(hit.label for hit in hits).values()) <= 2
    assert all(hit.why and hit.iri != record.iri for hit in hits)
