"""Starts the real service for the tests that speak HTTP to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, **settings: object) -> Iterator[str]:
    """Serve a data folder with gunicorn and yield its address."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_HOME": str(home), "KG_LOG_LEVEL": "WARNING"}
    command = [
        sys.executable, "-m", "gunicorn", "kg.web:create_app()", "--worker-class", "kg.web.quick.QuickWorker",
        "--threads", "8", "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--keep-alive", "30",
        "--graceful-timeout", "5", "--limit-request-line", "8190",
    ]  # fmt: skip
    with subprocess.Popen(command, env=env) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            _await(base, process)
            yield base
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(base: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(f"{base}/readyz", timeout=60).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server did not become ready")
