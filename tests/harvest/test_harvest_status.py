"""The state of the sources over HTTP: a page in six languages, JSON, and figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.config import Settings
from kg.web import create_app


@pytest.fixture
def client(tiny_home: Path) -> Iterator[FlaskClient]:
    app = create_app(Settings.from_env({}, home=str(tiny_home)))
    with app.test_client() as client:
        yield client


def test_status_when_asked_as_json_names_each_source(client: FlaskClient) -> None:
    found = client.get("/status", headers={"Accept": "application/json"}).json
    assert {row["name"]: row["state"] for row in found["sources"]}["wocat"] == "off"
    assert found["generation"]["id"]


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "State of the sources"),
        ("fr", "État des sources"),
        ("es", "Estado de las fuentes"),
        ("ru", "Состояние источников"),
        ("zh", "数据来源状态"),
        ("ar", "حالة المصادر"),
    ],
)
def test_status_when_opened_speaks_the_reader_s_language(client: FlaskClient, lang: str, title: str) -> None:
    answer = client.get(f"/{lang}/status")
    assert answer.status_code == 200
    assert title in answer.text


def test_status_when_a_browser_asks_leads_to_the_page(client: FlaskClient) -> None:
    answer = client.get("/status", headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert answer.headers["Location"].endswith("/fr/status")


def test_metrics_when_read_tell_of_sources(client: FlaskClient) -> None:
    assert 'kg_source_records{source="wocat"} 0' in client.get("/metrics").text
