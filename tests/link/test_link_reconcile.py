"""The reconciliation service over HTTP: the conformance checker, forms, languages, frames."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests


def _ask(base: str, queries: object, path: str = "/reconcile", **headers: str) -> requests.Response:
    sent = {"queries": json.dumps(queries)}
    return requests.post(
        base + path, data=sent, headers={"Origin": "https://a.example", **headers}, timeout=60
    )


@pytest.mark.parametrize("example", ["Burkina Faso", "ecosystem-based adaptation"])
def test_service_when_checked_conforms(server: str, shared: Path, example: str) -> None:
    folder = shared / "conformance"
    done = subprocess.run(
        [sys.executable, "reconcile_check.py", "--base", f"{server}/reconcile", "--example", example],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONDONTWRITEBYTECODE": "1", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_manifest_when_asked_with_and_without_slash_is_the_same(server: str) -> None:
    plain, slash = (requests.get(server + path, timeout=60).json() for path in ("/reconcile", "/reconcile/"))
    assert plain == slash
    assert plain["versions"] == ["0.2"]
    assert plain["view"]["url"].startswith(server)


def test_manifest_when_host_is_strange_does_not_name_it(server: str) -> None:
    text = requests.get(f"{server}/reconcile", headers={"Host": "evil.example"}, timeout=60).text
    assert "evil.example" not in text


def test_service_in_a_language_when_asked_gives_names_in_it(server: str) -> None:
    answer = _ask(server, {"q": {"query": "Burkina Faso", "type": "country"}}, "/ru/reconcile")
    assert answer.headers["Content-Language"] == "ru"
    assert (
        requests.get(f"{server}/ru/reconcile", timeout=60)
        .json()["preview"]["url"]
        .startswith(f"{server}/ru/")
    )
    asked = {"q": {"query": "Germany", "type": "country"}}
    first = _ask(server, asked, "/reconcile", **{"Accept-Language": "fr"})
    assert first.json()["q"]["result"][0]["name"] == "Allemagne"
    assert first.json()["q"]["result"][0]["match"] is True
    near = _ask(server, {"q": {"query": "Germny", "type": "country"}}, "/fr/reconcile").json()["q"]["result"][
        0
    ]
    assert near["name"] == "Allemagne"


@pytest.mark.parametrize(
    "path", ["/reconcile", "/fr/reconcile", "/reconcile/suggest/entity", "/reconcile/propose"]
)
def test_options_when_sent_allow_other_origins(server: str, path: str) -> None:
    answer = requests.options(server + path, headers={"Access-Control-Request-Method": "POST"}, timeout=60)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_error_when_a_browser_of_another_origin_asks_is_readable_to_it(server: str) -> None:
    answer = requests.post(
        f"{server}/fr/reconcile", data={"queries": "{"}, headers={"Accept": "text/html"}, timeout=60
    )
    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_preview_when_framed_is_small_and_runs_nothing(server: str) -> None:
    answer = requests.get(
        f"{server}/reconcile/preview", params={"id": "practice:technologies_1413"}, timeout=60
    )
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text
    assert len(answer.content) < 3000


def test_extension_when_asked_for_verdicts_and_countries_gives_them(server: str) -> None:
    asked = {
        "ids": ["practice:technologies_1413", "country:BFA", "concept:eba"],
        "properties": [
            {"id": each} for each in ("country", "verdict", "iso3", "label_fr", "exactMatch", "code")
        ],
    }
    answer = requests.post(f"{server}/reconcile", data={"extend": json.dumps(asked)}, timeout=60).json()
    practice, country, concept = (answer["rows"][each] for each in asked["ids"])
    assert practice["country"][0]["id"].startswith("country:")
    assert any(cell["str"].startswith("slm: ") for cell in practice["verdict"])
    assert country["iso3"] == [{"str": "BFA"}]
    assert concept["label_fr"] == [{"str": "adaptation fondée sur les écosystèmes"}]
    assert answer["meta"][0]["type"]["id"] == "country"


def test_batch_of_ten_sentences_when_nothing_has_the_name_is_answered_by_meaning(server: str) -> None:
    words = ("stop", "gullies", "that", "eat", "fields", "on", "steep", "slopes", "after", "rain")

    def queries(at: int) -> dict[str, dict[str, str]]:
        return {f"q{n}": {"query": f"how to keep {word} water and soil {at}"} for n, word in enumerate(words)}

    answer = _ask(server, queries(0)).json()
    results = [each for found in answer.values() for each in found["result"]]
    assert results
    assert not any(each["match"] for each in results)
