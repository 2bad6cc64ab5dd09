"""The same needs over Milvus as embedded: the same ranking, and a service that outlives its search engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from statistics import fmean
from types import ModuleType

import pytest
from databases import MilvusLite, milvus_lite, running
from flask import Flask
from flask.testing import FlaskClient

from kg import generation
from kg.config import Settings
from kg.search import encoders
from kg.search.encoders import Encoder
from kg.search.requests import SearchRequest
from kg.search.service import SearchIndex, open_index
from kg.web import create_app

TOLERANCE = 0.01
"""Most by which nDCG@10 may differ, the mean over the sample."""

SAME_TEN = 0.95
"""Least share of the first ten results that both have, the mean over the sample."""


@pytest.fixture(scope="module", autouse=True)
def _one_model() -> Iterator[None]:
    """Load the model once for the two indexes."""
    made: dict[str, Encoder] = {}
    create = encoders.create
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            encoders, "create", lambda name, settings: made.setdefault(name, create(name, settings))
        )
        yield


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusLite]:
    with running(milvus_lite(tmp_path_factory.mktemp("milvus"))) as started:
        assert isinstance(started, MilvusLite)
        yield started


@pytest.fixture(scope="module")
def settings(bundled_settings: Settings, database: MilvusLite) -> Settings:
    return replace(bundled_settings, encoders="e5", rate_per_minute=0, **database.settings)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    asked = app.test_client()
    until = time.monotonic() + 240
    while asked.get("/readyz").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.2)
    return asked


@pytest.fixture(scope="module")
def embedded(settings: Settings) -> Iterator[SearchIndex]:
    current = generation.current(settings.home_folder)
    opened = open_index(current.index_folder, replace(settings, vectors="faiss"), current.id)
    yield opened
    opened.close()


@pytest.mark.slow
def test_needs_when_searched_over_milvus_are_answered_as_embedded(
    bench: ModuleType, app: Flask, client: FlaskClient, embedded: SearchIndex
) -> None:
    values: dict[str, list[float]] = {"embedded": [], "milvus": []}
    same = []
    with app.extensions["kg"].live.lease() as opened:
        for at, need in enumerate(bench.needs()[::5]):
            request = SearchRequest(need.texts[("en", "ru", "zh", "ar")[at % 4]])
            found = {}
            for name, index in (("embedded", embedded), ("milvus", opened.search)):
                answer = index.search(request)
                found[name] = [hit.iri.split("/id/", 1)[1] for hit in answer.hits[:10]]
                values[name].append(bench.ndcg(found[name], need.graded))
            same.append(len(set(found["embedded"]) & set(found["milvus"])) / len(found["embedded"]))
    assert abs(fmean(values["embedded"]) - fmean(values["milvus"])) <= TOLERANCE
    assert fmean(same) >= SAME_TEN


@pytest.mark.slow
def test_filters_when_searched_over_milvus_are_answered_as_embedded(
    app: Flask, client: FlaskClient, embedded: SearchIndex
) -> None:
    request = SearchRequest(
        "water harvesting without fertiliser", {"type": ("practice",)}, exclude={"country": ("ETH",)}
    )
    with app.extensions["kg"].live.lease() as opened:
        found, wanted = opened.search.search(request), embedded.search(request)
        assert (found.total, found.facets) == (wanted.total, wanted.facets)
        assert [hit.iri for hit in found.hits] == [hit.iri for hit in wanted.hits]
        iri = wanted.hits[0].iri
        assert [hit.iri for hit in opened.search.similar(iri)] == [hit.iri for hit in embedded.similar(iri)]


@pytest.mark.slow
def test_service_when_milvus_dies_answers_all_but_search_until_it_is_back(
    client: FlaskClient, database: MilvusLite, embedded: SearchIndex
) -> None:
    practice = next(each.iri for each in embedded.tables.records if each.kind == "technology")
    page = practice.replace("https://w3id.org/landkg/id/", "/en/id/")
    before = client.get("/api/search?q=stone+bunds").json["hits"]
    database.kill()
    away = client.get("/api/search?q=stone+walls")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert away.mimetype == "application/problem+json"
    assert "Milvus" in away.json["detail"]
    assert client.get("/en/search?q=stone+walls").status_code == 503
    for path in ("/en/", "/healthz", "/readyz", "/sparql?query=ASK%7B%7D"):
        assert client.get(path).status_code == 200, path
    assert client.get(page, follow_redirects=True).status_code == 200
    database.start()
    until = time.monotonic() + 60
    while (again := client.get("/api/search?q=stone+bunds")).status_code == 503:
        assert time.monotonic() < until
    assert [each["iri"] for each in again.json["hits"]] == [each["iri"] for each in before]
