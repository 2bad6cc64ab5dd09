"""Starts real servers for the tests: a data folder with one generation, gunicorn in front of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as px
import requests
from started import free_port

from kg.sparql import counting
from kg.sparql.columns import writing

HERE = Path(__file__).resolve().parent
PEOPLE = 2000


def people() -> list[str]:
    """Return N-Quads: people who know each other, with names, in two graphs."""
    found = []
    for number in range(PEOPLE):
        person = f"<http://example.org/p{number}>"
        found.append(
            f'{person} <http://xmlns.com/foaf/0.1/name> "Person {number}"@en <http://example.org/names> .'
        )
        for step in (1, 7, 31):
            other = (number * 3 + step) % PEOPLE
            known = f"<http://xmlns.com/foaf/0.1/knows> <http://example.org/p{other}>"
            found.append(f"{person} {known} <http://example.org/net> .")
    return found


def publish(home: Path, lines: list[str], *, columns: bool = False) -> str:
    """Write a generation with these N-Quads, with columns or without, and point to it; return its id."""
    text = "".join(f"{line}\n" for line in lines)
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder = home / "generations" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "graph.nq").write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"id": name}), encoding="utf-8")
    if columns:
        store = px.Store()
        store.bulk_load(text.encode(), format=px.RdfFormat.N_QUADS)
        counting.keep(folder, json.dumps(writing.write(store, folder).to_json()).encode())
    pointer = home / "pointer"
    pointer.write_text(name, encoding="ascii")
    pointer.replace(home / "current")
    return name


class Server:
    """A running server: its addresses, its process, its data folder."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], home: Path) -> None:
        self.home = home
        self.root = f"http://127.0.0.1:{port}"
        self.url = f"{self.root}/sparql"
        self.process = process

    def query(self, text: str, timeout: float = 60, **headers: str) -> requests.Response:
        return requests.post(
            self.url,
            data=text.encode(),
            headers={"Content-Type": "application/sparql-query", "Accept": "text/csv", **headers},
            timeout=timeout,
        )

    def metric(self, name: str) -> float:
        text = requests.get(f"{self.root}/metrics", timeout=10).text
        return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(name)))


@contextmanager
def serving(home: Path, app: str = "bare:create_app()", **settings: object) -> Iterator[Server]:
    """Serve a data folder until the block ends."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_HOME": str(home), "KG_LOG_LEVEL": "WARNING"}
    command = [
        sys.executable, "-m", "gunicorn", app, "--worker-class", "kg.web.quick.QuickWorker",
        "--threads", "48",
        "--bind", f"127.0.0.1:{port}", "--chdir", str(HERE), "--log-level", "warning",
        "--keep-alive", "30", "--graceful-timeout", "5", "--limit-request-line", "8190",
    ]  # fmt: skip
    with subprocess.Popen(command, env=env) as process:
        server = Server(port, process, home)
        try:
            _await(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(server: Server) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            if server.query("ASK {}").ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
        if server.process.poll() is not None:
            break
    raise AssertionError("the server did not start")
