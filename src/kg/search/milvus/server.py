"""The connection to Milvus: its faults become ours, and a server that is away is not asked again at once."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final

from kg.config import Settings
from kg.errors import ConfigError, MissingExtra, Unavailable

AWAY_S: Final = 2.0
"""Seconds for which a server that did not answer is taken to be away: requests fail at once meanwhile."""

_LOG: Final = logging.getLogger("kg.search")
_NOT_LOADED: Final = 101
"""Milvus' code for a collection that is not in its memory, as after a start of Milvus Lite."""

_CLIENT_CODES: Final = 2
"""Codes up to this one are the client's own, for servers that cannot be reached or are silent."""

_CHANNEL: Final = {
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.min_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.keepalive_time_ms": 300_000,
    "grpc.keepalive_permit_without_calls": 0,
}
"""A server that is back is found within a second, where gRPC alone would wait up to two minutes; and idle
connections are not asked every ten seconds whether they live, which servers answer by closing them."""

_LONG_S: Final = 3600.0


class Server:
    """A Milvus server or a file of Milvus Lite; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        if not settings.milvus_uri:
            raise ConfigError(
                "KG_VECTORS=milvus needs KG_MILVUS_URI, the address of the server (or a file of Milvus Lite)."
            )
        self.client = client_class()
        self._uri = settings.milvus_uri
        self._token = settings.milvus_token
        self._timeout = settings.milvus_timeout_s
        self._client: Any = None
        self._lock = threading.Lock()
        self._is_away = False
        self._away_until = 0.0
        self._trying = threading.Lock()

    def ask(self, what: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of pymilvus' client that has to answer within ``KG_MILVUS_TIMEOUT_S``.

        Raises:
            Unavailable: the server is away, or answered with a fault.
        """
        return self._call(what, self._timeout, arguments, options)

    def work(self, what: str, *arguments: Any, seconds: float = _LONG_S, **options: Any) -> Any:
        """Call a method that may take long: filling, indexing, loading.

        Raises:
            Unavailable: the server is away, or answered with a fault.
        """
        return self._call(what, seconds, arguments, options)

    def is_lite(self) -> bool:
        """Tell whether the server is Milvus Lite, which lacks some indexes."""
        return "lite" in str(self.ask("get_server_version"))

    def _call(self, what: str, timeout: float, arguments: Any, options: Any) -> Any:
        """While the server is away one call at a time tries it again, and all others fail at once."""
        if not self._is_away:
            return self._tried(what, timeout, arguments, options)
        if time.monotonic() < self._away_until or not self._trying.acquire(blocking=False):
            raise _away()
        try:
            found = self._tried(what, timeout, arguments, options)
            self._is_away = False
            return found
        finally:
            self._trying.release()

    def _tried(self, what: str, timeout: float, arguments: Any, options: Any) -> Any:
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            client = self._connected()
            try:
                return getattr(client, what)(*arguments, timeout=timeout, **options)
            except MilvusException as fault:
                if _NOT_LOADED not in (fault.code, fault.compatible_code):
                    raise
                client.load_collection(arguments[0], timeout=timeout)
                return getattr(client, what)(*arguments, timeout=timeout, **options)
        except (MilvusException, grpc.RpcError, OSError) as fault:
            code = getattr(fault, "code", None)
            if isinstance(code, int) and code > _CLIENT_CODES:
                _LOG.error("Milvus refused to %s: %s", what, fault)
                raise Unavailable("The search engine (Milvus) could not answer.", retry_after=30) from fault
            _LOG.warning("Milvus does not answer: %s", fault)
            self._is_away, self._away_until = True, time.monotonic() + AWAY_S
            raise _away() from fault

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                logging.getLogger("pymilvus").setLevel(
                    logging.CRITICAL
                )  # What it raises is told once, by us.
                options = {"token": self._token, "timeout": self._timeout, "grpc_options": _CHANNEL}
                self._client = self.client(self._uri, **options)
            return self._client

    def close(self) -> None:
        """Let go of the connection; a later call opens it again."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def _away() -> Unavailable:
    return Unavailable("The search engine (Milvus) does not answer just now.", retry_after=5)


def client_class() -> Any:
    """Return pymilvus' client.

    Raises:
        MissingExtra: the extra ``scale`` is not installed.
    """
    try:
        from pymilvus import MilvusClient
    except ImportError:
        raise MissingExtra(
            "KG_VECTORS=milvus needs pymilvus, which is not installed.", hint="Install landkg[scale]."
        ) from None
    return MilvusClient
