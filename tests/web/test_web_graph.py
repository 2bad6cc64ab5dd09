"""The graph view over HTTP: table, JSON and CSV say the same, bounded, in six languages."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kg.entities import neighbours
from kg.errors import NotFound
from kg.store import GraphStore
from kg.vocab import LANGUAGES, Iris
from kg.web.openapi import describe

BASE = "https://w3id.org/landkg/id/"
RECORDS = (
    "practice/technologies_1614",
    "decision/unccd-23-cop11",
    "document/iccd-cop14-cst-5",
    "publication/doi/10.1016/j.envsci.2018.08.006",
    "concept/drought",
    "framework/eba",
    "criterion/EBA-1",
    "country/BFA",
    "region/011",
    "entity/unccd-cop",
    "case/adaptation-fund-mongolia-eba-water",
)


@pytest.fixture(scope="module")
def app(bundled_app: Flask) -> Flask:
    return bundled_app


def data(client: FlaskClient, record: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/graph", query_string={"iri": BASE + record, **more}).get_json()
    return found


def triples(edges: Sequence[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(each["source"], each["relation"], each["target"]) for each in edges}


@pytest.mark.parametrize("record", RECORDS)
def test_record_when_opened_leads_to_its_graph_and_back(client: FlaskClient, record: str) -> None:
    assert f'href="/en/graph/{record}"' in client.get(f"/en/id/{record}").text
    page = client.get(f"/en/graph/{record}").text
    assert f'href="/en/id/{record}"' in page
    assert "The same as a table" in page


@pytest.mark.parametrize("record", RECORDS)
def test_edge_when_shown_is_a_statement_of_the_graph(
    bundled_store: GraphStore, client: FlaskClient, record: str
) -> None:
    found = data(client, record)
    assert found["edges"]
    for source, relation, target in triples(found["edges"]):
        direct = f"<{source}> <{relation}> <{target}>"
        ends = f"kg:relationSubject <{source}> ; kg:relationObject <{target}>"
        claim = f"?claim kg:relationType <{relation}> ; {ends}"
        prefix = "PREFIX kg: <https://w3id.org/landkg/def/>"
        assert bundled_store.ask(f"{prefix} ASK {{ {{ {direct} }} UNION {{ {claim} }} }}")


@pytest.mark.parametrize("record", ["framework/eba", "country/BFA", "decision/unccd-23-cop11"])
def test_table_drawing_and_csv_when_compared_hold_the_same_relations(
    client: FlaskClient, record: str
) -> None:
    page = client.get(f"/en/graph/{record}").text
    drawn = json.loads(re.search(r'id="graph-data">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    answer = client.get(f"/en/graph/{record}.csv?limit={neighbours.FEW}")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert triples(rows) == triples(drawn["edges"])
    assert len(re.findall(r'<td class="graph-relation">', page)) == len(drawn["edges"])
    assert {each["label"] for each in drawn["edges"]} == {row["relation_label"] for row in rows}


def test_table_when_scripts_are_off_is_whole_and_the_drawing_hidden(client: FlaskClient) -> None:
    page = client.get("/en/graph/practice/technologies_1614").text
    assert re.search(r'<section class="graph no-print"[^>]* hidden>', page)
    row = re.search(r"<tr><td><strong>Demi-lunes.*?</tr>", page)
    assert row is not None
    assert 'href="/en/graph/framework/ldn"' in page


def test_neighbours_when_there_are_many_are_bounded_and_the_rest_counted(client: FlaskClient) -> None:
    few, most = data(client, "concept/drought", limit=10), data(client, "concept/drought", limit=200)
    assert few["shown"] == 10 < few["count"] == most["count"] == most["shown"]
    page = client.get("/en/graph/concept/drought?limit=10").text
    left = [each["count"] - each["shown"] for each in few["groups"] if each["count"] > each["shown"]]
    assert [int(each) for each in re.findall(r'class="quiet">(\d+) more', page)] == left
    assert 'href="/en/graph/concept/drought?limit=200"' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_relation_when_labelled_is_in_the_language_of_the_reader(client: FlaskClient, lang: str) -> None:
    said = {
        "en": ("country", "broader concept"),
        "fr": ("pays", "concept plus large"),
        "es": ("país", "concepto más amplio"),
        "ru": ("страна", "более широкое понятие"),
        "zh": ("国家", "上位概念"),
        "ar": ("البلد", "مفهوم أعم"),
    }
    labels = {each["label"] for each in data(client, "country/BFA", lang=lang)["edges"]}
    assert set(said[lang]) <= labels
    page = client.get(f"/{lang}/graph/country/BFA").text
    assert all(f'<td class="graph-relation">{each}</td>' in page for each in said[lang])


def test_answer_when_checked_is_as_described(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context("/"):
        operation = describe()["paths"]["/api/graph"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator(schema).validate(data(client, "framework/eba"))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"iri": "x" * 3000}, 400),
        ({"iri": "https://example.org/x"}, 404),
        ({"iri": f"{BASE}practice/none"}, 404),
        ({"iri": f"{BASE}practice/<script>"}, 400),
        ({"iri": f"{BASE}concept/drought", "limit": "1000"}, 400),
        ({"iri": f"{BASE}concept/drought", "limit": "-1"}, 400),
        ({"iri": f"{BASE}concept/drought", "lang": "xx"}, 400),
    ],
)
def test_api_when_asked_wrongly_says_so(client: FlaskClient, query: dict[str, str], status: int) -> None:
    assert client.get("/api/graph", query_string=query).status_code == status


@pytest.mark.parametrize(
    "path", ["practice/none", "practice/none.csv", "x", "practice/%00", "concept/drought/x"]
)
def test_graph_when_there_is_no_such_record_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(f"/en/graph/{path}").status_code == 404


def test_neighbourhood_when_the_record_has_parts_leaves_them_out(
    bundled_store: GraphStore, iris: Iris
) -> None:
    found = neighbours.read(bundled_store, f"{BASE}decision/unccd-23-cop11", "en", iris)
    assert not any("/provision/" in each.iri for each in found.neighbours)


def test_neighbourhood_when_a_record_is_unknown_is_refused(bundled_store: GraphStore, iris: Iris) -> None:
    with pytest.raises(NotFound):
        neighbours.read(bundled_store, f"{BASE}practice/none", "en", iris)


@given(st.lists(st.integers(1, 500), max_size=30), st.integers(1, 200))
def test_shares_when_given_out_never_exceed_what_is_there(counts: list[int], limit: int) -> None:
    given_out = neighbours.shares(counts, limit)
    assert all(1 <= share <= count for share, count in zip(given_out, counts, strict=True))
    assert sum(given_out) <= max(limit, len(counts))
    if sum(counts) <= limit:
        assert given_out == counts
