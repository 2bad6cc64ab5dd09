"""Speaks the SPARQL 1.1 Protocol and the Graph Store Protocol with a database; connections are kept alive."""

from __future__ import annotations

import base64
import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode, urlsplit

from kg.errors import BadInput, ConfigError, QueryTimeout, Unavailable

_WRITTEN_S: Final = 3600
_AGAIN_S: Final = 5
_IDLE_MAX: Final = 64
_FORM: Final = "application/x-www-form-urlencoded"


class Client:
    """Requests to the addresses of one database; every method may be called from any thread.

    A database that is away is an :class:`Unavailable` (503) until it is back: nothing is remembered.
    """

    def __init__(
        self, query: str, update: str, data: str, user: str = "", password: str = "", seconds: float = 60
    ) -> None:
        """``query``, ``update`` and ``data`` are the addresses of the two protocols.

        A query is given up after so many ``seconds``.
        """
        self.seconds = seconds
        self.query_url, self.update_url, self.data_url = query, update, data
        self.user, self.password = user, password
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []
        for address in filter(None, (query, update, data)):
            if urlsplit(address).scheme not in ("http", "https"):
                raise ConfigError(f"{address!r} is no http(s) address of a SPARQL database.")

    def query(self, text: str, accept: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> bytes:
        """Return the answer of a query over a dataset; without graphs the query names its own.

        Raises:
            BadInput: the database refuses the query.
            QueryTimeout: the time is up.
            Unavailable: the database cannot be reached or fails.
        """
        fields = [("query", text)]
        fields += [("default-graph-uri", each) for each in default]
        fields += [("named-graph-uri", each) for each in named]
        return self._post(self.query_url, urlencode(fields).encode(), _FORM, accept)

    def update(self, text: str) -> None:
        """Run an update."""
        self._send("POST", self.update_url, text.encode(), "application/sparql-update")

    def put(self, graph: str, triples: bytes | Iterable[bytes]) -> None:
        """Replace a graph by N-Triples (Graph Store Protocol)."""
        body = triples if isinstance(triples, bytes) else b"".join(triples)
        address = f"{self.data_url}?{urlencode({'graph': graph})}"
        self._send("PUT", address, body, "application/n-triples")

    def post_data(self, quads: Iterable[bytes]) -> None:
        """Add N-Quads to the dataset, streamed: an addition of several databases to the protocol."""
        self._send("POST", self.data_url, quads, "application/n-quads")

    # HTTP

    def _post(self, address: str, body: bytes, kind: str, accept: str) -> bytes:
        parts = urlsplit(address)
        headers = {"Content-Type": kind, "Accept": accept, **self._basic()}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        for is_last in (False, True):
            connection, is_kept = self._take(address)
            try:
                connection.request("POST", target, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as fault:
                connection.close()
                if isinstance(fault, TimeoutError):
                    raise QueryTimeout(
                        f"The query was given up after {self.seconds:g} seconds, the limit here."
                    ) from None
                if is_last or not is_kept:
                    raise _away(address, fault) from None
                self.close()  # what was kept alive is dead: the database was started anew
                continue
            self._give_back(connection)
            if answer.status >= 300:
                raise _refused(answer.status, content)
            return content
        raise AssertionError  # pragma: no cover

    def _take(self, address: str) -> tuple[http.client.HTTPConnection, bool]:
        """Return a connection, and whether it has been used before."""
        with self._lock:
            if self._idle:
                return self._idle.pop(), True
        parts = urlsplit(address)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=self.seconds), False

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE_MAX:
                self._idle.append(connection)
                return
        connection.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections that nobody uses; the client stays usable."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()

    def _basic(self) -> dict[str, str]:
        if not self.user:
            return {}
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def _send(self, method: str, address: str, body: bytes | Iterable[bytes], kind: str) -> None:
        """Write, with the authentication that the database asks for: Basic, or Digest as Virtuoso does."""
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        if self.user:
            passwords.add_password(None, address, self.user, self.password, is_authenticated=False)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPDigestAuthHandler(passwords),
            urllib.request.HTTPBasicAuthHandler(passwords),
        )
        request = urllib.request.Request(  # noqa: S310 - an http address of the operator
            address, data=body, headers={"Content-Type": kind, "Accept": "*/*"}, method=method
        )
        try:
            with opener.open(request, timeout=_WRITTEN_S) as answer:
                answer.read()
        except urllib.error.HTTPError as fault:
            with fault:
                raise _refused(fault.code, fault.read()) from None
        except (OSError, http.client.HTTPException) as fault:
            raise _away(address, fault) from None


def _away(address: str, fault: Exception) -> Unavailable:
    host = urlsplit(address).netloc
    return Unavailable(
        f"The SPARQL database at {host} cannot be reached ({type(fault).__name__}).", retry_after=_AGAIN_S
    )


def _refused(status: int, content: bytes) -> BadInput | Unavailable:
    words = " ".join(content.decode("utf-8", "replace").split())[:400]
    if status in (400, 404, 406, 413, 415):
        return BadInput(f"The SPARQL database refuses this: {words}")
    return Unavailable(f"The SPARQL database failed (HTTP {status}): {words}", retry_after=_AGAIN_S)
