"""Whom the limits per client count for, behind proxies and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.config import Settings
from kg.web import create_app


@pytest.mark.parametrize(("proxies", "counted"), [(0, "203.0.113.9"), (1, "198.51.100.7"), (2, "192.0.2.1")])
def test_client_when_it_names_another_address_is_believed_only_behind_known_proxies(
    sparql_home: Path, monkeypatch: pytest.MonkeyPatch, proxies: int, counted: str
) -> None:
    app = create_app(Settings.from_env({}, home=str(sparql_home), proxies=proxies))
    service = app.extensions["kg_sparql"]
    clients = []
    admit = service.admission.admit

    def admitting(client: str) -> object:
        clients.append(client)
        return admit(client)

    monkeypatch.setattr(service.admission, "admit", admitting)
    try:
        answer = app.test_client().get(
            "/sparql",
            query_string={"query": "ASK {}", "format": "csv"},
            headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7"},
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
        assert answer.status_code == 200
        assert clients == [counted]
    finally:
        service.close()
        app.extensions["kg"].live.close()
