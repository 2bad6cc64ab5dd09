"""Entity IRIs, ontology terms and their data by content negotiation."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

PATH = "/id/practice/technologies_1"
TURTLE, JSONLD, NTRIPLES, RDFXML = (
    "text/turtle",
    "application/ld+json",
    "application/n-triples",
    "application/rdf+xml",
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (TURTLE, TURTLE),
        (JSONLD, JSONLD),
        (NTRIPLES, NTRIPLES),
        (RDFXML, RDFXML),
        ("application/json", JSONLD),
        (f"{TURTLE};q=0.4, {JSONLD};q=0.9", JSONLD),
        (f"text/html;q=0.2, {TURTLE}", TURTLE),
        (f"image/png, {TURTLE};q=0.3", TURTLE),
        (f"{TURTLE};charset=utf-8", TURTLE),
        (f"text/html;q=0, {TURTLE}", TURTLE),
    ],
)
def test_entity_when_asked_by_a_program_answers_rdf(client: FlaskClient, accept: str, wanted: str) -> None:
    answer = client.get(PATH, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, wanted)
    assert "Accept" in answer.vary
    assert answer.headers["Content-Location"].startswith("/data/id/practice/technologies_1.")
    assert "technologies_1" in answer.text


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "*/*", ""])
def test_entity_when_asked_by_a_browser_leads_to_the_page(client: FlaskClient, accept: str) -> None:
    answer = client.get(PATH, headers={"Accept": accept, "Accept-Language": "fr-CH, fr;q=0.9"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/id/practice/technologies_1")
    assert {"Accept", "Accept-Language"} <= set(answer.vary)


def test_entity_when_no_format_fits_is_not_acceptable(client: FlaskClient) -> None:
    answer = client.get(PATH, headers={"Accept": "image/png"})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")


@pytest.mark.parametrize("form", ["ttl", "turtle", "jsonld", "nt", "rdf"])
def test_entity_when_the_format_is_named_leads_to_it(client: FlaskClient, form: str) -> None:
    answer = client.get(f"{PATH}?format={form}", headers={"Accept": BROWSER}, follow_redirects=True)
    assert answer.mimetype in (TURTLE, JSONLD, NTRIPLES, RDFXML)


def test_entity_when_the_format_is_unknown_is_not_acceptable(client: FlaskClient) -> None:
    assert client.get(f"{PATH}?format=docx").status_code == 406


def test_entity_when_asked_by_suffix_leads_to_the_data(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}.ttl", headers={"Accept": BROWSER})
    assert answer.headers["Location"] == "/data/id/practice/technologies_1.ttl"


def test_data_when_fetched_describes_the_record_with_labels_and_parts(client: FlaskClient) -> None:
    answer = client.get("/data/id/practice/technologies_1.nt")
    assert '"drought"@en' in answer.text
    assert "<https://w3id.org/landkg/id/practice/technologies_1/row/tech_qg_36/9>" in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_data_when_held_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(PATH, headers={"Accept": TURTLE})
    again = client.get(PATH, headers={"Accept": TURTLE, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(PATH, headers={"Accept": JSONLD})
    assert other.headers["ETag"] != first.headers["ETag"]


def test_json_ld_when_answered_has_a_context(client: FlaskClient) -> None:
    body = client.get("/data/id/practice/technologies_1.jsonld").get_json()
    assert body["@context"]["kg"] == "https://w3id.org/landkg/def/"


@pytest.mark.parametrize("accept", [TURTLE, "text/html", "*/*"])
def test_entity_when_unknown_is_not_found_in_any_format(client: FlaskClient, accept: str) -> None:
    assert client.get("/id/practice/none", headers={"Accept": accept}).status_code == 404


@pytest.mark.parametrize("accept", [TURTLE, "text/html"])
def test_entity_when_withdrawn_is_gone(client: FlaskClient, accept: str) -> None:
    assert client.get("/id/practice/withdrawn", headers={"Accept": accept}).status_code == 410
    assert client.get("/en/id/practice/withdrawn", headers={"Accept": accept}).status_code == 410


def test_entity_when_merged_leads_to_the_one_that_stayed(client: FlaskClient) -> None:
    answer = client.get("/id/practice/merged", headers={"Accept": TURTLE})
    assert (answer.status_code, answer.headers["Location"]) == (301, PATH)


def test_entity_when_posted_to_is_refused(client: FlaskClient) -> None:
    answer = client.post(PATH, data="x", headers={"Accept": TURTLE})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["caf%C3%A9", "caf%c3%a9", "café"])
def test_entity_when_not_ascii_answers_for_each_spelling(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/id/practice/{path}", headers={"Accept": NTRIPLES})
    assert answer.status_code == 200
    assert "<https://w3id.org/landkg/id/practice/caf%C3%A9>" in answer.text


@pytest.mark.parametrize("path", ["/def/", "/def/Technology", "/def/wocat/tech_impacts_soilloss"])
def test_ontology_term_when_asked_answers_rdf_and_leads_browsers_to_a_page(
    client: FlaskClient, path: str
) -> None:
    assert client.get(path, headers={"Accept": TURTLE}).status_code == 200
    page = client.get(path, headers={"Accept": BROWSER}, follow_redirects=True)
    assert (page.status_code, page.mimetype) == (200, "text/html")


@pytest.mark.parametrize(
    "odd", ["%FF%FE", "%00", "x" * 5000, "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%zz"]
)
def test_entity_when_the_path_is_odd_is_not_found(client: FlaskClient, odd: str) -> None:
    answer = client.get(f"/id/practice/{odd}", headers={"Accept": TURTLE})
    assert 300 <= answer.status_code < 500


def test_lookup_when_given_an_iri_leads_to_the_entity(client: FlaskClient) -> None:
    answer = client.get("/entity?iri=https://w3id.org/landkg/id/concept/drought")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/id/concept/drought")
    assert client.get("/entity?iri=https://elsewhere.example/x").status_code == 404


def test_void_when_fetched_names_the_endpoint(client: FlaskClient) -> None:
    answer = client.get("/.well-known/void", headers={"Accept": NTRIPLES})
    assert answer.status_code == 200
    assert "sparqlEndpoint> <https://hub.example/sparql>" in answer.text


def test_sitemap_when_followed_names_every_record_under_the_public_address(client: FlaskClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Sitemap: https://hub.example/sitemap.xml" in robots
    assert "https://hub.example/sitemap-1.xml" in client.get("/sitemap.xml").text
    part = client.get("/sitemap-1.xml").text
    assert "<loc>https://hub.example/id/practice/technologies_1</loc>" in part
    assert client.get("/sitemap-2.xml").status_code == 404
