"""How much a client may do in a while: counted in this process, or in Redis for all processes of a service.

While Redis does not answer, each process counts for itself: clients are served, and limits still hold.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from kg.config import Settings
from kg.errors import MissingExtra
from kg.redising import Redis

if TYPE_CHECKING:
    from limits import RateLimitItem

WINDOW_S: Final = 60
_CLIENTS_KEPT: Final = 10_000


class Limit(Protocol):
    """Counts what clients do."""

    def take(self, client: str) -> int:
        """Count one; return 0, or the seconds after which the client may go on."""
        ...

    def wait(self, client: str) -> int:
        """Return, without counting, the seconds for which a client that has used up its rate must wait."""
        ...


class Rate:
    """Counts by client in windows of a minute or ``window_s`` seconds; the memory it takes is bounded."""

    def __init__(
        self, most: int, clock: Callable[[], float] = time.monotonic, window_s: int = WINDOW_S
    ) -> None:
        self.most = most
        self._clock = clock
        self._seconds = window_s
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, client: str) -> int:
        """Count one; return 0, or the seconds after which the client may go on."""
        now = self._clock()
        window = int(now // self._seconds)
        with self._lock:
            if window != self._window or len(self._counts) > _CLIENTS_KEPT:
                self._window, self._counts = window, {}
            count = self._counts[client] = self._counts.get(client, 0) + 1
        return 0 if count <= self.most else self._rest(window, now)

    def wait(self, client: str) -> int:
        """Return, without counting, the seconds for which a client that has used up its rate must wait."""
        now = self._clock()
        window = int(now // self._seconds)
        with self._lock:
            is_over = window == self._window and self._counts.get(client, 0) >= self.most
        return self._rest(window, now) if is_over else 0

    def _rest(self, window: int, now: float) -> int:
        """Return the seconds until the window ends."""
        return max(1, round((window + 1) * self._seconds - now))


class SharedRate:
    """Counts by client in Redis, in windows that begin with a client's first act."""

    def __init__(self, redis: Redis, name: str, most: int, window_s: int = WINDOW_S) -> None:
        try:
            from limits import RateLimitItemPerSecond
            from limits.storage import RedisStorage
            from limits.strategies import FixedWindowRateLimiter
        except ImportError:
            raise MissingExtra(
                "KG_REDIS_URL needs the package limits.", hint="pip install 'landkg[scale]'"
            ) from None
        self._redis = redis
        pool = redis.client.connection_pool
        self._limiter = FixedWindowRateLimiter(
            RedisStorage(redis.url, connection_pool=pool, key_prefix="landkg")
        )
        self._name = name
        self._item: RateLimitItem = RateLimitItemPerSecond(most, window_s)
        self._own = Rate(most, window_s=window_s)

    def take(self, client: str) -> int:
        """Count one; return 0, or the seconds after which the client may go on."""

        def counted(_: object) -> int:
            return 0 if self._limiter.hit(self._item, self._name, client) else self._rest(client)

        found = self._redis.ask(counted)
        return self._own.take(client) if found is None else found

    def wait(self, client: str) -> int:
        """Return, without counting, the seconds for which a client that has used up its rate must wait."""

        def looked(_: object) -> int:
            return 0 if self._limiter.test(self._item, self._name, client) else self._rest(client)

        found = self._redis.ask(looked)
        return self._own.wait(client) if found is None else found

    def _rest(self, client: str) -> int:
        """Return the seconds until the client's window ends."""
        window = self._limiter.get_window_stats(self._item, self._name, client)
        return max(1, round(window.reset_time - time.time()))


class Rates:
    """The limits of one service, made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet.

        Raises:
            ConfigError: the address of Redis cannot be used.
            MissingExtra: its client is not installed.
        """
        self._redis = Redis(settings.redis_url) if settings.redis_url else None
        self._lock = threading.Lock()
        self._made: dict[str, Limit] = {}

    def of(self, name: str, most: int, window_s: int = WINDOW_S) -> Limit:
        """Return the limit of a name: the same one each time, ``most`` in ``window_s`` seconds."""
        with self._lock:
            found = self._made.get(name)
            if found is None:
                found = self._made[name] = (
                    SharedRate(self._redis, name, most, window_s)
                    if self._redis
                    else Rate(most, window_s=window_s)
                )
            return found

    def forget(self, name: str) -> None:
        """Begin a limit anew in this process."""
        with self._lock:
            self._made.pop(name, None)
