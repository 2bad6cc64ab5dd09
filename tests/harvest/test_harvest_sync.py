"""Harvest, build, check, switch: what is fetched enters the graph, and what looks wrong does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import servers
from harvesters import wocat

from kg import generation
from kg.build import build
from kg.config import Settings
from kg.errors import Unavailable
from kg.harvest import Snapshot, harvest
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


@pytest.fixture
def synced(qcat, settings: Settings) -> tuple[servers.Server, servers.Qcat, Settings]:
    """A data folder whose source is the simulated server, after one sync."""
    server, records = qcat
    settings.home_folder.mkdir(parents=True, exist_ok=True)
    (settings.home_folder / "sources.toml").write_text(SOURCE.format(address=server.address))
    sync(settings, silent(), bundled=False, index=False)
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


def test_build_when_a_connection_broke_in_the_harvest_equals_that_of_a_whole_one(
    qcat, settings: Settings, tmp_path: Path
) -> None:
    server, _ = qcat
    other = Settings.from_env({}, home=str(tmp_path / "other"), harvest_rate=0.0)
    harvest(wocat(server), settings, silent())
    server.faults = []
    kept = server.answer
    calls = iter(range(1000))

    def sometimes(path, query, headers):
        if next(calls) == 30:
            raise ConnectionError
        return kept(path, query, headers)

    server.answer = sometimes
    harvest(wocat(server), other, silent())
    first = build(settings, bundled=False, index=False)
    second = build(other, bundled=False, index=False)
    assert first.manifest["graph_sha256"] == second.manifest["graph_sha256"]
