"""The names of the bundled generation, and a really started server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from kg.link import names as reading
from kg.link.labels import LabelIndex
from kg.link.properties import PropertyTable
from kg.link.reconcile import Reconciler
from kg.store import GraphStore
from kg.vocab import Iris

DATA = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def index(bundled_store: GraphStore, iris: Iris) -> LabelIndex:
    return LabelIndex(reading.read(bundled_store, iris))


@pytest.fixture(scope="session")
def reconciler(index: LabelIndex, bundled_store: GraphStore, iris: Iris) -> Reconciler:
    return Reconciler(index, PropertyTable(index, bundled_store, iris))


@contextmanager
def serving(home: Path, **settings: object) -> Iterator[str]:
    """Serve a data folder with gunicorn and yield its address without a slash at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_HOME": str(home), "KG_LOG_LEVEL": "WARNING"}
    command = [
        sys.executable, "-m", "gunicorn", "kg.web:create_app()", "--worker-class", "gthread",
        "--threads", "8", "--bind", f"127.0.0.1:{port}", "--log-level", "warning",
        "--graceful-timeout", "5", "--limit-request-line", "8190",
    ]  # fmt: skip
    with subprocess.Popen(command, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            until = time.monotonic() + 120
            while time.monotonic() < until and process.poll() is None:
                try:
                    if requests.get(f"{base}/readyz", timeout=60).ok:
                        break
                except requests.ConnectionError:
                    pass
                time.sleep(0.2)
            else:
                raise AssertionError("the server did not become ready")
            yield base
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def server(bundled_home: Path) -> Iterator[str]:
    with serving(bundled_home, rate_per_minute=0) as base:
        yield base
