"""Records are checked against shapes, graphs against the check queries."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as px
import pytest

from kg import queries, resources
from kg.build import schema
from kg.mapping import lines
from kg.model import Exposure, Fact, Origin, Practice, Text
from kg.store.embedded import EmbeddedStore
from kg.validation import Validator, check_graph
from kg.vocab import Iris

IRIS = Iris()
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/landkg/def/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
kg:PracticeShape a sh:NodeShape ;
  sh:targetClass kg:Technology ;
  sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:message "A practice needs a name." ] ;
  sh:property [ sh:path kg:country ; sh:class kg:Country ; sh:message "This country is in no list." ] ;
  sh:property [ sh:path kg:linkedPractice ; sh:class kg:Practice ; sh:message "No practice." ] ;
  sh:property [ sh:path kg:edition ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:message "The edition is not known." ] .
kg:RowShape a sh:NodeShape ;
  sh:targetClass kg:Row ;
  sh:property [ sh:path kg:group ; sh:pattern "^tech_" ; sh:message "No question group." ] .
"""
SCHEMA = (
    f'<{IRIS.term("country")}> <http://www.w3.org/2000/01/rdf-schema#label> "country"@en <{IRIS.base}g> .',
    f"<{IRIS.country('BFA')}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    f"<{IRIS.term('Country')}> <{IRIS.base}g> .",
)


@pytest.fixture
def validator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validator:
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    monkeypatch.setattr(resources, "ontology", lambda: tmp_path)
    return Validator(IRIS, SCHEMA)


def _practice(code: str, *, name: str = "Pits", country: str = "BFA", group: str = "tech_qg_1") -> Practice:
    return Practice(
        code=code,
        kind="technology",
        names=(Text(name, "en"),),
        origin=Origin("wocat", code, "f.json"),
        countries=(country,),
        edition="2018",
        facts=(Fact(group, "q", 1, "q", coded=False, row=0),),
    )


def _records(*practices: Practice) -> list[tuple[str, list[str]]]:
    graph = IRIS.graph("wocat")
    return [(IRIS.id("practice", each.code), list(lines(each, IRIS, graph))) for each in practices]


def test_check_when_all_is_well_then_nothing(validator: Validator) -> None:
    assert validator.check(_records(_practice("a"), _practice("b"))) == []
    assert validator.check([]) == []


def test_check_when_one_record_is_wrong_then_only_it_with_field_and_words(validator: Validator) -> None:
    found = validator.check(_records(_practice("a"), _practice("b", country="XXX")))
    assert [(each.record, each.field, each.message, each.severity) for each in found] == [
        (IRIS.id("practice", "b"), "country", "This country is in no list.", "violation")
    ]


def test_check_when_a_part_is_wrong_then_its_record_is_named(validator: Validator) -> None:
    found = validator.check(_records(_practice("a", group="app_qg_1")))
    assert [(each.record, each.message) for each in found] == [
        (IRIS.id("practice", "a"), "No question group.")
    ]


def test_check_when_a_shape_only_warns_then_a_warning(validator: Validator) -> None:
    (iri, found) = _records(_practice("a"))[0]
    unknown = [line for line in found if "/edition>" not in line]
    assert [each.severity for each in validator.check([(iri, unknown)])] == ["warning"]


def test_check_when_another_record_is_named_then_its_class_is_not_asked(validator: Validator) -> None:
    (iri, found) = _records(_practice("a"))[0]
    link = f"<{iri}> <{IRIS.term('linkedPractice')}> <{IRIS.id('practice', 'z')}> <{IRIS.graph('wocat')}> ."
    assert validator.check([(iri, [*found, link])]) == []


def test_check_when_a_value_stands_in_a_list_of_texts_then_nothing() -> None:
    exposures = (Exposure("drought", "increase"), Exposure("flood", "decrease"))
    records = _records(replace(_practice("a"), exposures=exposures))
    found = Validator(IRIS, schema.lines(IRIS)).check(records)
    assert [each for each in found if "hazard" in each.field] == []


def test_check_when_the_real_shapes_are_used_then_the_records_here_pass() -> None:
    validator = Validator(IRIS, schema.lines(IRIS))
    assert [each for each in validator.check(_records(_practice("a"))) if "country" in each.field] == []


@pytest.mark.parametrize("name", sorted(queries.load_folder("checks")))
def test_checks_when_the_graph_is_empty_then_healthy(name: str) -> None:
    query = queries.load_folder("checks")[name]
    text, bound = queries.bind(query, {}, IRIS)
    assert query.title
    assert query.description
    assert EmbeddedStore(px.Store(), in_memory=True).select(text, bound) == []


FAULTS = {
    "assessment-result-without-evidence": """
        id:r a kg:CriterionResult ; kg:result id:concept/result_meets .""",
    "assessment-rule-unknown": "id:r kg:appliedRule id:rule .",
    "assessment-statement-without-assessment": "id:practice/a kg:qualifiesAs id:framework/eba .",
    "assessment-without-evidence": """
        id:a a kg:Assessment ; kg:verdict id:concept/verdict_qualifies ; kg:criterionResult id:r .""",
    "practice-without-title": "id:practice/a a kg:Practice .",
    "record-without-dataset": "id:practice/a a kg:Technology .",
    "citation-of-nothing": "id:decision/a kg:cites id:decision/b .",
    "citation-of-later-decision": """
        id:decision/a kg:cites id:decision/b ; kg:year 2001 . id:decision/b kg:year 2002 .""",
    "concept-without-label": """
        kg:measure rdfs:range skos:Concept . id:practice/a kg:measure id:concept/none .""",
    "country-without-label": "id:practice/a kg:country id:country/ZZZ .",
    "broader-cycle": "id:concept/a skos:broader id:concept/b . id:concept/b skos:broader id:concept/a .",
    "broader-outside": "id:concept/a skos:broader id:concept/b .",
    "evidence-of-nothing": """
        id:x a kg:Evidence ; kg:factSubject id:s ; kg:factProperty kg:p ; kg:factValue 1 .""",
    "meeting-ends-before-it-starts": """
        id:entity/m kg:startDate "2017-09-06"^^xsd:date ; kg:endDate "2017-09-05"^^xsd:date .""",
    "symbol-of-two-records": """
        id:decision/a kg:symbol "1/COP.1" ; kg:convention id:entity/unccd .
        id:decision/b kg:symbol "1/COP.1" ; kg:convention id:entity/unccd .""",
}


@pytest.mark.parametrize("name", sorted(queries.load_folder("checks")))
def test_checks_when_the_fault_is_there_then_found(name: str) -> None:
    prefixes = (resources.ontology() / "prefixes.ttl").read_text(encoding="utf-8")
    text = re.sub(r"id:([\w/]+)", rf"<{IRIS.base}id/\1>", FAULTS[name])
    store = px.Store()
    store.load(
        input=f"{prefixes}\n{text} ".encode(), format=px.RdfFormat.TURTLE, to_graph=px.NamedNode("http://x/g")
    )
    found = check_graph(EmbeddedStore(store, in_memory=True), IRIS)
    assert name in {each.name for each in found}
