"""Queries that differ in their records alone are read once, and mean what they say."""

from __future__ import annotations

import pytest

from kg.sparql.columns.parsing import parse
from kg.sparql.columns.shaping import Readings

ID = "https://w3id.org/landkg/id/"
ONE, OTHER = f"<{ID}practice/a_1>", f"<{ID}practice/b-2>"
PREFIXES = {"kg": "https://w3id.org/landkg/def/"}


def test_queries_when_only_records_differ_are_read_once() -> None:
    readings = Readings(PREFIXES, ID)
    found = [readings.of(f"SELECT * {{ VALUES ?s {{ {each} }} ?s kg:cites+ ?o }}") for each in (ONE, OTHER)]
    assert [each.where.values[0][1] for each in found if each] == [[[ONE.encode()]], [[OTHER.encode()]]]
    assert readings._whole.cache_info().misses == 1


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?o {{ {ONE} kg:cites ?o . {OTHER} kg:cites ?o FILTER(?o NOT IN ({ONE}, kg:none)) }}",
        f"SELECT ?o {{ {ONE} kg:cites ?o OPTIONAL {{ ?o kg:country {OTHER} FILTER(?o != {ONE}) }} }}",
        f"SELECT ?o {{ {{ {ONE} kg:cites ?o }} UNION {{ SELECT ?o {{ {OTHER} kg:cites ?o }} LIMIT 3 }} }}",
        f"SELECT ?o {{ {ONE} {OTHER} ?o }}",
        f"PREFIX p: {ONE} SELECT ?o {{ ?o kg:cites p:x }}",
        f'SELECT ?o {{ ?o kg:cites "about {ONE}" . ?o kg:country {OTHER} }}',
        f"SELECT ?o {{ ?o kg:cites {OTHER} }} # not {ONE}",
        "SELECT ?o { ?o kg:cites <urn:landkg:record:0> , <https://w3id.org/landkg/id/x> }",
    ],
)
def test_query_when_read_by_its_shape_asks_what_its_text_asks(text: str) -> None:
    assert Readings(PREFIXES, ID).of(text) == parse(text, PREFIXES)
