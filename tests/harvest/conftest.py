"""A simulated WOCAT server with generated records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from harvesters import generated, quick

from kg.config import Settings


@pytest.fixture
def qcat() -> Iterator[tuple[servers.Server, servers.Qcat]]:
    with generated() as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TEST_WOCAT_TOKEN", servers.TOKEN)
    return quick(tmp_path / "home")
