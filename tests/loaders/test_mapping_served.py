"""A partner's table, loaded by one mapping file, is found, shown and assessed over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from loading import DATA

from kg.build import build
from kg.config import Settings
from kg.web import create_app


@pytest.fixture(scope="module")
def client(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home = tmp_path_factory.mktemp("partner")
    (home / "cache").mkdir()
    for name in (bundled_home / "cache").glob("vectors.sqlite*"):
        shutil.copy(name, home / "cache")  # Concepts are encoded already; only the table is new.
    settings = Settings.from_env({}, home=str(home), encoders="e5")
    build(settings, inputs=[f"mapping={DATA / 'mapping' / 'practices.yml'}"], bundled=False)
    app = create_app(settings)
    yield app.test_client()


def test_practice_of_a_table_when_searched_by_meaning_is_found(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=water+harvesting+on+bare+rangeland&lang=en").get_json()

    assert answer["hits"][0]["iri"].endswith("/practice/sahel-01")


def test_practice_of_a_table_when_opened_shows_source_licence_and_both_languages(client: FlaskClient) -> None:
    page = client.get("/fr/id/practice/sahel-01").get_data(as_text=True)

    assert "Des demi-lunes de terre" in page
    assert "https://example.org/practices/01" in page
    assert "CC BY 4.0" in page


def test_practice_of_a_table_when_assessed_has_verdicts(client: FlaskClient) -> None:
    query = (
        "SELECT ?framework ?verdict WHERE { ?a kg:assesses practice:sahel-01 ; kg:framework ?framework ;"
        " kg:verdict ?verdict }"
    )
    found = client.get("/sparql", query_string={"query": query, "format": "json"}).get_json()

    assert len(found["results"]["bindings"]) == 6
