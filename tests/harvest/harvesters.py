"""Sources that point at the local servers, and clients that wait by a clock of their own."""

from __future__ import annotations

import servers

from kg.harvest import SourceSettings
from kg.harvest.client import Client, Manners


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
