"""Assessments and overlap over HTTP."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kg.align.explain import FRAMEWORKS
from kg.config import Settings
from kg.web import create_app


@pytest.fixture(scope="module")
def client(bundled_settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(bundled_settings)
    with app.test_client() as opened:
        yield opened


def test_assessment_of_a_practice_is_explained_in_the_language_asked_for(client: FlaskClient) -> None:
    answer = client.get("/api/assessment/technologies_1614?framework=ldn&lang=zh")
    assert answer.status_code == 200
    [part] = answer.get_json()["assessments"]
    assert part["verdict"]["id"] == "candidate"
    assert "土地退化" in part["sentence"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/assessment/technologies_999999", 404),
        ("/api/assessment/technologies_1614?lang=xx", 400),
        ("/api/assessment/technologies_1614?framework=moon", 400),
        ("/api/overlap?level=best", 400),
        ("/api/overlap?country=Chad", 400),
        ("/api/overlap?by=colour", 400),
        ("/en/overlap?frameworks=moon", 400),
        ("/en/overlap?only=moon:full", 400),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_counts_by_country_never_exceed_what_is_assessed(client: FlaskClient) -> None:
    groups = client.get("/api/overlap?by=country").get_json()["groups"]
    assert groups
    assert all(0 <= group["practices"] <= group["assessed"] for group in groups)


def test_each_column_of_the_picture_leads_to_its_practices(client: FlaskClient) -> None:
    links = _links(client.get("/overlap.svg?lang=fr").data)
    columns = [link for link in links if "/overlap?" in link]
    counts = client.get("/api/overlap").get_json()["combinations"]
    assert len(columns) == len(counts)
    page = client.get(columns[0].partition("#")[0])
    assert page.status_code == 200
    assert page.get_data(as_text=True).count("/id/practice/") == counts[0]["practices"]


def test_each_row_of_the_picture_leads_to_the_search_for_its_practices(client: FlaskClient) -> None:
    links = _links(client.get("/overlap.svg?lang=es&country=NER&level=qualifies").data)
    rows = [link for link in links if "/search?" in link]
    assert rows == [f"/es/search?qualifies={name}&country=NER" for name in FRAMEWORKS]


def test_picture_when_served_needs_no_inline_style(client: FlaskClient) -> None:
    body = client.get("/en/overlap").get_data(as_text=True)
    assert "<style" not in body
    assert " style=" not in body


def test_page_when_limited_by_one_field_counts_like_the_api(client: FlaskClient) -> None:
    body = client.get("/en/overlap?only=landUse:cropland").get_data(as_text=True)
    counts = client.get("/api/overlap?landUse=cropland").get_json()["combinations"]
    assert body.count("<meter ") == len(counts)
    assert 'value="landUse:cropland" selected' in body


def _links(picture: bytes) -> list[str]:
    svg = ET.fromstring(picture)  # noqa: S314 - our own answer
    links = [each.get("href", "") for each in svg.iter("{http://www.w3.org/2000/svg}a")]
    assert all(link.startswith("https://") for link in links)
    return [link.replace("https://w3id.org/landkg/", "/") for link in links]


def test_overlap_answers_in_the_form_asked_for(client: FlaskClient) -> None:
    assert client.get("/overlap").mimetype == "image/svg+xml"
    assert client.get("/overlap", headers={"Accept": "application/json"}).mimetype == "application/json"
