"""A worker of gunicorn that answers light SPARQL queries in its loop, without a thread for each.

Handing a request to a thread and back, and reading its head in Python, takes several times as long as the
engine needs for a single record. A client that asks again on its connection sends the same head each time,
so its head is read once, by gunicorn's own parser, and known by its bytes. What is not a whole GET of
``/sparql`` with a known head, and a query that the service can answer at once, goes the usual way untouched.
"""

from __future__ import annotations

import re
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http.message import Request  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from gunicorn.http.wsgi import SERVER, create  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from kg.web.sparql import Hot
from kg.web.sparql_reply import Environ, Reply

_START: Final = b"GET /sparql?"
_VERSION: Final = b" HTTP/1.1"
_QUERY: Final = re.compile(rb"[!$-~]*+")
"""Visible characters but for the quotation mark and what begins a fragment."""
_END: Final = b"\r\n\r\n"
_PEEKED: Final = 16_384
_HEAD_MAX: Final = 2_000
_HEADS: Final = 500
"""Heads kept, and heads seen once: some clients name each request, and theirs never come again."""
_OF_ONE: Final = ("gunicorn.socket", "wsgi.input", "wsgi.early_hints", "REMOTE_PORT")
_BESIDE_GET: Final = ("CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT", "UPGRADE", "CONNECTION")


class Heads:
    """The heads of requests (all but the first line) by their bytes, as WSGI environments."""

    def __init__(self, cfg: Any, corrected: Callable[[Environ], None]) -> None:
        """``corrected`` puts into an environment what known proxies say."""
        self._cfg = cfg
        self._corrected = corrected
        self._known: OrderedDict[tuple[bytes, str], Environ | None] = OrderedDict()
        self._seen: OrderedDict[tuple[bytes, str], None] = OrderedDict()

    def find(self, head: bytes, conn: Any) -> Environ | None:
        """Return the environment of a head; nothing if it is new or of a kind that is not for here."""
        if len(head) > _HEAD_MAX:
            return None
        key = (head, str(conn.client[0] if isinstance(conn.client, tuple) else conn.client))
        if key in self._known:
            return self._known[key]
        if key not in self._seen:
            _remember(self._seen, key, None)
            return None
        found = self._read(head, conn)
        _remember(self._known, key, found)
        return found

    def _read(self, head: bytes, conn: Any) -> Environ | None:
        raw = b"GET /sparql HTTP/1.1\r\n" + head
        try:
            asked: Request = next(RequestParser(self._cfg, iter([raw]), conn.client))
        except Exception:  # whatever is wrong with it, the usual way says so
            return None
        if any(name in _BESIDE_GET and value.lower() != "keep-alive" for name, value in asked.headers):
            return None
        _, environ = create(asked, conn.sock, conn.client, conn.server, self._cfg)
        environ["wsgi.multithread"] = True
        self._corrected(environ)
        # What belongs to one connection or request is not kept.
        return {name: value for name, value in environ.items() if name not in _OF_ONE}


def _remember(kept: OrderedDict[tuple[bytes, str], Any], key: tuple[bytes, str], value: Any) -> None:
    kept[key] = value
    if len(kept) > _HEADS:
        kept.popitem(last=False)


class QuickWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, whose loop answers light queries of clients that it knows."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        extensions = getattr(self.wsgi, "extensions", {})
        self._hot: Hot | None = extensions.get("kg_sparql_hot")
        if self.cfg.is_ssl or self.cfg.proxy_protocol != "off":
            self._hot = None
        if self._hot is not None:
            self._heads = Heads(self.cfg, self._hot.corrected)
        self._line_max = self.cfg.limit_request_line or _PEEKED
        self._date = (0, b"")

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Answer a request on a connection that is kept alive, or let a thread do it."""
        answer = self._answer(conn, client) if self._hot is not None and self.alive else None
        if answer is None:
            super().on_client_socket_readable(conn, client)
            return
        self.nr += 1
        sent = _send(client, answer)
        self.keepalived_conns.remove(conn)
        if sent == len(answer):
            conn.set_timeout()
            self.keepalived_conns.append(conn)
            return
        self.poller.unregister(client)
        rest = self.tpool.submit(_send_rest, conn, answer[max(sent, 0) :])
        rest.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _answer(self, conn: TConn, client: socket.socket) -> bytes | None:
        """Return the whole answer to the request that waits, and take that off the socket."""
        try:
            raw = client.recv(_PEEKED, socket.MSG_PEEK)
        except OSError:
            return None
        environ = self._environ(raw, conn)
        reply = None if environ is None or self._hot is None else self._hot.quick(environ)
        if reply is None:
            return None
        client.recv(len(raw))
        return self._written(reply)

    def _environ(self, raw: bytes, conn: TConn) -> Environ | None:
        """Return the environment of a request, if it is one whole GET of ``/sparql`` with a known head."""
        if not raw.startswith(_START) or not raw.endswith(_END) or raw.find(_END) != len(raw) - len(_END):
            return None
        line, _, head = raw.partition(b"\r\n")
        query = line[len(_START) : -len(_VERSION)]
        if not line.endswith(_VERSION) or not _QUERY.fullmatch(query) or len(line) > self._line_max:
            return None
        found = self._heads.find(head, conn)
        if found is None:
            return None
        text = query.decode("ascii")
        return found | {"QUERY_STRING": text, "RAW_URI": f"/sparql?{text}"}

    def _written(self, reply: Reply) -> bytes:
        now = int(time.time())
        if now != self._date[0]:
            self._date = (now, util.http_date(now).encode())
        lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers).encode("latin-1")
        start = b"HTTP/1.1 %b\r\nServer: %b\r\nDate: %b\r\nConnection: keep-alive\r\n%b\r\n"
        body = b"".join(reply.body)
        return start % (reply.status.encode(), SERVER.encode(), self._date[1], lines) + body


def _send(client: socket.socket, answer: bytes) -> int:
    """Send what the socket takes at once; -1 when the client has gone."""
    try:
        return client.send(answer)
    except BlockingIOError:
        return 0
    except OSError:
        return -1


def _send_rest(conn: TConn, rest: bytes) -> bool:
    """Send what is left from a thread, as slowly as the client reads; tell whether to go on with it."""
    conn.sock.setblocking(True)
    conn.sock.sendall(rest)
    return True
