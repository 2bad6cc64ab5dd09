"""Harvest, build, check, switch: what is fetched enters the graph, and what looks wrong does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import servers
from harvesters import generated, quick

from kg import generation
from kg.config import Settings
from kg.errors import Unavailable
from kg.harvest import Snapshot
from kg.harvest.errors import SwitchStopped
from kg.harvest.status import status
from kg.harvest.sync import _alone, sync
from kg.progress import silent

SOURCE = """
[wocat]
address = "{address}"
token_env = "TEST_WOCAT_TOKEN"
enabled = true
every_hours = 0
full_every_days = 0
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after the first sync of a source; the tests go on from copies."""
    home = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch, generated() as (server, _):
        patch.setenv("TEST_WOCAT_TOKEN", servers.TOKEN)
        (home / "sources.toml").write_text(SOURCE.format(address=server.address))
        sync(quick(home), silent(), bundled=False, index=False)
    return home


@pytest.fixture
def synced(qcat, first: Path, settings: Settings) -> tuple[servers.Server, servers.Qcat, Settings]:
    """A data folder whose source is the simulated server, after one sync."""
    server, records = qcat
    shutil.copytree(first, settings.home_folder, symlinks=True)
    (settings.home_folder / "sources.toml").write_text(SOURCE.format(address=server.address))
    return server, records, settings


def read_of(settings: Settings) -> int:
    rows = generation.current(settings.home_folder).manifest["datasets"]
    return int(next(row["read"] for row in rows if row["name"] == "harvest-wocat"))


def test_sync_when_source_was_harvested_serves_its_records(synced) -> None:
    _, records, settings = synced
    assert read_of(settings) == len(records.records)
    serving = generation.current(settings.home_folder)
    code = sorted(records.records)[0]
    assert f"id/practice/{code}>" in serving.graph_file.read_text(encoding="utf-8")
    (row,) = [row for row in status(settings)["sources"] if row["name"] == "wocat"]
    assert (row["state"], row["records"]) == ("ok", len(records.records))


def test_sync_when_source_shrinks_keeps_what_serves(synced) -> None:
    _, records, settings = synced
    before = generation.pointed(settings.home_folder)
    for code in sorted(records.records)[:20]:
        del records.records[code]
    with pytest.raises(SwitchStopped, match="40 records where it had 60"):
        sync(settings, silent(), bundled=False, index=False)
    assert generation.pointed(settings.home_folder) == before
    assert Snapshot(settings.home_folder, "wocat").count("withdrawn") == 20
    told = json.loads((settings.home_folder / "sync.json").read_text())
    assert "40 records" in told["stopped"]
    sync(settings, silent(), accept=("wocat",), bundled=False, index=False)
    assert read_of(settings) == 40


def test_sync_when_answers_change_shape_keeps_what_serves(synced) -> None:
    _, records, settings = synced
    before = generation.pointed(settings.home_folder)
    for code in sorted(records.records)[:15]:
        records.records[code]["list"]["updated"] = "2030-01-01T00:00:00Z"
        tree = records.records[code]["detail"]
        tree["section_other"] = tree.pop("section_specifications")
    with pytest.raises(SwitchStopped, match="section_specifications"):
        sync(settings, silent(), bundled=False, index=False)
    assert generation.pointed(settings.home_folder) == before


def test_sync_when_source_fails_goes_on_with_what_is_here(synced) -> None:
    server, records, settings = synced
    server.always = servers.Reply(401)
    done = sync(settings, silent(), bundled=False, index=False)
    assert done.sources["wocat"].startswith("failed")
    assert read_of(settings) == len(records.records)


def test_sync_when_another_runs_does_not_start(settings: Settings) -> None:
    with _alone(settings.home_folder), pytest.raises(Unavailable, match="Another sync"):
        sync(settings, silent(), bundled=False, index=False)
