"""The history of changes: a partner's small client replays it over HTTP and holds what the graph holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as px
import pytest
from flask import Flask
from flask.testing import FlaskClient
from tiny import TINY, TINY_INPUTS

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.link import history, stream
from kg.link.changes import digests
from kg.link.stream import AS, LDES, TREE
from kg.mapping import retired
from kg.mapping.retired import Retired
from kg.store.embedded import open_store
from kg.vocab import DCTERMS, RDF, Iris
from kg.web import create_app

IRIS = Iris()
ROOT = "https://hub.example/changes/stream"
CODES = [
    line.split('"code": "')[1].split('"')[0]
    for line in (TINY / "practices.jsonl").read_text("utf-8").splitlines()
]
WITHDRAWN, MERGED, KEPT = (IRIS.id("practice", code) for code in CODES[:3])


@dataclass
class Follower:
    """A client that knows LDES and TREE, and nothing of us but the address of the stream."""

    client: FlaskClient
    held: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    last: int = 0

    def _graph(self, address: str, accept: str = "text/turtle") -> px.Store:
        parts = urlsplit(address)
        answer = self.client.get(parts.path, headers={"Accept": accept})
        assert answer.status_code == 200
        self.asked.append(address)
        store = px.Store()
        kind = px.RdfFormat.from_media_type(accept)
        assert kind is not None
        store.load(answer.data, format=kind)
        if "immutable" in answer.headers["Cache-Control"]:
            self.done.add(address)
        return store

    def follow(self, root: str, accept: str = "text/turtle") -> None:
        """Read every page that is not known to be final, and apply its members in their order."""
        start = self._graph(root, accept)
        waiting = _objects(start, root, f"{TREE}view")
        seen: set[str] = set()
        while waiting:
            page = waiting.pop()
            if page in seen:
                continue
            seen.add(page)
            store = self._graph(page, accept)
            self._apply(store, root)
            for relation in _objects(store, page, f"{TREE}relation"):
                waiting += _objects(store, relation, f"{TREE}node")

    def _apply(self, store: px.Store, root: str) -> None:
        members = _objects(store, root, f"{TREE}member")
        for member in sorted(members, key=lambda each: int(_objects(store, each, f"{DCTERMS}identifier")[0])):
            number = int(_objects(store, member, f"{DCTERMS}identifier")[0])
            if number <= self.last:
                continue
            assert number == self.last + 1
            self.last = number
            (kind,) = _objects(store, member, f"{RDF}type")
            (record,) = _objects(store, member, f"{AS}object")
            if kind == f"{AS}Delete":
                self.held.remove(record)
                self.moved |= dict.fromkeys([record], *_objects(store, member, f"{AS}target") or [""])
            elif kind == f"{AS}Create":
                assert record not in self.held
                self.held.add(record)
            else:
                assert record in self.held


def _objects(store: px.Store, subject: str, predicate: str) -> list[str]:
    found = store.quads_for_pattern(px.NamedNode(subject), px.NamedNode(predicate), None)
    return [str(getattr(each.object, "value", each.object)) for each in found]


@dataclass
class Site:
    app: Flask
    settings: Settings
    follower: Follower
    first: set[str]
    page: tuple[bytes, str]

    def build(self, inputs: tuple[str, ...]) -> None:
        build(self.settings, inputs=inputs, bundled=False, index=False)
        self.app.extensions["kg"].live.refresh()

    def records(self) -> set[str]:
        return set(digests(generation.current(self.settings.home_folder).graph_file, IRIS))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service that a client followed; then a practice was withdrawn, one merged, a dataset left out."""
    home = tmp_path_factory.mktemp("stream")
    settings = Settings.from_env({}, home=str(home), public_url="https://hub.example/", rate_per_minute=0)
    build(settings, inputs=TINY_INPUTS, bundled=False, index=False)
    app = create_app(settings)
    made = Site(app, settings, Follower(app.test_client()), set(), (b"", ""))
    made.follower.follow(ROOT)
    made.first = set(made.follower.held)
    answer = app.test_client().get("/changes/stream/1")
    made.page = (answer.data, answer.headers["ETag"])
    day = Retired(WITHDRAWN, on="2026-01-31", by="Ana", reason="asked for")
    retired.add(home, day, IRIS)
    retired.add(home, replace(day, iri=MERGED, replaced_by=KEPT), IRIS)
    made.build(TINY_INPUTS[:-1])
    yield made
    app.extensions["kg_sparql"].close()
    app.extensions["kg"].live.close()


