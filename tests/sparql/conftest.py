"""Servers and material that several SPARQL tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server, people, publish, serving

CONFORMANCE = Path(__file__).resolve().parents[3] / "shared" / "conformance"


@pytest.fixture(scope="session")
def sparql_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sparql-home")
    publish(home, people())
    return home


@pytest.fixture(scope="session")
def server(sparql_home: Path) -> Iterator[Server]:
    """A server with the default limits, except that queries may run for 3 seconds."""
    with serving(sparql_home, sparql_timeout_s=3) as running:
        yield running


@pytest.fixture(scope="session")
def conformance() -> Path:
    if not CONFORMANCE.is_dir():
        pytest.skip("../shared/conformance is not here")
    return CONFORMANCE
