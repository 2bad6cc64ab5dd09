"""A simulated WOCAT server with generated records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers

from kg.config import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))


@pytest.fixture
def qcat() -> Iterator[tuple[servers.Server, servers.Qcat]]:
    import qcat as generator

    records = servers.Qcat(list(generator.envelopes(60)))
    with servers.serving(records) as server:
        yield server, records


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TEST_WOCAT_TOKEN", servers.TOKEN)
    return Settings.from_env({}, home=str(tmp_path / "home"), harvest_rate=0.0, harvest_retries=3)
