"""The W3C's tests and the protocol checks of ../shared, run against a really started server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from serving import Server, publish, serving

HERE = Path(__file__).resolve().parent


def run(conformance: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=conformance,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.fixture(scope="module")
def w3c_server(conformance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that holds the test suite's data, each file a named graph."""
    home = tmp_path_factory.mktemp("w3c-home")
    dump = tmp_path_factory.mktemp("w3c") / "w3c.nq"
    done = run(
        conformance, "sparql_eval.py", "--suite", "suite", "--suites", "11,10,12", "--dump-dataset", str(dump)
    )
    assert done.returncode == 0, done.stderr
    publish(home, dump.read_text(encoding="utf-8").splitlines())
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def eager_server(w3c_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same data behind a service that orders the joins of every query that it can."""
    with serving(w3c_server.home, "eager:create_app()") as running:
        yield running


@pytest.fixture(scope="module")
def columns_server(w3c_server: Server) -> Iterator[Server]:
    """The same data behind a service that answers from columns whatever they can."""
    with serving(w3c_server.home, "eager_columns:create_app()") as running:
        yield running


def test_protocol_when_checked_from_outside_passes_whole(conformance: Path, w3c_server: Server) -> None:
    manifest = "suite/sparql/sparql11/protocol/manifest.ttl"
    done = run(
        conformance, "protocol_check.py", "--endpoint", w3c_server.url, "--w3c-manifest", manifest, "--strict"
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("suite", ["11", "10", "12"])
def test_w3c_queries_when_run_pass_at_the_engines_rate(
    conformance: Path, w3c_server: Server, tmp_path: Path, suite: str
) -> None:
    check(conformance, w3c_server, tmp_path, suite)


@pytest.mark.parametrize("suite", ["11", "10", "12"])
def test_w3c_queries_when_every_join_is_reordered_pass_alike(
    conformance: Path, eager_server: Server, tmp_path: Path, suite: str
) -> None:
    check(conformance, eager_server, tmp_path, suite)
    if suite == "11":
        rewritten = requests.get(f"{eager_server.root}/rewritten", timeout=10).json()
        assert rewritten["reordered"] >= 10
        assert rewritten["near"] >= 10


@pytest.mark.parametrize("suite", ["11", "10", "12"])
def test_w3c_queries_when_columns_answer_what_they_can_pass_alike(
    conformance: Path, columns_server: Server, tmp_path: Path, suite: str
) -> None:
    check(conformance, columns_server, tmp_path, suite)
    if suite == "11":
        answered = requests.get(f"{columns_server.root}/rewritten", timeout=10).json()
        assert answered["columns"] >= 10


def check(conformance: Path, server: Server, tmp_path: Path, suite: str) -> None:
    """Run a suite; it passes when no more fails than the engine's known failures."""
    known = tmp_path / "known.txt"
    known.write_text(
        (conformance / "known_failures_oxigraph_0.5.13.txt").read_text(encoding="utf-8")
        + (HERE / "known_w3c_failures.txt").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    done = run(
        conformance,
        *("sparql_eval.py", "--suite", "suite", "--suites", suite, "--endpoint", server.url),
        *("--preloaded", "--known", str(known)),
    )
    assert done.returncode == 0, done.stdout[-4000:]
