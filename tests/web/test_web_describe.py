"""The page model of records, on a small made-up graph."""

from __future__ import annotations

import pyoxigraph as px
import pytest
from websupport import CountingStore

from kg.entities import Catalogue, describe
from kg.entities.memory import remembered
from kg.entities.reading import labels_of
from kg.errors import NotFound
from kg.model import Text
from kg.vocab import Iris

IRIS = Iris()
PRACTICE = IRIS.id("practice", "technologies_1")


def test_practice_when_described_has_its_classification_in_words(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "ar")
    assert page.practice is not None
    words = {
        fact.name.label.value: [value.label.value for value in fact.values]
        for fact in page.practice.classification
    }  # type: ignore[union-attr]
    assert words == {"landUse": ["الأراضي الزراعية"], "measure": ["structural measures"]}
    assert [country.label.value for country in page.practice.countries] == ["النيجر"]


def test_practice_when_exposed_to_a_hazard_tells_how_it_copes(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "en")
    assert page.practice is not None
    (hazard,) = page.practice.hazards
    assert (hazard.hazard.label.value, hazard.change) == ("drought", "increase")
    assert hazard.sensitivity is not None
    assert hazard.sensitivity.label.value == "well"


def test_practice_when_it_has_effects_lists_the_best_first(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "en")
    assert page.practice is not None
    assert [(each.label.value, each.value) for each in page.practice.impacts] == [
        ("soil loss", 2),
        ("tech impacts workload", -1),
    ]


def test_practice_when_it_has_table_rows_keeps_their_order(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "en")
    assert page.practice is not None
    (table,) = page.practice.tables
    assert [row[0][0].value for row in table.rows] == ["Labour", "Stones"]  # type: ignore[union-attr]


def test_practice_when_assessed_has_the_verdict_of_the_rules(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "en")
    assert page.practice is not None
    (verdict,) = page.practice.verdicts
    assert verdict.framework.label.value == "Ecosystem-based adaptation"
    assert verdict.verdict.iri == IRIS.concept("verdict_candidate")


def test_practice_when_themes_are_shared_lists_decisions_and_publications(mini_store: CountingStore) -> None:
    page = describe(mini_store, PRACTICE, "en")
    assert page.practice is not None
    assert {line.ref.kind for line, _ in page.practice.official} == {"decision", "publication"}
    assert all(topics for _, topics in page.practice.official)


def test_framework_when_described_has_criteria_with_indicators_by_edition(mini_store: CountingStore) -> None:
    framework = describe(mini_store, IRIS.id("framework", "eba"), "en").framework
    assert framework is not None
    assert [(one.ref.label.value, one.klass) for one in framework.tests] == [
        ("Helps people adapt", "defining")
    ]
    ((edition, (published,)),) = framework.published
    assert edition == "first edition"
    assert [one.ref.label.value for one in published.indicators] == ["Indicator one"]


def test_framework_when_views_compete_keeps_them_side_by_side(mini_store: CountingStore) -> None:
    framework = describe(mini_store, IRIS.id("framework", "eba"), "en").framework
    assert framework is not None
    (group,) = framework.relations
    assert group.other.iri == IRIS.id("framework", "nbs")
    assert [[one.modality for one in views] for views in group.views] == [["preamble", "view"]]


def test_framework_when_practices_reach_it_counts_them_by_country(mini_store: CountingStore) -> None:
    framework = describe(mini_store, IRIS.id("framework", "eba"), "en").framework
    assert framework is not None
    assert [(each.verdict, each.count, len(each.first)) for each in framework.under] == [
        ("qualifies", 0, 0),
        ("candidate", 1, 1),
    ]
    assert [(ref.label.value, count) for ref, count in framework.countries] == [("Niger", 1)]
    assert framework.assessed == 1


def test_criterion_when_described_counts_its_results(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.id("criterion", "EBA-1"), "en")
    assert page.criterion is not None
    assert [count for _, count in page.criterion.results] == [1]
    assert [ref.label.value for ref in page.criterion.rules] == ["EBA-1, version 1"]


def test_decision_when_described_has_provisions_session_and_citations(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.id("decision", "unccd-1-cop1"), "en")
    assert page.decision is not None
    assert [(each.verb, each.addressee) for each in page.decision.provisions] == [("requests", "secretariat")]
    assert page.decision.meeting_dates == ("2011-10-10", "2011-10-21")
    assert page.decision.place == "Changwon"
    assert [ref.label.value for ref in page.decision.cited_by] == ["2/COP.2"]
    assert page.decision.cites_texts == ("3/COP.0",)


