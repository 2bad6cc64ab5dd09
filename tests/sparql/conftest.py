"""Servers and material that several SPARQL tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server, publish, serving

CONFORMANCE = Path(__file__).resolve().parents[3] / "shared" / "conformance"
PEOPLE = 2000


def lines() -> list[str]:
    """Return N-Quads: people who know each other, with names, in two graphs."""
    found = []
    for number in range(PEOPLE):
        person = f"<http://example.org/p{number}>"
        found.append(
            f'{person} <http://xmlns.com/foaf/0.1/name> "Person {number}"@en <http://example.org/names> .'
        )
        for step in (1, 7, 31):
            other = (number * 3 + step) % PEOPLE
            known = f"<http://xmlns.com/foaf/0.1/knows> <http://example.org/p{other}>"
            found.append(f"{person} {known} <http://example.org/net> .")
    return found


@pytest.fixture(scope="session")
def sparql_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sparql-home")
    publish(home, lines())
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
