"""Log lines and figures of requests."""

from __future__ import annotations

import json
import logging

import pytest
from flask.testing import FlaskClient

from kg.web.observing import HttpMetrics, JsonLines


def line(message: str, *arguments: object) -> dict[str, object]:
    record = logging.LogRecord("kg.web", logging.INFO, __file__, 1, message, arguments, None)
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_line_when_the_message_is_an_event_has_its_members() -> None:
    found = line("%s", json.dumps({"event": "http", "path": '/x"\n{'}))
    assert (found["event"], found["path"], found["level"]) == ("http", '/x"\n{', "INFO")


@pytest.mark.parametrize("text", ["plain", '{"event": broken', "two\nlines", '{"a": 1}'])
def test_line_when_the_message_is_text_keeps_it_in_one_line(text: str) -> None:
    assert line("said: %s", text)["message"] == f"said: {text}"


def test_line_when_something_failed_holds_the_traceback() -> None:
    try:
        raise ValueError("no")
    except ValueError as fault:
        record = logging.LogRecord(
            "kg", logging.ERROR, __file__, 1, "failed", (), (ValueError, fault, fault.__traceback__)
        )
    assert "ValueError: no" in json.loads(JsonLines().format(record))["traceback"]


def test_request_when_answered_is_logged_with_its_name_status_and_time(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="kg.web"):
        client.get("/queries/nothing", headers={"X-Request-Id": "named-by-client"})
    event = json.loads(next(each.getMessage() for each in caplog.records if each.name == "kg.web"))
    assert (event["request"], event["status"], event["path"]) == ("named-by-client", 404, "/queries/nothing")
    assert event["ms"] >= 0


def test_metrics_when_read_tell_requests_queries_and_the_age_of_the_generation(client: FlaskClient) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'kg_http_requests_total{endpoint="meta.healthz",status="200"}' in text
    assert "kg_sparql_cache_hits" in text
    assert "kg_build_info{" in text


def test_histogram_when_counted_is_cumulative() -> None:
    metrics = HttpMetrics()
    for seconds in (0.001, 0.02, 99.0):
        metrics.count("x", 200, seconds)
    text = "\n".join(metrics.lines())
    assert 'le="0.005"} 1' in text
    assert 'le="0.025"} 2' in text
    assert 'le="+Inf"} 3' in text
