"""Tables of record pages and the overlap as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.entities import describe
from kg.entities.model import Impact, Table, Text
from kg.web import record_tables
from kg.web.context import iris, opened

PRACTICE = "https://w3id.org/landkg/id/practice/technologies_1614"


@pytest.fixture(scope="module")
def app(bundled_app: Flask) -> Flask:
    return bundled_app


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize(
    "record",
    [
        "practice/technologies_1614",
        "decision/unccd-23-cop11",
        "concept/drought",
        "country/BFA",
        "entity/unccd-cop",
        "framework/ldn",
    ],
)
def test_record_when_it_offers_files_gives_each_with_rows(client: FlaskClient, record: str) -> None:
    page = client.get(f"/fr/id/{record}").text
    offered = re.findall(r'href="(/fr/(?:table|lineage)/[^"]+\.csv|/overlap\.csv[^"]*)"', page)
    assert offered
    assert all(rows(client, each.replace("&amp;", "&")) for each in offered)


def test_provisions_when_taken_away_are_those_of_the_page(client: FlaskClient) -> None:
    found = rows(client, "/en/table/provisions/decision/unccd-23-cop11.csv")
    page = client.get("/en/id/decision/unccd-23-cop11").text
    assert [row["number"] for row in found] == ["1", "2", "3"]
    assert found[0]["verb"] == "decides"
    assert all(row["text"].split("(")[0].strip() in page for row in found)


def test_gaps_when_taken_away_name_frameworks_neighbours_and_fields(client: FlaskClient) -> None:
    found = rows(client, "/en/table/gaps/country/BFA.csv")
    assert {row["gap"] for row in found} == {
        "framework not reached",
        "addressed elsewhere in the region",
        "field not documented",
    }
    assert "soil erosion by wind" in {row["label"] for row in found}


def test_impacts_and_costs_when_documented_are_tables(app: Flask) -> None:
    cell = (Text("=1+1"),)
    table = Table("costs", None, "establishment", (Text("input"), Text("cost")), ((cell, cell),))
    with app.test_request_context("/en/"):
        page = describe(opened().store, PRACTICE, "en", iris())
        assert page.practice is not None
        practice = replace(page.practice, impacts=(Impact(Text("yield"), 2),), tables=(table,))
        page = replace(page, practice=practice)
        assert list(record_tables.rows(page, "impacts"))[1:] == [("yield", 2, "positive", PRACTICE)]
        assert list(record_tables.rows(page, "rows-0")) == [("input", "cost"), ("=1+1", "=1+1")]
        assert list(record_tables.rows(page, "rows-1")) == []


def test_overlap_when_taken_away_counts_like_the_api(client: FlaskClient) -> None:
    counts = client.get("/api/overlap?country=NER").get_json()["combinations"]
    found = rows(client, "/overlap.csv?country=NER&lang=es")
    assert [int(row["practices"]) for row in found] == [each["practices"] for each in counts]
    assert [row["frameworks"].split() for row in found] == [each["frameworks"] for each in counts]


@pytest.mark.parametrize(
    "path",
    [
        "provisions/practice/technologies_1614.csv",
        "nothing/decision/unccd-23-cop11.csv",
        "rows-99/practice/technologies_1614.csv",
        "rows-x/practice/technologies_1614.csv",
        "labels/concept/none.csv",
    ],
)
def test_table_when_there_is_none_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(f"/en/table/{path}").status_code == 404
