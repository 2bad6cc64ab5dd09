"""Pages that show the alignment: a practice's matrix, a framework, criteria and rules."""

from __future__ import annotations

import re

import pytest
import rdflib
import requests
from flask.testing import FlaskClient

from kg.align import rules
from kg.vocab import LANGUAGES

PRACTICE = "/{}/id/practice/technologies_1"


def body(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(text: str) -> str:
    """Return the text of a page without tags and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_matrix_when_shown_says_fact_section_strength_source_and_rule(client: FlaskClient) -> None:
    text = words(body(client, PRACTICE.format("en")))
    assert "soil loss: +2 on a scale from −3 to +3 questionnaire 6.1" in text
    assert "strong" in text
    assert "Standard, C1 · rule, version 1" in text


def test_matrix_when_facts_are_missing_says_what_would_lift_the_verdict(client: FlaskClient) -> None:
    text = words(body(client, PRACTICE.format("en")))
    assert "What would lift the verdict" in text
    assert "Facts that would help" in text


def test_verdict_when_a_person_decided_shows_both_with_who_when_and_why(client: FlaskClient) -> None:
    text = words(body(client, PRACTICE.format("en")))
    assert "Decided by a person Qualifies A. Expert , May 4, 2020: Seen in the field." in text
    assert "By the rules Candidate" in text
    assert "Ecosystem-based adaptation: Qualifies" in text


def test_suggestion_when_shown_stands_apart_from_the_verdicts(client: FlaskClient) -> None:
    page = body(client, PRACTICE.format("en"))
    matrix, suggested = page.split('id="suggested"')
    assert "It helps people live with drought." not in matrix
    assert "It helps people live with drought." in suggested
    assert "score 0.9" in suggested
    assert "no evidence" in suggested


@pytest.mark.parametrize("lang", LANGUAGES)
def test_practice_page_when_assessed_is_whole_in_each_language(client: FlaskClient, lang: str) -> None:
    assert body(client, PRACTICE.format(lang)).count('class="data criteria"') == 1


def test_practice_page_when_shown_links_decisions_with_what_they_share(client: FlaskClient) -> None:
    page = body(client, PRACTICE.format("en")).split('id="official"')[1]
    assert "/en/id/decision/unccd-1-cop1" in page
    assert "drought" in page.split('class="shared"')[1][:200]


def test_assessment_page_when_opened_shows_only_its_framework(client: FlaskClient) -> None:
    text = words(body(client, "/en/id/assessment/technologies_1/eba"))
    assert "Helps people adapt" in text
    assert "A. Expert" in text


def test_framework_page_when_opened_shows_definition_criteria_and_relations(client: FlaskClient) -> None:
    text = words(body(client, "/en/id/framework/eba"))
    for shown in (
        "Helping people adapt by means of ecosystems.",
        "paragraph 8(j)",
        "Edition: first edition",
        "Indicator one",
        "Competing views",
        "Only where governance is shown.",
        "paragraph 54",
        "Adopted or taken up in",
        "Defined in",
    ):
        assert shown in text


def test_framework_page_when_opened_leads_to_the_search_and_the_overlap(client: FlaskClient) -> None:
    page = body(client, "/en/id/framework/eba")
    assert 'href="/en/search?candidate=eba"' in page
    assert 'href="/en/overlap"' in page


def test_home_and_footer_when_shown_lead_to_the_overlap(client: FlaskClient) -> None:
    assert body(client, "/en/").count('href="/en/overlap"') == 2
    assert 'href="/ar/overlap"' in body(client, "/ar/about")


def test_criterion_page_when_opened_names_results_and_rule(client: FlaskClient) -> None:
    page = body(client, "/en/id/criterion/EBA-1")
    assert "Results in this graph" in page
    assert 'href="/en/id/rule/EBA-1/1"' in page


@pytest.mark.parametrize(
    "path", ["criterion/EBA-1", "assessment/technologies_1/eba", "rule/EBA-1/1", "relation/umbrella"]
)
def test_alignment_iri_when_asked_for_rdf_gives_turtle(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/id/{path}", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/turtle"
    named = f"https://w3id.org/landkg/id/{path}"
    said = rdflib.Graph().parse(data=answer.get_data(), format="turtle")
    assert (rdflib.URIRef(named), None, None) in said
    assert client.get(f"/id/{path}", headers={"Accept": "text/html"}).status_code == 303


@pytest.mark.parametrize("rule", rules.load().rules[:1], ids=lambda rule: rule.criterion)
def test_rule_page_when_the_version_is_installed_shows_its_text(server: str, rule: rules.Rule) -> None:
    page = requests.get(f"{server}/en/id/rule/{rule.criterion}/{rule.version}", timeout=60)
    assert page.status_code == 200
    assert "CONSTRUCT {" in page.text
    assert rule.items[0].words[:20].split("&")[0] in page.text
