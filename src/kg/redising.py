"""One Redis for all processes of a service; one that is away is asked briefly, then not for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kg.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    import redis

T = TypeVar("T")

ANSWER_S: Final = 0.25
"""Seconds that Redis has to answer; requests wait for it."""
AWAY_S: Final = 2.0
"""Seconds for which Redis is not asked again after it has not answered."""
_log: Final = logging.getLogger(__name__)


def connected(url: str, *, connect_s: float, answer_s: float, is_patient: bool) -> redis.Redis:
    """Return a client of Redis; nothing is connected yet.

    Args:
        url: ``redis://...`` or ``rediss://...``.
        connect_s: seconds that Redis has for a connection.
        answer_s: seconds that it has for an answer.
        is_patient: try again where it does not answer, which a request has no time for.

    Raises:
        ConfigError: it is no such address.
        MissingExtra: the client of Redis is not installed.
    """
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise MissingExtra(
            "KG_REDIS_URL needs the client of Redis.", hint="pip install 'landkg[scale]'"
        ) from None
    more: dict[str, Any] = {} if is_patient else {"retry": Retry(NoBackoff(), 0)}
    try:
        found: redis.Redis = redis.Redis.from_url(
            url, socket_connect_timeout=connect_s, socket_timeout=answer_s, **more
        )
    except ValueError:
        raise ConfigError("KG_REDIS_URL must be an address such as 'redis://host:6379/0'.") from None
    return found


class Redis:
    """A client of Redis that says nothing instead of failing; others may use its connections."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """``url`` is ``redis://...`` or ``rediss://...``; nothing is connected yet.

        Raises:
            ConfigError: it is no such address.
            MissingExtra: the client of Redis is not installed.
        """
        self.client = connected(url, connect_s=ANSWER_S, answer_s=ANSWER_S, is_patient=False)
        self.url = url
        self._clock = clock
        self._away_until = 0.0

    def ask(self, question: Callable[[redis.Redis], T]) -> T | None:
        """Return the answer to a question, or None if Redis does not answer."""
        from redis import RedisError

        if self._clock() < self._away_until:
            return None
        try:
            found = question(self.client)
        except RedisError as fault:
            if not self._away_until:
                _log.warning("redis: %s; each process works for itself", fault)
            self._away_until = self._clock() + AWAY_S
            return None
        if self._away_until:
            _log.warning("redis: it answers again")
            self._away_until = 0.0
        return found
