"""Requests of strangers that no parser should see whole: deep, broken, overlong; none is our fault (500)."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
from serving import Server

DEEP = 3000
HOSTILE = {
    "groups": "ASK " + "{" * DEEP + "}" * DEEP,
    "brackets": "ASK { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
    "path brackets": "ASK { ?s " + "(" * DEEP + "a" + ")" * DEEP + " ?o }",
    "collections": "ASK { " + "(" * DEEP + "1" + ")" * DEEP + " ?p ?o }",
    "blank nodes": "ASK { ?s ?p " + "[ a " * DEEP + "1" + "]" * DEEP + " }",
    "signs": "ASK { FILTER(" + "!" * DEEP + "true) }",
    "inverse": "ASK { ?s " + "^" * DEEP + "a ?o }",
    "quoted triples": "ASK { " + "<< " * DEEP + "?s ?p ?o" + " >> ?p ?o" * DEEP + " }",
    "exists": "ASK { " + "FILTER EXISTS { " * DEEP + "?s ?p ?o" + " }" * DEEP + " }",
    "functions": "ASK { FILTER(" + "STR(" * DEEP + "1" + ")" * DEEP + " = '1') }",
    "unions": "ASK { " + " UNION ".join(["{?s ?p ?o}"] * 30_000) + " }",
    "sequence": "ASK { ?s " + "/".join(["a"] * DEEP) + " ?o }",
    "list": "ASK { ?s ?p ?o FILTER(?o IN (" + ",".join(map(str, range(50_000))) + ")) }",
    "regular expression": 'SELECT (REGEX("x", "' + "(" * 5000 + "x" + ")" * 5000 + '") AS ?x) {}',
    "repetition": 'SELECT (REGEX("x", "((((a{1,100}){1,100}){1,100}){1,100})") AS ?x) {}',
    "number": "SELECT (9" + "9" * 100_000 + " * 2 AS ?x) {}",
    "unclosed text": 'ASK { ?s ?p "' + "x" * 100_000,
    "unclosed IRI": "ASK { ?s ?p <" + "x" * 100_000,
    "quotes": "ASK { ?s ?p " + '"' * 100_001 + "}",
    "comments": "#\n" * 200_000 + "ASK {}",
    "comparisons": "ASK { FILTER(1" + "<1" * 100_000 + ") }",
    "dots of a name": "ASK { ?s ?p a:" + "." * 200_000 + " }",
    "large": 'ASK { ?s ?p "' + "x" * 10_000_000 + '" }',
    "surrogate": r"ASK { ?s ?p '\uD800' }",
    "beyond Unicode": r"ASK { ?s ?p '\UFFFFFFFF' }",
    "NUL": "ASK { ?s ?p '\x00' }",
    "graphs": "SELECT * " + "".join(f"FROM <http://e/{i}> " for i in range(5000)) + "{ ?s ?p ?o }",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_query_when_hostile_is_answered_and_harms_nobody(server: Server, name: str) -> None:
    answer = server.query(HOSTILE[name])
    assert answer.status_code in (200, 400, 413, 503), answer.text
    assert server.query(f"ASK {{ ?s ?p ?o }} # {name}").text == "true"


@pytest.mark.parametrize("body", [b"ASK { ?s ?p '\xff\xfe' }", b"ASK { ?s ?p '\xc0\xaf' }", b"\xed\xa0\x80"])
def test_query_when_not_utf8_is_400(server: Server, body: bytes) -> None:
    assert _raw(server, body).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("chunk", [b"ZZ\r\nASK {}\r\n0\r\n\r\n", b"-6\r\nASK {}\r\n0\r\n\r\n"])
def test_body_when_its_chunks_are_broken_is_400(server: Server, chunk: bytes) -> None:
    assert _raw(server, chunk, b"Transfer-Encoding: chunked").startswith(b"HTTP/1.1 400")


def test_body_when_in_chunks_is_read(server: Server) -> None:
    chunks = b"4\r\nASK \r\n2\r\n{}\r\n0\r\n\r\n"
    assert _raw(server, chunks, b"Transfer-Encoding: chunked").startswith(b"HTTP/1.1 200")


def _raw(server: Server, body: bytes, header: bytes = b"") -> bytes:
    parts = urlsplit(server.url)
    header = header or b"Content-Length: %d" % len(body)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            + header + b"\r\n\r\n" + body
        )  # fmt: skip
        return connection.recv(200)
