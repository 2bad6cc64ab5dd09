"""Sources that point at the local servers, and clients that wait by a clock of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import servers

from kg.config import Settings
from kg.harvest import SourceSettings, harvest
from kg.harvest.client import Client, Manners
from kg.progress import silent

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))


@contextmanager
def generated() -> Iterator[tuple[servers.Server, servers.Qcat]]:
    """A simulated WOCAT server with 60 generated records."""
    import qcat as generator

    records = servers.Qcat(list(generator.envelopes(60)))
    with servers.serving(records) as server:
        yield server, records


def quick(home: Path) -> Settings:
    """Settings for a data folder, of a harvest that does not wait."""
    return Settings.from_env({}, home=str(home), harvest_rate=0.0, harvest_retries=3)


def wocat(server: servers.Server, **changes: object) -> SourceSettings:
    given = {"name": "wocat", "kind": "wocat", "address": server.address, "token_env": "TEST_WOCAT_TOKEN"}
    return SourceSettings(**given | changes)  # type: ignore[arg-type]


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def patient(clock: Clock, **changes: object) -> Client:
    manners = {"agent": "LandKG/test", "rate": 1.0, "retries": 3} | changes
    return Client(Manners(**manners), sleep=clock.sleep, clock=clock)  # type: ignore[arg-type]


def harvested(home: Path, address: str) -> None:
    """Harvest the server at this address, in a process of its own that the test kills."""
    source = SourceSettings("wocat", "wocat", address, token_env="TEST_WOCAT_TOKEN")
    harvest(source, Settings.from_env({}, home=str(home), harvest_rate=0.0), silent())
