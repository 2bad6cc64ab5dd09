"""The concepts that WOCAT's answers stand for, their labels and their order."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from pyoxigraph import Literal, NamedNode
from wocat_graph import BASE, LANGUAGES, ROOT, SKOS, labels, questionnaire, questions, schemes

CONCEPT = f"{BASE}id/concept/"
KEYWORD = f"{BASE}def/wocatKeyword"


def test_every_value_keyword_is_stated_by_its_concept() -> None:
    stated = {
        value.value: subject.removeprefix(CONCEPT)
        for subject, predicate, value in schemes()
        if predicate == KEYWORD
    }
    missing = {
        keyword: local
        for keyword, local in questionnaire()["concepts"].items()
        if stated.get(keyword) != local
    }
    assert missing == {}


def test_every_value_of_every_question_has_a_concept() -> None:
    concepts = questionnaire()["concepts"]
    values = {keyword for _, _, question in questions() for keyword in question.get("values", {})}
    assert len(values) > 750
    assert values <= concepts.keys()


def test_every_concept_has_one_preferred_label_a_language() -> None:
    named = set(questionnaire()["concepts"].values()) | {"wildfire", "frost", "intense_rainfall"}
    wrong = {
        concept: dict(labels()[concept])
        for concept in named
        if {each: len(found) for each, found in labels()[concept].items()} != dict.fromkeys(LANGUAGES, 1)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_tell_the_answers_of_a_question_apart(language: str) -> None:
    concepts = questionnaire()["concepts"]
    doubled = []
    for configuration, keyword, question in questions():
        answers = {concepts[value] for value in question.get("values", {})}
        count = Counter(labels()[answer][language][0] for answer in answers)
        doubled += [(configuration, keyword, label) for label, times in count.items() if times > 1]
    assert doubled == []


@pytest.mark.parametrize(("language", "letters"), [("ru", "\u0400\u04ff"), ("ar", "\u0600\u06ff")])
def test_labels_in_another_script_are_written_in_it(language: str, letters: str) -> None:
    plain = {
        concept
        for concept in set(questionnaire()["concepts"].values())
        if not any(letters[0] <= each <= letters[1] for each in labels()[concept][language][0])
    }
    # What is left are names of species, shares in percent and sums of money.
    assert {each for each in plain if not each.startswith(("tree_type_", "app_budget_"))} <= {
        f"adoption_percentage_{each}" for each in ("less_10", "10_50", "more_50")
    } | {f"tech_adoption_spont_{each}" for each in ("0_10", "10_50", "50_90", "90_100")}


def test_notations_are_unique_in_their_scheme() -> None:
    member: dict[str, set[str]] = defaultdict(set)
    notation: list[tuple[str, str]] = []
    for subject, predicate, value in schemes():
        if predicate == f"{SKOS}inScheme":
            member[subject].add(value.value)
        elif predicate == f"{SKOS}notation":
            notation.append((subject, value.value))
    count = Counter((scheme, code) for subject, code in notation for scheme in member[subject])
    wocat = {f"{BASE}id/scheme/{each}" for each in ("measures", "degradation", "drought-toolbox")}
    assert {key for key, times in count.items() if times > 1 and key[0] in wocat} == set()
    assert {code for scheme, code in count if scheme.endswith("/degradation")} >= {"W", "Wt", "Wg", "Hw"}
    assert {code for scheme, code in count if scheme.endswith("/measures")} >= {"A1", "A3.1", "V2", "S7"}


def test_kinds_stand_below_their_main_type() -> None:
    broader = {
        (subject.removeprefix(CONCEPT), value.value.removeprefix(CONCEPT))
        for subject, predicate, value in schemes()
        if predicate == f"{SKOS}broader"
    }
    assert broader >= {
        ("measures_structural_s7", "structural_measure"),
        ("tillage_no", "measures_agronomic_a3"),
        ("degradation_pk", "physical_deterioration"),
        ("natural_forest_1769", "lu_forest_natural"),
        ("lu_forest_natural", "forest_woodland"),
        ("forest_fire", "wildfire"),
    }


def test_every_concept_of_a_wocat_scheme_is_on_top_or_below_another() -> None:
    placed = {
        subject
        for subject, predicate, _ in schemes()
        if predicate in (f"{SKOS}broader", f"{SKOS}topConceptOf")
    }
    members = {subject for subject, predicate, _ in schemes() if predicate == f"{SKOS}inScheme"}
    assert members - placed == set()


def test_every_hazard_group_has_a_concept_of_the_hazard_scheme() -> None:
    hazards = questionnaire()["hazards"]
    scheme = NamedNode(f"{BASE}id/scheme/hazards")
    members = {
        subject.removeprefix(CONCEPT)
        for subject, predicate, value in schemes()
        if predicate == f"{SKOS}inScheme" and value == scheme
    }
    assert len(hazards) == 32
    assert set(hazards.values()) <= members


def test_every_word_of_the_starter_rows_maps_to_a_concept() -> None:
    coarse = questionnaire()["coarse"]
    stated = {value.value for _, predicate, value in schemes() if predicate == KEYWORD}
    unknown = set()
    for path in sorted((ROOT / "loaders" / "starter").glob("practices_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            unknown |= {
                (facet, word)
                for facet, words in coarse.items()
                for word in row[facet] or ()
                if words.get(word) not in stated
            }
    assert unknown == set()


def test_modules_of_the_drought_toolbox_are_numbered_and_labelled() -> None:
    scheme = NamedNode(f"{BASE}id/scheme/drought-toolbox")
    modules = {subject for subject, _, value in schemes() if value == scheme}
    numbers = {
        value.value
        for subject, predicate, value in schemes()
        if predicate == f"{SKOS}notation" and subject in modules and isinstance(value, Literal)
    }
    assert numbers == {"1", "2", "3"}
    assert all(set(labels()[each.removeprefix(CONCEPT)]) == set(LANGUAGES) for each in modules)
