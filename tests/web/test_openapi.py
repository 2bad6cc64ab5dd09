"""The description of the interface is valid, whole and true; the interface withstands generated requests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from werkzeug.test import Client

from kg import queries

FOR_PEOPLE = re.compile(
    r"^/(<lang:lang>/|static/|review(/|$)|widget|robots|sitemap|search$|overlap|map$|map\.svg|support$|$)"
)
"""Rules of pages, pictures and crawlers, which the description leaves out."""
HELPERS = ("/reconcile/flyout/", "/reconcile/preview", "/reconcile/view", "/data/", "/dumps/", "/cite/")
"""Addresses that other answers name; nobody builds them."""


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return found


def test_description_when_validated_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    validate(described)  # type: ignore[arg-type]


def test_description_when_compared_names_every_address_for_programs(
    app: Flask, described: dict[str, Any]
) -> None:
    missing = []
    patterns = [re.sub(r"\{[^}]+\}", "X", path) for path in described["paths"]]
    for rule in app.url_map.iter_rules():
        if FOR_PEOPLE.match(rule.rule) or rule.rule.startswith(HELPERS):
            continue
        shown = re.sub(r"<any\(([^)]*)\):[^>]+>", lambda found: found[1].split(",")[0], rule.rule)
        shown = shown.replace("<path:path>", "X/X").rstrip("/")
        shown = re.sub(r"<[^>]+>", "X", shown)
        if shown not in (*patterns, "/queries/X") and not any(
            path.startswith(f"{shown}/") for path in patterns
        ):
            missing.append(rule.rule)
    assert missing == []


def test_description_when_compared_has_every_named_query_with_its_parameters(
    described: dict[str, Any],
) -> None:
    for name, query in queries.load_folder("examples").items():
        given = [each["name"] for each in described["paths"][f"/queries/{name}"]["get"]["parameters"]]
        assert given == [*(each.name for each in query.parameters), "format"]


def test_operation_when_named_has_a_name_of_its_own(described: dict[str, Any]) -> None:
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/search?q=drought&limit=3", "SearchResponse"),
        ("/queries/practices-by-country?country=x", "Problem"),
        ("/api/search?limit=many", "Problem"),
        ("/sparql?query=SELECT", "Problem"),
    ],
)
def test_answer_when_checked_is_of_the_schema_that_is_described(
    server: str, described: dict[str, Any], path: str, schema: str
) -> None:
    answer = requests.get(server + path, headers={"Accept": "application/json"}, timeout=60).json()
    root = {"$ref": f"#/components/schemas/{schema}", "components": described["components"]}
    jsonschema.Draft202012Validator(root).validate(answer)


def test_description_when_under_a_prefix_names_it(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json()["servers"] == [{"url": "/"}]


@pytest.mark.parametrize("host", ["x]y", "[", "[::1", "a b", "exa<mple", "x:y:z", ""])
def test_service_description_when_the_host_header_is_broken_is_whole(app: Flask, host: str) -> None:
    # Without cookies, whose handling in the test's own client reads the address.
    answer = Client(app.wsgi_app, use_cookies=False).get("/sparql", environ_overrides={"HTTP_HOST": host})
    assert (answer.status_code, answer.mimetype) == (200, "text/turtle")


@pytest.mark.slow
def test_interface_when_fuzzed_never_fails_and_answers_as_described(server: str, tmp_path: Path) -> None:
    """Some 1,000 requests that fit the description and that break it, in at most 35 s.

    What would write into the data folder of all tests is left out; its own tests send it nonsense.
    """
    checks = "not_a_server_error,status_code_conformance,response_schema_conformance"
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/openapi.json",
            "--phases", "examples,fuzzing", "--mode", "all", "--checks", checks,
            "--max-examples", "20", "--max-time", "25", "--workers", "1", "--seed", "9",
            "--exclude-path-regex", "^/(webmention|inbox|api/linksets|api/link/jobs)",
            "--max-redirects", "0", "--request-timeout", "30", "--continue-on-failure", "--no-shrink",
            "--warnings", "off", "--no-color", "--generation-database", "none",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    sent = re.search(r"(\d+) generated", done.stdout)
    assert sent is not None
    assert int(sent[1]) > 200
    assert done.returncode == 0, "\n".join(line[:300] for line in done.stdout.splitlines()[-80:])
