"""The names of the bundled generation, and a really started server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from started import serving

from kg.link import names as reading
from kg.link.labels import LabelIndex
from kg.link.properties import PropertyTable
from kg.link.reconcile import Reconciler
from kg.store import GraphStore
from kg.vocab import Iris

DATA = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def index(bundled_store: GraphStore, iris: Iris) -> LabelIndex:
    return LabelIndex(reading.read(bundled_store, iris))


@pytest.fixture(scope="session")
def reconciler(index: LabelIndex, bundled_store: GraphStore, iris: Iris) -> Reconciler:
    return Reconciler(index, PropertyTable(index, bundled_store, iris))


@pytest.fixture(scope="session")
def server(bundled_home: Path) -> Iterator[str]:
    with serving(bundled_home, rate_per_minute=0) as base:
        yield base
