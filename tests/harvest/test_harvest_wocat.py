"""Harvesting a simulated QCAT server: whole, resumed, changed, shrunken, and in storms."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import servers
from harvesters import Clock, harvested, patient, wocat
from started import forked

from kg.build import inputs
from kg.config import Settings
from kg.errors import ConfigError, Unavailable
from kg.harvest import Snapshot, harvest
from kg.harvest.errors import SourceRefused
from kg.progress import silent


def content(home: Path) -> list[tuple[str, str, str]]:
    return [(each.key, each.digest, each.state) for each in Snapshot(home, "wocat").records()]


def fingerprints(home: Path) -> list[dict[str, Any]]:
    return [each.fingerprint(each.digests()) for each in inputs.harvested(home)]


@pytest.fixture
def many() -> Iterator[servers.Server]:
    """A server with 120 records, whose answers it makes when they are asked for."""
    import qcat as generator

    with servers.serving(servers.Qcat([generator.Practice(number) for number in range(120)])) as server:
        yield server


def test_harvest_when_source_is_listed_keeps_every_record_once(qcat, settings: Settings) -> None:
    server, records = qcat
    run = harvest(wocat(server), settings, silent())
    assert (run.outcome, run.changed, run.failed) == ("done", 60, 0)
    held = Snapshot(settings.home_folder, "wocat").records("active")
    assert [each.key for each in held] == sorted(records.records)
    place = Snapshot(settings.home_folder, "wocat").object(held[0].digest, held[0].suffix)
    assert place.is_file()


@pytest.mark.slow
def test_harvest_when_killed_twenty_times_ends_like_one_that_was_not(
    many: servers.Server, settings: Settings, tmp_path: Path
) -> None:
    server = many
    harvest(wocat(server), settings, silent())
    other = tmp_path / "killed"
    chance, kills = random.Random(7), 0
    while True:
        process = forked(harvested, other, server.address)
        before = len(server.seen)
        wanted = before + chance.randint(1, 6)
        while kills < 20 and process.is_alive() and len(server.seen) < wanted:
            time.sleep(0.001)
        if kills < 20 and process.is_alive():
            process.kill()
            kills += 1
            process.join()
            continue
        process.join()
        assert process.exitcode == 0
        break
    assert kills == 20
    assert content(other) == content(settings.home_folder)
    # What a build reads is the same to the byte, and a build is a function of it alone.
    assert fingerprints(other) == fingerprints(settings.home_folder)
    assert all(
        Snapshot(other, "wocat").object(each.digest, each.suffix).is_file()
        for each in Snapshot(other, "wocat").records()
    )


def test_harvest_when_a_connection_broke_ends_like_one_whose_did_not(
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
    assert content(other.home_folder) == content(settings.home_folder)
    assert fingerprints(other.home_folder) == fingerprints(settings.home_folder)


def test_harvest_when_one_record_changed_fetches_that_one(qcat, settings: Settings) -> None:
    server, records = qcat
    harvest(wocat(server), settings, silent())
    code = sorted(records.records)[5]
    records.records[code]["list"]["updated"] = "2100-01-01T00:00:00Z"
    server.seen.clear()
    run = harvest(wocat(server), settings, silent())
    assert [path for path in server.counts() if code in path] == [f"/en/api/v2/questionnaires/{code}/"]
    assert (run.fetched, run.whole) == (1, False)


def test_harvest_when_record_is_gone_keeps_it_as_withdrawn(qcat, settings: Settings) -> None:
    server, records = qcat
    harvest(wocat(server), settings, silent())
    code = sorted(records.records)[3]
    del records.records[code]
    run = harvest(wocat(server), settings, silent(), whole=True)
    held = {each.key: each for each in Snapshot(settings.home_folder, "wocat").records()}
    assert (run.withdrawn, held[code].state) == (1, "withdrawn")
    assert Snapshot(settings.home_folder, "wocat").object(held[code].digest, held[code].suffix).is_file()


def test_harvest_when_translated_fetches_each_language(qcat, settings: Settings) -> None:
    server, records = qcat
    code = sorted(records.records)[0]
    records.records[code]["list"]["translations"] = [["en", "English"], ["fr", "French"], ["km", "Khmer"]]
    harvest(wocat(server), settings, silent())
    asked = {path.split("/")[1] for path in server.counts() if code in path}
    assert asked == {"en", "fr"}


def test_harvest_when_token_is_wrong_stops_at_the_first_request(
    qcat, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = qcat
    monkeypatch.setenv("TEST_WOCAT_TOKEN", "wrong")
    with pytest.raises(SourceRefused, match="401"):
        harvest(wocat(server), settings, silent())
    assert sum(server.counts().values()) == 1


def test_harvest_when_token_is_missing_says_which_variable(
    qcat, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_WOCAT_TOKEN")
    with pytest.raises(ConfigError, match="TEST_WOCAT_TOKEN"):
        harvest(wocat(qcat[0]), settings, silent())


def test_harvest_when_server_fails_now_and_then_is_whole(qcat, settings: Settings) -> None:
    server, records = qcat
    server.faults = [
        servers.Reply(429, headers={"Retry-After": "7"}),
        servers.Reply(500),
        servers.Reply(200, b'{"count": 3, "resu', cut=True),
        servers.Reply(200, b'{"count": 3, "resu'),
    ]
    clock = Clock()
    run = harvest(wocat(server), settings, silent(), client=patient(clock, retries=5))
    assert (run.outcome, run.changed) == ("done", len(records.records))
    assert max(clock.slept) >= 7
    assert sum(server.counts().values()) == run.requests - 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_harvest_when_storm_does_not_end_stops_after_its_tries(qcat, settings: Settings, status: int) -> None:
    server, _ = qcat
    server.always = servers.Reply(status)
    clock = Clock()
    with pytest.raises(Unavailable):
        harvest(wocat(server), settings, silent(), client=patient(clock))
    assert sum(server.counts().values()) == 4
    assert sum(clock.slept) > 2 + 4 + 8 - 5
    assert Snapshot(settings.home_folder, "wocat").runs()[0].outcome == "failed"


def test_harvest_when_asked_to_come_back_tomorrow_does_not_wait(qcat, settings: Settings) -> None:
    server, _ = qcat
    server.always = servers.Reply(429, headers={"Retry-After": "86400"})
    with pytest.raises(Unavailable) as caught:
        harvest(wocat(server), settings, silent(), client=patient(Clock()))
    assert caught.value.retry_after == 86400
    assert sum(server.counts().values()) == 1
    assert Snapshot(settings.home_folder, "wocat").runs()[0].retry_at


def test_harvest_when_robots_forbid_asks_nothing_else(qcat, settings: Settings) -> None:
    server, _ = qcat
    server.robots = servers.Reply(200, b"User-agent: *\nDisallow: /en/api/\n")
    with pytest.raises(SourceRefused, match="robots"):
        harvest(wocat(server), settings, silent())
    assert not server.counts()
