"""How many requests a minute one client may make."""

from __future__ import annotations

from pathlib import Path

from kg.config import Settings
from kg.web import create_app
from kg.web.rate import Rate


def test_client_when_above_its_rate_waits_for_the_next_minute() -> None:
    now = 60.0
    rate = Rate(2, clock=lambda: now)
    assert [rate.take("a"), rate.take("a"), rate.take("b")] == [0, 0, 0]
    assert 0 < rate.take("a") <= 60
    now = 121.0
    assert rate.take("a") == 0


def test_service_when_a_client_is_above_its_rate_says_when_to_go_on(mini_home: Path) -> None:
    made = create_app(Settings.from_env({}, home=str(mini_home), rate_per_minute=2))
    try:
        client = made.test_client()
        answers = [client.get("/robots.txt") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
        assert client.get("/healthz").status_code == 200
    finally:
        made.extensions["kg_sparql"].close()
        made.extensions["kg"].live.close()
