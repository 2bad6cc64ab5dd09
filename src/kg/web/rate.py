"""Bounds how many requests a minute one client may make of the pages and the JSON answers."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Flask, request

from kg.errors import TooManyRequests

WINDOW_S: Final = 60
_FREE: Final = ("/static/", "/healthz", "/readyz")
_CLIENTS_KEPT: Final = 10_000


class Rate:
    """Counts requests by client in windows of a minute; the memory it takes is bounded."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, client: str) -> int:
        """Count one request; return 0, or the seconds after which the client may go on."""
        now = self._clock()
        window = int(now // WINDOW_S)
        with self._lock:
            if window != self._window or len(self._counts) > _CLIENTS_KEPT:
                self._window, self._counts = window, {}
            count = self._counts[client] = self._counts.get(client, 0) + 1
        return 0 if count <= self.per_minute else _rest(window, now)

    def wait(self, client: str) -> int:
        """Return, without counting, the seconds for which a client that has used up its rate must wait."""
        now = self._clock()
        window = int(now // WINDOW_S)
        with self._lock:
            is_over = window == self._window and self._counts.get(client, 0) >= self.per_minute
        return _rest(window, now) if is_over else 0


def _rest(window: int, now: float) -> int:
    """Return the seconds until the window ends."""
    return max(1, round((window + 1) * WINDOW_S - now))


def client() -> str:
    """Return whom a request counts for: its address, or the /64 of an IPv6 address, which one host owns."""
    address = request.remote_addr or ""
    return ":".join(ipaddress.ip_address(address).exploded.split(":")[:4]) if ":" in address else address


def init_app(app: Flask) -> None:
    """Count every request but those for static files and signs of life; 0 in the settings counts none."""
    per_minute = app.extensions["kg"].settings.rate_per_minute
    if per_minute <= 0:
        return
    rate = Rate(per_minute)

    @app.before_request
    def _count() -> None:
        wait = 0 if request.path.startswith(_FREE) else rate.take(client())
        if wait:
            raise TooManyRequests(
                f"One client may make {per_minute} requests a minute.", hint=f"Go on after {wait} seconds."
            )
