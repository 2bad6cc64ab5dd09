"""Data folders whose database is SQLite's files or a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import backends
import pytest
from homes import bound

from kg.database import opening


@pytest.fixture(scope="session")
def server() -> Iterator[backends.Server]:
    with backends.postgresql() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder whose database is that of the parameter."""
    if request.param == "postgresql":
        bound(request.getfixturevalue("server"), tmp_path)
    yield tmp_path
    opening.unbind(tmp_path)
