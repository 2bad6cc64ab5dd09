"""Who may run now: queries in all and per client, their rate, and which slow one yields in a crush."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from kg.config import Settings
from kg.errors import TooManyRequests, Unavailable
from kg.rates import Rates
from kg.sparql.conversation import Running

_CLIENTS_MAX = 10_000


class Admission:
    """Counts queries; every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        # Each query holds a thread of the web process; a quarter of them stays free for pages.
        threads = max(1, settings.threads * 3 // 4)
        self._total_max = min(settings.sparql_workers + settings.sparql_queue, threads)
        self._client_max = settings.sparql_client_max
        self._slow_max = max(1, settings.sparql_workers * 3 // 4)
        self._rate = settings.sparql_rate_per_minute
        is_shared = bool(self._rate and settings.redis_url)
        self._shared = Rates(settings).of("sparql", self._rate) if is_shared else None
        self._lock = threading.Lock()
        self._admitted: Counter[str] = Counter()
        self._total = 0
        self._running: set[Running] = set()
        self._buckets: dict[str, tuple[float, float]] = {}

    @contextmanager
    def admit(self, client: str) -> Iterator[None]:
        """Hold a place for a query while it waits and runs.

        Raises:
            TooManyRequests: this client has too many, or sent too many lately.
            Unavailable: all clients together have too many.
        """
        if self._shared is not None and self._shared.take(client):
            raise self._too_many()
        with self._lock:
            self._count_rate(client)
            if self._admitted[client] >= self._client_max:
                raise TooManyRequests(
                    f"You have {self._client_max} queries running or waiting, the most one client may have.",
                    hint="Send the next one when one of them has been answered.",
                )
            if self._total >= self._total_max:
                raise Unavailable("Too many queries are waiting.", retry_after=2)
            self._admitted[client] += 1
            self._total += 1
        try:
            yield
        finally:
            with self._lock:
                self._total -= 1
                self._admitted[client] -= 1
                if not self._admitted[client]:
                    del self._admitted[client]

    def _count_rate(self, client: str) -> None:
        """Take one token from the client's bucket, which holds a minute's worth and fills steadily."""
        if not self._rate or self._shared is not None:
            return
        now = time.monotonic()
        if len(self._buckets) > _CLIENTS_MAX:
            self._buckets = {name: each for name, each in self._buckets.items() if each[1] > now - 60}
        tokens, since = self._buckets.get(client, (float(self._rate), now))
        tokens = min(self._rate, tokens + (now - since) * self._rate / 60)
        if tokens < 1:
            raise self._too_many()
        self._buckets[client] = (tokens - 1, now)

    def _too_many(self) -> TooManyRequests:
        return TooManyRequests(f"You sent more than {self._rate} queries a minute, the most here.")

    def begin(self, running: Running) -> None:
        with self._lock:
            self._running.add(running)

    def finish(self, running: Running) -> None:
        with self._lock:
            self._running.discard(running)

    def shed(self, *, waiting: int) -> None:
        """Stop a slow query when slow ones hold most places and others wait for one.

        The one that yields is the longest of the client that has most of them, so that a client who
        floods the service stops itself first.
        """
        if not waiting:
            return
        with self._lock:
            slow = [each for each in self._running if each.slow and not each.stopped]
            if len(slow) <= self._slow_max:
                return
            per_client = Counter(each.client for each in slow)
            victim = max(slow, key=lambda each: (per_client[each.client], -each.started))
            seconds = time.monotonic() - victim.started
            victim.stopped = (
                f"The query was stopped after {seconds:.1f} seconds, because others were waiting: only "
                f"{self._slow_max} long queries may run at a time when the service is busy."
            )
        victim.worker.hang_up()
