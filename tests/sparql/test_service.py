"""The query service without HTTP: what is counted, admitted and logged, in which order."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.config import Settings
from kg.errors import TooManyRequests
from kg.sparql.cache import AnswerCache
from kg.sparql.service import SparqlRequest, SparqlService


@pytest.fixture
def service(sparql_home: Path) -> Iterator[SparqlService]:
    found = SparqlService(
        Settings.from_env({}, home=str(sparql_home), sparql_rate_per_minute=2, sparql_workers=2)
    )
    yield found
    found.close()


def test_query_when_above_the_rate_is_refused_before_anything_is_computed(service: SparqlService) -> None:
    computed: list[str] = []

    def compute(text: str) -> str:
        computed.append(text)
        return text

    service.rewriters.append(compute)
    for number in range(2):
        service.execute(SparqlRequest(f"ASK {{}} # {number}", client="a", rewrite=compute))
    assert len(computed) == 4
    with pytest.raises(TooManyRequests):
        service.execute(SparqlRequest("ASK {} # 3", client="a", rewrite=compute))
    assert len(computed) == 4


def test_log_when_a_query_is_answered_tells_its_rows(
    service: SparqlService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kg.sparql"):
        for _ in range(2):
            service.execute(SparqlRequest("SELECT * { ?s ?p ?o } LIMIT 7", request_id="abc", client="b"))
    lines = [json.loads(each.getMessage()) for each in caplog.records if "event" in each.getMessage()]
    assert [(each["outcome"], each["rows"], each["request"]) for each in lines] == [
        ("ok", 7, "abc"),
        ("cached", 7, "abc"),
    ]


def test_query_with_terms_when_asked_is_kept_as_the_same_query_written_out(
    service: SparqlService, caplog: pytest.LogCaptureFixture
) -> None:
    text = "SELECT ?p ?o { ?s ?p ?o } LIMIT 3"
    asked = SparqlRequest(text, bind=(("p", "<http://xmlns.com/foaf/0.1/knows>"),))
    with caplog.at_level(logging.INFO, "kg.sparql"):
        found = service.execute(asked)
        service.execute(asked)
    assert service.held(asked, [found.etag]) == found.etag
    rows = json.loads(found.body)["results"]["bindings"]
    assert [row["p"]["value"] for row in rows] == ["http://xmlns.com/foaf/0.1/knows"] * 3
    lines = [json.loads(each.getMessage()) for each in caplog.records if "event" in each.getMessage()]
    assert [each["outcome"] for each in lines] == ["ok", "cached"]


def test_query_when_columns_answer_it_in_few_rows_is_answered_at_once(tiny_settings: Settings) -> None:
    service = SparqlService(tiny_settings)
    try:
        service.start()
        asked = SparqlRequest(
            "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class ORDER BY ?class"
        )
        wanted = service.execute(asked)
        service.cache = AnswerCache(0)
        found = service.at_once(asked)
        assert found is not None
        assert (found.body, found.media_type, found.etag) == (wanted.body, wanted.media_type, wanted.etag)
        assert service.at_once(SparqlRequest("SELECT ?s { GRAPH ?g { ?s a ?class } }")) is None
        assert service.at_once(SparqlRequest("SELECT ?s { ?s a ?class")) is None
    finally:
        service.close()
