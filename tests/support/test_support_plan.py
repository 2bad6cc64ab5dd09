"""The plan on the bundled records: each module has content, each line a reason that the graph bears out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.atlas.gazetteer import Gazetteer
from kg.config import Settings
from kg.live import Live
from kg.support import checking, planning, reading
from kg.support.conversation import talk
from kg.support.plan import Plan
from kg.support.ranking import Ranking

ANSWERS = {
    "face": ["drought"],
    "hit": ["harvest"],
    "place": ["NER"],
    "land": ["cropland"],
    "invest": ["little"],
    "soon": ["season"],
}


@pytest.fixture(scope="module")
def ranking(bundled_settings: Settings) -> Iterator[Ranking]:
    iris = bundled_settings.iris
    with Live(bundled_settings) as live, live.lease() as opened:
        yield Ranking(opened.store, opened.search, Gazetteer.read(opened.store, iris), iris)


def made(ranking: Ranking, answers: dict[str, list[str]], language: str = "en") -> Plan:
    script = reading.bundled()
    return planning.plan(script, talk(script, answers), ranking, language)


def test_script_when_checked_against_the_graph_names_only_what_is_there(ranking: Ranking) -> None:
    assert checking.check(reading.bundled(), ranking) == []


def test_plan_when_drought_is_faced_has_content_in_all_three_modules(ranking: Ranking) -> None:
    parts = {part.id: part for part in made(ranking, ANSWERS).parts}
    assert any("monitoring" in tool.ref.iri for tool in parts["monitoring"].tools)
    assert parts["monitoring"].publications
    assert parts["vulnerability"].criteria
    assert parts["vulnerability"].recorded
    assert parts["vulnerability"].around == "Niger"
    assert parts["mitigation"].practices
    assert all(part.decisions and part.publications and part.tools for part in parts.values())


def test_practices_when_ranked_all_face_what_was_answered_best_first(ranking: Ranking) -> None:
    found = made(ranking, ANSWERS)
    practices = found.parts[-1].practices
    against = set(ranking.index.having("hazard", "drought"))
    numbers = {record.iri: number for number, record in enumerate(ranking.records)}
    assert all(numbers[item.ref.iri] in against for item in practices)
    assert [item.score for item in practices] == sorted((item.score for item in practices), reverse=True)
    assert found.found == len(
        against & {n for k in planning.PRACTICES for n in ranking.index.having("type", k)}
    )


def test_reasons_when_told_are_what_the_record_has(ranking: Ranking) -> None:
    for part in made(ranking, ANSWERS).parts:
        for item in (*part.practices, *part.decisions, *part.publications):
            record = next(each for each in ranking.records if each.iri == item.ref.iri)
            assert item.reasons
            for reason in item.reasons:
                if reason.facet and reason.facet != "copes":
                    assert reason.value in record.facets[reason.facet]


def test_practices_when_a_country_is_named_put_its_own_before_like_ones(ranking: Ranking) -> None:
    answers = {"face": ["drought"], "place": ["BFA"]}
    reasons = [reason for item in made(ranking, answers).parts[-1].practices for reason in item.reasons]
    assert any(reason.facet == "country" and reason.value == "BFA" for reason in reasons)
    first = made(ranking, answers).parts[-1].practices[0]
    assert any(reason.question == "place" for reason in first.reasons)


def test_practices_when_little_can_be_put_in_warn_of_structures(ranking: Ranking) -> None:
    items = made(ranking, {"face": ["water-erosion"], "invest": ["little"], "erosion": ["gullies"]})
    practices = items.parts[-1].practices
    structural = set(ranking.index.having("measure", "structural_measure"))
    numbers = {record.iri: number for number, record in enumerate(ranking.records)}
    for item in practices:
        assert bool(item.cautions) == (numbers[item.ref.iri] in structural)


def test_plan_when_one_module_is_wanted_first_puts_it_in_front(ranking: Ranking) -> None:
    assert made(ranking, {"first": ["know"]}).parts[0].id == "monitoring"
    assert made(ranking, {"first": ["act"]}).parts[0].id == "mitigation"


def test_plan_when_nothing_is_answered_still_shows_what_there_is(ranking: Ranking) -> None:
    found = made(ranking, {})
    assert found.asked == 0
    assert found.parts[-1].practices


def test_plan_when_asked_in_arabic_speaks_arabic(ranking: Ranking) -> None:
    found = made(ranking, ANSWERS, "ar")
    assert all(any("\u0600" <= sign <= "\u06ff" for sign in part.name + part.lead) for part in found.parts)
    reason = found.parts[-1].practices[0].reasons[0]
    assert any("\u0600" <= sign <= "\u06ff" for sign in reason.label or reason.said)


def test_plan_when_made_twice_is_the_same(ranking: Ranking) -> None:
    assert made(ranking, ANSWERS).to_json() == made(ranking, ANSWERS).to_json()
