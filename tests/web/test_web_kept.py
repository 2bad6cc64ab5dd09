"""Pages that are kept: the same bytes and headers, for the generation, language and address only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from tiny import TINY_INPUTS
from werkzeug.test import TestResponse

from kg.build import build
from kg.config import Settings
from kg.entities import describe
from kg.errors import Unavailable
from kg.sparql.cache import AnswerCache
from kg.web import create_app, records

PAGE = "/en/id/practice/unccd_105"


@pytest.fixture
def app(tiny_settings: Settings) -> Iterator[Flask]:
    yield from _open(replace(tiny_settings, rate_per_minute=0))


def _open(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the records that were read from the graph."""
    seen: list[str] = []

    def reading(store, iri, *rest):
        seen.append(iri)
        return describe(store, iri, *rest)

    monkeypatch.setattr(records, "describe", reading)
    return seen


def _lasting(response: TestResponse) -> list[tuple[str, str]]:
    own = ("Date", "X-Request-Id")
    return sorted(each for each in response.headers.items() if each[0] not in own)


def pages(app: Flask) -> AnswerCache:
    return app.extensions["kg_pages"]


def test_page_when_asked_again_is_the_same_and_not_made_again(app: Flask, described: list[str]) -> None:
    client, address = app.test_client(), "/en/id/decision/unccd-15-cop10"
    first, again = client.get(address), client.get(address)
    assert again.data == first.data
    assert _lasting(again) == _lasting(first)
    assert len(described) == 1
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert client.head(address).status_code == 200


def test_page_when_in_another_language_or_with_a_query_string_is_made(
    app: Flask, described: list[str]
) -> None:
    client, address = app.test_client(), "id/decision/unccd-15-cop10"
    english, french = client.get(f"/en/{address}"), client.get(f"/fr/{address}")
    assert english.data != french.data
    for _ in range(2):
        assert client.get(f"/en/{address}?from=search").status_code == 200
    assert len(described) == 4


def test_page_when_it_lacks_something_for_now_is_made_again(
    app: Flask, described: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Unavailable("the index is somewhere else")

    client = app.test_client()
    monkeypatch.setattr("kg.generation.Generation.index_folder", property(lambda _: Path("/")))
    monkeypatch.setattr(records, "search_index", away)
    assert [client.get(PAGE).status_code for _ in range(2)] == [200, 200]
    assert len(described) == 2


def test_page_when_the_generation_changed_is_of_the_new_one(tiny_home: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_home, tmp_path, dirs_exist_ok=True)
    address = "/en/id/decision/unccd-15-cop10"
    for app in _open(Settings.from_env({}, home=str(tmp_path), rate_per_minute=0)):
        before = app.test_client().get(address).headers["ETag"]
        build(Settings.from_env({}, home=str(tmp_path)), inputs=TINY_INPUTS[:2], bundled=False, index=False)
        app.extensions["kg"].live.refresh()
        assert app.test_client().get(address).headers["ETag"] != before


def test_pages_when_they_fill_the_memory_go_oldest_first(app: Flask) -> None:
    client = app.test_client()
    app.extensions["kg_pages"] = AnswerCache(400_000)
    for number in range(2):
        for lang in ("en", "fr", "es", "ru", "zh", "ar"):
            client.get(f"/{lang}/id/concept/{('drought', 'eba')[number]}")
    assert 0 < pages(app).size <= 400_000
    assert client.get("/en/id/none/x").status_code == 404
