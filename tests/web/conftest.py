"""An application on a small made-up graph, and a really started server on all bundled records."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as px
import pytest
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parent))

from started import serving
from websupport import MINI, CountingStore

from kg import reports
from kg.config import Settings
from kg.link import accounts, journal
from kg.link.links import RELATED, Link
from kg.vocab import Iris
from kg.web import create_app


@pytest.fixture
def mini_store() -> CountingStore:
    store = px.Store()
    store.bulk_load(path=str(MINI), format=px.RdfFormat.TRIG)
    return CountingStore(store, in_memory=True)


@pytest.fixture(scope="session")
def mini_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose generation is the small graph, without an index."""
    home = tmp_path_factory.mktemp("mini")
    quads = px.parse(path=str(MINI), format=px.RdfFormat.TRIG)
    body = px.serialize(quads, format=px.RdfFormat.N_QUADS)
    assert body is not None
    lines = b"".join(sorted(body.splitlines(keepends=True)))
    name = hashlib.sha256(lines).hexdigest()[:16]
    folder = home / "generations" / name
    folder.mkdir(parents=True)
    (folder / "graph.nq").write_bytes(lines)
    (folder / "manifest.json").write_text(json.dumps({"id": name}), encoding="utf-8")
    (home / "current").write_text(name, encoding="ascii")
    return home


@pytest.fixture(scope="session")
def app(mini_home: Path) -> Iterator[Flask]:
    made = create_app(
        Settings.from_env({}, home=str(mini_home), public_url="https://hub.example/", rate_per_minute=0)
    )
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


@pytest.fixture(scope="session")
def bundled_app(bundled_settings: Settings) -> Iterator[Flask]:
    """An application on all bundled records, for tests that start no server."""
    made = create_app(replace(bundled_settings, rate_per_minute=0))
    yield made
    made.extensions["kg_sparql"].close()
    made.extensions["kg"].live.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def server(bundled_home: Path) -> Iterator[str]:
    """Address of a server on all bundled records; its public address is the base of the identifiers."""
    with serving(bundled_home, public_url="https://w3id.org/landkg/", rate_per_minute=0) as base:
        yield base


@pytest.fixture(scope="session")
def desk(mini_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a server on the small graph and a curator's token; a link and a report wait there."""
    home, iris = tmp_path_factory.mktemp("desk"), Iris()
    (home / "generations").symlink_to(mini_home / "generations")
    (home / "current").write_text((mini_home / "current").read_text(encoding="ascii"), encoding="ascii")
    case = "https://panorama.solutions/en/solution/a"
    link = Link(case, "Case a", RELATED, iris.concept("drought"), "drought", "concept", 0.9,
                "semapv:LexicalMatching", note="in title")  # fmt: skip
    journal.queue(home, "panorama", [link], "test")
    practice = iris.id("practice", "technologies_1")
    reports.add(home, record=practice, title="Half-moons", problem="fact", text="Not in this country.",
                language="en", generation="1")  # fmt: skip
    token = accounts.create(home, "Ada")
    with serving(home, ready="/en/", rate_per_minute=0) as base:
        yield base, token