def test_title_when_from_memory_is_not_called_checked(mini_store: CountingStore) -> None:
    assert not describe(mini_store, IRIS.id("decision", "unccd-1-cop1"), "en").trust.title_checked


def test_publication_when_described_has_authors_in_print_order(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.id("publication", "doi/10.5555/12345678"), "en")
    assert page.publication is not None
    assert [(each.name, each.spi_member) for each in page.publication.authors] == [
        ("A. First", False),
        ("Second", True),
    ]


def test_concept_when_described_counts_records_that_use_what_is_narrower(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.concept("hazards"), "en")
    assert page.concept is not None
    assert dict(page.concept.used_by) == {"decision": 2, "practice": 1, "publication": 1}
    assert [ref.label.value for ref in page.concept.narrower] == ["drought"]


def test_concept_when_described_has_labels_in_six_languages(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.concept("drought"), "ru")
    assert page.title.value == "засуха"
    assert page.concept is not None
    assert {label.lang for label in page.concept.labels} == {"en", "fr", "es", "ru", "zh", "ar"}


def test_country_when_described_tells_what_its_practices_are_about(mini_store: CountingStore) -> None:
    page = describe(mini_store, IRIS.country("NER"), "en")
    assert page.concept is not None
    facets = {facet: [(ref.label.value, n) for ref, n in counts] for facet, counts in page.concept.facts}
    assert facets["hazard"] == [("drought", 1)]
    assert dict(page.concept.used_by) == {"practice": 2}


@pytest.mark.parametrize(
    "iri",
    [
        PRACTICE,
        IRIS.id("decision", "unccd-1-cop1"),
        IRIS.id("publication", "doi/10.5555/12345678"),
        IRIS.concept("drought"),
        IRIS.id("entity", "unccd-cop"),
        IRIS.id("criterion", "EBA-1"),
    ],
)
def test_page_when_described_takes_at_most_six_queries(mini_store: CountingStore, iri: str) -> None:
    describe(mini_store, iri, "en")
    assert mini_store.asked <= 6


@pytest.mark.parametrize("iri", [IRIS.id("framework", "eba"), IRIS.country("NER")])
def test_page_that_sums_up_when_described_takes_at_most_eight_queries(
    mini_store: CountingStore, iri: str
) -> None:
    describe(mini_store, iri, "en")
    assert mini_store.asked <= 8


def test_record_when_unknown_is_not_found(mini_store: CountingStore) -> None:
    with pytest.raises(NotFound):
        describe(mini_store, IRIS.id("practice", "none"), "en")


def test_labels_when_asked_again_are_read_anew_of_records_only(mini_store: CountingStore) -> None:
    things = [IRIS.concept("drought"), IRIS.country("NER")]
    first = labels_of(mini_store, [*things, PRACTICE], IRIS)
    asked = mini_store.asked
    assert labels_of(mini_store, things, IRIS) == {thing: first[thing] for thing in things}
    assert mini_store.asked == asked
    assert labels_of(mini_store, [*things, PRACTICE], IRIS) == first
    assert mini_store.asked == asked + 1
    assert Text("sécheresse", "fr") in first[things[0]]


def test_labels_when_the_graph_has_none_are_an_empty_set(mini_store: CountingStore) -> None:
    none = IRIS.concept("none")
    assert labels_of(mini_store, [none], IRIS) == labels_of(mini_store, [none], IRIS) == {none: frozenset()}


def test_what_is_remembered_when_asked_twice_is_made_once_for_each_store(mini_store: CountingStore) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    other = CountingStore(px.Store(), in_memory=True)
    assert [remembered(store, "test", make) for store in (mini_store, mini_store, other)] == [1, 1, 2]


def test_catalogue_when_warmed_answers_the_home_page_without_the_graph(mini_store: CountingStore) -> None:
    lists = Catalogue("g", IRIS)
    lists.warm(mini_store)
    asked = mini_store.asked
    lists.figures(mini_store)
    for name in ("frameworks", "decisions", "publications"):
        lists.listing(mini_store, name, "ru")
    lists.ways(mini_store, "hazard", "zh")
    assert mini_store.asked == asked


def test_catalogue_when_asked_twice_asks_the_graph_once(mini_store: CountingStore) -> None:
    lists = Catalogue("g", IRIS)
    first = lists.figures(mini_store)
    asked = mini_store.asked
    assert lists.figures(mini_store) == first
    assert mini_store.asked == asked
    assert first["practices"] == 3
    assert first["countries"] == 1


def test_ways_in_when_listed_are_counted(mini_store: CountingStore) -> None:
    (way,) = Catalogue("g", IRIS).ways(mini_store, "landUse", "ar")
    assert (way.ref.label.value, way.count) == ("الأراضي الزراعية", 1)
