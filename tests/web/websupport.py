"""Helpers of the web tests: a store that counts, a server that is really started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import requests

from kg.store import Binding, Row
from kg.store.embedded import EmbeddedStore

MINI = Path(__file__).with_name("data") / "mini.trig"


class CountingStore(EmbeddedStore):
    """A store that counts the queries it is asked."""

    asked = 0

    def select(self, text: str, bind: Binding | None = None) -> list[Row]:
        self.asked += 1
        return super().select(text, bind)


class Page(HTMLParser):
    """What the tests look for in a page: addresses, attributes of ``<html>``, text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loaded: list[str] = []
        """Addresses that the browser fetches by itself."""
        self.linked: list[str] = []
        self.root: dict[str, str] = {}
        self.inline: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.root = found
        if tag == "a":
            self.linked.append(found.get("href", ""))
        elif tag == "form":
            self.linked.append(found.get("action", ""))
        elif tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(found.get("href", ""))
        elif "src" in found:
            self.loaded.append(found["src"])
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        data = found.get("type", "").endswith("json")
        if tag == "style" or (tag == "script" and "src" not in found and not data):
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@contextmanager
def serving(home: Path, **settings: object) -> Iterator[str]:
    """Serve a data folder with gunicorn and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_HOME": str(home), "KG_LOG_LEVEL": "WARNING"}
    command = [
        sys.executable, "-m", "gunicorn", "kg.web:create_app()", "--worker-class", "gthread",
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
