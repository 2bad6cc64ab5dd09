"""One property a question: defined, named, and below the facet it belongs to."""

from __future__ import annotations

from collections import Counter

from pyoxigraph import Literal, NamedNode
from wocat_graph import BASE, questionnaire, questions, triples

WOCAT = f"{BASE}def/wocat/"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL = "http://www.w3.org/2002/07/owl#"
EXPOSURE = {"tech_exposure_sensitivity", "tech_exposure_incrdecr", "tech_exposure_season"}
NO_FACT = {"user_id", "link_id", "map"}


def properties() -> tuple[tuple[str, str, NamedNode | Literal], ...]:
    return triples("wocat.ttl")


def test_every_question_that_facts_carry_has_a_property_in_each_of_its_groups() -> None:
    defined = {subject.removeprefix(WOCAT) for subject, _, _ in properties()}
    needed = set()
    for _, keyword, question in questions():
        if keyword in EXPOSURE or keyword in questionnaire()["personal"] or question["type"] in NO_FACT:
            continue
        primary = question.get("primary", question["groups"][:1])
        needed |= {keyword if group in primary else f"{group}.{keyword}" for group in question["groups"]}
    assert needed - defined == set()


def test_no_property_holds_personal_data() -> None:
    personal = set(questionnaire()["personal"])
    assert {"person_address", "person_email_1", "person_phone_1", "user_id"} <= personal
    defined = {subject.removeprefix(WOCAT).rpartition(".")[2] for subject, _, _ in properties()}
    assert defined & personal == set()


def test_coded_questions_are_object_properties() -> None:
    objects = {
        subject.removeprefix(WOCAT)
        for subject, predicate, value in properties()
        if predicate == RDF_TYPE and value.value == f"{OWL}ObjectProperty"
    }
    dropped = EXPOSURE | set(questionnaire()["personal"])
    coded = {keyword for _, keyword, question in questions() if "values" in question} - dropped
    assert coded - objects == set()


def test_labels_of_properties_are_unique_and_say_where_the_question_stands() -> None:
    names = Counter(
        value.value
        for subject, predicate, value in properties()
        if predicate == f"{RDFS}label" and subject.startswith(WOCAT)
    )
    assert [name for name, times in names.items() if times > 1] == []
    assert "Land use type" in names


def test_facet_questions_are_below_their_facet() -> None:
    below = {
        (subject.removeprefix(WOCAT), value.value.removeprefix(f"{BASE}def/"))
        for subject, predicate, value in properties()
        if predicate == f"{RDFS}subPropertyOf"
    }
    facets = {(keyword, question["facet"]) for _, keyword, question in questions() if "facet" in question}
    assert below == facets
    assert {facet for _, facet in facets} == {
        "purpose",
        "landUse",
        "slmGroup",
        "measure",
        "degradation",
        "ldGoal",
        "climateZone",
        "rainfallClass",
        "slopeClass",
    }


def test_initial_land_use_is_not_land_use() -> None:
    below = {subject for subject, predicate, _ in properties() if predicate == f"{RDFS}subPropertyOf"}
    assert f"{WOCAT}tech_landuse_2018" in below
    assert f"{WOCAT}tech_qg_239.tech_landuse_2018" not in below
