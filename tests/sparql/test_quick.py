"""Light queries are answered in the loop of the server, from their shape: with the same answers as else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from flask import Flask
from gunicorn.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Server
from test_rewrite import HEAD, PATTERN, PREFIXES, practices, rows, small

from kg.config import Settings
from kg.sparql import guard
from kg.sparql.shapes import Plan, Shapes
from kg.web import create_app
from kg.web.quick import Heads, QuickWorker

LIMITS = guard.Limits.of(Settings.from_env({}))
RECORDS = "https://w3id.org/landkg/id/"
ONE, OTHER = f"<{RECORDS}practice/technologies_900001>", f"<{RECORDS}practice/technologies_900002>"
HOST = b"Host: example.org\r\nAccept: text/csv\r\n"


def shapes(records: str = RECORDS) -> Shapes:
    return Shapes(LIMITS, PREFIXES, records, [])


def plan(text: str) -> Plan | None:
    return shapes().plan(text, practices()[1])


def test_queries_when_only_the_record_differs_share_a_plan() -> None:
    known = shapes()
    found = [known.plan(f"SELECT ?p ?o WHERE {{ {each} ?p ?o }}", practices()[1]) for each in (ONE, OTHER)]
    assert found[0] is not None
    assert found[0] is found[1]


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * WHERE {{ ?s {ONE} ?o }}",
        f"PREFIX x: <{RECORDS}practice/> SELECT * WHERE {{ ?s x:technologies_900001 ?o . ?t ?p ?u }}",
        f"SELECT * WHERE {{ SERVICE {ONE} {{ ?s ?p ?o }} }}",
        f"SELECT * FROM {ONE} WHERE {{ {ONE} ?p ?o }}",  # noqa: S608
        f"SELECT (RAND() AS ?n) WHERE {{ {ONE} ?p ?o }}",
        f"SELECT * WHERE {{ {ONE} kg:cites+ ?o }}",
        "SELECT * WHERE { ?s ?p ?o }",
        f"SELECT * WHERE {{ {ONE} ?p ?o ",
    ],
)
def test_query_when_it_is_not_surely_light_has_no_plan(text: str) -> None:
    assert plan(text) is None


def test_prefix_when_it_needs_no_declaration_is_declared_for_the_engine() -> None:
    found = plan(f"ASK {{ {ONE} a kg:Technology }}")
    assert found is not None
    assert found.prologue == "PREFIX kg: <https://w3id.org/landkg/def/> "


@settings(max_examples=100, deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=4))
def test_plan_when_a_query_has_one_bounds_its_solutions(patterns: list[str]) -> None:
    store, counted = small()
    text = f"{HEAD}SELECT * WHERE {{ {' . '.join(patterns)} }}"
    found = shapes("http://e/t").plan(text, counted)
    if found is not None:
        limit = found.steps if found.steps is not None else 60_000
        assert len(rows(store, found.prologue + text)) - 1 <= limit


@pytest.fixture(scope="module")
def app(sparql_home: Path) -> Iterator[Flask]:
    """The whole application with the graph open and no cache of answers."""
    made = create_app(Settings.from_env({}, home=str(sparql_home), sparql_cache_mb=0))
    made.extensions["kg"].live.refresh()
    with made.extensions["kg_sparql"].pools.lease() as pool:
        pool.statistics = pool.statistics or counted(sparql_home)
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


def counted(home: Path):  # type: ignore[no-untyped-def]
    from kg import generation
    from kg.sparql import statistics
    from kg.store.embedded import open_store

    return statistics.collect(open_store(generation.current(home).folder, Settings.from_env({})).engine)


@pytest.mark.parametrize(
    "accept", ["application/sparql-results+json, application/n-triples", "text/turtle, */*;q=0.1"]
)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?p ?o WHERE { <http://example.org/p7> ?p ?o }",
        "ASK { <http://example.org/p7> foaf:knows ?x }",
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/> SELECT * { <http://example.org/p7> foaf:knows ?x }",
        "CONSTRUCT { ?s ?p ?o } WHERE { VALUES ?s { <http://example.org/p7> } ?s ?p ?o }",
        "SELECT * WHERE { <http://example.org/nobody> ?p ?o }",
    ],
)
def test_light_query_when_answered_at_once_is_answered_alike(app: Flask, text: str, accept: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/sparql",
        "QUERY_STRING": urlencode({"query": text}),
        "HTTP_ACCEPT": accept,
        "HTTP_X_REQUEST_ID": "12345678",
    }
    quick = app.extensions["kg_sparql_hot"].quick(dict(environ))
    usual = app.extensions["kg_sparql_face"].sparql(dict(environ))
    assert quick is not None
    assert (quick.status, quick.headers, quick.body) == (usual.status, usual.headers, usual.body)


def test_query_when_it_is_not_light_is_not_answered_at_once(app: Flask) -> None:
    hot = app.extensions["kg_sparql_hot"]
    for text in ("SELECT * WHERE { ?s ?p ?o . ?t ?q ?u }", "SELECT", "INSERT DATA { <a:a> <a:b> <a:c> }"):
        environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": urlencode({"query": text})}
        assert hot.quick(environ) is None


def raw(line: str, head: bytes = HOST, rest: bytes = b"\r\n") -> bytes:
    return line.encode() + b"\r\n" + head + rest


def worker() -> QuickWorker:
    made = QuickWorker.__new__(QuickWorker)
    made._heads = Heads(Config(), lambda environ: None)
    made._line_max = 8190
    return made


def conn() -> SimpleNamespace:
    return SimpleNamespace(client=("192.0.2.1", 5000), server=("127.0.0.1", 8000), sock=None)


def test_request_when_its_head_came_before_is_read_from_its_bytes() -> None:
    made, asked = worker(), raw("GET /sparql?query=ASK%7B%7D HTTP/1.1")
    assert made._environ(asked, conn()) is None
    environ = made._environ(asked, conn())
    assert environ is not None
    assert environ["QUERY_STRING"] == "query=ASK%7B%7D"
    assert (environ["HTTP_ACCEPT"], environ["REMOTE_ADDR"]) == ("text/csv", "192.0.2.1")


@pytest.mark.parametrize(
    "asked",
    [
        raw("GET /sparql?query=a HTTP/1.0"),
        raw("GET /sparql?query=a b HTTP/1.1"),
        raw("GET /sparql?query=a#b HTTP/1.1"),
        raw("HEAD /sparql?query=a HTTP/1.1"),
        raw("GET /sparql HTTP/1.1"),
        raw("GET /sparql?query=" + "a" * 9000 + " HTTP/1.1"),
        raw("GET /sparql?query=a HTTP/1.1", rest=b""),
        raw("GET /sparql?query=a HTTP/1.1") + raw("GET /sparql?query=b HTTP/1.1"),
        raw("GET /sparql?query=a HTTP/1.1", HOST + b"Content-Length: 4\r\n"),
        raw("GET /sparql?query=a HTTP/1.1", HOST + b"Transfer-Encoding: chunked\r\n"),
        raw("GET /sparql?query=a HTTP/1.1", HOST + b"Connection: close\r\n"),
        raw("GET /sparql?query=a HTTP/1.1", HOST + b"Expect: 100-continue\r\n"),
        raw("GET /sparql?query=a HTTP/1.1", b"Bad Header: x\r\n"),
        raw("GET /sparql?query=a HTTP/1.1", HOST + b"X: " + b"y" * 3000 + b"\r\n"),
    ],
)
def test_request_when_it_is_anything_but_a_plain_get_goes_the_usual_way(asked: bytes) -> None:
    made = worker()
    assert [made._environ(asked, conn()) for _ in range(3)] == [None] * 3


def test_heads_when_there_are_many_do_not_pile_up() -> None:
    heads = worker()._heads
    for number in range(1500):
        for _ in range(2):
            heads.find(b"Host: h%d\r\n\r\n" % number, conn())
    assert len(heads._known) <= 500
    assert len(heads._seen) <= 500


def test_answers_when_a_connection_is_kept_are_the_same_again_and_again(server: Server) -> None:
    with requests.Session() as session:
        ask = {"query": "SELECT ?p ?o WHERE { <http://example.org/p9> ?p ?o } # kept"}
        found = [session.get(server.url, params=ask, headers={"Accept": "text/csv"}) for _ in range(5)]
    assert {(each.status_code, each.text) for each in found} == {(200, found[0].text)}
    named = [
        {name: value for name, value in each.headers.items() if name not in ("Date", "X-Request-Id")}
        for each in found
    ]
    assert all(each == named[0] for each in named)
    assert len({each.headers["X-Request-Id"] for each in found}) == 5


def test_requests_when_pipelined_are_answered_in_their_order(server: Server) -> None:
    where = urlsplit(server.url)
    texts = [f"SELECT ('{number}' AS ?n) {{}}" for number in range(3)]
    asked = [raw(f"GET /sparql?{urlencode({'query': each})} HTTP/1.1") for each in texts]
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=20) as client:
        for _ in range(3):  # from the third time on the head is known
            client.sendall(b"".join(asked))
            got = b""
            while got.count(b"HTTP/1.1 200 OK") < 3 or not got.endswith(b"n\r\n2\r\n"):
                piece = client.recv(65536)
                assert piece, got
                got += piece
            assert [line for line in got.split(b"\r\n") if line in (b"0", b"1", b"2")] == [b"0", b"1", b"2"]
