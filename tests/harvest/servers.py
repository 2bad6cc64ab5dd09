"""Local servers that speak the sources' protocols, with faults on demand; part of the tests only."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "good-token"


@dataclass
class Reply:
    """What a handler answers; ``cut`` announces more bytes than are sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Server:
    """A running server: its address, the requests it saw, and the faults it still has to commit."""

    answer: Callable[[str, dict[str, str], Any], Reply]
    address: str = ""
    seen: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    faults: list[Reply] = field(default_factory=list)
    always: Reply | None = None
    robots: Reply = field(default_factory=lambda: Reply(404))

    def counts(self) -> Counter[str]:
        return Counter(urlsplit(each).path for each in self.seen if not each.startswith("/robots"))


@contextmanager
def serving(answer: Callable[[str, dict[str, str], Any], Reply], port: int = 0) -> Iterator[Server]:
    """Serve ``answer(path, query, headers)`` on a port, a free one if none is said."""
    told = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told.seen.append(self.path)
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/robots.txt":
                reply = told.robots
            elif told.always is not None:
                reply = told.always
            elif told.faults:
                reply = told.faults.pop(0)
            else:
                reply = told.answer(unquote(parts.path), query, self.headers)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) * (2 if reply.cut else 1)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Say nothing of clients that were killed."""

    httpd = Quiet(("127.0.0.1", port), Handler)
    httpd.daemon_threads = True
    told.address = f"http://127.0.0.1:{httpd.server_address[1]}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def as_json(value: Any, **headers: str) -> Reply:
    headers = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(200, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


class Qcat:
    """The QCAT API (v2): token, lists by type in pages of 25, details by language."""

    def __init__(self, envelopes: list[dict[str, Any]]) -> None:
        self.records = {each["list"]["code"]: each for each in envelopes}

    def __call__(self, path: str, query: dict[str, str], headers: Any) -> Reply:
        if headers.get("Authorization") != f"Token {TOKEN}":
            return Reply(401)
        language, _, rest = path.strip("/").partition("/")
        if rest == "api/v2/questionnaires":
            return self._list(query)
        record = self.records.get(rest.removeprefix("api/v2/questionnaires/"))
        if record is None:
            return Reply(404)
        return as_json(record.get("other", {}).get(language, record["detail"]))

    def _list(self, query: dict[str, str]) -> Reply:
        years = query.get("updated", "0-9999").split("-")
        found = [
            each["list"]
            for code, each in sorted(self.records.items())
            if code.startswith(query["type"]) and years[0] <= each["list"]["updated"][:4] <= years[1]
        ]
        page = int(query.get("page", 1))
        part = found[(page - 1) * 25 : page * 25]
        more = page * 25 < len(found)
        following = f"https://elsewhere.example/en/api/v2/questionnaires/?page={page + 1}" if more else ""
        return as_json({"count": len(found), "next": following, "previous": "", "results": part})
