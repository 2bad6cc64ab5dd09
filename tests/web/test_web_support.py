"""Decision support over HTTP: answers live in the address, steps need no scripts, six languages."""

from __future__ import annotations

import csv
import io
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg import resources
from kg.support import reading
from kg.vocab import LANGUAGES

ANSWERS = "face=drought&hit=harvest&place=NER&land=cropland&invest=little&soon=season&first=act&more=any"


@pytest.fixture(scope="module")
def app(bundled_app: Flask) -> Flask:
    return bundled_app


@pytest.mark.parametrize("lang", LANGUAGES)
def test_conversation_when_followed_in_a_language_reaches_the_plan_by_forms_alone(
    client: FlaskClient, lang: str
) -> None:
    address, asked = f"/{lang}/support", []
    answers = {"place": "NER", "more": "terraces"}
    for _ in range(len(reading.bundled().questions) + 1):
        answer = client.get(address)
        if answer.status_code == 303:
            break
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
        name = dict(fields)["at"]
        asked.append(name)
        options = re.findall(rf'name="{name}" value="([^"]+)"', answer.text)
        kept = [each for each in fields if each[0] != "at"]
        chosen = answers.get(name) or options[0]
        address = f"/{lang}/support?" + "&".join(f"{key}={value}" for key, value in [*kept, (name, chosen)])
    assert asked == ["face", "hit", "place", "land", "invest", "soon", "first", "more"]
    plan = client.get(answer.headers["Location"])
    assert plan.status_code == 200
    script = reading.bundled()
    assert all(module.name[lang] in unescape(plan.text) for module in script.modules)
    assert "plan-items" in plan.text


def test_conversation_when_an_answer_is_empty_asks_again_and_says_so(client: FlaskClient) -> None:
    page = client.get("/en/support?at=face").text
    assert "What do you face?" in page
    assert "Choose an answer, or skip the question." in page


def test_conversation_when_a_question_is_asked_again_shows_the_answer(client: FlaskClient) -> None:
    page = client.get(f"/en/support?{ANSWERS}&ask=invest").text
    assert re.search(r'value="little" checked', page)
    assert 'name="soon" value="season"' in page


def test_conversation_when_answers_are_given_counts_what_faces_the_same(client: FlaskClient) -> None:
    total = client.get("/api/search?hazard=drought&type=practice&limit=1").get_json()["total"]
    page = client.get("/en/support?face=drought").text
    assert f"<strong>{total}</strong> practices face what you face" in page


@pytest.mark.parametrize("query", ["face=moon", "place=Niger", "ask=moon", "invest=little&invest=much"])
def test_conversation_when_an_answer_is_unknown_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/en/support?{query}").status_code == 400
    assert client.get(f"/api/support?{query}").status_code == 400


def test_plan_when_opened_shows_reasons_answers_and_ways_to_keep_it(client: FlaskClient) -> None:
    page = client.get(f"/en/support/plan?{ANSWERS}").text
    assert "Hazard: drought" in page
    assert "Land use: cropland" in page
    assert re.search(r"fits \d of 6 answers", page)
    assert "/en/support/plan.csv?face=drought" in page
    assert f'href="/en/support?{ANSWERS.replace("&", "&amp;")}&amp;ask=land"' in page


def test_plan_when_decisions_call_for_it_quotes_their_provisions(client: FlaskClient) -> None:
    assert "plan-provisions" in client.get("/en/support/plan?face=drought").text


def test_plan_when_downloaded_as_a_table_has_each_list_with_reasons(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"/fr/support/plan.csv?{ANSWERS}").text)))
    assert {row["list"] for row in rows} == {"practices", "decisions", "publications"}
    assert all(row["reasons"] for row in rows)
    assert any("Aléa" in row["reasons"] or "sécheresse" in row["reasons"] for row in rows)


def test_api_when_asked_gives_the_next_question_and_the_plan(client: FlaskClient) -> None:
    found = client.get("/api/support?face=drought&lang=es").get_json()
    assert found["question"]["id"] == "hit"
    assert found["question"]["text"] == "¿Qué golpea primero la sequía?"
    assert [each["id"] for each in found["plan"]["modules"]] == ["monitoring", "vulnerability", "mitigation"]
    assert found["plan"]["modules"][2]["practices"]


def test_api_when_answers_come_in_a_body_is_the_same(client: FlaskClient) -> None:
    asked = client.get("/api/support?face=drought&face=flood&place=NER&lang=en").get_json()
    posted = client.post("/api/support", json={"face": ["drought", "flood"], "place": "NER", "lang": "en"})
    assert posted.get_json() == asked
    assert posted.headers["Cache-Control"] == "no-store"


def test_answers_when_told_by_the_plan_lead_back_to_it(client: FlaskClient) -> None:
    found = client.get(f"/api/support?{ANSWERS}").get_json()
    assert found["question"] is None
    assert client.post("/api/support", json=found["answers"]).get_json()["plan"] == found["plan"]


def test_own_words_when_they_hold_markup_are_shown_as_text(client: FlaskClient) -> None:
    page = client.get("/en/support/plan", query_string={"more": "<script>alert(1)</script> terraces"}).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_question_when_its_file_is_added_is_asked_without_a_line_of_python(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    folder = tmp_path / "support"
    shutil.copytree(resources.ontology() / "support", folder)
    six = "".join(f'{tag} = "Steep or flat? ({tag})"\n' for tag in LANGUAGES)
    names = "".join(f'{tag} = "Steep ({tag})"\n' for tag in LANGUAGES)
    (folder / "questions" / "15-slope.toml").write_text(
        f'id = "slope"\n[ask]\n{six}\n[[option]]\nid = "steep"\n'
        'seek = [{ facet = "measure", values = ["structural_measure"], weight = 5 }]\n'
        f"[option.name]\n{names}",
        encoding="utf-8",
    )
    app.config["SUPPORT_FOLDER"] = folder
    try:
        assert "Steep or flat? (ru)" in client.get("/ru/support?face=drought").text
        found = client.get("/api/support?face=drought&slope=steep&lang=zh").get_json()
    finally:
        del app.config["SUPPORT_FOLDER"]
    first = found["plan"]["modules"][2]["practices"][0]
    assert any(each["question"] == "slope" for each in first["reasons"])