def test_client_when_it_replays_from_the_beginning_holds_the_records_of_the_graph(site: Site) -> None:
    fresh = Follower(site.app.test_client())
    fresh.follow(ROOT)
    assert fresh.held == site.records()
    store = open_store(generation.current(site.settings.home_folder).folder, site.settings)
    rows = store.select("SELECT DISTINCT ?r WHERE { ?r <http://rdfs.org/ns/void#inDataset> ?d }")
    listed = {row["r"].value for row in rows if row["r"].value.startswith(IRIS.base)}
    assert listed
    assert {each for each in fresh.held if "/practice/" in each} == {
        each for each in listed if "/practice/" in each
    }
    assert listed <= fresh.held
    assert not any("/id/case/" in each for each in fresh.held)


def test_client_when_it_goes_on_learns_of_withdrawals_and_merges(site: Site) -> None:
    follower = site.follower
    assert {WITHDRAWN, MERGED, KEPT} <= site.first
    follower.follow(ROOT)
    assert follower.held == site.records()
    assert follower.moved[WITHDRAWN] == ""
    assert follower.moved[MERGED] == KEPT
    assert WITHDRAWN not in follower.held


@pytest.mark.parametrize("accept", ["application/ld+json", "application/n-triples"])
def test_client_when_it_reads_another_format_holds_the_same(site: Site, accept: str) -> None:
    fresh = Follower(site.app.test_client())
    fresh.follow(ROOT, accept)
    assert fresh.held == site.records()


def test_page_when_full_never_changes_and_may_be_kept_for_good(site: Site) -> None:
    assert len(site.follower.done) >= 2
    client = site.app.test_client()
    after = client.get("/changes/stream/1")
    assert site.page == (after.data, after.headers["ETag"])
    again = client.get("/changes/stream/1", headers={"If-None-Match": after.headers["ETag"]})
    assert again.status_code == 304
    last = history.total(site.settings.home_folder) // history.PAGE + 1
    assert "immutable" not in client.get(f"/changes/stream/{last}").headers["Cache-Control"]
    assert client.get(f"/changes/stream/{last + 1}").status_code == 404
    assert client.get("/changes/stream/0").status_code == 404


def test_collection_when_read_from_its_first_page_has_every_event(site: Site) -> None:
    client = site.app.test_client()
    root = client.get("/changes/activities").get_json()
    items, page = [], root["first"]
    while page:
        body = client.get(urlsplit(page).path).get_json()
        items += body["orderedItems"]
        page = body.get("next")
    assert len(items) == root["totalItems"]
    assert [each["published"] for each in items] == sorted(each["published"] for each in items)
    merged = next(each for each in items if each["object"] == MERGED and each["type"] == "Delete")
    assert merged["target"] == KEPT


def test_stream_when_described_says_how_its_members_are_read(site: Site) -> None:
    store = px.Store()
    answer = site.app.test_client().get("/changes/stream")
    store.load(answer.data, format=px.RdfFormat.TURTLE)
    assert _objects(store, ROOT, f"{RDF}type") == [f"{LDES}EventStream"]
    assert _objects(store, ROOT, f"{LDES}timestampPath") == [f"{AS}published"]
    assert _objects(store, ROOT, f"{LDES}versionDeleteObject") == [f"{AS}Delete"]


def test_generation_when_noted_twice_or_gone_back_to_is_written_as_what_changed(
    tiny_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = generation.current(tiny_home)
    monkeypatch.setattr(generation, "current", lambda _home: serving)
    count = history.follow(tmp_path, IRIS)
    assert count == history.total(tmp_path) == len(digests(serving.graph_file, IRIS))
    assert history.follow(tmp_path, IRIS) == 0
    short = tmp_path / "graph.nq"
    lines = serving.graph_file.read_text("utf-8").splitlines(keepends=True)
    short.write_text("".join(line for line in lines if "/id/decision/" not in line), "utf-8")
    other = replace(serving, id="0" * 16, folder=tmp_path)
    monkeypatch.setattr(generation, "current", lambda _home: other)
    gone = history.follow(tmp_path, IRIS)
    monkeypatch.setattr(generation, "current", lambda _home: serving)
    assert history.follow(tmp_path, IRIS) == gone
    kinds = [each.kind for number in range(1, stream.pages(history.total(tmp_path)) + 1)
             for each in history.page(tmp_path, number)]  # fmt: skip
    assert kinds.count("Delete") == kinds[count:].count("Create") > 0
