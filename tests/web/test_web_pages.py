"""Pages on a small made-up graph: languages, addresses, escaping, errors, headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from websupport import Page

from kg.config import Settings
from kg.vocab import LANGUAGES
from kg.web import create_app, views

PAGES = (
    "/en/",
    "/en/browse/practices",
    "/en/browse/decisions",
    "/en/browse/concepts",
    "/en/browse/countries",
    "/en/sparql",
    "/en/about",
    "/en/id/practice/technologies_1",
    "/en/id/decision/unccd-1-cop1",
    "/en/id/publication/doi/10.5555/12345678",
    "/en/id/concept/drought",
    "/en/id/country/NER",
    "/en/id/entity/unccd-cop",
    "/en/id/framework/eba",
    "/en/id/assessment/technologies_1/eba",
    "/en/id/dataset/wocat",
    "/en/def/",
    "/en/def/Technology",
)
LIGHT = 150_000
"""Most bytes of a page with all that it loads, uncompressed."""


@pytest.mark.parametrize("path", PAGES)
def test_page_when_opened_loads_nothing_from_another_host(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    page = Page(answer.text)
    assert answer.status_code == 200
    assert all(address.startswith("/static/") for address in page.loaded)
    assert page.inline == []
    size = len(answer.data)
    for address in page.loaded:
        if "/vendor/" in address:
            continue  # the SPARQL editor, on its own page only
        with client.get(address) as part:
            size += len(part.data)
    assert size < LIGHT


@pytest.mark.parametrize("path", PAGES)
def test_page_when_the_host_header_is_strange_never_repeats_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text
    assert not any("evil.example" in value for _name, value in answer.headers)


@pytest.mark.parametrize(
    "path", ["/", "/search?q=x", "/id/practice/technologies_1", "/sitemap.xml", "/robots.txt"]
)
def test_redirect_when_the_host_header_is_strange_never_repeats_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["", "about", "sparql", "id/practice/technologies_1", "browse/concepts"])
def test_page_when_opened_in_a_language_says_so(client: FlaskClient, lang: str, path: str) -> None:
    page = Page(client.get(f"/{lang}/{path}").text)
    assert page.root == {"lang": lang, "dir": "rtl" if lang == "ar" else "ltr"}
    for other in LANGUAGES:
        assert any(link.startswith(f"/{other}/{path}") for link in page.linked)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("ar", "/ar/"), ("pt, es;q=0.5", "/es/"), ("zh-CN", "/zh/"), ("xx", "/en/"), ("", "/en/")],
)
def test_root_when_opened_leads_to_the_language_of_the_client(
    client: FlaskClient, header: str, wanted: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": header})
    assert (answer.status_code, answer.headers["Location"]) == (302, wanted)
    assert "Accept-Language" in answer.vary


@pytest.mark.parametrize("prefix", ["/hub", "//evil.example"])
def test_page_when_a_stranger_names_a_prefix_ignores_it(client: FlaskClient, prefix: str) -> None:
    headers = {"X-Forwarded-Prefix": prefix, "X-Script-Name": prefix}
    answer = client.get("/en/id/practice/technologies_1", headers=headers)
    assert prefix.strip("/") not in answer.text.replace("hub.example", "")


def test_page_when_a_known_proxy_names_a_prefix_keeps_it_in_every_address(mini_home: Path) -> None:
    made = create_app(Settings.from_env({}, home=str(mini_home), proxies=1))
    try:
        headers = {"X-Forwarded-Prefix": "/hub"}
        answer = made.test_client().get("/en/id/practice/technologies_1", headers=headers)
    finally:
        made.extensions["kg_sparql"].close()
        made.extensions["kg"].live.close()
    page = Page(answer.text)
    own = [link for link in page.loaded + page.linked if link.startswith("/")]
    assert own
    assert all(link.startswith("/hub/") for link in own)


def test_page_when_a_label_holds_markup_shows_it_as_text(client: FlaskClient) -> None:
    text = client.get("/en/id/practice/technologies_1").text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=4))
def test_snippet_when_marked_escapes_everything_else(snippet: str, spans: list[tuple[int, int]]) -> None:
    marked = str(views.highlighted(snippet, spans))
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert (
        re.sub(
            r"&(lt|gt|amp|#34|#39);",
            lambda m: {"lt": "<", "gt": ">", "amp": "&", "#34": '"', "#39": "'"}[m[1]],
            plain,
        )
        == snippet
    )


def test_practice_page_when_confidence_is_low_says_so(client: FlaskClient) -> None:
    assert (
        "Low confidence: not checked against the source" in client.get("/en/id/practice/technologies_1").text
    )


def test_decision_page_when_the_title_is_from_memory_says_so(client: FlaskClient) -> None:
    assert "not checked against the source" in client.get("/en/id/decision/unccd-1-cop1").text


def test_page_when_held_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/en/about")
    again = client.get("/en/about", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_page_when_answered_carries_the_security_headers(client: FlaskClient) -> None:
    headers = client.get("/en/").headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])


def test_request_id_when_given_comes_back(client: FlaskClient) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-Id": "abcdef-12345"}).headers["X-Request-Id"]
        == "abcdef-12345"
    )
    odd = client.get("/healthz", headers={"X-Request-Id": "a b\tc" * 50})
    assert odd.headers["X-Request-Id"] != "a b\tc" * 50


@pytest.mark.parametrize(
    ("path", "accept", "status", "kind"),
    [
        ("/en/nothing", "text/html", 404, "text/html"),
        ("/ar/nothing", "text/html", 404, "text/html"),
        ("/nothing", "application/json", 404, "application/problem+json"),
        ("/api/nothing", "*/*", 404, "application/problem+json"),
        ("/api/search?limit=x", "*/*", 400, "application/problem+json"),
        ("/api/search?colour=red", "*/*", 400, "application/problem+json"),
        ("/api/similar", "*/*", 400, "application/problem+json"),
        ("/api/suggest?q=a&lang=xx", "*/*", 400, "application/problem+json"),
        ("/api/similar?iri=x&limit=0", "*/*", 400, "application/problem+json"),
        ("/en/browse/none", "text/html", 404, "text/html"),
        ("/en/browse/practices?page=99", "text/html", 404, "text/html"),
        ("/en/browse/practices?page=x", "text/html", 400, "text/html"),
        ("/data/id/practice/technologies_1.docx", "*/*", 404, "application/problem+json"),
    ],
)
def test_error_when_answered_has_one_shape(
    client: FlaskClient, path: str, accept: str, status: int, kind: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (status, kind)
    if kind != "text/html":
        problem = answer.get_json()
        assert problem["status"] == status
        assert {"type", "title", "detail", "code", "request_id"} <= set(problem)
        assert problem["request_id"] == answer.headers["X-Request-Id"]


def test_body_when_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/search", data=b"x" * 2_000_000)
    assert answer.status_code in (405, 413)


def test_fault_when_unexpected_shows_no_exception_text(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("kg.web.pages.catalogue", fail)
    answer = app.test_client().get("/en/about", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.get_json()["detail"] == "Something went wrong on our side."


def test_service_when_nothing_is_built_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = create_app(Settings.from_env({}, home=str(tmp_path_factory.mktemp("empty"))))
    try:
        client = made.test_client()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert client.get("/en/").status_code == 503
    finally:
        made.extensions["kg_sparql"].close()


def test_list_when_filtered_shows_what_has_the_words(client: FlaskClient) -> None:
    text = client.get("/en/browse/practices?q=moon").text
    assert "Half moons" in text
    assert "Farmer field schools" not in text
    assert "Show all" in client.get("/en/browse/practices?q=zzz").text
