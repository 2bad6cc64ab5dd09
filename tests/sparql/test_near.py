"""Which queries may be answered beside the pages: those whose work and answer are surely small."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rewrite import HEAD, PATTERN, PREFIXES, practices, small

from kg.config import Settings
from kg.sparql.near import Bound, is_cheap
from kg.sparql.reading import read, read_plain
from kg.web import create_app

PRACTICE = "<https://w3id.org/landkg/id/practice/technologies_900001>"


def cheap(text: str) -> bool:
    query = read_plain(HEAD + text, PREFIXES)
    return query is not None and is_cheap(query, practices()[1])


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT ?p ?o WHERE {{ {PRACTICE} ?p ?o }}",
        f"ASK {{ {PRACTICE} a kg:Technology }}",
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {PRACTICE} }} ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) WHERE {{ {PRACTICE} kg:measure ?m OPTIONAL {{ ?m kg:country ?c }} }}",
        "SELECT ?s WHERE { ?s kg:country <https://w3id.org/landkg/id/country/C02> ; kg:measure ?m }",
    ],
)
def test_query_when_its_work_is_bounded_is_cheap(text: str) -> None:
    assert cheap(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { ?s ?p ?o }",
        "SELECT * WHERE { ?s kg:measure ?m . ?t kg:measure ?m }",
        "SELECT * WHERE { ?s kg:measure ?m . ?t kg:degradation ?d }",
        f"SELECT * WHERE {{ {PRACTICE} kg:cites+ ?o }}",
        f"SELECT * WHERE {{ {PRACTICE} ?p ?o FILTER(REGEX(?o, 'a')) }}",
        f"SELECT (CONCAT(STR(?o), STR(?o)) AS ?x) WHERE {{ {PRACTICE} ?p ?o }}",
        f"SELECT (GROUP_CONCAT(?o) AS ?x) WHERE {{ {PRACTICE} ?p ?o }}",
        f"SELECT ?p FROM <http://e/g> WHERE {{ {PRACTICE} ?p ?o }}",  # noqa: S608
        f"DESCRIBE {PRACTICE}",
        f"ASK {{ {{ SELECT * {{ ?s ?p ?o }} }} {PRACTICE} ?p ?o }}",
        f"ASK {{ {PRACTICE} ?p ?o OPTIONAL {{ ?s kg:measure ?o }} }}",
        f"ASK {{ VALUES ?s {{ {PRACTICE} }} OPTIONAL {{ ?s ?p ?o }} }}",
    ],
)
def test_query_when_its_work_is_not_bounded_is_not_cheap(text: str) -> None:
    assert not cheap(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=4))
def test_bound_when_a_query_has_one_is_never_below_its_solutions(patterns: list[str]) -> None:
    store, counted = small()
    text = f"{HEAD}SELECT * WHERE {{ {' . '.join(patterns)} }}"
    bound = Bound(counted)
    if bound.of(read(text, PREFIXES).groups[0]) is not None:
        answer = store.query(text, use_default_graph_as_union=True)
        assert sum(1 for _ in answer) <= bound.rows  # type: ignore[misc]


def test_cheap_query_when_the_graph_lies_open_needs_no_worker(
    sparql_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Settings.from_env({}, home=str(sparql_home), sparql_cache_mb=0))
    service = app.extensions["kg_sparql"]
    try:
        client = app.test_client()

        def ask() -> tuple[bytes, str]:
            text = "SELECT ?p ?o WHERE { <http://example.org/p7> ?p ?o }"
            answer = client.get("/sparql", query_string={"query": text, "format": "csv"})
            return answer.data, answer.headers["ETag"]

        by_worker = ask()
        app.extensions["kg"].live.refresh()
        until = time.monotonic() + 120
        with service.pools.lease() as pool:
            while pool.statistics is None and time.monotonic() < until:
                time.sleep(0.02)
        monkeypatch.setattr(service, "_ask", None)  # no worker can be asked from here on
        assert ask() == by_worker
    finally:
        service.close()
        app.extensions["kg"].live.close()
