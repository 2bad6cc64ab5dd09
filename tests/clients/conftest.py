"""A server on all bundled records for clients, and a native Oxigraph server beside it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sparql"))

from serving import serving
from started import free_port

PEOPLE = """
<https://w3id.org/landkg/id/country/BFA> <http://example.org/population> 23 .
<https://w3id.org/landkg/id/country/NER> <http://example.org/population> 27 .
<https://w3id.org/landkg/id/country/ETH> <http://example.org/population> 129 .
"""
"""Made-up figures about our countries, as another service may have them."""


@pytest.fixture(scope="session")
def endpoint(bundled_home: Path) -> Iterator[str]:
    """Address of ``/sparql`` of a server that has no pages and loads no search models."""
    with serving(bundled_home) as running:
        yield running.url


@pytest.fixture(scope="session")
def other_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the SPARQL endpoint of a native Oxigraph server with a few statements."""
    folder = tmp_path_factory.mktemp("oxigraph")
    (folder / "people.ttl").write_text(PEOPLE, encoding="utf-8")
    oxigraph = Path(sys.executable).with_name("oxigraph")
    store = str(folder / "store")
    load = [oxigraph, "load", "--location", store, "--file", str(folder / "people.ttl")]
    subprocess.run(load, check=True, capture_output=True)
    port = free_port()
    serve = [oxigraph, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(f"http://127.0.0.1:{port}/query", process)
            yield f"http://127.0.0.1:{port}/query"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(url, params={"query": "ASK {}"}, timeout=30).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the Oxigraph server did not start")
