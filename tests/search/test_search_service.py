"""Searches over the bundled records, as people and programs send them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kg import generation
from kg.config import Settings
from kg.errors import BadInput, ConfigError, ModelMismatch, NotFound
from kg.search import service
from kg.search.requests import SearchRequest, year_range
from kg.search.service import SearchIndex

PLANTING_PITS = {
    "technologies_1614",
    "unccd_105",
    "technologies_1100",
    "technologies_959",
    "technologies_1176",
    "globalbihari-fao-delfino-half-moons",
}
"""Records about zaï, half-moons or planting pits on worn or crusted land."""


@pytest.fixture(scope="module")
def search(bundled_settings: Settings) -> Iterator[SearchIndex]:
    current = generation.current(bundled_settings.home_folder)
    opened = service.open_index(current.index_folder, bundled_settings, current.id)
    yield opened
    opened.close()


def codes(found: service.SearchResponse) -> list[str]:
    return [hit.iri.rsplit("/", 1)[-1] for hit in found.hits]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "restore crusted farmland to harvest rain"),
        ("zh", "在板结退化的农田上集雨恢复生产"),
        ("fr", "restaurer des terres agricoles encroûtées pour récolter la pluie"),
        ("es", "restaurar tierras de cultivo encostradas para cosechar la lluvia"),
        ("ru", "восстановить покрытые коркой пашни, чтобы собирать дождевую воду"),
        ("ar", "استصلاح الأراضي الزراعية المتقشرة لحصاد مياه الأمطار"),
    ],
)
def test_search_when_a_need_is_told_in_any_language_then_brings_planting_pits(
    search: SearchIndex, language: str, text: str
) -> None:
    found = search.search(SearchRequest(text, limit=5))
    assert found.understood.language == language
    assert set(codes(found)) & PLANTING_PITS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("technologies_1614", "technologies_1614"),
        ("19/COP.13", "unccd-19-cop13"),
        ("COP13 decision 19", "unccd-19-cop13"),
        ("décision 19/COP.13", "unccd-19-cop13"),
        ("第19/COP.13号决定", "unccd-19-cop13"),
        ("ICCD/COP(14)/CST/5", "iccd-cop14-cst-5"),
        ("10.1016/j.jenvman.2016.09.044", "j.jenvman.2016.09.044"),
        ("Technique du Zaï", "unccd_105"),
    ],
)
def test_search_when_a_code_or_title_is_given_then_that_record_is_first(
    search: SearchIndex, text: str, code: str
) -> None:
    found = search.search(SearchRequest(text))
    assert codes(found)[0] == code
    assert "named in the query" in found.hits[0].why


def test_search_when_filtered_then_every_hit_passes(search: SearchIndex) -> None:
    asked = SearchRequest(
        "soil erosion",
        {"type": ("practice",), "country": ("ETH", "KEN")},
        {"measure": ("vegetative_measure",)},
        50,
    )
    found = search.search(asked)
    assert found.total
    for hit in found.hits:
        assert hit.type in ("technology", "approach", "prais")
        assert set(hit.countries) & {"ETH", "KEN"}
    kept = {each.value for each in found.facets.get("measure", ())}
    assert "vegetative_measure" not in kept


def test_search_when_filtered_by_iri_or_local_name_then_is_the_same(search: SearchIndex, iris) -> None:  # type: ignore[no-untyped-def]
    by_iri = search.search(SearchRequest("rain", {"country": (iris.country("NER"),)}))
    by_code = search.search(SearchRequest("rain", {"country": ("NER",)}))
    assert codes(by_iri) == codes(by_code)


def test_search_when_filtered_by_year_then_keeps_the_range(search: SearchIndex) -> None:
    found = search.search(SearchRequest("drought", {"year": ("2017..2019",)}, limit=50))
    assert found.hits
    assert all(hit.year in (2017, 2018, 2019) for hit in found.hits)


def test_facets_when_there_is_no_text_then_count_every_record(search: SearchIndex) -> None:
    everything = search.search(SearchRequest(""))
    assert everything.total == len(search.tables.records)
    kinds = {each.value: each.count for each in everything.facets["type"]}
    narrowed = search.search(SearchRequest("", {"type": ("decision",)}))
    assert narrowed.total == kinds["decision"] == 120
    assert kinds["practice"] == kinds["technology"] + kinds["approach"] + kinds["prais"]


def test_facets_when_a_region_is_chosen_then_holds_its_countries(search: SearchIndex) -> None:
    found = search.search(SearchRequest("", {"region": ("sahel",), "type": ("practice",)}, limit=100))
    assert found.total
    assert any("NER" in hit.countries for hit in found.hits)


def test_search_when_paged_then_pages_join_without_gap_or_repeat(search: SearchIndex) -> None:
    whole = codes(search.search(SearchRequest("terraces on steep slopes", limit=30)))
    pages = [
        code
        for offset in (0, 10, 20)
        for code in codes(search.search(SearchRequest("terraces on steep slopes", limit=10, offset=offset)))
    ]
    assert pages == whole


def test_search_when_a_country_and_a_problem_are_named_then_recognises_both(search: SearchIndex) -> None:
    found = search.search(SearchRequest("практики против ветровой эрозии в Нигере", language="ru"))
    chips = {(each.facet, each.value) for each in found.understood.recognised}
    assert {("country", "NER"), ("degradation", "wind_erosion")} <= chips


def test_search_when_asked_for_practices_like_one_then_ranks_its_likes_and_not_itself(
    search: SearchIndex,
) -> None:
    found = search.search(SearchRequest("practices like technologies_1614 but for grazing land", limit=8))
    assert found.understood.like is not None
    assert "technologies_1614" not in codes(found)[:3]
    assert any("_like" in name for name in found.engines)
    assert ("landUse", "grazing_land") in {(each.facet, each.value) for each in found.understood.recognised}


def test_search_when_a_concept_is_switched_off_then_is_not_recognised(search: SearchIndex) -> None:
    found = search.search(SearchRequest("wind erosion in Niger", off=("NER",)))
    assert "NER" not in {each.value for each in found.understood.recognised}


def test_hit_when_explained_then_shows_passage_parts_and_highlights(search: SearchIndex) -> None:
    hit = search.search(SearchRequest("stone lines along the contour", limit=1)).hits[0]
    assert hit.parts
    assert hit.passage
    marked = {hit.snippet[start:end].lower() for start, end in hit.highlights}
    assert marked & {"stone", "stones", "lines", "contour", "line"}


def test_hit_when_its_text_is_in_another_language_then_says_so(search: SearchIndex) -> None:
    hits = search.search(SearchRequest("梯田", limit=5)).hits
    assert any(hit.other_language and hit.snippet_lang == "en" for hit in hits)


def test_response_when_turned_to_json_then_is_plain_data(search: SearchIndex) -> None:
    said = json.loads(json.dumps(search.search(SearchRequest("zaï au Niger")).to_json()))
    assert {"hits", "total", "facets", "understood", "took_ms", "generation", "engines"} <= set(said)


AWKWARD = [
    "😀🌱",
    "\u202eمرحبا world",
    "'; DROP TABLE practices; --",
    "SELECT ?s WHERE { ?s ?p ?o } # <http://x>",
    'title:"unclosed AND (OR NOT ^2~ [a TO *}',
    "\x00\x01\x02\x1b[31m",
    "a" * 2000,
    "الجفاف drought 干旱 засуха sécheresse sequía",
    "                ",
    "19/COP.",
    "the of and",
    "\ud800",
    "%s %d {0} ${x} ../../etc/passwd",
]


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_search_when_the_query_is_awkward_then_still_answers(search: SearchIndex, text: str) -> None:
    found = search.search(SearchRequest(text))
    assert found.total >= 0
    json.dumps(found.to_json())


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=120))
def test_search_when_the_query_is_arbitrary_then_never_fails(search: SearchIndex, text: str) -> None:
    search.search(SearchRequest(text, limit=3))


@pytest.mark.parametrize(
    "asked",
    [
        SearchRequest("x" * 10_000),
        SearchRequest("x", limit=0),
        SearchRequest("x", limit=100_000),
        SearchRequest("x", offset=-1),
        SearchRequest("x", offset=10**9),
        SearchRequest("x", sort="random"),
        SearchRequest("x", language="xx"),
        SearchRequest("x", {"colour": ("red",)}),
        SearchRequest("x", {"year": ("soon",)}),
        SearchRequest("x", {"country": tuple(str(at) for at in range(60))}),
    ],
    ids=lambda asked: f"{asked.limit}-{asked.offset}-{asked.sort}-{len(asked.text)}-{len(asked.filters)}",
)
def test_search_when_the_request_is_malformed_then_says_why(
    search: SearchIndex, asked: SearchRequest
) -> None:
    with pytest.raises(BadInput):
        search.search(asked)


def test_year_range_when_open_at_a_side_then_reads_it() -> None:
    assert year_range("2011") == (2011, 2011)
    assert year_range("2010..") == (2010, None)
    assert year_range("..2015") == (None, 2015)
    assert year_range("2010-2015") == (2010, 2015)


def test_similar_when_asked_for_a_practice_then_gives_others_with_reasons(search: SearchIndex, iris) -> None:  # type: ignore[no-untyped-def]
    iri = iris.id("practice", "technologies_1614")
    hits = search.similar(iri, limit=8, types=("practice",))
    assert len(hits) == 8
    assert iri not in {hit.iri for hit in hits}
    assert all(hit.why and hit.type in ("technology", "approach", "prais") for hit in hits)
    assert {hit.iri.rsplit("/", 1)[-1] for hit in hits} & (PLANTING_PITS | {"technologies_5860"})


def test_similar_when_the_record_is_unknown_then_says_not_found(search: SearchIndex) -> None:
    with pytest.raises(NotFound):
        search.similar("https://example.org/none")


def test_suggest_when_typing_then_completes_in_the_language(search: SearchIndex) -> None:
    found = search.suggest("sécher", "fr")
    assert found
    assert found[0].text.lower().startswith("sécher")
    assert search.suggest("干", "zh")
    assert search.suggest("", "en") == []


def test_open_index_when_built_with_another_model_then_is_refused(
    bundled_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generation.current(bundled_settings.home_folder).index_folder

    class Other:
        name = "e5"
        fingerprint = "another"

    monkeypatch.setattr(service.encoders, "create", lambda *_: Other())
    with pytest.raises(ModelMismatch, match="kg build"):
        service.open_index(folder, bundled_settings)


def test_open_index_when_the_settings_name_an_encoder_it_lacks_then_is_refused(
    bundled_settings: Settings,
) -> None:
    folder = generation.current(bundled_settings.home_folder).index_folder
    minilm_only = Settings.from_env({}, home=bundled_settings.home, encoders="minilm")
    service.open_index(folder, minilm_only).close()
    model = str(folder.parents[2] / "models" / "multilingual-e5-small")
    with pytest.raises(ModelMismatch, match="not of"):
        service.open_index(folder, Settings.from_env({}, home=bundled_settings.home, encoders=model))


def test_open_index_when_a_file_is_cut_off_then_says_which(bundled_settings: Settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import shutil

    copied = tmp_path / "index"
    shutil.copytree(generation.current(bundled_settings.home_folder).index_folder, copied)
    with (copied / "records.jsonl").open("ab") as handle:
        handle.truncate(1000)
    with pytest.raises(ConfigError, match=r"records\.jsonl"):
        service.open_index(copied, bundled_settings)
