"""Named queries over HTTP: typed and bound parameters, formats, errors, pages; about 15 s with the server."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pyoxigraph as px
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from websupport import Page

from kg import queries
from kg.errors import BadInput
from kg.vocab import LANGUAGES, Iris
from kg.web.query_fields import LABELS

EXAMPLES = queries.load_folder("examples")
COUNTRY = "/queries/practices-by-country"
HOSTILE = (
    '") } # ',
    '" . ?s ?p ?o . FILTER("" = "',
    "\\u0022 } UNION { ?s ?p ?o } #",
    "?practice } DROP ALL ; #",
    "{{7*7}}<script>alert(1)</script>",
    "zai\r\nX-Injected: 1",
    "\x00",
    "💧" * 400,
)


def get(server: str, path: str, accept: str = "text/csv", **asked: str) -> requests.Response:
    return requests.get(
        server + path, params=asked, headers={"Accept": accept}, timeout=60, allow_redirects=False
    )


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", EXAMPLES)
def test_query_when_called_gives_the_rows_that_its_text_with_the_defaults_gives(
    server: str, name: str
) -> None:
    called = get(server, f"/queries/{name}")
    listed = requests.get(f"{server}/queries?format=json", timeout=60).json()["queries"]
    text = next(each["example"] for each in listed if each["name"] == name)
    posted = requests.post(
        f"{server}/sparql", data={"query": text}, headers={"Accept": "text/csv"}, timeout=60
    )
    assert (called.status_code, posted.status_code) == (200, 200), posted.text
    assert Counter(map(tuple, rows(called.text))) == Counter(map(tuple, rows(posted.text)))


def test_query_when_a_country_is_given_answers_for_it(server: str, iris: Iris) -> None:
    found = rows(get(server, COUNTRY, country="NER").text)
    assert found[0] == ["country", "practice", "kind", "name", "page"]
    assert {row[0] for row in found[1:]} == {iris.country("NER")}


@pytest.mark.parametrize("text", HOSTILE)
def test_parameter_when_it_looks_like_sparql_is_a_term_all_the_same(server: str, text: str) -> None:
    answer = get(server, "/queries/words-in-practices", text=text)
    assert answer.status_code == 200
    assert rows(answer.text) == [["text", "practice", "name"]]
    assert "X-Injected" not in answer.headers


@given(kind=st.sampled_from(queries.TYPES), text=st.text(max_size=60) | st.from_regex(r"https?://.{0,40}"))
def test_parameter_when_it_is_any_text_is_a_term_or_refused(kind: str, text: str) -> None:
    try:
        term = queries.read_term(kind, text, Iris(), field="given")
    except BadInput as fault:
        assert "given" in fault.message
    else:
        quads = list(px.parse(f"<urn:s> <urn:p> {term} .", px.RdfFormat.N_TRIPLES))
        assert [quad.object for quad in quads] == [term]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("country=Burkina", "country"),
        ("country=https://example.org/%5D", "country"),
        ("land=BFA", "land"),
        ("country=BFA&country=NER", "country"),
        ("endpoint=x", "endpoint"),
        ("_external=1", "_external"),
    ],
)
def test_query_when_a_parameter_is_wrong_names_it_in_a_problem(
    client: FlaskClient, asked: str, named: str
) -> None:
    answer = client.get(f"{COUNTRY}?{asked}", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert f"'{named}'" in answer.get_json()["detail"]


def test_query_when_unknown_is_a_404_that_names_the_others(client: FlaskClient) -> None:
    answer = client.get("/queries/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "practices-by-country" in answer.get_json()["hint"]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.1, text/tab-separated-values", "text/tab-separated-values"),
    ],
)
def test_query_when_a_format_is_accepted_answers_with_it(
    client: FlaskClient, accept: str, wanted: str
) -> None:
    answer = client.get(COUNTRY, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, wanted)


def test_query_when_the_address_names_a_format_prefers_it(client: FlaskClient) -> None:
    assert client.get(f"{COUNTRY}?format=csv", headers={"Accept": "text/html"}).mimetype == "text/csv"
    assert client.get(f"{COUNTRY}?format=pdf").status_code == 406


def test_query_when_asked_again_with_its_tag_is_unchanged(client: FlaskClient) -> None:
    first = client.get(f"{COUNTRY}?country=NER")
    again = client.get(f"{COUNTRY}?country=NER", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(f"{COUNTRY}?country=BFA", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert (again.data, again.headers["ETag"]) == (b"", first.headers["ETag"])


def test_query_when_a_request_is_named_answers_under_that_name(client: FlaskClient) -> None:
    answer = client.get(COUNTRY, headers={"X-Request-Id": "client-chose-1"})
    assert answer.headers["X-Request-Id"] == "client-chose-1"


def test_query_when_a_browser_asks_leads_to_its_page(client: FlaskClient) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}
    answer = client.get(f"{COUNTRY}?country=NER", headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/fr{COUNTRY}?country=NER")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert Page(page.text).inline == []
    assert 'value="NER"' in page.text


def test_page_when_a_parameter_is_wrong_keeps_the_form_and_says_so(client: FlaskClient) -> None:
    page = client.get(f"/en{COUNTRY}?country=%3Cb%3E")
    assert page.status_code == 400
    assert 'value="&lt;b&gt;"' in page.text
    assert "alpha-3" in page.text


def test_page_when_opened_shows_the_rows_and_links_to_every_format(server: str) -> None:
    page = Page(requests.get(f"{server}/en{COUNTRY}?country=NER", timeout=60).text)
    assert f"{COUNTRY}?country=NER&format=csv" in page.linked
    assert any(link.startswith("/en/id/practice/") for link in page.linked)


def test_list_when_asked_describes_every_query_and_its_parameters(client: FlaskClient) -> None:
    listed = {each["name"]: each for each in client.get("/queries").get_json()["queries"]}
    assert set(listed) == set(EXAMPLES)
    assert listed["practices-by-country"]["url"] == f"https://hub.example{COUNTRY}"
    assert listed["practices-by-country"]["parameters"] == [
        {
            "name": "country",
            "type": "country",
            "required": False,
            "default": "BFA",
            "description": "ISO 3166-1 alpha-3 code of the country",
        }
    ]


@pytest.mark.parametrize(
    ("asked", "header"), [("lang=fr", "ru"), ("format=json", "fr-CH, en;q=0.5")], ids=["address", "header"]
)
def test_list_when_asked_in_a_language_describes_the_queries_in_it(
    client: FlaskClient, asked: str, header: str
) -> None:
    answer = client.get(f"/queries?{asked}", headers={"Accept-Language": header})
    listed = {each["name"]: each for each in answer.get_json()["queries"]}
    assert listed["practices-by-country"]["title"] == "Pratiques d'un pays"
    assert listed["practices-by-country"]["parameters"][0]["description"].endswith("du pays")
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_pages_of_queries_when_opened_have_no_words_in_english_alone(client: FlaskClient, lang: str) -> None:
    pages = [
        client.get(f"/{lang}/{path}").text
        for path in ("queries", "sparql", *(f"queries/{name}" for name in ("figures", "requests-to")))
    ]
    for query in EXAMPLES.values():
        words = (query.title, query.description, *(each.help for each in query.parameters))
        assert [text for text in words if len(text) > 12 and any(text in page for page in pages)] == []


def test_form_when_a_parameter_is_a_country_offers_names_and_keeps_what_was_asked(
    client: FlaskClient,
) -> None:
    page = client.get(f"/ar{COUNTRY}?country=ner").text
    assert '<option value="NER" selected>النيجر</option>' in page
    assert '<option value="ZZZ" selected>ZZZ</option>' in client.get(f"/ar{COUNTRY}?country=ZZZ").text


def test_parameters_when_compared_all_have_a_label() -> None:
    assert {each.name for query in EXAMPLES.values() for each in query.parameters} == set(LABELS)


def test_list_when_opened_in_a_browser_has_a_form_for_every_query(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/queries", headers={"Accept": "text/html"}, follow_redirects=True)
    page = Page(answer.text)
    assert page.inline == []
    for name in EXAMPLES:
        assert f"/en/queries/{name}" in page.linked


@pytest.mark.parametrize("path", ["/en/browse/practices", "/en/sparql", "/search", "/en/", "/en/queries"])
def test_page_when_asked_with_names_that_addresses_are_built_with_works(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(f"{path}?endpoint=x&_external=1&_scheme=javascript&_anchor=y")
    assert answer.status_code in (200, 302)
    assert "javascript://" not in answer.text + str(answer.headers)
