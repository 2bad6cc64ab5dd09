"""The endpoint over HTTP, against a really started server."""

from __future__ import annotations

import gzip
import http.client
import io
import json
from urllib.parse import urlsplit

import pyoxigraph as px
import pytest
import requests
import zstandard
from serving import Server

KNOWS = "<http://xmlns.com/foaf/0.1/knows>"
NAME = "<http://xmlns.com/foaf/0.1/name>"
NET = "http://example.org/net"
SELECT = f"SELECT ?name {{ <http://example.org/p1> {NAME} ?name }}"
CONSTRUCT = f"CONSTRUCT {{ ?s {NAME} ?o }} WHERE {{ ?s {NAME} ?o }} ORDER BY ?s LIMIT 20"


def get(server: Server, query: str, **headers: str) -> requests.Response:
    return requests.get(server.url, params={"query": query}, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
    ],
)
def test_select_when_a_format_is_named_answers_in_it(server: Server, name: str, media_type: str) -> None:
    named = requests.get(server.url, params={"query": SELECT, "format": name}, timeout=30)
    negotiated = get(server, SELECT, Accept=media_type)
    assert named.headers["Content-Type"].split(";")[0] == media_type
    assert named.content == negotiated.content
    assert b"Person 1" in named.content


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_construct_when_a_format_is_named_carries_the_same_graph(server: Server, name: str) -> None:
    answer = requests.get(server.url, params={"query": CONSTRUCT, "format": name}, timeout=30)
    media_type = answer.headers["Content-Type"].split(";")[0]
    kind = px.RdfFormat.from_media_type(media_type)
    assert kind is not None
    quads = list(px.parse(answer.content, kind))
    assert len(quads) == 20
    assert all(quad.object.language == "en" for quad in quads)


def test_unknown_format_when_named_is_406(server: Server) -> None:
    answer = requests.get(server.url, params={"query": SELECT, "format": "docx"}, timeout=30)
    assert answer.status_code == 406
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_syntax_error_when_sent_names_line_and_column(server: Server) -> None:
    problem = get(server, "SELECT ?x WHERE {\n  ?x nope:p 1 }").json()
    assert (problem["status"], problem["line"], problem["code"]) == (400, 2, "query_syntax")
    assert problem["column"] > 3
    assert "prefix" in problem["detail"]


def test_prefix_when_one_of_the_graphs_own_needs_no_declaration(server: Server) -> None:
    assert server.query("ASK { ?s foaf:name ?o }").text == "true"


def test_update_when_sent_is_403(server: Server) -> None:
    answer = requests.post(server.url, data={"update": "CLEAR ALL"}, timeout=30)
    assert answer.status_code == 403
    assert "read-only" in answer.json()["detail"]


def test_method_when_not_offered_is_405_with_allow(server: Server) -> None:
    answer = requests.put(server.url, timeout=30)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_body_when_too_large_is_413(server: Server) -> None:
    answer = server.query("ASK {} #" + "x" * 600_000)
    assert answer.status_code == 413
    assert "512 kB" in answer.json()["detail"]


def test_nesting_when_deep_is_413_and_the_service_lives(server: Server) -> None:
    for text in ("ASK " + "{" * 5000 + "}" * 5000, "ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }"):
        assert server.query(text).status_code == 413
    assert server.query("ASK {}").text == "true"


def test_tag_when_sent_back_gets_304_without_body(server: Server) -> None:
    first = get(server, SELECT)
    again = get(server, SELECT, **{"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert get(server, SELECT, **{"If-None-Match": '"other"'}).status_code == 200


def test_volatile_query_when_answered_has_no_tag(server: Server) -> None:
    first, second = get(server, "SELECT (UUID() AS ?x) {}"), get(server, "SELECT (UUID() AS ?x) {}")
    assert "ETag" not in first.headers
    assert first.headers["Cache-Control"] == "no-store"
    assert first.text != second.text


@pytest.mark.parametrize("limit", [500, 8000])
def test_coding_when_accepted_carries_the_same_bytes(server: Server, limit: int) -> None:
    query = f"SELECT * {{ ?s ?p ?o }} LIMIT {limit}"
    parts = urlsplit(server.url)
    bodies = []
    tags = set()
    for coding in ("gzip", "zstd", "gzip;q=0, identity"):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {"Accept-Encoding": coding, "Content-Type": "application/sparql-query"}
        connection.request("POST", parts.path, query, headers)
        answer = connection.getresponse()
        body = answer.read()
        packed = answer.headers["Content-Encoding"]
        assert packed == (coding if coding in ("gzip", "zstd") else None)
        assert "Accept-Encoding" in answer.headers["Vary"]
        tags.add(answer.headers["ETag"])
        if packed == "gzip":
            body = gzip.decompress(body)
        elif packed == "zstd":
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        bodies.append(body)
        connection.close()
    assert bodies[0] == bodies[1] == bodies[2]
    assert len(tags) == 3  # a strong tag is of one representation


def test_answer_when_large_comes_whole(sparql_home: object, server: Server) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
    answer = server.query(query, Accept="application/sparql-results+json")
    assert len(answer.content) > 8 * 1024 * 1024
    assert len(json.load(io.BytesIO(answer.content))["results"]["bindings"]) == 60_000


def test_unknown_function_when_called_leaves_its_variable_unbound(server: Server) -> None:
    answer = server.query("SELECT (<urn:no>(1) AS ?x) (<urn:no2>(?x) AS ?y) (1 AS ?z) {}")
    assert answer.text == "x,y,z\r\n,,1\r\n"


def test_from_when_given_picks_graphs_of_the_dataset_and_fetches_nothing(server: Server) -> None:
    for graph, count in (("http://127.0.0.1:9/x", 0), (NET, 6000)):
        answer = server.query(f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}")  # noqa: S608
        assert answer.text == f"n\r\n{count}\r\n"


def test_graph_store_when_asked_for_a_graph_gives_its_triples(server: Server) -> None:
    answer = requests.get(
        f"{server.root}/graphs",
        params={"graph": NET},
        headers={"Accept": "application/n-triples"},
        timeout=30,
    )
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 6000
    assert requests.head(f"{server.root}/graphs?default", timeout=30).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [("graph=http://example.org/none", 404), ("graph=none", 400), ("", 400), (f"default&graph={NET}", 400)],
)
def test_graph_store_when_asked_wrongly_says_so(server: Server, query: str, status: int) -> None:
    assert requests.get(f"{server.root}/graphs?{query}", timeout=30).status_code == status


def test_graph_store_when_written_to_is_405(server: Server) -> None:
    answer = requests.put(f"{server.root}/graphs?default", data="", timeout=30)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_description_when_asked_for_counts_the_data(server: Server) -> None:
    answer = requests.get(server.url, headers={"Accept": "application/n-triples"}, timeout=30)
    assert f'<{server.url}#dataset> <http://rdfs.org/ns/void#triples> "8000"' in answer.text
    assert f"<http://www.w3.org/ns/sparql-service-description#name> <{NET}>" in answer.text


def test_request_id_when_given_comes_back(server: Server) -> None:
    assert get(server, "ASK {", **{"X-Request-Id": "abc-12345"}).json()["request_id"] == "abc-12345"


def test_metrics_when_asked_for_count_queries(server: Server) -> None:
    server.query("ASK {")
    before = server.metric('kg_sparql_queries_total{outcome="query_syntax"}')
    server.query("ASK {")
    assert server.metric('kg_sparql_queries_total{outcome="query_syntax"}') == before + 1
